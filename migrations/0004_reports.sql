-- What phones sent, and what became of it.

-- One row for each change a phone made. Its insertion is the claim; its receipt answers every replay.
CREATE TABLE parcels (
    id TEXT PRIMARY KEY,
    key_hash TEXT NOT NULL,         -- SHA-256 of the phone's secret
    report_id TEXT,                 -- the report it became, or became part of
    receipt TEXT,                   -- JSON
    claimed_at BIGINT NOT NULL
);
CREATE INDEX parcels_by_report ON parcels (report_id);

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('report', 1000);

CREATE TABLE reports (
    id TEXT PRIMARY KEY,
    number BIGINT UNIQUE,           -- NULL for a report merged into another
    merged_into TEXT REFERENCES reports (id),
    place_id TEXT NOT NULL REFERENCES places (id),
    category TEXT,
    urgency SMALLINT NOT NULL,
    description TEXT NOT NULL,
    private SMALLINT NOT NULL,
    status TEXT NOT NULL,
    people BIGINT NOT NULL,
    lang TEXT NOT NULL,
    observed_at BIGINT NOT NULL,    -- by the phone's clock
    received_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE INDEX reports_by_place ON reports (place_id, received_at, id);
CREATE INDEX reports_by_time ON reports (received_at, id);
CREATE INDEX reports_by_main ON reports (merged_into);

CREATE TABLE report_photos (
    report_id TEXT NOT NULL REFERENCES reports (id),
    hash TEXT NOT NULL REFERENCES photos (hash),
    position SMALLINT NOT NULL,
    PRIMARY KEY (report_id, hash)
);

-- Where a reporter wants news; erased when they say so.
CREATE TABLE contacts (
    parcel_id TEXT PRIMARY KEY REFERENCES parcels (id),
    mail TEXT NOT NULL,
    follow_key TEXT NOT NULL,       -- the phone's secret, for the follow link in their mails
    lang TEXT NOT NULL
);
