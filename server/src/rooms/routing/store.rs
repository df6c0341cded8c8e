//! The SQL of rules, desks and mailboxes. A mailbox is open from `from_at` until just before `until_at`.

use crate::db::Tx;
use shared::ids::PlaceId;
use shared::instant::Instant;
use shared::routing::{Desk, Function, Rule};
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, Executor, Row};

/// Every rule.
pub async fn rules<'c>(db: impl Executor<'c, Database = Any>) -> sqlx::Result<Vec<Rule>> {
    let rows = sqlx::query("SELECT category, function FROM rules ORDER BY id").fetch_all(db).await?;
    rows.iter().map(|row| Ok(Rule { category: row.try_get("category")?, function: function(row)? })).collect()
}

/// Adds a rule.
pub async fn insert_rule(tx: &mut Tx, id: &str, rule: &Rule) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO rules (id, category, function) VALUES ($1, $2, $3)")
        .bind(id)
        .bind(&rule.category)
        .bind(rule.function.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The desks in whose zone `place` stands.
pub async fn desks_of<'c>(
    db: impl Executor<'c, Database = Any>,
    place: &PlaceId,
    now: Instant,
) -> sqlx::Result<Vec<Desk>> {
    let rows = sqlx::query(
        "SELECT d.id, d.function, CASE WHEN d.name = '' THEN z.name ELSE d.name END AS name,
                CAST(pz.rank AS BIGINT) AS rank,
                (SELECT COUNT(*) FROM mailboxes m WHERE m.desk_id = d.id
                   AND m.from_at <= $2 AND (m.until_at IS NULL OR m.until_at > $2)) AS mailboxes
         FROM place_zones pz JOIN desks d ON d.zone_id = pz.zone_id JOIN zones z ON z.id = d.zone_id
         WHERE pz.place_id = $1 ORDER BY d.id",
    )
    .bind(place.as_str())
    .bind(now.0)
    .fetch_all(db)
    .await?;
    rows.iter().map(desk).collect()
}

/// The desk of that id, with its name for people.
pub async fn desk_named(db: &AnyPool, id: &str) -> sqlx::Result<Option<(Function, String)>> {
    let row = sqlx::query(
        "SELECT d.function, CASE WHEN d.name = '' THEN z.name ELSE d.name END AS name
         FROM desks d JOIN zones z ON z.id = d.zone_id WHERE d.id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    row.map(|row| Ok((function(&row)?, row.try_get("name")?))).transpose()
}

/// The open mailboxes of a desk. For sending only: they are never shown.
pub async fn mailboxes(db: &AnyPool, desk: &str, now: Instant) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT m.mail FROM mailboxes m WHERE m.desk_id = $1
           AND m.from_at <= $2 AND (m.until_at IS NULL OR m.until_at > $2) ORDER BY m.mail",
    )
    .bind(desk)
    .bind(now.0)
    .fetch_all(db)
    .await
}

/// Makes sure that `function` has a desk in `zone`; gives its id. An empty `name` keeps the one it has.
pub async fn ensure_desk(tx: &mut Tx, function: Function, zone: &str, name: &str) -> sqlx::Result<String> {
    let id = format!("{}@{zone}", function.as_str());
    sqlx::query(
        "INSERT INTO desks (id, function, zone_id, name) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE excluded.name <> '' AND excluded.name <> desks.name",
    )
    .bind(&id)
    .bind(function.as_str())
    .bind(zone)
    .bind(name)
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// Makes `mail` the desk's one open mailbox of that `source`; another of the same source is closed today. True when
/// something changed.
pub async fn set_mailbox(
    tx: &mut Tx,
    desk: &str,
    mail: &str,
    source: &str,
    now: Instant,
) -> sqlx::Result<bool> {
    let closed = sqlx::query("UPDATE mailboxes SET until_at = $4 WHERE desk_id = $1 AND source = $3 AND mail <> $2 AND until_at IS NULL")
        .bind(desk)
        .bind(mail)
        .bind(source)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    let opened = sqlx::query(
        "INSERT INTO mailboxes (id, desk_id, mail, source, from_at) SELECT $5, $1, $2, $3, $4
         WHERE NOT EXISTS (SELECT 1 FROM mailboxes WHERE desk_id = $1 AND mail = $2 AND until_at IS NULL)",
    )
    .bind(desk)
    .bind(mail)
    .bind(source)
    .bind(now.0)
    .bind(crate::edges::ids::id(now).as_str())
    .execute(&mut **tx)
    .await?;
    Ok(closed.rows_affected() + opened.rows_affected() > 0)
}

/// Desks that hold no open mailbox: id and zone name.
pub async fn without_mailbox(db: &AnyPool, now: Instant) -> sqlx::Result<Vec<(String, String)>> {
    sqlx::query_as(
        "SELECT d.id, z.name FROM desks d JOIN zones z ON z.id = d.zone_id
         WHERE NOT EXISTS (SELECT 1 FROM mailboxes m WHERE m.desk_id = d.id
           AND m.from_at <= $1 AND (m.until_at IS NULL OR m.until_at > $1))
         ORDER BY d.function, z.name",
    )
    .bind(now.0)
    .fetch_all(db)
    .await
}

fn desk(row: &AnyRow) -> sqlx::Result<Desk> {
    Ok(Desk {
        id: row.try_get("id")?,
        function: function(row)?,
        name: row.try_get("name")?,
        rank: row.try_get("rank")?,
        has_mailbox: row.try_get::<i64, _>("mailboxes")? > 0,
    })
}

fn function(row: &AnyRow) -> sqlx::Result<Function> {
    let word: String = row.try_get("function")?;
    Function::parse(&word).ok_or_else(|| sqlx::Error::Decode(format!("unknown function {word}").into()))
}
