-- Who follows a school, and the addresses that are written to once a week.

-- An address: there while somebody follows a school by it.
CREATE TABLE digest_readers (
    id TEXT PRIMARY KEY,
    mail TEXT NOT NULL UNIQUE,      -- in lower case
    secret TEXT NOT NULL,           -- signs the addresses in its mails
    lang TEXT NOT NULL,
    refused BIGINT NOT NULL,        -- weeks in a row in which it was refused for good
    made_at BIGINT NOT NULL
);

CREATE TABLE place_follows (
    id TEXT PRIMARY KEY,            -- minted on the phone, or by a page
    key_hash TEXT NOT NULL,         -- SHA-256 of the secret minted with it; also what a phone's push_follows names
    place_id TEXT NOT NULL REFERENCES places (id),
    by_mail SMALLINT NOT NULL,      -- asked for on a page: without its address it is nothing
    reader_id TEXT REFERENCES digest_readers (id),
    asked_at BIGINT,                -- when the address was asked whether that is wanted
    confirmed_at BIGINT,            -- when whoever reads it said yes
    made_at BIGINT NOT NULL
);
CREATE INDEX place_follows_by_reader ON place_follows (reader_id);
CREATE INDEX place_follows_by_proof ON place_follows (key_hash);
CREATE INDEX place_follows_unsure ON place_follows (asked_at) WHERE confirmed_at IS NULL AND asked_at IS NOT NULL;
