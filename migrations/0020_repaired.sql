-- Photos of the repaired thing: named by the wish that brings them, told in the journal once they can be seen.

CREATE TABLE repaired_photos (
    parcel_id TEXT NOT NULL REFERENCES parcels (id),
    hash TEXT NOT NULL,
    position SMALLINT NOT NULL,
    told_at BIGINT,
    PRIMARY KEY (parcel_id, hash)
);
CREATE INDEX repaired_photos_by_hash ON repaired_photos (hash);
