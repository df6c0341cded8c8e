-- Photos keep a core busy for long: they have workers of their own, and no letter waits behind them.

ALTER TABLE jobs ADD COLUMN lane SMALLINT NOT NULL DEFAULT 0;
UPDATE jobs SET lane = 1 WHERE kind LIKE 'photo.%';
DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (lane, run_at, id) WHERE dead_at IS NULL;
