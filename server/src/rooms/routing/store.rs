//! The SQL of rules, desks, holders and mailboxes. A mailbox is open from `from_at` until just before `until_at`.

use crate::db::{Tx, rows};
use shared::ids::PlaceId;
use shared::instant::Instant;
use shared::reports::category;
use shared::reports::kind::Kind;
use shared::reports::status::Status;
use shared::routing::rules::{Criteria, Rule, Zone};
use shared::routing::{Desk, Function, Target, desk_id};
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, AssertSqlSafe, Executor, Row};

/// An open mailbox. For sending only: addresses are never shown.
pub struct Mailbox {
    /// Its id.
    pub id: String,
    /// Its address.
    pub mail: String,
}

/// Every rule.
pub async fn rules<'c>(db: impl Executor<'c, Database = Any>) -> sqlx::Result<Vec<Rule>> {
    let rows =
        sqlx::query("SELECT kind, category, urgency, status, zone_id, function FROM rules ORDER BY id");
    gather(&rows.fetch_all(db).await?)
}

/// The rules that may speak for a report of `category`: those that name it, its group, or no category.
pub async fn rules_about<'c>(
    db: impl Executor<'c, Database = Any>,
    category: Option<&str>,
) -> sqlx::Result<Vec<Rule>> {
    let group = category.and_then(category::find).map(|category| category.group);
    let rows = sqlx::query(
        "SELECT kind, category, urgency, status, zone_id, function FROM rules
         WHERE category IS NULL OR category = $1 OR category = $2 ORDER BY id",
    );
    gather(&rows.bind(category).bind(group).fetch_all(db).await?)
}

/// Rows that ask for the same are one rule.
fn gather(rows: &[AnyRow]) -> sqlx::Result<Vec<Rule>> {
    let mut rules: Vec<Rule> = Vec::new();
    for row in rows {
        let when = criteria(row)?;
        let word: &str = row.try_get("function")?;
        let target = (!word.is_empty()).then(|| Target::parse(word).ok_or_else(|| unknown("target", word)));
        let target = target.transpose()?;
        match rules.iter_mut().find(|rule| rule.when == when) {
            Some(rule) => rule.to.extend(target),
            None => rules.push(Rule { when, to: target.into_iter().collect() }),
        }
    }
    for rule in &mut rules {
        rule.to.sort();
        rule.to.dedup();
    }
    Ok(rules)
}

fn criteria(row: &AnyRow) -> sqlx::Result<Criteria> {
    let word = |name: &str| row.try_get::<Option<String>, _>(name);
    Ok(Criteria {
        kind: word("kind")?
            .map(|word| Kind::parse(&word).ok_or_else(|| unknown("kind", &word)))
            .transpose()?,
        category: word("category")?,
        urgency: row.try_get("urgency")?,
        status: word("status")?
            .map(|word| Status::parse(&word).ok_or_else(|| unknown("status", &word)))
            .transpose()?,
        zone: word("zone_id")?,
    })
}

/// Adds a rule: a row for each target, `id` making their ids.
pub async fn insert_rule(tx: &mut Tx, rule: &Rule, mut id: impl FnMut() -> String) -> sqlx::Result<()> {
    let targets = if rule.to.is_empty() {
        vec![String::new()]
    } else {
        rule.to.iter().map(Target::to_string).collect()
    };
    for target in targets {
        sqlx::query(
            "INSERT INTO rules (id, kind, category, urgency, status, zone_id, function)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id())
        .bind(rule.when.kind.map(Kind::as_str))
        .bind(&rule.when.category)
        .bind(rule.when.urgency)
        .bind(rule.when.status.map(Status::as_str))
        .bind(&rule.when.zone)
        .bind(target)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Forgets every rule.
pub async fn delete_rules(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM rules").execute(&mut **tx).await?;
    Ok(())
}

/// The zones in which `place` stands, the nearest first.
pub async fn zones_of<'c>(db: impl Executor<'c, Database = Any>, place: &PlaceId) -> sqlx::Result<Vec<Zone>> {
    let rows = sqlx::query(
        "SELECT z.id, z.name, CAST(pz.rank AS BIGINT) AS rank FROM place_zones pz JOIN zones z ON z.id = pz.zone_id
         WHERE pz.place_id = $1 ORDER BY pz.rank, z.id",
    );
    let zone = |row: &AnyRow| {
        Ok(Zone { id: row.try_get("id")?, name: row.try_get("name")?, rank: row.try_get("rank")? })
    };
    rows.bind(place.as_str()).fetch_all(db).await?.iter().map(zone).collect()
}

/// Columns of [`desk`]; `$2` is now.
macro_rules! desk {
    ($rank:literal) => {
        concat!(
            "SELECT d.id, d.function, CASE WHEN d.name = '' THEN z.name ELSE d.name END AS name, ",
            $rank,
            " AS rank, (SELECT COUNT(*) FROM mailboxes m WHERE m.desk_id = d.id
                   AND m.from_at <= $2 AND (m.until_at IS NULL OR m.until_at > $2)) AS mailboxes
             FROM desks d JOIN zones z ON z.id = d.zone_id "
        )
    };
}

/// The desks in whose zone `place` stands.
pub async fn desks_of<'c>(
    db: impl Executor<'c, Database = Any>,
    place: &PlaceId,
    now: Instant,
) -> sqlx::Result<Vec<Desk>> {
    let rows = sqlx::query(concat!(
        desk!("CAST(pz.rank AS BIGINT)"),
        "JOIN place_zones pz ON pz.zone_id = d.zone_id WHERE pz.place_id = $1 ORDER BY d.id"
    ));
    rows.bind(place.as_str()).bind(now.0).fetch_all(db).await?.iter().map(desk).collect()
}

/// The desk of that id, as one in whose zone the place does not stand.
pub async fn desk_far<'c>(
    db: impl Executor<'c, Database = Any>,
    id: &str,
    now: Instant,
) -> sqlx::Result<Option<Desk>> {
    let row = sqlx::query(concat!(desk!("CAST(NULL AS BIGINT)"), "WHERE d.id = $1"));
    row.bind(id).bind(now.0).fetch_optional(db).await?.as_ref().map(desk).transpose()
}

/// The desk of that id, with its name for people.
pub async fn desk_named<'c>(
    db: impl Executor<'c, Database = Any>,
    id: &str,
) -> sqlx::Result<Option<(Function, String)>> {
    let row = sqlx::query(
        "SELECT d.function, CASE WHEN d.name = '' THEN z.name ELSE d.name END AS name
         FROM desks d JOIN zones z ON z.id = d.zone_id WHERE d.id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    row.map(|row| Ok((function(&row)?, row.try_get("name")?))).transpose()
}

/// The open mailboxes of a desk.
pub async fn mailboxes<'c>(
    db: impl Executor<'c, Database = Any>,
    desk: &str,
    now: Instant,
) -> sqlx::Result<Vec<Mailbox>> {
    let rows = sqlx::query(
        "SELECT m.id, m.mail FROM mailboxes m WHERE m.desk_id = $1
           AND m.from_at <= $2 AND (m.until_at IS NULL OR m.until_at > $2) ORDER BY m.mail, m.id",
    );
    let mailbox = |row: &AnyRow| Ok(Mailbox { id: row.try_get("id")?, mail: row.try_get("mail")? });
    rows.bind(desk).bind(now.0).fetch_all(db).await?.iter().map(mailbox).collect()
}

/// The open mailboxes of `desks`: the desk's id, and the mailbox's.
pub async fn mailboxes_of<'c>(
    db: impl Executor<'c, Database = Any>,
    desks: &[&str],
    now: Instant,
) -> sqlx::Result<Vec<(String, String)>> {
    if desks.is_empty() {
        return Ok(vec![]);
    }
    let text = format!(
        "SELECT desk_id, id FROM mailboxes WHERE desk_id IN {} AND from_at <= ${now} AND (until_at IS NULL OR until_at > ${now})
         ORDER BY mail, id",
        rows(1, desks.len()),
        now = desks.len() + 1
    );
    let mut asked = sqlx::query_as(AssertSqlSafe(text));
    for desk in desks {
        asked = asked.bind(*desk);
    }
    asked.bind(now.0).fetch_all(db).await
}

/// The names of those who hold a desk now.
pub async fn holders(db: &AnyPool, desk: &str, now: Instant) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT h.name FROM holders h WHERE h.desk_id = $1
           AND h.from_at <= $2 AND (h.until_at IS NULL OR h.until_at > $2) ORDER BY h.from_at, h.name",
    )
    .bind(desk)
    .bind(now.0)
    .fetch_all(db)
    .await
}

/// Makes sure that `function` has a desk in `zone`; gives its id. An empty `name` keeps the one it has.
pub async fn ensure_desk(tx: &mut Tx, function: Function, zone: &str, name: &str) -> sqlx::Result<String> {
    let id = desk_id(function, zone);
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

/// Reads the column `function`.
pub fn function(row: &AnyRow) -> sqlx::Result<Function> {
    let word: String = row.try_get("function")?;
    Function::parse(&word).ok_or_else(|| unknown("function", &word))
}

fn unknown(what: &str, word: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("unknown {what} {word}").into())
}
