//! Reports: the noun Vigie is about.
//!
//! `intake.rs` is the one story of a report coming in; `judging.rs` says whether somebody said it before (from
//! `candidates.rs`), `links.rs` and `merging/` are for the human who knows better; `awaited.rs` knows the photos that come
//! later; `view.rs` decides what is shown to whom, `filter.rs` and `search/` which of it a list holds; `jobs.rs` tells those
//! in charge, in the words of `letters.rs`, and `notices.rs` remembers what became of each message; `unsubscribe.rs` stops
//! those to reporters. Promises: a parcel is taken once, whoever repeats it; what is public is decided in `view.rs` alone.

pub mod awaited;
pub mod candidates;
pub mod filter;
pub mod http;
pub mod intake;
pub mod jobs;
pub mod judging;
pub mod letters;
pub mod links;
pub mod listed;
pub mod merging;
pub mod news;
pub mod notices;
pub mod search;
pub mod site;
pub mod store;
pub mod unsubscribe;
pub mod view;
pub mod voices;
pub mod week;
pub mod words;

pub use crate::rooms::journal::note;

use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::rooms::answers::telling;
use crate::rooms::follow;
use crate::rooms::photos::hex;
use anyhow::bail;
use sha2::{Digest, Sha256};
use shared::calendar::Day;
use shared::ids::{Key, ParcelId, PlaceId};
use shared::instant::{DAY, Instant};
use shared::reports::kind::Kind;
use shared::reports::status::{Actor, Status};
use shared::reports::{DeskName, Event};

pub use jobs::internal;

/// What is stored of a phone's secret.
pub fn key_hash(key: &Key) -> String {
    hex(&Sha256::digest(key.reveal().as_bytes()))
}

/// A change of status, by whoever is entitled to it.
#[derive(Clone, Debug)]
pub struct Change {
    /// The new status.
    pub to: Status,
    /// Why, in public words; a refusal needs it.
    pub reason: Option<String>,
}

/// Changes the status of report `number`, by the administrator's word, and says so in its journal.
///
/// # Errors
/// No such report, no such step, or a refusal without a reason.
pub async fn change_status(app: &App, number: i64, change: Change) -> anyhow::Result<()> {
    change_status_for(app, number, change, None).await
}

/// The same, for the day `on` where it is planned.
///
/// # Errors
/// The same.
pub async fn change_status_for(
    app: &App,
    number: i64,
    change: Change,
    on: Option<Day>,
) -> anyhow::Result<()> {
    let now = app.clock.now();
    if change.to == Status::Refused && change.reason.as_deref().is_none_or(|reason| reason.trim().is_empty())
    {
        bail!("a refusal needs a public reason: --reason");
    }
    let mut tx = app.db.write().await?;
    let Some((id, from)) = store::lock_numbered(&mut tx, number).await? else {
        bail!("there is no report {number}")
    };
    let Ok(to) = from.step(change.to, Actor::Administrator, Kind::Simple) else {
        bail!("a report that is “{}” cannot become “{}”", from.as_str(), change.to.as_str());
    };
    let done = Step { report: &id, from, to, reason: change.reason.as_deref(), by: None };
    step(app, &mut tx, &done, now).await.map_err(merging::plain)?;
    let event = Event::StatusChanged { to, reason: change.reason, on, by: None };
    if note(&mut tx, &id, now, &event).await.is_err() {
        bail!("the journal cannot be written");
    }
    tx.commit().await?;
    app.jobs_put.notify_one();
    Ok(())
}

/// A step from one status to another.
pub struct Step<'a> {
    /// Of this report, its row locked.
    pub report: &'a ParcelId,
    /// From here…
    pub from: Status,
    /// … to there.
    pub to: Status,
    /// Why, in public words.
    pub reason: Option<&'a str>,
    /// The desk that says so.
    pub by: Option<&'a DeskName>,
}

/// Does a step that the status machine allows, as [`settle`] does, and tells the phones of those who wait. The line of the
/// journal is the caller's.
pub async fn step(app: &App, tx: &mut Tx, step: &Step<'_>, now: Instant) -> Result<()> {
    news::status_changed(tx, step.report, (step.from, step.to), step.reason, now).await?;
    settle(app, tx, step, now).await
}

/// Does a step: the status, who is asked from now on, the desks that the rules name for it. Who else hears of it, the caller
/// knows.
pub async fn settle(app: &App, tx: &mut Tx, step: &Step<'_>, now: Instant) -> Result<()> {
    let Step { report, from, to, by, .. } = *step;
    store::set_status(tx, report, to, now).await?;
    match (from.is_open(), to.is_open()) {
        (true, false) => follow::closed(tx, report).await?,
        (false, true) => follow::reopened(app, tx, report, now).await?,
        _ => {}
    }
    telling::status_reached(tx, report, (from, to, by), now).await
}

/// Figures of a place's reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Still open.
    pub open: i64,
    /// Solved.
    pub solved: i64,
    /// Median of whole days from report to solution.
    pub median_days: Option<i64>,
}

/// Counts the public reports of `place`.
pub async fn counts(app: &App, place: &PlaceId) -> Result<Counts> {
    let open = store::count_open(app.db.read(), place).await?;
    let mut days: Vec<i64> =
        store::solved_after(app.db.read(), place).await?.iter().map(|millis| millis / DAY).collect();
    days.sort_unstable();
    let solved = i64::try_from(days.len()).unwrap_or(i64::MAX);
    Ok(Counts { open, solved, median_days: days.get(days.len() / 2).copied() })
}
