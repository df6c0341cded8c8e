-- Lists of public reports: by place, zone, box, category, status, words or change, newest first, among a million.
-- Indexes hold public reports only where they can, and carry what a list checks, so that what is not shown costs nothing.
-- (`private` and `merged_into` are in them for SQLite, which looks a condition up though the index implies it.)

ALTER TABLE reports ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;  -- received, or changed since
ALTER TABLE reports ADD COLUMN folded TEXT;                           -- its public words as they are searched; NULL: not yet read
UPDATE reports SET changed_at = COALESCE((SELECT MAX(at) FROM journal WHERE report_id = reports.id), received_at);

-- Where a word occurs: its first letters as a number (no collation has a say), and when the report that says it came.
CREATE TABLE report_words (
    word BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (word, received_at)
);
CREATE INDEX reports_unread ON reports (id) WHERE folded IS NULL;

CREATE INDEX public_by_time ON reports (received_at, id, place_id, category, closed_at, private, merged_into)
    WHERE merged_into IS NULL AND private = 0;
CREATE INDEX public_open_by_time ON reports (received_at, id, place_id, category, closed_at, private, merged_into)
    WHERE merged_into IS NULL AND private = 0 AND closed_at IS NULL;
CREATE INDEX public_by_change ON reports (changed_at, id, place_id, category, closed_at, private, merged_into)
    WHERE merged_into IS NULL AND private = 0;
CREATE INDEX public_by_category ON reports (category, received_at, id, place_id, closed_at, private, merged_into)
    WHERE merged_into IS NULL AND private = 0;
CREATE INDEX public_by_status ON reports (status, received_at, id, place_id, category, private, merged_into)
    WHERE merged_into IS NULL AND private = 0;
DROP INDEX reports_by_place;
CREATE INDEX reports_by_place ON reports (place_id, received_at, id, category, closed_at, private, merged_into);

-- Of those that were merged only: the other would be taken for an index of all that were not.
DROP INDEX reports_by_main;
CREATE INDEX reports_by_main ON reports (merged_into) WHERE merged_into IS NOT NULL;

-- A band of latitudes is narrow enough among 65,000 places, and a box of any size asks it alike.
CREATE INDEX places_by_latitude ON places (lat, lon, id);
