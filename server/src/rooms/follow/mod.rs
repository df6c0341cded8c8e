//! Following up: who is asked when whether it is fixed, what their answer does, and the relances that silence costs.
//!
//! Owns follows (one for the parcel by which a person is part of a report, or by which they follow it) and relances.
//! `wishes.rs` is the one story of a wish coming in, `ask.rs` puts the question to whoever is due (`due.rs`), `relances.rs`
//! lets relances leave, `repaired.rs` shows what was repaired, `letters.rs` writes both, `days.rs` knows the calendar, `view.rs` what is shown to whom; the rules
//! are `shared::followup` and `shared::relance`. Promises: a wish is heard once, whoever repeats it; what is closed, merged
//! or refused is not asked about. Does not: know how a message leaves; `push` and `reports/jobs.rs` do.

pub mod ask;
pub mod days;
pub mod due;
pub mod http;
pub mod letters;
pub mod relances;
pub mod repaired;
pub mod store;
pub mod view;
mod wishes;

use crate::app::App;
use crate::db::Tx;
use crate::db::bundle::Bundle;
use crate::error::Result;
use crate::jobs;
use crate::rooms::push;
use crate::rooms::reports::intake::Parcel;
use crate::rooms::reports::key_hash;
use shared::calendar::Day;
use shared::followup::Rhythm;
use shared::ids::ParcelId;
use shared::instant::{HOUR, Instant};

/// Days of calendar that should always lie ahead.
const SHORT: i64 = 60;
/// Reminders that are due this long are late, in milliseconds.
const LATE: i64 = HOUR;

/// Begins the follow of whoever sent `parcel`, part of `report` from now on, by the rhythm they chose or that of its
/// urgency; when they are asked. Somebody who is part of it already keeps their own, unless they chose.
pub async fn begin(
    app: &App,
    tx: &mut Tx,
    (parcel, report): (&Parcel, &ParcelId),
    chosen: Option<Rhythm>,
) -> Result<Option<Instant>> {
    let proof = key_hash(&parcel.key);
    let own = store::Own { report, proof: &proof, at: parcel.at };
    let known = store::follow(&mut **tx, report, &proof).await?;
    if known.is_some() {
        // Who followed, and now waits.
        store::waits(tx, own).await?;
    }
    if let (Some(known), None) = (known, chosen) {
        return Ok(known.ask_at);
    }
    let Some(standing) = store::lock(tx, report).await? else { return Ok(None) };
    let rhythm = chosen.unwrap_or_else(|| Rhythm::proposed(standing.urgency));
    let ask_at = app.days.first(rhythm, parcel.at).filter(|_| standing.status.is_open());
    if known.is_some() {
        store::plan(tx, own, rhythm, ask_at).await?;
    } else {
        store::begin(tx, &parcel.id, (rhythm, ask_at), parcel.at).await?;
    }
    if let Some(at) = ask_at {
        ask::alarm(tx, at, parcel.at).await?;
    }
    Ok(ask_at)
}

/// Begins the follow of the reporter of a report that is being written, by the rhythm they chose or that of its
/// urgency; when they are asked.
pub fn begin_own(
    app: &App,
    writes: &mut Bundle,
    parcel: &Parcel,
    (chosen, urgency): (Option<Rhythm>, i16),
) -> Result<Option<Instant>> {
    let rhythm = chosen.unwrap_or_else(|| Rhythm::proposed(urgency));
    let ask_at = app.days.first(rhythm, parcel.at);
    store::add(writes, &parcel.id, (rhythm, ask_at), parcel.at)?;
    if let Some(at) = ask_at {
        ask::add_alarm(writes, at, parcel.at);
    }
    Ok(ask_at)
}

/// The report was closed: nobody is asked about it any more.
pub async fn closed(tx: &mut Tx, report: &ParcelId) -> Result<()> {
    Ok(store::quiet(tx, report).await?)
}

/// The report is open again: everybody is asked again by their rhythm.
pub async fn reopened(app: &App, tx: &mut Tx, report: &ParcelId, now: Instant) -> Result<()> {
    for (parcel, rhythm) in store::rhythms(tx, report).await? {
        plan(app, tx, (&parcel, rhythm), now).await?;
    }
    Ok(())
}

/// The report is immediate from now on: the relance that people wait for need not wait.
pub async fn hurried(tx: &mut Tx, report: &ParcelId, now: Instant) -> Result<()> {
    let Some(standing) = store::lock(tx, report).await? else { return Ok(()) };
    relances::resume(tx, &standing, now).await
}

/// Reports were put together or taken apart, and people are part of `report` now: what they wait for goes on there.
pub async fn regrouped(app: &App, tx: &mut Tx, report: &ParcelId, now: Instant) -> Result<()> {
    let Some(standing) = store::lock(tx, report).await? else { return Ok(()) };
    if !standing.status.is_open() {
        return closed(tx, report).await;
    }
    for (parcel, rhythm) in store::unplanned(tx, report).await? {
        plan(app, tx, (&parcel, rhythm), now).await?;
    }
    relances::resume(tx, &standing, now).await
}

/// The follow of `parcel` goes on.
async fn plan(app: &App, tx: &mut Tx, (parcel, rhythm): (&ParcelId, Rhythm), now: Instant) -> Result<()> {
    let ask_at = app.days.resumed(rhythm, now);
    store::replan(tx, parcel, ask_at).await?;
    if let Some(at) = ask_at {
        ask::alarm(tx, at, now).await?;
    }
    Ok(())
}

/// What `vigie doctor` says: how it stands, and what to see to.
pub async fn examine(app: &App) -> anyhow::Result<(String, Vec<String>)> {
    let now = app.clock.now();
    let waiting = due::waiting(app.db.read()).await?;
    let mut advice = vec![];
    let by_day = push::leave_at(now, app.days.zone()) == now;
    if let Some((late, since)) = due::late(app.db.read(), now.plus(-LATE)).await?.filter(|_| by_day) {
        let since = jobs::command::age(since, now);
        advice.push(format!(
            "people who should have been asked: {late}, the first {since} ago: is Vigie serving?"
        ));
    }
    let until = app.days.known_until().unwrap_or(Day(0));
    if until < app.days.day(now).plus(SHORT) {
        let (year, month, day) = until.parts();
        advice.push(format!(
            "the school calendar ends on {year}-{month:02}-{day:02}: a newer Vigie knows the holidays after it"
        ));
    }
    Ok((format!("people who wait to be asked: {waiting}"), advice))
}
