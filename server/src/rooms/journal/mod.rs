//! The journal: what happened to every report, line after line, for everybody to read and to check.
//!
//! Owns the tables `journal` and `seals` and `reports.lines`. Promises: lines are added, never changed; who is a function or
//! a role, never an address or a private person's name; whoever changes, removes, swaps or slips in a line is found.
//!
//! Two chains, so that nobody waits for anybody but who writes about the same report (`chain.rs` has the texts that are
//! hashed). A line bears the hash of itself and of the line before it **in its report**, and the report counts its lines:
//! both under the lock of the report's row, which every writer holds anyway. One chain over all lines would make every
//! intake on PostgreSQL wait for the one before it to reach the disk. Instead, a minute later at most, a job gives new
//! lines their place in one order (`seq`) and **seals** them (`seal.rs`): a seal is the hash of the seal before it and of
//! the hashes of its lines, as in logs of certificates (RFC 9162). So a report's newest line, or all of a report, cannot
//! go without a trace either; and who kept one seal, any day, can tell whether what lies before it is still the same.
//! What costs at intake is one read of the line before, and a `seq` that is not there yet in an index.
//!
//! The list of all lines shows what is sealed, and nothing else; a report's own page shows each line at once.
//! `check.rs` is what `vigie doctor` asks. What is public of it is decided in `reports/view.rs`, as everywhere.

mod chain;
pub mod check;
pub mod filter;
pub mod http;
pub mod list;
pub mod seal;
pub mod sealed;
pub mod site;
mod store;

use crate::db::Tx;
use crate::db::bundle::Bundle;
use crate::error::Result;
use anyhow::Context;
use serde::Serialize;
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::reports::status::Status;
use shared::reports::{Event, JournalEntry};
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, Executor, Row};

/// Writes one line into a report's journal. Two writers of one journal wait for each other at the report's row.
pub async fn note(tx: &mut Tx, report: &ParcelId, at: Instant, event: &Event) -> Result<()> {
    store::append(tx, report, at, &serde_json::to_string(event)?).await?;
    Ok(())
}

/// Begins the journal of a report that came in, in the transaction that writes it with so many lines.
pub fn begin(writes: &mut Bundle, report: &ParcelId, at: Instant, told: &[Event]) -> Result<()> {
    let told = told.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    store::begin(writes, report, at, &told);
    Ok(())
}

/// The journal of one report, oldest first.
pub async fn of_report<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &ParcelId,
) -> Result<Vec<JournalEntry>> {
    let rows = sqlx::query("SELECT at, event FROM journal WHERE report_id = $1 ORDER BY position");
    let rows = rows.bind(report.as_str()).fetch_all(db).await?;
    let entry = |row: &AnyRow| {
        Ok(JournalEntry { at: Instant(row.try_get("at")?), event: read(row.try_get("event")?)? })
    };
    rows.iter().map(entry).collect()
}

/// When those in charge last said something about `report`.
pub async fn answered_at<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &ParcelId,
) -> Result<Option<Instant>> {
    let told = of_report(db, report).await?;
    Ok(told.into_iter().rfind(|entry| entry.event.is_answer()).map(|entry| entry.at))
}

/// How often `report` was opened again, by those who wait or by a word of those in charge.
pub async fn opened_again<'c>(db: impl Executor<'c, Database = Any>, report: &ParcelId) -> Result<i64> {
    let told = of_report(db, report).await?;
    let opens = |entry: &&JournalEntry| {
        matches!(entry.event, Event::Reopened | Event::StatusChanged { to: Status::Sent, .. })
    };
    Ok(i64::try_from(told.iter().filter(opens).count()).unwrap_or(i64::MAX))
}

/// The newest seal: whoever keeps it has proof of all that came before.
pub async fn newest_seal(db: &AnyPool) -> Result<Option<NewestSeal>> {
    let seal = store::newest(db).await?;
    Ok(seal.map(|seal| NewestSeal { number: seal.number, at: Instant(seal.at), hash: seal.hash }))
}

/// A seal, for people.
#[derive(Debug, Serialize)]
pub struct NewestSeal {
    /// Its number.
    pub number: i64,
    /// When it was made.
    pub at: Instant,
    /// Its hash.
    pub hash: String,
}

/// Reads an event that we wrote.
fn read(text: &str) -> Result<Event> {
    Ok(serde_json::from_str(text).context("a journal entry cannot be read")?)
}
