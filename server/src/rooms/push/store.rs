//! The SQL of push.

use super::Audience;
use super::message::Message;
use crate::db::Tx;
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::push::{Device, Family, Keys, Other, Subscription, Told};
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};

/// The server's key: the one that is kept, else `new` from now on.
pub async fn server_key(tx: &mut Tx, new: &str) -> sqlx::Result<String> {
    sqlx::query("INSERT INTO push_server (name, value) VALUES ('key', $1) ON CONFLICT (name) DO NOTHING")
        .bind(new)
        .execute(&mut **tx)
        .await?;
    sqlx::query_scalar("SELECT value FROM push_server WHERE name = 'key'").fetch_one(&mut **tx).await
}

/// Writes a phone's subscription; false when the id is another's. The same subscription under an earlier id goes: a
/// phone that forgot who it was is not told twice.
pub async fn put_device(
    tx: &mut Tx,
    id: &ParcelId,
    proof: &str,
    device: &Device,
    at: Instant,
) -> sqlx::Result<bool> {
    let Subscription { endpoint, keys } = &device.subscription;
    let written = sqlx::query(
        "INSERT INTO push_devices (id, key_hash, endpoint, p256dh, auth, lang, zone, made_at, troubles)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)
         ON CONFLICT (id) DO UPDATE SET endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth,
           lang = excluded.lang, zone = excluded.zone, troubles = 0, trouble = NULL
         WHERE push_devices.key_hash = excluded.key_hash",
    )
    .bind(id.as_str())
    .bind(proof)
    .bind(endpoint)
    .bind(&keys.p256dh)
    .bind(&keys.auth)
    .bind(&device.lang)
    .bind(&device.zone)
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    if written.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("DELETE FROM push_devices WHERE endpoint = $1 AND auth = $2 AND id <> $3")
        .bind(endpoint)
        .bind(&keys.auth)
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(true)
}

/// What a phone follows, from now on these.
pub async fn follow(
    tx: &mut Tx,
    device: &ParcelId,
    proofs: impl Iterator<Item = String>,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM push_follows WHERE device_id = $1")
        .bind(device.as_str())
        .execute(&mut **tx)
        .await?;
    for proof in proofs {
        sqlx::query("INSERT INTO push_follows (device_id, proof) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(device.as_str())
            .bind(proof)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Forgets a phone, and what waits for it.
pub async fn forget(tx: &mut Tx, id: &ParcelId, proof: &str) -> sqlx::Result<bool> {
    let deleted = sqlx::query("DELETE FROM push_devices WHERE id = $1 AND key_hash = $2");
    Ok(deleted.bind(id.as_str()).bind(proof).execute(&mut **tx).await?.rows_affected() > 0)
}

/// Whether there is a phone of that id.
pub async fn is_known(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<bool> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM push_devices WHERE id = $1")
        .bind(id.as_str())
        .fetch_one(&mut **tx)
        .await?;
    Ok(count > 0)
}

/// How a phone stands.
pub async fn told(db: &AnyPool, id: &ParcelId, proof: &str) -> sqlx::Result<Option<Told>> {
    let row = sqlx::query(
        "SELECT made_at, (SELECT COUNT(*) FROM push_follows f WHERE f.device_id = d.id) AS follows
         FROM push_devices d WHERE id = $1 AND key_hash = $2",
    );
    let row = row.bind(id.as_str()).bind(proof).fetch_optional(db).await?;
    row.map(|row| Ok(Told { since: Instant(row.try_get("made_at")?), follows: row.try_get("follows")? }))
        .transpose()
}

/// The phones `d` of the person who holds a phone, whose id is `$1` and whose proof `$2`: those that share a secret with it.
macro_rules! of_same_person {
    () => {
        "d.id <> $1 AND d.id IN (
           SELECT theirs.device_id FROM push_devices o
           JOIN push_follows own ON own.device_id = o.id JOIN push_follows theirs ON theirs.proof = own.proof
           WHERE o.id = $1 AND o.key_hash = $2)"
    };
}

/// The other phones of the person who holds this one, the newest first.
pub async fn others(db: &AnyPool, id: &ParcelId, proof: &str) -> sqlx::Result<Vec<Other>> {
    let text = concat!(
        "SELECT d.id, d.endpoint, d.made_at FROM push_devices d WHERE ",
        of_same_person!(),
        " ORDER BY d.made_at DESC, d.id"
    );
    let rows = sqlx::query(text).bind(id.as_str()).bind(proof).fetch_all(db).await?;
    let read = |row: &AnyRow| {
        let id = ParcelId::parse(row.try_get("id")?).map_err(|_| sqlx::Error::RowNotFound)?;
        let family = Family::of(row.try_get("endpoint")?);
        Ok(Other { id, family, since: Instant(row.try_get("made_at")?) })
    };
    rows.iter().map(read).collect()
}

/// Forgets another phone of the person who holds this one, and what waits for it; whether there was one.
pub async fn forget_other(
    tx: &mut Tx,
    (id, proof): (&ParcelId, &str),
    other: &ParcelId,
) -> sqlx::Result<bool> {
    let text = concat!(
        "DELETE FROM push_devices WHERE id = $3 AND id IN (SELECT d.id FROM push_devices d WHERE ",
        of_same_person!(),
        ")"
    );
    let deleted = sqlx::query(text).bind(id.as_str()).bind(proof).bind(other.as_str());
    Ok(deleted.execute(&mut **tx).await?.rows_affected() > 0)
}

/// The phones `d` of an audience: a query around a condition on `$1`.
macro_rules! of_audience {
    ($audience:expr, $before:literal, $after:literal) => {
        match $audience {
            Audience::People(id) => (
                concat!(
                    $before,
                    " d.id IN (SELECT f.device_id FROM push_follows f JOIN parcels p ON p.key_hash = f.proof
                               WHERE p.report_id = $1) ",
                    $after
                ),
                id,
            ),
            Audience::Sender(id) => (
                concat!(
                    $before,
                    " d.id IN (SELECT f.device_id FROM push_follows f JOIN parcels p ON p.key_hash = f.proof
                               WHERE p.id = $1) ",
                    $after
                ),
                id,
            ),
            Audience::Device(id) => (concat!($before, " d.id = $1 ", $after), id),
        }
    };
}

/// The time zones of an audience.
pub async fn zones(tx: &mut Tx, audience: Audience<'_>) -> sqlx::Result<Vec<String>> {
    let (text, id) =
        of_audience!(audience, "SELECT DISTINCT d.zone FROM push_devices d WHERE", "ORDER BY d.zone");
    sqlx::query_scalar(text).bind(id.as_str()).fetch_all(&mut **tx).await
}

/// A message about to wait.
pub struct Waiting<'a> {
    /// What.
    pub message: &'a Message,
    /// The same as JSON.
    pub text: &'a str,
    /// From when on it may leave.
    pub due_at: Instant,
    /// When nobody wants to know any more.
    pub until_at: Instant,
}

/// Lets a message wait for the phones of an audience that are in `zone`, in the place of an earlier one of its topic; how
/// many they are. One that is leaving right now is not undone: both arrive, and the topic makes one of them.
pub async fn wait(
    tx: &mut Tx,
    audience: Audience<'_>,
    zone: &str,
    waiting: &Waiting<'_>,
) -> sqlx::Result<u64> {
    let (text, id) = of_audience!(
        audience,
        "INSERT INTO push_waiting (device_id, topic, message, due_at, until_at, leased_until, attempts)
         SELECT d.id, $3, $4, $5, $6, 0, 0 FROM push_devices d WHERE d.zone = $2 AND",
        "ORDER BY d.id
         ON CONFLICT (device_id, topic) DO UPDATE SET message = excluded.message, due_at = excluded.due_at,
           until_at = excluded.until_at, leased_until = 0, claim = NULL, attempts = 0"
    );
    let inserted = sqlx::query(text)
        .bind(id.as_str())
        .bind(zone)
        .bind(waiting.message.topic.as_str())
        .bind(waiting.text)
        .bind(waiting.due_at.0)
        .bind(waiting.until_at.0);
    Ok(inserted.execute(&mut **tx).await?.rows_affected())
}

/// A message in hand, and where it goes.
#[derive(Clone, Debug)]
pub struct InHand {
    /// The phone.
    pub device: String,
    /// Its topic.
    pub topic: String,
    /// JSON.
    pub message: String,
    /// When nobody wants to know any more.
    pub until_at: Instant,
    /// How often it was begun, this time included.
    pub attempts: i64,
    /// Where.
    pub subscription: Subscription,
    /// Language.
    pub lang: String,
    /// Time zone.
    pub zone: String,
}

/// Claims up to `most` messages that are due, until `leased_until`, under the name `claim`.
pub async fn claim(
    tx: &mut Tx,
    claim: &str,
    (now, leased_until): (Instant, Instant),
    most: i64,
) -> sqlx::Result<Vec<InHand>> {
    sqlx::query(
        "UPDATE push_waiting SET leased_until = $2, claim = $3, attempts = attempts + 1
         WHERE (device_id, topic) IN (SELECT device_id, topic FROM push_waiting WHERE due_at <= $1 AND leased_until <= $1
                                      ORDER BY due_at, device_id LIMIT $4)
           AND leased_until <= $1",
    )
    .bind(now.0)
    .bind(leased_until.0)
    .bind(claim)
    .bind(most)
    .execute(&mut **tx)
    .await?;
    let rows = sqlx::query(
        "SELECT w.device_id, w.topic, w.message, w.until_at, w.attempts, d.endpoint, d.p256dh, d.auth, d.lang, d.zone
         FROM push_waiting w JOIN push_devices d ON d.id = w.device_id WHERE w.claim = $1 ORDER BY w.device_id, w.topic",
    );
    rows.bind(claim).fetch_all(&mut **tx).await?.iter().map(in_hand).collect()
}

fn in_hand(row: &AnyRow) -> sqlx::Result<InHand> {
    let keys = Keys { p256dh: row.try_get("p256dh")?, auth: row.try_get("auth")? };
    Ok(InHand {
        device: row.try_get("device_id")?,
        topic: row.try_get("topic")?,
        message: row.try_get("message")?,
        until_at: Instant(row.try_get("until_at")?),
        attempts: row.try_get("attempts")?,
        subscription: Subscription { endpoint: row.try_get("endpoint")?, keys },
        lang: row.try_get("lang")?,
        zone: row.try_get("zone")?,
    })
}

/// Puts a message back, to leave at `due_at`; unless a newer one took its place.
pub async fn put_back(tx: &mut Tx, claim: &str, sent: &InHand, due_at: Instant) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE push_waiting SET leased_until = 0, claim = NULL, due_at = $4
         WHERE device_id = $1 AND topic = $2 AND claim = $3",
    )
    .bind(&sent.device)
    .bind(&sent.topic)
    .bind(claim)
    .bind(due_at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets a phone whose subscription is gone; false when it has a new one by now.
pub async fn gone(tx: &mut Tx, sent: &InHand) -> sqlx::Result<bool> {
    let deleted = sqlx::query("DELETE FROM push_devices WHERE id = $1 AND endpoint = $2");
    let deleted = deleted.bind(&sent.device).bind(&sent.subscription.endpoint).execute(&mut **tx).await?;
    Ok(deleted.rows_affected() > 0)
}

/// Drops a message; unless a newer one took its place.
pub async fn drop(tx: &mut Tx, claim: &str, sent: &InHand) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM push_waiting WHERE device_id = $1 AND topic = $2 AND claim = $3")
        .bind(&sent.device)
        .bind(&sent.topic)
        .bind(claim)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes down why a phone is not told.
pub async fn trouble(tx: &mut Tx, sent: &InHand, reason: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE push_devices SET troubles = troubles + 1, trouble = $2 WHERE id = $1")
        .bind(&sent.device)
        .bind(reason)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// All that is still claimed under `claim` arrived.
pub async fn arrived(tx: &mut Tx, claim: &str) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE push_devices SET troubles = 0, trouble = NULL
         WHERE troubles > 0 AND id IN (SELECT device_id FROM push_waiting WHERE claim = $1)",
    )
    .bind(claim)
    .execute(&mut **tx)
    .await?;
    sqlx::query("DELETE FROM push_waiting WHERE claim = $1").bind(claim).execute(&mut **tx).await?;
    Ok(())
}

/// Forgets all that waits.
pub async fn clear(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM push_waiting").execute(&mut **tx).await?;
    Ok(())
}

/// When the next message can be claimed, if there is one.
pub async fn next_at(tx: &mut Tx) -> sqlx::Result<Option<Instant>> {
    let at: Option<i64> = sqlx::query_scalar(
        "SELECT MIN(CASE WHEN due_at > leased_until THEN due_at ELSE leased_until END) FROM push_waiting",
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(at.map(Instant))
}

/// How many phones are told, and how many messages wait.
pub struct Counts {
    /// Phones.
    pub phones: i64,
    /// Messages.
    pub waiting: i64,
}

/// Counts for the doctor.
pub async fn counts(db: &AnyPool) -> sqlx::Result<Counts> {
    let row = sqlx::query(
        "SELECT (SELECT COUNT(*) FROM push_devices) AS phones, (SELECT COUNT(*) FROM push_waiting) AS waiting",
    );
    let row = row.fetch_one(db).await?;
    Ok(Counts { phones: row.try_get("phones")?, waiting: row.try_get("waiting")? })
}

/// Why phones are not told, and how many they are.
pub async fn troubles(db: &AnyPool) -> sqlx::Result<Vec<(String, i64)>> {
    sqlx::query_as(
        "SELECT trouble, COUNT(*) FROM push_devices WHERE trouble IS NOT NULL GROUP BY trouble ORDER BY trouble",
    )
    .fetch_all(db)
    .await
}
