-- Rules look at more than the category; desks have holders; every message that leaves is a notice of its own.

ALTER TABLE rules ADD COLUMN kind TEXT;
ALTER TABLE rules ADD COLUMN urgency SMALLINT;                  -- this one or a higher one
ALTER TABLE rules ADD COLUMN status TEXT;
ALTER TABLE rules ADD COLUMN zone_id TEXT REFERENCES zones (id);
-- rules.function now holds a function, the id of one desk, or '' for nobody. Rows that ask for the same are one rule.
-- DOMAIN 3: wrong data about a school goes to no desk.
INSERT INTO rules (id, category, function)
    SELECT 'citoyen-donnee-erreur', 'citoyen-donnee-erreur', ''
    WHERE EXISTS (SELECT 1 FROM rules)
      AND NOT EXISTS (SELECT 1 FROM rules WHERE category = 'citoyen-donnee-erreur');

-- Who holds a function, from when until when; never shown in public.
CREATE TABLE holders (
    id TEXT PRIMARY KEY,
    desk_id TEXT NOT NULL REFERENCES desks (id),
    name TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT
);
CREATE INDEX holders_by_desk ON holders (desk_id);

-- One message to one mailbox about one report. The mailbox may be gone since: no reference.
CREATE TABLE notices (
    report_id TEXT NOT NULL REFERENCES reports (id),
    mailbox_id TEXT NOT NULL,
    desk_id TEXT NOT NULL REFERENCES desks (id),
    sent_at BIGINT,
    refused_at BIGINT,              -- when the mailbox was refused for good; set back when it takes the message after all
    reason TEXT,                    -- of the refusal: a reply code, never the server's words
    PRIMARY KEY (report_id, mailbox_id)
);
CREATE INDEX notices_refused ON notices (desk_id) WHERE refused_at IS NOT NULL;
