//! The SQL of reports that change hands: who is in charge of one otherwise than the rules say, and what waits for a word.

use crate::db::Tx;
use shared::ids::ParcelId;
use shared::instant::Instant;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, Executor, Row};

/// A transfer that waits.
pub struct Transfer {
    /// Its id.
    pub id: String,
    /// The report's number.
    pub number: i64,
    /// The desk that says it is not in charge.
    pub from: String,
    /// The desk it names.
    pub to: Option<String>,
    /// Whom it means.
    pub words: String,
}

/// Desks that passed `report` on, and desks it was passed to.
pub async fn elsewhere<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &ParcelId,
) -> sqlx::Result<(Vec<String>, Vec<String>)> {
    let rows: Vec<(String, i16)> =
        sqlx::query_as("SELECT desk_id, in_charge FROM report_desks WHERE report_id = $1 ORDER BY desk_id")
            .bind(report.as_str())
            .fetch_all(db)
            .await?;
    let (added, away): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, in_charge)| *in_charge != 0);
    let ids = |rows: Vec<(String, i16)>| rows.into_iter().map(|(id, _)| id).collect();
    Ok((ids(away), ids(added)))
}

/// How often `desk` passed `report` on.
pub async fn passed(tx: &mut Tx, report: &ParcelId, desk: &str) -> sqlx::Result<i64> {
    let passed: Option<i64> =
        sqlx::query_scalar("SELECT passed FROM report_desks WHERE report_id = $1 AND desk_id = $2")
            .bind(report.as_str())
            .bind(desk)
            .fetch_optional(&mut **tx)
            .await?;
    Ok(passed.unwrap_or(0))
}

/// `desk` is no longer in charge of `report`: it passed it on.
pub async fn send_away(tx: &mut Tx, report: &ParcelId, desk: &str) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO report_desks (report_id, desk_id, in_charge, passed) VALUES ($1, $2, 0, 1)
         ON CONFLICT (report_id, desk_id) DO UPDATE SET in_charge = 0, passed = report_desks.passed + 1",
    )
    .bind(report.as_str())
    .bind(desk)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// `desk` is in charge of `report` from now on.
pub async fn put_in_charge(tx: &mut Tx, report: &ParcelId, desk: &str) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO report_desks (report_id, desk_id, in_charge, passed) VALUES ($1, $2, 1, 0)
         ON CONFLICT (report_id, desk_id) DO UPDATE SET in_charge = 1",
    )
    .bind(report.as_str())
    .bind(desk)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lets a transfer wait for the administrator; an earlier one of the same desk gives way.
pub async fn let_wait(
    tx: &mut Tx,
    id: &ParcelId,
    (report, from): (&ParcelId, &str),
    (to, words): (Option<&str>, &str),
    at: Instant,
) -> sqlx::Result<()> {
    decide(tx, report, Some(from), at).await?;
    sqlx::query(
        "INSERT INTO transfers (id, report_id, from_desk, to_desk, words, at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id.as_str())
    .bind(report.as_str())
    .bind(from)
    .bind(to)
    .bind(words)
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The transfers of `report` that wait, of one desk or of all, are decided; which desks spoke.
pub async fn decide(
    tx: &mut Tx,
    report: &ParcelId,
    from: Option<&str>,
    at: Instant,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "UPDATE transfers SET decided_at = $3
         WHERE report_id = $1 AND decided_at IS NULL AND (CAST($2 AS TEXT) IS NULL OR from_desk = $2)
         RETURNING from_desk",
    )
    .bind(report.as_str())
    .bind(from)
    .bind(at.0)
    .fetch_all(&mut **tx)
    .await
}

/// Every transfer that waits, the oldest first.
pub async fn waiting(db: &AnyPool) -> sqlx::Result<Vec<Transfer>> {
    let rows = sqlx::query(
        "SELECT t.id, COALESCE(r.number, 0) AS number, t.from_desk, t.to_desk, t.words
         FROM transfers t JOIN reports r ON r.id = t.report_id WHERE t.decided_at IS NULL ORDER BY t.at, t.id",
    );
    let transfer = |row: &AnyRow| {
        Ok(Transfer {
            id: row.try_get("id")?,
            number: row.try_get("number")?,
            from: row.try_get("from_desk")?,
            to: row.try_get("to_desk")?,
            words: row.try_get("words")?,
        })
    };
    rows.fetch_all(db).await?.iter().map(transfer).collect()
}
