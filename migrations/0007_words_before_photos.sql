-- What a person can say beyond words and photos; and photos may arrive after the words that name them.

ALTER TABLE reports ADD COLUMN spot TEXT NOT NULL DEFAULT '';   -- where in the school, in their words
ALTER TABLE reports ADD COLUMN lat DOUBLE PRECISION;            -- where the photo was taken; never shown
ALTER TABLE reports ADD COLUMN lon DOUBLE PRECISION;
ALTER TABLE reports ADD COLUMN ask_at BIGINT;                   -- when the reporter wants to be asked whether it is fixed

-- Photos by name: no longer a reference, since the words that name them come first.
CREATE TABLE report_photos_by_name (
    report_id TEXT NOT NULL REFERENCES reports (id),
    hash TEXT NOT NULL,
    position SMALLINT NOT NULL,
    caption TEXT NOT NULL,
    PRIMARY KEY (report_id, hash)
);
INSERT INTO report_photos_by_name (report_id, hash, position, caption)
    SELECT report_id, hash, position, '' FROM report_photos;
DROP TABLE report_photos;
ALTER TABLE report_photos_by_name RENAME TO report_photos;
CREATE INDEX report_photos_by_hash ON report_photos (hash);
