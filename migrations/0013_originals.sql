-- Photos as they arrived, until their sizes are made: the bytes lie in the blob store under originals/ and go then.

CREATE TABLE originals (
    hash TEXT PRIMARY KEY,
    width BIGINT NOT NULL,          -- of the largest size that will be kept, upright
    height BIGINT NOT NULL,
    received_at BIGINT NOT NULL
);

-- Photos that reports name and that were refused for good: nobody waits for them.
CREATE TABLE refused_photos (
    hash TEXT PRIMARY KEY,
    code TEXT NOT NULL,             -- shared::problem::Code
    refused_at BIGINT NOT NULL
);
