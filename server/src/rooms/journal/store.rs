//! The SQL of writing lines and seals.

use super::chain::{Line, NONE};
use crate::db::bundle::Bundle;
use crate::db::{Tx, rows as rows_of};
use shared::ids::ParcelId;
use shared::instant::Instant;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, AssertSqlSafe, Executor, Row};

/// Lines of an earlier version that are written together.
const TOGETHER: usize = 200;

/// A seal, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// 1, 2, 3…
    pub number: i64,
    /// `seq` of its last line.
    pub last: i64,
    /// When it was made.
    pub at: i64,
    /// Of the hashes of its lines.
    pub root: String,
    /// Its own.
    pub hash: String,
}

/// Adds a line to a journal: the report has changed, and counts it. That first statement holds the report's row, so what is
/// read next is still the last line when the new one is written.
pub async fn append(tx: &mut Tx, report: &ParcelId, at: Instant, event: &str) -> sqlx::Result<()> {
    let counted = sqlx::query_scalar(
        "UPDATE reports SET changed_at = CASE WHEN changed_at < $2 THEN $2 ELSE changed_at END, lines = lines + 1
         WHERE id = $1 RETURNING lines",
    );
    let position: i64 = counted.bind(report.as_str()).bind(at.0).fetch_one(&mut **tx).await?;
    let before = if position > 1 { hash_of(tx, report.as_str(), position - 1).await? } else { None };
    let mut writes = Bundle::default();
    let line = Line { report: report.as_str(), position, at: at.0, event };
    add(&mut writes, line, &line.hash(before.as_deref().unwrap_or(NONE)));
    writes.run(tx).await
}

/// The first lines of a report that is being written, with as many lines counted.
pub fn begin(writes: &mut Bundle, report: &ParcelId, at: Instant, events: &[String]) {
    let mut before = NONE.to_owned();
    for (position, event) in (1..).zip(events) {
        let line = Line { report: report.as_str(), position, at: at.0, event };
        before = line.hash(&before);
        add(writes, line, &before);
    }
}

fn add(writes: &mut Bundle, line: Line<'_>, hash: &str) {
    let insert =
        writes.add("INSERT INTO journal (report_id, position, at, event, hash) VALUES ($1, $2, $3, $4, $5)");
    insert.bind(line.report).bind(line.position).bind(line.at).bind(line.event).bind(hash);
}

async fn hash_of(tx: &mut Tx, report: &str, position: i64) -> sqlx::Result<Option<String>> {
    let hash: Option<Option<String>> =
        sqlx::query_scalar("SELECT hash FROM journal WHERE report_id = $1 AND position = $2")
            .bind(report)
            .bind(position)
            .fetch_optional(&mut **tx)
            .await?;
    Ok(hash.flatten())
}

/// Whether there are lines that an earlier version wrote.
pub async fn unchained_there_is(db: &AnyPool) -> sqlx::Result<bool> {
    let one: Option<String> =
        sqlx::query_scalar("SELECT report_id FROM journal WHERE seq IS NULL AND hash IS NULL LIMIT 1")
            .fetch_optional(db)
            .await?;
    Ok(one.is_some())
}

/// Reports, after the one of that id, with lines that an earlier version wrote.
pub async fn unchained(db: &AnyPool, after: &str, most: i64) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT DISTINCT report_id FROM journal WHERE report_id > $1 AND hash IS NULL ORDER BY report_id LIMIT $2",
    )
    .bind(after)
    .bind(most)
    .fetch_all(db)
    .await
}

/// Chains the lines of reports from `first` to `last` that have no hash yet, and counts them all.
pub async fn chain(tx: &mut Tx, (first, last): (&str, &str)) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE reports SET lines = (SELECT COUNT(*) FROM journal WHERE report_id = reports.id)
         WHERE id >= $1 AND id <= $2",
    )
    .bind(first)
    .bind(last)
    .execute(&mut **tx)
    .await?;
    let rows = sqlx::query(
        "SELECT report_id, position, at, event, hash FROM journal
         WHERE report_id >= $1 AND report_id <= $2 AND (seq IS NULL OR hash IS NOT NULL)
         ORDER BY report_id, position",
    );
    let rows = rows.bind(first).bind(last).fetch_all(&mut **tx).await?;
    let (mut of, mut before, mut hashed) = ("", NONE.to_owned(), Vec::new());
    for row in &rows {
        let report: &str = row.try_get("report_id")?;
        if report != of {
            (of, before) = (report, NONE.to_owned());
        }
        let (position, at, event) = (row.try_get("position")?, row.try_get("at")?, row.try_get("event")?);
        if let Some(hash) = row.try_get("hash")? {
            before = hash;
            continue;
        }
        before = Line { report, position, at, event }.hash(&before);
        hashed.push((report, position, before.clone()));
    }
    for some in hashed.chunks(TOGETHER) {
        let text = format!(
            "UPDATE journal SET hash = v.column3 FROM (VALUES {}) AS v
             WHERE report_id = v.column1 AND position = v.column2",
            rows_of(some.len(), 3)
        );
        let mut update = sqlx::query(AssertSqlSafe(text));
        for (report, position, hash) in some {
            update = update.bind(*report).bind(*position).bind(hash);
        }
        update.execute(&mut **tx).await?;
    }
    Ok(())
}

/// Lines that no seal closes yet, and the hour of the oldest that has no place in the order of all.
pub async fn waiting<'c>(db: impl Executor<'c, Database = Any>) -> sqlx::Result<(i64, Option<Instant>)> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS count, MIN(CASE WHEN seq IS NULL THEN at END) AS since FROM journal
         WHERE seq IS NULL OR seq > COALESCE((SELECT last FROM seals ORDER BY number DESC LIMIT 1), 0)",
    );
    let row = row.fetch_one(db).await?;
    Ok((row.try_get("count")?, row.try_get::<Option<i64>, _>("since")?.map(Instant)))
}

/// The number of the seal to be made: whoever makes one waits here for whoever makes another.
pub async fn next_seal(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar("UPDATE counters SET value = value + 1 WHERE name = 'seal' RETURNING value")
        .fetch_one(&mut **tx)
        .await
}

/// Seals after the one of that number.
pub async fn seals<'c>(
    db: impl Executor<'c, Database = Any>,
    after: i64,
    most: i64,
) -> sqlx::Result<Vec<Seal>> {
    let rows = sqlx::query(
        "SELECT number, last, at, root, hash FROM seals WHERE number > $1 ORDER BY number LIMIT $2",
    );
    rows.bind(after).bind(most).fetch_all(db).await?.iter().map(read_seal).collect()
}

/// The seal of that number.
pub async fn seal<'c>(db: impl Executor<'c, Database = Any>, number: i64) -> sqlx::Result<Option<Seal>> {
    let row = sqlx::query("SELECT number, last, at, root, hash FROM seals WHERE number = $1");
    row.bind(number).fetch_optional(db).await?.as_ref().map(read_seal).transpose()
}

fn read_seal(row: &AnyRow) -> sqlx::Result<Seal> {
    Ok(Seal {
        number: row.try_get("number")?,
        last: row.try_get("last")?,
        at: row.try_get("at")?,
        root: row.try_get("root")?,
        hash: row.try_get("hash")?,
    })
}

/// Gives at most `most` lines their place after `last`: the oldest first, and of each report in its own order, whatever
/// the clocks of those who wrote them said.
pub async fn place(tx: &mut Tx, last: i64, most: i64) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE journal SET seq = $1 + next.place FROM (
           SELECT report_id, position, ROW_NUMBER() OVER (ORDER BY due, report_id, position) AS place FROM (
             SELECT report_id, position, MAX(at) OVER (PARTITION BY report_id ORDER BY position) AS due
             FROM journal WHERE seq IS NULL AND hash IS NOT NULL) waiting
           ORDER BY due, report_id, position LIMIT $2) next
         WHERE journal.report_id = next.report_id AND journal.position = next.position",
    )
    .bind(last)
    .bind(most)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Hashes of the lines after `last`, in their order, at most `most`.
pub async fn hashes(tx: &mut Tx, last: i64, most: i64) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("SELECT hash FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2")
        .bind(last)
        .bind(most)
        .fetch_all(&mut **tx)
        .await
}

/// Keeps a seal.
pub async fn insert_seal(tx: &mut Tx, seal: &Seal) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO seals (number, last, at, root, hash) VALUES ($1, $2, $3, $4, $5)")
        .bind(seal.number)
        .bind(seal.last)
        .bind(seal.at)
        .bind(&seal.root)
        .bind(&seal.hash)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Hashes of the lines after `first` up to `last`, in their order.
pub async fn sealed(tx: &mut Tx, first: i64, last: i64) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("SELECT COALESCE(hash, '') FROM journal WHERE seq > $1 AND seq <= $2 ORDER BY seq")
        .bind(first)
        .bind(last)
        .fetch_all(&mut **tx)
        .await
}

/// How many seals were made.
pub async fn seals_made(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT value FROM counters WHERE name = 'seal'").fetch_one(&mut **tx).await
}

/// The newest seal.
pub async fn newest(db: &AnyPool) -> sqlx::Result<Option<Seal>> {
    let row = sqlx::query("SELECT number, last, at, root, hash FROM seals ORDER BY number DESC LIMIT 1");
    row.fetch_optional(db).await?.as_ref().map(read_seal).transpose()
}

/// The place of the last line that was under a seal before `at`, when nothing written since was there; 0 for none.
pub async fn sealed_before(db: &AnyPool, at: Instant) -> sqlx::Result<i64> {
    let last: Option<i64> =
        sqlx::query_scalar("SELECT last FROM seals WHERE at < $1 ORDER BY number DESC LIMIT 1")
            .bind(at.0)
            .fetch_optional(db)
            .await?;
    Ok(last.unwrap_or_default())
}
