-- Phones that are told, of what, and what waits to be told.

-- The server's own key (VAPID): made once, kept with the data, since phones subscribe to it.
CREATE TABLE push_server (
    name TEXT PRIMARY KEY,          -- 'key'
    value TEXT NOT NULL             -- base64url
);

CREATE TABLE push_devices (
    id TEXT PRIMARY KEY,            -- minted on the phone
    key_hash TEXT NOT NULL,         -- SHA-256 of the secret minted with it
    endpoint TEXT NOT NULL,         -- checked by the policy when it comes, and again when something leaves
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    lang TEXT NOT NULL,
    zone TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    troubles BIGINT NOT NULL,       -- refusals since the last push that arrived
    trouble TEXT                    -- the last of them, for the doctor
);
CREATE INDEX push_devices_by_endpoint ON push_devices (endpoint);

-- A phone is told about every report that one of its secrets is part of.
CREATE TABLE push_follows (
    device_id TEXT NOT NULL REFERENCES push_devices (id) ON DELETE CASCADE,
    proof TEXT NOT NULL,            -- parcels.key_hash
    PRIMARY KEY (device_id, proof)
);
CREATE INDEX push_follows_by_proof ON push_follows (proof);

-- What waits: one row for each phone and topic, so that what is newer takes the place of what is older here too.
CREATE TABLE push_waiting (
    device_id TEXT NOT NULL REFERENCES push_devices (id) ON DELETE CASCADE,
    topic TEXT NOT NULL,
    message TEXT NOT NULL,          -- JSON
    due_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,       -- nobody wants to know later
    leased_until BIGINT NOT NULL,
    claim TEXT,                     -- who sends it now
    attempts BIGINT NOT NULL,
    PRIMARY KEY (device_id, topic)
);
CREATE INDEX push_waiting_due ON push_waiting (due_at, device_id);
CREATE INDEX push_waiting_claimed ON push_waiting (claim) WHERE claim IS NOT NULL;
