-- What a job is about, so that whoever knows that its wait is over finds it.

ALTER TABLE jobs ADD COLUMN about TEXT;
CREATE INDEX jobs_by_about ON jobs (about);
