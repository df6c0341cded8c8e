-- Duplicates: found by place or by cell, judged by words and looks, linked where doubtful, put together and taken apart.

ALTER TABLE reports ADD COLUMN cell BIGINT;     -- H3 cell, resolution 10, of where the photo was taken; never shown
ALTER TABLE reports ADD COLUMN joined TEXT;     -- the report it was put under; merged_into is the last of that chain
UPDATE reports SET joined = merged_into;
CREATE INDEX reports_by_joined ON reports (joined);

ALTER TABLE parcels ADD COLUMN about TEXT;      -- the report it means: its own, or the one it supports
UPDATE parcels SET about = CASE WHEN EXISTS (SELECT 1 FROM reports r WHERE r.id = parcels.id) THEN id ELSE report_id END;
CREATE INDEX parcels_by_about ON parcels (about);

ALTER TABLE photos ADD COLUMN look BIGINT;      -- 64 bits of which pictures alike differ in few; NULL: nothing to recognise

-- Candidates: what is open at a place, by category or newest first; what was closed there lately; what is near.
CREATE INDEX reports_open_of ON reports (place_id, category, received_at) WHERE merged_into IS NULL AND closed_at IS NULL AND private = 0;
CREATE INDEX reports_open_at ON reports (place_id, received_at) WHERE merged_into IS NULL AND closed_at IS NULL AND private = 0;
CREATE INDEX reports_closed_at ON reports (place_id, closed_at) WHERE merged_into IS NULL AND closed_at IS NOT NULL AND private = 0;
CREATE INDEX reports_near ON reports (cell, category, received_at) WHERE merged_into IS NULL AND cell IS NOT NULL AND private = 0;

CREATE TABLE alike (
    report_id TEXT NOT NULL REFERENCES reports (id),    -- the later one
    other_id TEXT NOT NULL REFERENCES reports (id),
    why TEXT NOT NULL,                                  -- JSON, see shared::reports::duplicate::Reason
    at BIGINT NOT NULL,
    parted_at BIGINT,                                   -- a human took them apart: linked no more
    PRIMARY KEY (report_id, other_id)
);
CREATE INDEX alike_by_other ON alike (other_id);
