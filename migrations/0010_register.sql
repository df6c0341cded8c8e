-- The register in depth: which lists held a place, and numbers by school year.

ALTER TABLE places ADD COLUMN private SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE places ADD COLUMN lists SMALLINT NOT NULL DEFAULT 0; -- official lists that held it: 1 addresses, 2 annuaire, added

-- One row: changes with every import that changed something, so that a serving process knows. Never the same twice.
CREATE TABLE register (
    id SMALLINT PRIMARY KEY,
    version TEXT NOT NULL
);
INSERT INTO register (id, version) VALUES (1, '');

-- Borders of zones that have some, to tell where a place stands.
CREATE TABLE zone_shapes (
    zone_id TEXT PRIMARY KEY REFERENCES zones (id),
    shape TEXT NOT NULL,            -- coordinates of a GeoJSON MultiPolygon
    source TEXT NOT NULL,
    read_at BIGINT NOT NULL
);

-- Pupils and classes, counted each October; NULL where a file does not say. No reference to places: counted for schools
-- that are read later as well.
CREATE TABLE pupils (
    place_id TEXT NOT NULL,
    year SMALLINT NOT NULL,         -- in which the school year begins
    classes BIGINT,
    total BIGINT,
    nursery BIGINT,                 -- pré-élémentaire, without ULIS as the following ones
    elementary BIGINT,
    ulis BIGINT,
    cp BIGINT,
    ce1 BIGINT,
    ce2 BIGINT,
    cm1 BIGINT,
    cm2 BIGINT,
    priority TEXT NOT NULL,         -- 'REP', 'REP+' or ''
    source TEXT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (place_id, year)
);
