-- Photos the blob store holds, by the hash of the bytes that left the phone.

CREATE TABLE photos (
    hash TEXT PRIMARY KEY,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    received_at BIGINT NOT NULL
);
