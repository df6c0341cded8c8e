-- Who follows a report and when they are asked whether it is fixed; what those in charge are written again.

-- A parcel that only says a wish makes nobody wait: whoever sent no other follows, and is not counted.
ALTER TABLE parcels ADD COLUMN waits SMALLINT NOT NULL DEFAULT 1;

-- One row for the parcel by which a person is part of a report: merging and splitting carry it along.
CREATE TABLE follows (
    parcel_id TEXT PRIMARY KEY REFERENCES parcels (id),
    rhythm TEXT NOT NULL,           -- JSON, see shared::followup::Rhythm
    ask_at BIGINT,                  -- when they are asked next
    asked_at BIGINT,                -- since when a question waits for their answer
    asked_times BIGINT NOT NULL,    -- how often it was put
    said SMALLINT,                  -- since somebody said that it is fixed: 1 that it is, 0 that it is not
    said_at BIGINT,
    wished_at BIGINT,               -- wants the next relance
    changed_at BIGINT NOT NULL
);
CREATE INDEX follows_due ON follows (ask_at, parcel_id) WHERE ask_at IS NOT NULL;

-- Who chose a day before there were reminders is asked on that day.
INSERT INTO follows (parcel_id, rhythm, ask_at, asked_times, changed_at)
    SELECT r.id, '{"on":' || CAST(r.ask_at / 86400000 AS TEXT) || '}', r.ask_at, 0, r.received_at
    FROM reports r JOIN parcels p ON p.id = r.id WHERE r.ask_at IS NOT NULL AND r.closed_at IS NULL;

-- One row for each relance that left.
CREATE TABLE relances (
    report_id TEXT NOT NULL REFERENCES reports (id),
    number BIGINT NOT NULL,         -- 1, 2, 3… within the report
    sent_at BIGINT NOT NULL,
    people BIGINT NOT NULL,         -- who asked for it
    tone TEXT NOT NULL,
    wider BIGINT NOT NULL,          -- desks further up that are put in copy
    PRIMARY KEY (report_id, number)
);

-- One notice for each mailbox and relance; 0 is the first message.
ALTER TABLE notices RENAME TO notices_once;
DROP INDEX notices_refused;
CREATE TABLE notices (
    report_id TEXT NOT NULL REFERENCES reports (id),
    mailbox_id TEXT NOT NULL,
    desk_id TEXT NOT NULL REFERENCES desks (id),
    relance BIGINT NOT NULL DEFAULT 0,
    in_copy SMALLINT NOT NULL DEFAULT 0, -- a desk further up, which only hears of it
    sent_at BIGINT,
    refused_at BIGINT,              -- when the mailbox was refused for good; set back when it takes the message after all
    reason TEXT,                    -- of the refusal: a reply code, never the server's words
    CONSTRAINT notices_each PRIMARY KEY (report_id, mailbox_id, relance)
);
INSERT INTO notices (report_id, mailbox_id, desk_id, sent_at, refused_at, reason)
    SELECT report_id, mailbox_id, desk_id, sent_at, refused_at, reason FROM notices_once;
DROP TABLE notices_once;
CREATE INDEX notices_refused ON notices (desk_id) WHERE refused_at IS NOT NULL;
