-- Work put aside in the same transaction as its cause; claimed by lease, run, settled.

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,          -- JSON
    run_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    dead_at BIGINT,                 -- set aside after too many failures, or one that cannot heal
    reason TEXT                     -- of the last failure; no address, no text of a person
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE dead_at IS NULL;
