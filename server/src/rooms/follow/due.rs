//! The SQL of asking: who is due, and that they were asked.

use super::store::read_rhythm;
use crate::db::Tx;
use crate::rooms::reports::store::parse_id;
use shared::followup::Rhythm;
use shared::ids::ParcelId;
use shared::instant::Instant;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, Executor, Row};

/// Somebody whose hour has come.
#[derive(Debug)]
pub struct Due {
    /// The parcel that follows.
    pub parcel: ParcelId,
    /// Their secret's.
    pub proof: String,
    /// When they want to be asked.
    pub rhythm: Rhythm,
    /// How often this question was put.
    pub times: i64,
    /// Whether they wait, not only follow.
    pub waits: bool,
}

/// The reports about which the first `most` people are to be asked who are due at `now`, in the order of their ids.
pub async fn due_reports<'c>(
    db: impl Executor<'c, Database = Any>,
    now: Instant,
    most: i64,
) -> sqlx::Result<Vec<ParcelId>> {
    let reports: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT p.report_id
         FROM (SELECT parcel_id FROM follows WHERE ask_at <= $1 ORDER BY ask_at, parcel_id LIMIT $2) due
         JOIN parcels p ON p.id = due.parcel_id ORDER BY p.report_id",
    )
    .bind(now.0)
    .bind(most)
    .fetch_all(db)
    .await?;
    reports.iter().map(|report| parse_id(report)).collect()
}

/// Takes everybody who is due at `now` about `report` out of those who wait to be asked.
pub async fn take_due(tx: &mut Tx, report: &ParcelId, now: Instant) -> sqlx::Result<Vec<Due>> {
    let rows = sqlx::query(
        "UPDATE follows SET ask_at = NULL
         WHERE ask_at <= $2 AND parcel_id IN (SELECT id FROM parcels WHERE report_id = $1)
         RETURNING parcel_id, rhythm, asked_times,
                   (SELECT p.key_hash FROM parcels p WHERE p.id = follows.parcel_id) AS key_hash,
                   (SELECT p.waits FROM parcels p WHERE p.id = follows.parcel_id) AS waits",
    );
    let due = |row: &AnyRow| {
        Ok(Due {
            parcel: parse_id(row.try_get("parcel_id")?)?,
            proof: row.try_get("key_hash")?,
            rhythm: read_rhythm(row.try_get("rhythm")?)?,
            times: row.try_get("asked_times")?,
            waits: row.try_get::<i16, _>("waits")? != 0,
        })
    };
    let rows = rows.bind(report.as_str()).bind(now.0).fetch_all(&mut **tx).await?;
    let mut due = rows.iter().map(due).collect::<sqlx::Result<Vec<_>>>()?;
    due.sort_unstable_by(|a, b| a.parcel.cmp(&b.parcel));
    Ok(due)
}

/// A question was put: it waits for an answer, and is repeated at `again`.
pub async fn asked(tx: &mut Tx, due: &Due, again: Option<Instant>, at: Instant) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE follows SET ask_at = $2, asked_at = $3, asked_times = asked_times + 1 WHERE parcel_id = $1",
    )
    .bind(due.parcel.as_str())
    .bind(again.map(|at| at.0))
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What decides how a question about a report is put.
pub struct Context {
    /// Somebody says that it is fixed.
    pub said: bool,
    /// Those who wait were asked about it before, on the same day.
    pub told: bool,
}

/// How a question about `report` is put at `now`, on the day that began at `midnight`.
pub async fn context(
    tx: &mut Tx,
    report: &ParcelId,
    (midnight, now): (Instant, Instant),
) -> sqlx::Result<Context> {
    let row = sqlx::query(
        "SELECT COUNT(CASE WHEN f.said = 1 THEN 1 END) AS said,
                COUNT(CASE WHEN p.waits = 1 AND f.asked_at >= $2 AND f.asked_at < $3 THEN 1 END) AS told
         FROM parcels p JOIN follows f ON f.parcel_id = p.id WHERE p.report_id = $1",
    );
    let row = row.bind(report.as_str()).bind(midnight.0).bind(now.0).fetch_one(&mut **tx).await?;
    let some = |name: &str| Ok::<_, sqlx::Error>(row.try_get::<i64, _>(name)? > 0);
    Ok(Context { said: some("said")?, told: some("told")? })
}

/// The parcel with which the owner of `proof` left an address for news of `report`.
pub async fn contact(tx: &mut Tx, report: &ParcelId, proof: &str) -> sqlx::Result<Option<ParcelId>> {
    let parcel: Option<String> = sqlx::query_scalar(
        "SELECT c.parcel_id FROM contacts c JOIN parcels p ON p.id = c.parcel_id
         WHERE p.report_id = $1 AND p.key_hash = $2 ORDER BY c.parcel_id LIMIT 1",
    )
    .bind(report.as_str())
    .bind(proof)
    .fetch_optional(&mut **tx)
    .await?;
    parcel.as_deref().map(parse_id).transpose()
}

/// When whoever is due first is.
pub async fn next_at(tx: &mut Tx) -> sqlx::Result<Option<Instant>> {
    let at: Option<i64> = sqlx::query_scalar("SELECT MIN(ask_at) FROM follows WHERE ask_at IS NOT NULL")
        .fetch_one(&mut **tx)
        .await?;
    Ok(at.map(Instant))
}

/// How many people wait to be asked.
pub async fn waiting(db: &AnyPool) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM follows WHERE ask_at IS NOT NULL").fetch_one(db).await
}

/// How many should have been asked before `at`, and since when the first of them.
pub async fn late(db: &AnyPool, at: Instant) -> sqlx::Result<Option<(i64, Instant)>> {
    let row = sqlx::query("SELECT COUNT(*) AS late, MIN(ask_at) AS since FROM follows WHERE ask_at <= $1");
    let row = row.bind(at.0).fetch_one(db).await?;
    let since: Option<i64> = row.try_get("since")?;
    since.map(|since| Ok((row.try_get("late")?, Instant(since)))).transpose()
}
