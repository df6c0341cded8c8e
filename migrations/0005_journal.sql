-- The public transparency log: append only. Functions and roles, never an address or a name.

CREATE TABLE journal (
    report_id TEXT NOT NULL REFERENCES reports (id),
    position BIGINT NOT NULL,       -- 1, 2, 3… within the report
    at BIGINT NOT NULL,
    event TEXT NOT NULL,            -- JSON, see shared::reports::Event
    PRIMARY KEY (report_id, position)
);
