//! What leaves because of answers: mails to desks that are told once more, and to people who wait.

use super::store;
use super::telling::{self, ToMailbox};
use crate::app::App;
use crate::db::Tx;
use crate::edges::ids;
use crate::edges::mail::NotSent;
use crate::error::Result;
use crate::jobs::{self, Failed, Job, New};
use crate::rooms::reports::jobs::write;
use crate::rooms::reports::letters::{self, Desk};
use crate::rooms::reports::notices;
use crate::rooms::reports::{self, internal, note};
use crate::rooms::routing;
use anyhow::Context;
use serde::{Deserialize, Serialize};
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::reports::Event;

/// Kind of [`mail_person`].
pub const MAIL_PERSON: &str = "answers.mail_person";

#[derive(Serialize, Deserialize)]
struct ToPerson {
    parcel: ParcelId,
    /// What there is to tell, as the journal says it.
    said: Vec<Event>,
}

/// Puts a job for everybody who wants news of `report` by mail.
pub async fn put_mail_people(tx: &mut Tx, report: &ParcelId, said: &[Event], now: Instant) -> Result<()> {
    for parcel in store::readers(tx, report).await? {
        let payload = serde_json::to_string(&ToPerson { parcel, said: said.to_vec() })?;
        let new = New { kind: MAIL_PERSON, about: Some(report.as_str()), payload: &payload, run_at: now };
        jobs::store::put(tx, ids::id(now).as_str(), &new).await?;
    }
    Ok(())
}

/// Writes to one person; whoever unsubscribed meanwhile is left in peace.
pub async fn mail_person(app: &App, job: &Job) -> Result<(), Failed> {
    let to: ToPerson = serde_json::from_str(&job.payload).context("a job's payload")?;
    if let Some(letter) = letters::of_answer(app, &to.parcel, &to.said).await.map_err(internal)? {
        app.send(&job.id, write(app, job, letter)?).await.map_err(|error| match error {
            NotSent::Later(reason) => Failed::Retry(reason),
            NotSent::Never(reason) => Failed::Drop(reason),
        })?;
    }
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    tx.commit().await.map_err(Failed::from)
}

/// Writes to one mailbox of a desk. That a message left is told once, when the first of its mailboxes took it.
pub async fn mail_desk(app: &App, job: &Job) -> Result<(), Failed> {
    let to: ToMailbox = serde_json::from_str(&job.payload).context("a job's payload")?;
    let known = routing::store::desk_named(app.db.read(), &to.desk).await?;
    let (function, name) = known.ok_or_else(|| Failed::Drop("the desk is gone".into()))?;
    let open = routing::store::mailboxes(app.db.read(), &to.desk, app.clock.now()).await?;
    let Some(found) = open.into_iter().find(|open| open.id == to.mailbox) else {
        return elsewhere(app, job, &to).await;
    };
    let desk = Desk { id: to.desk.clone(), name: name.clone() };
    let letter = letters::to_desk_again(app, &to.report, (&desk, &found), &to.cause).await;
    match app.send(&job.id, write(app, job, letter.map_err(internal)?)?).await {
        Ok(()) => {}
        Err(NotSent::Later(reason)) => return Err(Failed::Retry(reason)),
        Err(NotSent::Never(reason)) => {
            let mut tx = app.db.write().await?;
            notices::refuse(&mut tx, telling::first(&to.report), &to.mailbox, app.clock.now(), &reason)
                .await?;
            tx.commit().await?;
            return Err(Failed::Drop(reason));
        }
    }
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let first = store::told(&mut tx, (&to.report, &to.desk), &to.cause.key(), now).await?;
    if first && to.cause.is_noted() {
        let event = Event::NoticeSent { function, name, why: None };
        note(&mut tx, &to.report, now, &event).await.map_err(internal)?;
    }
    reports::store::mark_sent(&mut tx, &to.report).await?;
    notices::sent(&mut tx, telling::first(&to.report), &to.mailbox, now).await?;
    jobs::store::done(&mut tx, &job.id).await?;
    tx.commit().await.map_err(Failed::from)
}

/// The mailbox was closed while its mail waited: where none took the message yet, those that are open now are told.
async fn elsewhere(app: &App, job: &Job, to: &ToMailbox) -> Result<(), Failed> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    let at = (&to.report, to.desk.as_str());
    if store::is_untold(&mut tx, at, &to.cause.key()).await? {
        telling::put(&mut tx, at, &to.cause, now).await.map_err(internal)?;
    }
    tx.commit().await.map_err(Failed::from)
}
