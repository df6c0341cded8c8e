-- Who is told: rules name functions, desks hold a function in a zone, mailboxes belong to a desk for a time.

CREATE TABLE desks (
    id TEXT PRIMARY KEY,
    function TEXT NOT NULL,
    zone_id TEXT NOT NULL REFERENCES zones (id),
    name TEXT NOT NULL,             -- shown to people; '' for the zone's own name
    UNIQUE (function, zone_id)
);
CREATE INDEX desks_by_zone ON desks (zone_id);

CREATE TABLE mailboxes (
    id TEXT PRIMARY KEY,
    desk_id TEXT NOT NULL REFERENCES desks (id),
    mail TEXT NOT NULL,
    source TEXT NOT NULL,           -- 'register' or 'desks'
    from_at BIGINT NOT NULL,
    until_at BIGINT
);
CREATE INDEX mailboxes_by_desk ON mailboxes (desk_id);

CREATE TABLE rules (
    id TEXT PRIMARY KEY,
    category TEXT,                  -- a category, a group, or NULL for everything else
    function TEXT NOT NULL
);
