//! The SQL of the queue.

use super::{Job, LEASE, Lane, New, SOON, Trouble};
use crate::db::Tx;
use crate::db::bundle::Bundle;
use shared::instant::Instant;
use sqlx::{AnyPool, Row};

/// Jobs looked at to find the next one: more than workers can have in their hands.
const AHEAD: i64 = 64;

/// Puts a job into the caller's transaction; one that is there already stays as it is.
pub async fn put(tx: &mut Tx, id: &str, new: &New<'_>) -> sqlx::Result<()> {
    let mut writes = Bundle::default();
    add(&mut writes, id, new);
    writes.run(tx).await
}

/// The same, among other writes.
pub fn add(writes: &mut Bundle, id: &str, new: &New<'_>) {
    let put = writes.add(
        "INSERT INTO jobs (id, kind, payload, run_at, leased_until, attempts, created_at, about, lane)
         VALUES ($1, $2, $3, $4, 0, 0, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
    );
    let put = put.bind(id).bind(new.kind).bind(new.payload).bind(new.run_at.0).bind(new.about);
    put.bind(Lane::of(new.kind).number());
}

/// Ends the wait of jobs of `kind` about `about` that were put for later than `now`; those put off after a failure
/// keep their hour. How many there were.
pub async fn hurry(tx: &mut Tx, kind: &str, about: &str, now: Instant) -> sqlx::Result<u64> {
    let hurried = sqlx::query(
        "UPDATE jobs SET run_at = $3 WHERE kind = $1 AND about = $2 AND run_at > $3 AND attempts = 0 AND dead_at IS NULL",
    );
    Ok(hurried.bind(kind).bind(about).bind(now.0).execute(&mut **tx).await?.rows_affected())
}

/// The claim of the first job due for which the condition holds.
macro_rules! claim {
    ($which:literal) => {
        concat!(
            "UPDATE jobs SET leased_until = $2, attempts = attempts + 1
             WHERE id = (SELECT id FROM jobs WHERE dead_at IS NULL AND run_at <= $1 AND leased_until <= $1 AND ",
            $which,
            " ORDER BY run_at, id LIMIT 1) AND leased_until <= $1
             RETURNING id, kind, payload, attempts"
        )
    };
}

/// Claims the job of `lane`, or of any, that has been due longest, or nothing.
pub async fn claim(tx: &mut Tx, lane: Option<Lane>, now: Instant) -> sqlx::Result<Option<Job>> {
    let row = match lane {
        Some(lane) => {
            sqlx::query(claim!("lane = $3")).bind(now.0).bind(now.plus(LEASE).0).bind(lane.number())
        }
        None => sqlx::query(claim!("lane >= 0")).bind(now.0).bind(now.plus(LEASE).0),
    };
    let row = row.fetch_optional(&mut **tx).await?;
    row.map(|row| {
        Ok(Job {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            payload: row.try_get("payload")?,
            attempts: row.try_get("attempts")?,
        })
    })
    .transpose()
}

/// Removes a job that is done; in the transaction that records what it did.
pub async fn done(tx: &mut Tx, id: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM jobs WHERE id = $1").bind(id).execute(&mut **tx).await?;
    Ok(())
}

/// Puts a failed job back, to run at `run_at`.
pub async fn later(tx: &mut Tx, id: &str, run_at: Instant, reason: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE jobs SET leased_until = 0, run_at = $2, reason = $3 WHERE id = $1")
        .bind(id)
        .bind(run_at.0)
        .bind(reason)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Sets a job aside.
pub async fn bury(tx: &mut Tx, id: &str, at: Instant, reason: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE jobs SET leased_until = 0, dead_at = $2, reason = $3 WHERE id = $1")
        .bind(id)
        .bind(at.0)
        .bind(reason)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// When the next job of `lane` can be claimed, if there is one.
pub async fn next_at(db: &AnyPool, lane: Lane) -> sqlx::Result<Option<Instant>> {
    let at: Option<i64> = sqlx::query_scalar(
        "SELECT MIN(CASE WHEN run_at > leased_until THEN run_at ELSE leased_until END) FROM
           (SELECT run_at, leased_until FROM jobs WHERE dead_at IS NULL AND lane = $1 ORDER BY run_at, id LIMIT $2) AS ahead",
    )
    .bind(lane.number())
    .bind(AHEAD)
    .fetch_one(db)
    .await?;
    Ok(at.map(Instant))
}

/// Since when the job waits that is due longest and in nobody's hands.
pub async fn oldest_due(db: &AnyPool, now: Instant) -> sqlx::Result<Option<Instant>> {
    let at: Option<i64> = sqlx::query_scalar(
        "SELECT MIN(run_at) FROM jobs WHERE dead_at IS NULL AND run_at <= $1 AND leased_until <= $1",
    )
    .bind(now.0)
    .fetch_one(db)
    .await?;
    Ok(at.map(Instant))
}

/// How many jobs wait, and how many were set aside. What was planned for a later hour and never failed does not wait, nor
/// does a sweep: it comes back for ever.
pub async fn counts(db: &AnyPool, now: Instant) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query(
        "SELECT COUNT(CASE WHEN dead_at IS NULL AND (attempts > 0 OR (run_at <= $1 AND kind NOT LIKE '%.sweep')) THEN 1 END) AS waiting,
                COUNT(dead_at) AS dead FROM jobs",
    );
    let row = row.bind(now.plus(SOON).0).fetch_one(db).await?;
    Ok((row.try_get("waiting")?, row.try_get("dead")?))
}

/// Jobs that failed: those set aside first, the oldest first.
pub async fn troubles(db: &AnyPool) -> sqlx::Result<Vec<Trouble>> {
    let rows = sqlx::query(
        "SELECT id, kind, COALESCE(about, '') AS about, attempts, reason, run_at, dead_at FROM jobs
         WHERE reason IS NOT NULL ORDER BY CASE WHEN dead_at IS NULL THEN 1 ELSE 0 END, dead_at, run_at, id",
    );
    let trouble = |row: &sqlx::any::AnyRow| {
        Ok(Trouble {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            about: row.try_get("about")?,
            attempts: row.try_get("attempts")?,
            reason: row.try_get("reason")?,
            run_at: Instant(row.try_get("run_at")?),
            dead_at: row.try_get::<Option<i64>, _>("dead_at")?.map(Instant),
        })
    };
    rows.fetch_all(db).await?.iter().map(trouble).collect()
}

/// Lets failed jobs run at `now` with all their attempts before them: the one of that id, or every one. How many.
pub async fn retry(tx: &mut Tx, id: Option<&str>, now: Instant) -> sqlx::Result<u64> {
    let retried = sqlx::query(
        "UPDATE jobs SET dead_at = NULL, attempts = 0, run_at = $1
         WHERE reason IS NOT NULL AND leased_until <= $1 AND (CAST($2 AS TEXT) IS NULL OR id = $2)",
    );
    Ok(retried.bind(now.0).bind(id).execute(&mut **tx).await?.rows_affected())
}
