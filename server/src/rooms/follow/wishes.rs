//! The story of a wish coming in, on one page and in one transaction:
//! claim the id → whose wish about which report → heard, its photos named → receipt.
//!
//! The first statement is the claim, as in `reports/intake.rs`: a replay is answered with the stored receipt, and does
//! nothing. Then the report's row is locked, so that two who wish at once wait for each other.

use super::store::{Own, Part, Standing};
use super::{ask, relances, repaired, store};
use crate::app::App;
use crate::db::Tx;
use crate::db::bundle::Bundle;
use crate::error::Result;
use crate::rooms::reports::intake::{self, Parcel};
use crate::rooms::reports::{self, key_hash, links, note};
use shared::followup::{FollowUp, REOPEN, Rhythm, Wish};
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::problem::{Code, Problem};
use shared::reports::kind::Kind;
use shared::reports::status::{Actor, Status};
use shared::reports::{Event, Outcome, Receipt};

/// Somebody who wishes something about a report.
struct Wisher<'a> {
    app: &'a App,
    parcel: &'a Parcel,
    proof: String,
    report: Standing,
    /// How they are part of it; not at all where they only follow.
    part: Option<Part>,
}

/// Takes a wish in. On a report that was merged, it counts for the one it was merged into.
///
/// # Errors
/// `id_taken`; `report_unknown`, also for what is not public; `key_missing` for a wish that only those who are part of the
/// report may have; `reopen_too_late`; what [`FollowUp::checked`] refuses.
pub async fn take(app: &App, parcel: &Parcel, wish: FollowUp) -> Result<Receipt> {
    let wish = wish.checked()?;
    let receipt = admit(app, parcel, &wish).await?;
    let missing = if wish.photos.is_empty() { vec![] } else { repaired::missing(app, &parcel.id).await? };
    Ok(Receipt { missing, ..receipt })
}

async fn admit(app: &App, parcel: &Parcel, wish: &FollowUp) -> Result<Receipt> {
    let mut tx = app.db.write().await?;
    if let Some(receipt) = intake::claim(&mut tx, parcel).await? {
        return Ok(receipt);
    }
    let wisher = wisher(app, &mut tx, parcel, &wish.report).await?;
    wisher.hear(&mut tx, wish.wish).await?;
    repaired::name(&mut tx, &parcel.id, wisher.own(), &wish.photos).await?;
    let follow = store::follow(&mut *tx, &wisher.report.id, &wisher.proof).await?;
    let ask_at = follow.and_then(|follow| follow.ask_at);
    let receipt = Receipt {
        id: parcel.id.clone(),
        report: wisher.report.id,
        number: wisher.report.number,
        outcome: Outcome::Noted,
        people: wisher.report.people,
        sent_to: vec![],
        at: parcel.at,
        missing: vec![],
        ask_at,
    };
    let mut writes = Bundle::default();
    intake::settle(&mut writes, &receipt)?;
    writes.run(&mut tx).await?;
    tx.commit().await?;
    app.metrics.report_taken(receipt.outcome);
    app.jobs_put.notify_one();
    Ok(receipt)
}

async fn wisher<'a>(app: &'a App, tx: &mut Tx, parcel: &'a Parcel, report: &ParcelId) -> Result<Wisher<'a>> {
    let unknown = || Problem::of(Code::ReportUnknown, "report");
    let proof = key_hash(&parcel.key);
    let mut standing = store::lock(tx, report).await?.ok_or_else(unknown)?;
    let mut part = store::part(&mut **tx, &standing.id, &proof).await?;
    if part.is_none()
        && let Some(own) = links::parted_from(&mut **tx, &standing.id, &proof).await?
    {
        // Theirs was part of it when their link was made, and is no more.
        standing = store::lock(tx, &own).await?.ok_or_else(unknown)?;
        part = store::part(&mut **tx, &standing.id, &proof).await?;
    }
    if standing.private && part.is_none() {
        return Err(unknown().into());
    }
    let about = part.as_ref().and_then(|part| part.about.as_deref());
    store::only_wishes(tx, (&parcel.id, &standing.id), about).await?;
    let part = match part {
        Some(part) => {
            if store::follow(&mut **tx, &standing.id, &proof).await?.is_none() {
                // They came before there were reminders.
                let proposed = Rhythm::proposed(standing.urgency);
                store::begin(tx, &part.parcel, (proposed, None), parcel.at).await?;
            }
            Some(part).filter(|part| part.waits)
        }
        None => None,
    };
    Ok(Wisher { app, parcel, proof, report: standing, part })
}

impl Wisher<'_> {
    fn own(&self) -> Own<'_> {
        Own { report: &self.report.id, proof: &self.proof, at: self.parcel.at }
    }

    fn is_reporter(&self) -> bool {
        self.part.as_ref().is_some_and(|part| part.parcel == self.report.id)
    }

    async fn rhythm(&self, tx: &mut Tx) -> Result<Rhythm> {
        let follow = store::follow(&mut **tx, &self.report.id, &self.proof).await?;
        Ok(follow.map_or_else(|| Rhythm::proposed(self.report.urgency), |follow| follow.rhythm))
    }

    async fn hear(&self, tx: &mut Tx, wish: Wish) -> Result<()> {
        if let Wish::Ask(rhythm) = wish {
            return self.ask(tx, rhythm.checked()).await;
        }
        if self.part.is_none() {
            return Err(Problem::of(Code::KeyMissing, "authorization").into());
        }
        let (days, at, rhythm) = (&self.app.days, self.parcel.at, self.rhythm(tx).await?);
        match wish {
            // Whatever became of the report since: it is what they saw.
            Wish::Repaired => Ok(()),
            Wish::NotFixed if !self.report.status.is_open() => self.reopen(tx).await,
            // What was said before it was closed, and comes after, changes nothing any more.
            _ if !self.report.status.is_open() => Ok(()),
            Wish::Fixed => self.fixed(tx, rhythm).await,
            Wish::NotYet => self.not_fixed(tx, (rhythm, days.after_not_yet(rhythm, at))).await,
            Wish::NotFixed | Wish::Ask(_) => self.not_fixed(tx, (rhythm, days.resumed(rhythm, at))).await,
            Wish::Relance => {
                self.not_fixed(tx, (rhythm, days.resumed(rhythm, at))).await?;
                store::wish(tx, self.own()).await?;
                relances::ask(tx, &self.report, at).await
            }
        }
    }

    async fn ask(&self, tx: &mut Tx, rhythm: Rhythm) -> Result<()> {
        let at = self.parcel.at;
        let ask_at = self.app.days.first(rhythm, at).filter(|_| self.report.status.is_open());
        match store::follow(&mut **tx, &self.report.id, &self.proof).await? {
            Some(_) => store::plan(tx, self.own(), rhythm, ask_at).await?,
            None => store::begin(tx, &self.parcel.id, (rhythm, ask_at), at).await?,
        }
        self.alarm(tx, ask_at).await
    }

    async fn alarm(&self, tx: &mut Tx, ask_at: Option<Instant>) -> Result<()> {
        if let Some(at) = ask_at {
            ask::alarm(tx, at, self.parcel.at).await?;
        }
        Ok(())
    }

    /// It is not fixed: they are asked again, and if somebody said that it is, they say that it is not.
    async fn not_fixed(&self, tx: &mut Tx, (rhythm, ask_at): (Rhythm, Option<Instant>)) -> Result<()> {
        store::plan(tx, self.own(), rhythm, ask_at).await?;
        self.alarm(tx, ask_at).await?;
        if store::said_fixed(&mut **tx, &self.report.id).await?.is_some() {
            store::say(tx, self.own(), false).await?;
        }
        Ok(())
    }

    /// It is fixed: they are asked no more until somebody says otherwise; the others are, soon.
    async fn fixed(&self, tx: &mut Tx, rhythm: Rhythm) -> Result<()> {
        let (report, at) = (&self.report.id, self.parcel.at);
        let first = store::said_fixed(&mut **tx, report).await?.is_none();
        if first {
            // What was said of an earlier time is over.
            store::unsay(tx, report).await?;
        }
        if store::say(tx, self.own(), true).await? {
            note(tx, report, at, &Event::SaidFixed { reporter: self.is_reporter() }).await?;
        }
        store::plan(tx, self.own(), rhythm, None).await?;
        if !self.decide(tx).await? && first {
            let soon = self.app.days.soon(at);
            store::hurry(tx, report, &self.proof, soon).await?;
            self.alarm(tx, Some(soon)).await?;
        }
        Ok(())
    }

    /// Closes the report where what was said closes it; whether it did.
    async fn decide(&self, tx: &mut Tx) -> Result<bool> {
        if !store::said(&mut **tx, &self.report.id).await?.closes() {
            return Ok(false);
        }
        self.step(
            tx,
            Status::Done,
            Event::StatusChanged { to: Status::Done, reason: None, on: None, by: None },
        )
        .await?;
        Ok(true)
    }

    async fn reopen(&self, tx: &mut Tx) -> Result<()> {
        if reopen_until(self.report.status, self.report.closed_at).is_none_or(|until| until < self.parcel.at)
        {
            return Err(Problem::of(Code::ReopenTooLate, "wish").into());
        }
        self.step(tx, Status::Sent, Event::Reopened).await
    }

    async fn step(&self, tx: &mut Tx, to: Status, event: Event) -> Result<()> {
        let (report, from) = (&self.report.id, self.report.status);
        if from.step(to, Actor::Reporter, Kind::Simple).is_err() {
            return Ok(());
        }
        let step = reports::Step { report, from, to, reason: None, by: None };
        reports::step(self.app, tx, &step, self.parcel.at).await?;
        note(tx, &self.report.id, self.parcel.at, &event).await
    }
}

/// Until when a closed report opens again by one tap: what moderation refused does not.
pub fn reopen_until(status: Status, closed_at: Option<Instant>) -> Option<Instant> {
    closed_at.filter(|_| status == Status::Done).map(|at| at.plus(REOPEN))
}
