-- Photos on their way in pieces (tus 1.0); their bytes lie in the blob store under uploads/{id}/.

CREATE TABLE uploads (
    id TEXT PRIMARY KEY,            -- random: whoever knows it may go on
    hash TEXT NOT NULL,             -- SHA-256 of the whole
    length BIGINT NOT NULL,
    received BIGINT NOT NULL,       -- the protocol's offset; moved by whoever finds it where they left it
    parts TEXT NOT NULL,            -- names of the pieces in order, a space after each
    metadata TEXT NOT NULL,         -- as the client wrote it, given back on HEAD
    expires_at BIGINT NOT NULL
);
CREATE INDEX uploads_by_expiry ON uploads (expires_at);
