//! Answers: those in charge say what becomes of a report, from their mail, without an account.
//!
//! `link.rs` is what opens a report for a desk, `site.rs` the page behind it, `form.rs` what is typed there, and
//! [`take`] the story of an answer coming in. `charge.rs` knows who is in charge where a report was passed on,
//! `transfer.rs` how it is, `telling.rs` which desks are told once more; `documents.rs` keeps PDF files. Promises: looking
//! changes nothing; a form sent twice is one answer; what is public stands in the journal, internal words are read by
//! desks of that report alone, and that they were written is public.

pub mod charge;
pub mod command;
pub mod documents;
pub mod form;
pub mod hands;
pub mod jobs;
pub mod link;
pub mod site;
pub mod store;
pub mod telling;
pub mod transfer;

use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::rooms::reports::{self, news, note};
use crate::rooms::routing;
use anyhow::Context;
use form::{Answer, Step, Wrong};
use link::Grant;
use shared::ids::ParcelId;
use shared::instant::{DAY, Instant};
use shared::reports::kind::Kind;
use shared::reports::status::{Actor, Status};
use shared::reports::{DeskName, Event};

/// How often a desk may answer about one report in a day: each answer is told to everybody who waits.
const MOST_A_DAY: i64 = 20;

/// What became of a form.
#[derive(Debug)]
pub enum Taken {
    /// It is said, now or before.
    Said,
    /// It cannot be, because of one field.
    Not(Wrong),
}

/// A desk at work on a report, in one transaction.
pub struct Desk<'a> {
    /// The report.
    pub report: &'a ParcelId,
    /// The desk.
    pub id: &'a str,
    /// As the public knows it.
    pub name: DeskName,
    /// The hour.
    pub now: Instant,
}

/// Takes an answer in: claim the form → status → what is said → whose it is → who is told, all at once or not at all. A
/// form that was sent before changes nothing.
pub async fn take(app: &App, grant: &Grant, answer: &Answer) -> Result<Taken> {
    let desk = Desk {
        report: &grant.report,
        id: &grant.desk,
        name: desk_name(app, &grant.desk).await?,
        now: app.clock.now(),
    };
    let mut tx = app.db.write().await?;
    let at = (desk.report, desk.id);
    if !store::claim(&mut tx, &answer.id, at, &answer.internal, desk.now).await? {
        let ours = store::is_of(&mut *tx, &answer.id, at).await?;
        return Ok(if ours { Taken::Said } else { Taken::Not(Wrong::new("form", "again")) });
    }
    let about = store::lock(&mut tx, desk.report).await?;
    if let Some(wrong) = refuse(&mut tx, &desk, answer).await? {
        return Ok(Taken::Not(wrong));
    }
    let mut said = vec![];
    if let Some(Step::To(to, on)) = answer.step {
        if about.status.step(to, Actor::Desk, Kind::Simple).is_err() {
            return Ok(Taken::Not(Wrong::new("step", "moved")));
        }
        let step = Event::StatusChanged { to, reason: None, on, by: Some(desk.name.clone()) };
        note(&mut tx, desk.report, desk.now, &step).await?;
        said.push(step);
        let (from, by) = (about.status, Some(&desk.name));
        let step = reports::Step { report: desk.report, from, to, reason: None, by };
        reports::settle(app, &mut tx, &step, desk.now).await?;
    }
    said.extend(speak(&mut tx, &desk, answer).await?);
    if let Some(Step::Elsewhere(whom)) = &answer.step {
        match transfer::say(&mut tx, &desk, (&about.place, whom), &answer.id).await? {
            Ok(event) => said.push(event),
            Err(wrong) => return Ok(Taken::Not(wrong)),
        }
    }
    if !said.is_empty() {
        news::answered(&mut tx, desk.report, &desk.name, &said, (about.status, desk.now)).await?;
        jobs::put_mail_people(&mut tx, desk.report, &said, desk.now).await?;
    }
    tx.commit().await?;
    app.jobs_put.notify_one();
    Ok(Taken::Said)
}

/// Whether that form was taken before, from this very desk about this report.
pub async fn is_said(app: &App, grant: &Grant, form: &str) -> Result<bool> {
    let Ok(id) = ParcelId::parse(form) else { return Ok(false) };
    Ok(store::is_of(app.db.read(), &id, (&grant.report, &grant.desk)).await?)
}

/// Why a desk may not say that now: it passed the report on, or has said more than anybody reads in a day.
async fn refuse(tx: &mut Tx, desk: &Desk<'_>, answer: &Answer) -> Result<Option<Wrong>> {
    let (away, _) = hands::elsewhere(&mut **tx, desk.report).await?;
    if answer.step.is_some() && away.iter().any(|away| away == desk.id) {
        return Ok(Some(Wrong::new("step", "moved")));
    }
    let today = store::said_since(tx, (desk.report, desk.id), desk.now.plus(-DAY)).await?;
    Ok((today > MOST_A_DAY).then_some(Wrong::new("form", "often")))
}

/// Writes what is said in public, and that something was said to other desks.
async fn speak(tx: &mut Tx, desk: &Desk<'_>, answer: &Answer) -> Result<Option<Event>> {
    let DeskName { function, name } = desk.name.clone();
    store::insert_photos(tx, &answer.id, &answer.photos).await?;
    if let Some(document) = &answer.document {
        store::insert_document(tx, document, desk.now).await?;
    }
    let mut public = None;
    if answer.is_public() {
        let event = Event::Answered {
            function,
            name: name.clone(),
            words: answer.words.clone(),
            intervention: answer.intervention.clone(),
            photos: answer.photos.clone(),
            document: answer.document.clone(),
        };
        note(tx, desk.report, desk.now, &event).await?;
        public = Some(event);
    }
    if !answer.internal.is_empty() {
        note(tx, desk.report, desk.now, &Event::InternalWord { function, name }).await?;
    }
    Ok(public)
}

/// A desk as the public knows it.
async fn desk_name(app: &App, id: &str) -> Result<DeskName> {
    let known = routing::store::desk_named(app.db.read(), id).await?;
    let (function, name) = known.context("a link names a desk that is gone")?;
    Ok(DeskName { function, name })
}

/// The statuses that a desk may set on a report that is `from`.
pub fn steps(from: Status) -> impl Iterator<Item = Status> {
    Status::ALL.into_iter().filter(move |to| from.step(*to, Actor::Desk, Kind::Simple).is_ok())
}
