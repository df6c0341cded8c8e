//! Putting reports together and taking them apart, by a human's word.
//!
//! `joined` is the report that one was put under; `merged_into` is the end of that chain, which everything else reads.
//! So a report taken apart leaves with all that had joined it, and nothing is ever deleted. Both are idempotent.

mod store;

use super::{intake, links, note};
use crate::app::App;
use crate::db::Tx;
use crate::db::bundle::Bundle;
use crate::error::Error;
use crate::rooms::follow;
use anyhow::{Context, Result, bail};
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::reports::{Event, Outcome, Receipt};

/// Puts report `number` under report `into`. What became of it, for the person who asked.
///
/// # Errors
/// No such report; one of them private and the other not; part of a third one.
pub async fn merge(app: &App, number: i64, into: i64) -> Result<String> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let (one, main) = (named(&mut tx, number).await?, named(&mut tx, into).await?);
    let main_number = number_of(&mut tx, &main.main).await?;
    if one.main == main.main {
        return Ok(format!("report {number} is already together with report {main_number}"));
    }
    if one.main != one.id {
        bail!("report {number} is part of another one: split it first");
    }
    if one.private != main.private {
        bail!("one of the reports {number} and {into} is private and the other is not");
    }
    links::forget(&mut tx, &one.id, &main.main).await?;
    store::put_under(&mut tx, &one.id, &main.main).await?;
    store::recount(&mut tx, &main.main).await?;
    write(&mut tx, &one.id, now, Event::Joined { number: main_number }).await?;
    write(&mut tx, &main.main, now, Event::Joined { number }).await?;
    intake::raise(&mut tx, &main.main, one.urgency, now).await.map_err(plain)?;
    follow::regrouped(app, &mut tx, &main.main, now).await.map_err(plain)?;
    tx.commit().await?;
    app.jobs_put.notify_one();
    Ok(format!("report {number} is now part of report {main_number}"))
}

/// Lets the report of `parcel`, which is part of report `number`, stand on its own: its number, its desks, those who had
/// joined it. Without a parcel: lists those that can be.
///
/// # Errors
/// No such report; not part of that one.
pub async fn split(app: &App, number: i64, parcel: Option<&str>) -> Result<String> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let main = named(&mut tx, number).await?.main;
    let Some(parcel) = parcel else { return parts(&mut tx, number, &main).await };
    let id = ParcelId::parse(parcel)
        .map_err(|_| anyhow::anyhow!("“{parcel}” is no parcel: vigie split {number}"))?;
    let Some(part) = store::part(&mut tx, &id).await? else { bail!("there is no report {parcel}") };
    match part.merged_into {
        None => {
            return Ok(format!(
                "report {parcel} stands on its own already, as number {}",
                part.number.unwrap_or_default()
            ));
        }
        Some(under) if under != main => bail!("report {parcel} is not part of report {number}"),
        Some(_) => {}
    }
    store::take_apart(&mut tx, &id).await?;
    let own = match part.number {
        Some(own) => own,
        None => stand_up(&mut tx, &id, part.at).await?,
    };
    let main_number = number_of(&mut tx, &main).await?;
    store::recount(&mut tx, &main).await?;
    let people = store::recount(&mut tx, &id).await?;
    links::part(&mut tx, &id, &main, now).await?;
    write(&mut tx, &main, now, Event::Parted { number: own }).await?;
    write(&mut tx, &id, now, Event::Parted { number: main_number }).await?;
    if part.number.is_none() {
        intake::tell_all(&mut tx, &id, now).await.map_err(plain)?;
    }
    follow::regrouped(app, &mut tx, &id, now).await.map_err(plain)?;
    mend_receipts(&mut tx, &id, own, people).await?;
    tx.commit().await?;
    app.jobs_put.notify_one();
    Ok(format!("report {parcel} now stands on its own, as number {own}"))
}

/// What report `number` is made of.
async fn parts(tx: &mut Tx, number: i64, main: &ParcelId) -> Result<String> {
    let parts = store::parts(tx, main).await?;
    if parts.is_empty() {
        return Ok(format!("nothing was put under report {number}"));
    }
    let line = |(id, at, words): &(String, i64, String)| {
        let day = jiff::Timestamp::from_millisecond(*at).map(|at| at.strftime("%Y-%m-%d %H:%M").to_string());
        format!("{id}  {}  {}", day.unwrap_or_default(), shared::text::excerpt(words, 60))
    };
    Ok(parts.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// The first steps of one that never stood: its number, and its journal from the day it came.
async fn stand_up(tx: &mut Tx, id: &ParcelId, came: Instant) -> Result<i64> {
    let own = super::store::next_number(tx).await?;
    store::give_number(tx, id, own).await?;
    write(tx, id, came, Event::Received).await?;
    Ok(own)
}

async fn named(tx: &mut Tx, number: i64) -> Result<store::Named> {
    store::named(tx, number).await?.with_context(|| format!("there is no report {number}"))
}

async fn number_of(tx: &mut Tx, id: &ParcelId) -> Result<i64> {
    links::number(tx, id).await?.context("a report that stands alone has no number")
}

/// A phone that asks again is told what is true now.
async fn mend_receipts(tx: &mut Tx, report: &ParcelId, number: i64, people: i64) -> Result<()> {
    let mut writes = Bundle::default();
    for text in store::receipts(tx, report).await? {
        let receipt: Receipt = serde_json::from_str(&text)?;
        let outcome = if receipt.id == *report { Outcome::New } else { receipt.outcome };
        let mended = Receipt { report: report.clone(), number, people, outcome, ..receipt };
        super::store::settle(&mut writes, &mended, &serde_json::to_string(&mended)?);
        // One at a time: a text for each number of them would be kept ready for ever.
        writes.run(tx).await?;
    }
    Ok(())
}

async fn write(tx: &mut Tx, report: &ParcelId, at: Instant, event: Event) -> Result<()> {
    note(tx, report, at, &event).await.map_err(plain)
}

/// The same, for people at a terminal.
pub(super) fn plain(error: Error) -> anyhow::Error {
    match error {
        Error::Internal(error) => error,
        Error::Problem(problem) | Error::Under(_, problem) => problem.into(),
    }
}
