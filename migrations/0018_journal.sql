-- The journal shows when somebody tampered with it: each line is chained to the one before it in its report, and all lines
-- of all reports, once they have their place in one order, are sealed a few thousand at a time.

ALTER TABLE journal ADD COLUMN hash TEXT;       -- see rooms/journal/chain.rs; NULL: written by an earlier version, until the next start
ALTER TABLE journal ADD COLUMN seq BIGINT;      -- 1, 2, 3… among all lines; NULL: not sealed yet
CREATE UNIQUE INDEX journal_by_seq ON journal (seq);

ALTER TABLE reports ADD COLUMN lines BIGINT NOT NULL DEFAULT 0;     -- lines of its journal

CREATE TABLE seals (
    number BIGINT PRIMARY KEY,      -- 1, 2, 3…
    last BIGINT NOT NULL,           -- seq of its last line; its first is the one after the last of the seal before
    at BIGINT NOT NULL,
    root TEXT NOT NULL,             -- of the hashes of its lines
    hash TEXT NOT NULL              -- of the seal before and of all this
);
INSERT INTO counters (name, value) VALUES ('seal', 0);
