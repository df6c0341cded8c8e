//! Relances: at most one a week for a report, asked by however many.
//!
//! A wish waits on the follow of who has it. [`ask`] lets the relance leave, or plans the hour of the next one; the job
//! [`NEXT`] lets it leave then, if anybody still waits for it.

use super::store::Standing;
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::rooms::reports::note;
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::relance::{Decision, Facts, Tone, decide};
use shared::reports::Event;
use sqlx::{Any, Executor};

/// When each relance of `report` left, oldest first.
pub async fn sent<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &ParcelId,
) -> sqlx::Result<Vec<Instant>> {
    let sent: Vec<i64> =
        sqlx::query_scalar("SELECT sent_at FROM relances WHERE report_id = $1 ORDER BY number")
            .bind(report.as_str())
            .fetch_all(db)
            .await?;
    Ok(sent.into_iter().map(Instant).collect())
}

/// How many people wait for the next relance of `report`.
pub async fn wishes<'c>(db: impl Executor<'c, Database = Any>, report: &ParcelId) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "SELECT COUNT(DISTINCT p.key_hash) FROM parcels p JOIN follows f ON f.parcel_id = p.id
         WHERE p.report_id = $1 AND f.wished_at IS NOT NULL",
    )
    .bind(report.as_str())
    .fetch_one(db)
    .await
}

/// Lets the relance that people wait for leave, or says when it will.
pub async fn ask(app: &App, tx: &mut Tx, report: &Standing, now: Instant) -> Result<()> {
    let sent = sent(&mut **tx, &report.id).await?;
    let answered_at = answered_at(tx, &report.id).await?;
    let facts = Facts { sent: &sent, answered_at, is_open: report.status.is_open() };
    match decide(&facts, now) {
        Decision::Send { tone, wider } => {
            let people = wishes(&mut **tx, &report.id).await?;
            let wider = i64::try_from(wider).unwrap_or(0);
            let number = i64::try_from(sent.len()).unwrap_or(0) + 1;
            leave(app, tx, report, &Relance { number, people, tone, wider }, now).await
        }
        Decision::Counted { .. } | Decision::Closed => Ok(()),
    }
}

/// A relance that leaves.
struct Relance {
    number: i64,
    people: i64,
    tone: Tone,
    wider: i64,
}

async fn leave(_app: &App, tx: &mut Tx, report: &Standing, relance: &Relance, now: Instant) -> Result<()> {
    sqlx::query(
        "INSERT INTO relances (report_id, number, sent_at, people, tone, wider) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(report.id.as_str())
    .bind(relance.number)
    .bind(now.0)
    .bind(relance.people)
    .bind(relance.tone.as_str())
    .bind(relance.wider)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "UPDATE follows SET wished_at = NULL WHERE wished_at IS NOT NULL
           AND parcel_id IN (SELECT id FROM parcels WHERE report_id = $1)",
    )
    .bind(report.id.as_str())
    .execute(&mut **tx)
    .await?;
    let Relance { people, tone, wider, .. } = *relance;
    note(tx, &report.id, now, &Event::Relance { people, tone, wider }).await
}

/// When those in charge last said something.
async fn answered_at(tx: &mut Tx, report: &ParcelId) -> Result<Option<Instant>> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT at, event FROM journal WHERE report_id = $1 ORDER BY position DESC")
            .bind(report.as_str())
            .fetch_all(&mut **tx)
            .await?;
    for (at, text) in rows {
        if serde_json::from_str::<Event>(&text)?.is_answer() {
            return Ok(Some(Instant(at)));
        }
    }
    Ok(None)
}
