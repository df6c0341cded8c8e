//! The question "is it fixed?": put to everybody whose hour has come, a batch at a time.
//!
//! Putting it is no more than rows: a push that waits, a mail's job, the hour of the next question, a line of the journal,
//! all of them in one transaction with the end of the batch's own job. So nobody is asked twice and nobody forgotten,
//! wherever a worker dies; what then leaves by push or mail has its own lease, and its own name when it is repeated.
//! Nobody is asked at night, nor on a day without school that they did not choose. Who only follows is told that it is not
//! fixed yet: they have no answer to give, and the journal does not count them.

use super::due::{self, Due};
use super::{letters, store};
use crate::app::App;
use crate::db::Tx;
use crate::db::bundle::Bundle;
use crate::edges::ids;
use crate::jobs::{self, Failed, Job};
use crate::rooms::push::message::Message;
use crate::rooms::push::{self, Audience};
use crate::rooms::reports::{internal, news, note};
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::reports::Event;
use std::collections::BTreeSet;

/// Kind of [`run`].
pub const ASK: &str = "follow.ask";
/// People of one batch, with those who are due about the same reports: a transaction that others hardly wait for.
pub const BATCH: i64 = 32;

/// Makes the job that asks whoever is due at `at`. Alarms for one later instant are one alarm.
pub async fn alarm(tx: &mut Tx, at: Instant, now: Instant) -> sqlx::Result<()> {
    let mut writes = Bundle::default();
    add_alarm(&mut writes, at, now);
    writes.run(tx).await
}

/// The same, among other writes.
pub fn add_alarm(writes: &mut Bundle, at: Instant, now: Instant) {
    // One that is due may be running already, and past whoever was just planned.
    let id = if at > now { format!("follow-{}", at.0) } else { ids::id(now).to_string() };
    jobs::store::add(writes, &id, &jobs::New { kind: ASK, about: None, payload: "{}", run_at: at });
}

/// Makes the alarm for whoever is due first: an earlier version may have planned people without one.
pub async fn plan(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    if let Some(at) = due::next_at(&mut tx).await? {
        alarm(&mut tx, at, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Asks a batch of those who are due.
pub async fn run(app: &App, job: &Job) -> Result<(), Failed> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    let morning = push::leave_at(now, app.days.zone());
    if morning > now {
        alarm(&mut tx, morning, now).await?;
    } else {
        let mut asking = Asking { app, now, pushes: BTreeSet::new() };
        // In the order of their ids, so that two workers wait for each other instead of for ever.
        for report in due::due_reports(&mut *tx, now, BATCH).await? {
            asking.report(&mut tx, &report).await?;
        }
        for at in &asking.pushes {
            push::alarm(&mut tx, *at, now).await?;
        }
        if let Some(next) = due::next_at(&mut tx).await? {
            alarm(&mut tx, next, now).await?;
        }
    }
    tx.commit().await?;
    app.jobs_put.notify_one();
    Ok(())
}

/// A batch on its way.
struct Asking<'a> {
    app: &'a App,
    now: Instant,
    /// When its pushes leave.
    pushes: BTreeSet<Instant>,
}

impl Asking<'_> {
    /// Asks those who are due about one report, or about the one it was put under this very moment.
    async fn report(&mut self, tx: &mut Tx, report: &ParcelId) -> Result<(), Failed> {
        let Some(standing) = store::lock(tx, report).await? else { return Ok(()) };
        let report = &standing.id;
        if !standing.status.is_open() {
            return Ok(store::quiet(tx, report).await?);
        }
        let taken = due::take_due(tx, report, self.now).await?;
        let day = (self.app.days.midnight(self.now), self.now);
        let due::Context { said, told } = due::context(tx, report, day).await?;
        let question = news::question(tx, report, said).await?;
        let mut asked: BTreeSet<String> = BTreeSet::new();
        for due in taken {
            if let Some(at) = self.app.days.put_off(due.rhythm, self.now) {
                store::replan(tx, &due.parcel, Some(at)).await?;
                continue;
            }
            let again = self.app.days.again(due.rhythm, self.now, due.times + 1);
            due::asked(tx, &due, again, self.now).await?;
            // Somebody who is part of it by two parcels is asked once.
            if !due.waits {
                self.person(tx, (report, &due), &question.follows).await?;
            } else if asked.insert(due.proof.clone()) {
                self.person(tx, (report, &due), &question.waits).await?;
            }
        }
        if !asked.is_empty() && !told {
            let people = i64::try_from(asked.len()).unwrap_or(i64::MAX);
            note(tx, report, self.now, &Event::Asked { people }).await.map_err(internal)?;
        }
        Ok(())
    }

    /// By push, else by mail, else nothing leaves: the phone shows a card.
    async fn person(
        &mut self,
        tx: &mut Tx,
        (report, due): (&ParcelId, &Due),
        question: &Message,
    ) -> Result<(), Failed> {
        let told = push::lay(tx, Audience::Sender(&due.parcel), question, self.now).await?;
        self.pushes.extend(told.due);
        if told.phones == 0
            && let Some(parcel) = due::contact(tx, report, &due.proof).await?
        {
            letters::put(tx, &parcel, report, self.now).await?;
        }
        Ok(())
    }
}
