-- The public transparency log: append only. Functions and roles, never an address or a name.

CREATE TABLE journal (
    id TEXT PRIMARY KEY,
    report_id TEXT NOT NULL REFERENCES reports (id),
    at BIGINT NOT NULL,
    event TEXT NOT NULL             -- JSON, see shared::reports::Event
);
CREATE INDEX journal_by_report ON journal (report_id, at, id);
