-- Places and the zones they stand in. A place is itself the innermost zone, so that a desk always has a zone.

CREATE TABLE zones (
    id TEXT PRIMARY KEY,            -- 'city:13055', 'arrondissement:13204', 'circonscription:…', 'place:0130136C'
    kind TEXT NOT NULL,
    name TEXT NOT NULL
);

CREATE TABLE places (
    id TEXT PRIMARY KEY,            -- code in the register; a school's UAI
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    postcode TEXT NOT NULL,
    city TEXT NOT NULL,
    city_code TEXT NOT NULL,
    circonscription TEXT NOT NULL,  -- as the register writes it; '' when unknown
    mail TEXT NOT NULL,             -- official mailbox of the register; '' when unknown; never shown
    lat DOUBLE PRECISION,
    lon DOUBLE PRECISION,
    approximate SMALLINT NOT NULL,
    source TEXT NOT NULL,           -- name of the file
    closed_at BIGINT,
    read_at BIGINT NOT NULL,        -- when the file was read
    touched_at BIGINT NOT NULL      -- written by each intake: makes two reports on one place wait for each other
);

CREATE TABLE place_zones (
    place_id TEXT NOT NULL REFERENCES places (id),
    zone_id TEXT NOT NULL REFERENCES zones (id),
    rank SMALLINT NOT NULL,         -- 0 the place itself, then outwards
    PRIMARY KEY (place_id, zone_id)
);
CREATE INDEX place_zones_by_zone ON place_zones (zone_id);
