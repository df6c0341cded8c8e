-- Answers of those in charge, by the link in their mail; who is in charge of one report where it was passed on.

-- Secrets of the server's own making, each made once and kept with the data.
CREATE TABLE server_secrets (
    name TEXT PRIMARY KEY,          -- 'answers': signs the links in mails to desks
    value TEXT NOT NULL             -- base64url
);

-- Links of a desk to a report are of a generation; to revoke them is to begin the next. No row: 0.
CREATE TABLE answer_links (
    report_id TEXT NOT NULL REFERENCES reports (id),
    desk_id TEXT NOT NULL REFERENCES desks (id),
    generation BIGINT NOT NULL,
    PRIMARY KEY (report_id, desk_id)
);

-- One row for each form that was sent. What is public of it stands in the journal; this is the claim of the form and what
-- only those in charge read.
CREATE TABLE answers (
    id TEXT PRIMARY KEY,            -- minted in the page: a form sent twice is one answer
    report_id TEXT NOT NULL REFERENCES reports (id),
    desk_id TEXT NOT NULL REFERENCES desks (id),
    at BIGINT NOT NULL,
    internal TEXT NOT NULL          -- for the desks of this report; '' for none
);
CREATE INDEX answers_by_report ON answers (report_id, at);

-- Photos that answers name: kept as those of reports are.
CREATE TABLE answer_photos (
    answer_id TEXT NOT NULL REFERENCES answers (id),
    hash TEXT NOT NULL,
    position SMALLINT NOT NULL,
    PRIMARY KEY (answer_id, hash)
);
CREATE INDEX answer_photos_by_hash ON answer_photos (hash);

-- PDF files that came with answers; their bytes lie in the blob store under documents/.
CREATE TABLE documents (
    hash TEXT PRIMARY KEY,          -- SHA-256 of the bytes
    bytes BIGINT NOT NULL,
    received_at BIGINT NOT NULL
);

-- Where one report goes other ways than the rules say.
CREATE TABLE report_desks (
    report_id TEXT NOT NULL REFERENCES reports (id),
    desk_id TEXT NOT NULL REFERENCES desks (id),
    in_charge SMALLINT NOT NULL,    -- 1: it was passed to this desk; 0: this desk passed it on
    passed BIGINT NOT NULL,         -- how often it did
    PRIMARY KEY (report_id, desk_id)
);

-- Transfers that wait for the administrator.
CREATE TABLE transfers (
    id TEXT PRIMARY KEY,
    report_id TEXT NOT NULL REFERENCES reports (id),
    from_desk TEXT NOT NULL REFERENCES desks (id),
    to_desk TEXT REFERENCES desks (id),
    words TEXT NOT NULL,            -- whom the desk means, where it names none
    at BIGINT NOT NULL,
    decided_at BIGINT
);
CREATE INDEX transfers_waiting ON transfers (report_id) WHERE decided_at IS NULL;

-- Desks that are told once more, and why: each cause once.
CREATE TABLE desk_told (
    report_id TEXT NOT NULL REFERENCES reports (id),
    desk_id TEXT NOT NULL REFERENCES desks (id),
    cause TEXT NOT NULL,            -- see answers::telling::Cause
    at BIGINT NOT NULL,
    told_at BIGINT,                 -- when the first of its mailboxes took the message
    PRIMARY KEY (report_id, desk_id, cause)
);
