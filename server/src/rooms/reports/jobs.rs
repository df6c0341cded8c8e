//! What leaves after a report came in: mails to the desks, and one to the reporter who asked for news.
//!
//! Each mailbox of a desk has a notice and a job of its own ([`mail_desk`]), so that what one refuses keeps nothing from the
//! others. Where a mailbox is closed before its mail left, the desk is told again ([`tell_desk`]) at those that are open
//! then. Sending, then recording: a worker that dies in between sends once more, under the same Message-ID (the job's), and
//! nothing is ever lost.

use super::intake::Parcel;
use super::letters::{self, Desk as Addressee};
use super::notices::About;
use super::{note, notices, store};
use crate::app::App;
use crate::db::Tx;
use crate::db::bundle::Bundle;
use crate::edges::ids;
use crate::edges::mail::NotSent;
use crate::error::{Error, Result};
use crate::jobs::{self, Failed, Job};
use crate::mail::Letter;
use crate::rooms::answers::telling;
use crate::rooms::routing::store::Mailbox;
use crate::rooms::{follow, routing};
use anyhow::Context;
use lettre::Message;
use serde::{Deserialize, Serialize};
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::problem::Code;
use shared::reports::Event;
use shared::routing::Function;
use shared::routing::rules::Criteria;
use std::sync::Arc;

/// Kind of [`tell_desk`].
pub const TELL_DESK: &str = "report.tell_desk";
/// Kind of [`mail_desk`].
pub const MAIL_DESK: &str = "report.mail_desk";
/// Kind of [`tell_reporter`].
pub const TELL_REPORTER: &str = "report.tell_reporter";

#[derive(Clone, Serialize, Deserialize)]
struct ToDesk {
    report: ParcelId,
    desk: String,
    /// What the rule asked for that named the desk; a desk in copy is named by none.
    #[serde(default)]
    why: Option<Criteria>,
    /// The number of the relance; 0 the first message.
    #[serde(default)]
    relance: i64,
}

impl ToDesk {
    fn about(&self) -> About<'_> {
        About { report: &self.report, relance: self.relance }
    }
}

#[derive(Serialize, Deserialize)]
struct ToMailbox {
    #[serde(flatten)]
    to: ToDesk,
    mailbox: String,
}

#[derive(Serialize, Deserialize)]
struct ToReporter {
    parcel: ParcelId,
}

/// Puts the jobs that write to `desk`, named because of `why`: put at the first instant, to run from the second on.
/// Mailboxes that have a notice of `report` get none.
pub async fn put_mail_desk(
    tx: &mut Tx,
    report: &ParcelId,
    (desk, why): (&str, &Criteria),
    (at, leave_at): (Instant, Instant),
) -> Result<()> {
    let to = ToDesk { report: report.clone(), desk: desk.to_owned(), why: Some(why.clone()), relance: 0 };
    open_notices(tx, &to, (at, leave_at)).await
}

/// A report is being written: a notice and a job for each mailbox of `desk`, named because of `why`.
pub fn add_mail_desk<'a>(
    writes: &mut Bundle,
    report: &ParcelId,
    (desk, why): (&str, &Criteria),
    mailboxes: impl Iterator<Item = &'a str>,
    (at, leave_at): (Instant, Instant),
) -> Result<()> {
    for mailbox in mailboxes {
        let to = ToDesk { report: report.clone(), desk: desk.to_owned(), why: Some(why.clone()), relance: 0 };
        notices::add(writes, report, (desk, mailbox));
        add(writes, MAIL_DESK, &ToMailbox { to, mailbox: mailbox.to_owned() }, report, (at, leave_at))?;
    }
    Ok(())
}

/// Puts the jobs that write a relance to `desk`: named because of `why`, or in copy.
pub async fn put_relance(
    tx: &mut Tx,
    about: About<'_>,
    (desk, why): (&str, Option<&Criteria>),
    now: Instant,
) -> Result<()> {
    let (report, desk) = (about.report.clone(), desk.to_owned());
    let to = ToDesk { report, desk, why: why.cloned(), relance: about.relance };
    open_notices(tx, &to, (now, now)).await
}

/// Ends the wait of the mails to desks about `report`; how many there were.
pub async fn hurry(tx: &mut Tx, report: &ParcelId, now: Instant) -> Result<u64> {
    Ok(jobs::store::hurry(tx, MAIL_DESK, report.as_str(), now).await?)
}

/// Opens a notice for each mailbox that the desk holds at the first instant and that has none, each with a job that runs
/// from the second on.
async fn open_notices(tx: &mut Tx, to: &ToDesk, (at, leave_at): (Instant, Instant)) -> Result<()> {
    let in_copy = to.relance > 0 && to.why.is_none();
    for mailbox in notices::open(tx, to.about(), (&to.desk, in_copy), at).await? {
        let to = ToMailbox { to: to.clone(), mailbox };
        put(tx, MAIL_DESK, &to, &to.to.report, (at, leave_at)).await?;
    }
    Ok(())
}

/// Lets the mails about `report` leave that waited for its photos.
pub async fn release(app: &App, report: &ParcelId) -> Result<()> {
    let mut tx = app.db.write().await?;
    let hurried = hurry(&mut tx, report, app.clock.now()).await?;
    tx.commit().await?;
    if hurried > 0 {
        app.jobs_put.notify_one();
    }
    Ok(())
}

/// Puts the job that writes to the reporter.
pub fn add_tell_reporter(writes: &mut Bundle, parcel: &Parcel) -> Result<()> {
    let to = ToReporter { parcel: parcel.id.clone() };
    add(writes, TELL_REPORTER, &to, &parcel.id, (parcel.at, parcel.at))
}

/// Puts a job made at the first instant, to run from the second on.
async fn put(
    tx: &mut Tx,
    kind: &str,
    payload: &impl Serialize,
    about: &ParcelId,
    (at, run_at): (Instant, Instant),
) -> Result<()> {
    let mut writes = Bundle::default();
    add(&mut writes, kind, payload, about, (at, run_at))?;
    Ok(writes.run(tx).await?)
}

fn add(
    writes: &mut Bundle,
    kind: &str,
    payload: &impl Serialize,
    about: &ParcelId,
    (at, run_at): (Instant, Instant),
) -> Result<()> {
    let payload = serde_json::to_string(payload)?;
    let new = jobs::New { kind, about: Some(about.as_str()), payload: &payload, run_at };
    jobs::store::add(writes, ids::id(at).as_str(), &new);
    Ok(())
}

/// Tells a desk at the mailboxes it holds now and that were not written to.
pub async fn tell_desk(app: &App, job: &Job) -> Result<(), Failed> {
    let to: ToDesk = serde_json::from_str(&job.payload).context("a job's payload")?;
    let (function, _) = desk(app, &to).await?;
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    open_notices(&mut tx, &to, (now, now)).await.map_err(internal)?;
    let held = !routing::store::mailboxes(&mut *tx, &to.desk, now).await?.is_empty();
    if !held && !notices::left(&mut tx, to.about(), &to.desk).await? {
        let event = Event::NoMailbox { function, refused: false };
        note(&mut tx, &to.report, now, &event).await.map_err(internal)?;
    }
    tx.commit().await.map_err(Failed::from)
}

/// Writes to one mailbox of a desk. The first message that leaves for a desk is told in the journal.
pub async fn mail_desk(app: &App, job: &Job) -> Result<(), Failed> {
    let ToMailbox { to, mailbox } = serde_json::from_str(&job.payload).context("a job's payload")?;
    let (function, name) = desk(app, &to).await?;
    let open = routing::store::mailboxes(app.db.read(), &to.desk, app.clock.now()).await?;
    let Some(found) = open.into_iter().find(|open| open.id == mailbox) else {
        return tell_again(app, job, &to, &mailbox).await;
    };
    let addressee = Addressee { id: to.desk.clone(), name: name.clone() };
    let Some(letter) = letter(app, &to, &addressee, &found).await.map_err(internal)? else {
        return nothing_to_say(app, job, &to, &mailbox).await;
    };
    match app.send(&job.id, write(app, job, letter)?).await {
        Ok(()) => {}
        Err(NotSent::Never(reason)) => {
            refused(app, &to, &mailbox, (function, &reason)).await?;
            return Err(Failed::Drop(reason));
        }
        Err(NotSent::Later(reason)) => return Err(Failed::Retry(reason)),
    }
    let left = Arc::new(Left { job: job.id.clone(), to, mailbox, function, name, at: app.clock.now() });
    if app.db.together(move |tx| Box::pin(record(tx, Arc::clone(&left)))).await? {
        app.jobs_put.notify_one();
    }
    Ok(())
}

/// A mail that left.
struct Left {
    job: String,
    to: ToDesk,
    mailbox: String,
    function: Function,
    name: String,
    at: Instant,
}

/// Writes down that it left; whether it was the report's first, of which the rules may say more.
async fn record(tx: &mut Tx, left: Arc<Left>) -> Result<bool, Failed> {
    let Left { job, to, mailbox, function, name, at } = &*left;
    store::lock(tx, &to.report).await?;
    let mut newly = false;
    if !notices::left(tx, to.about(), &to.desk).await? {
        newly = store::mark_sent(tx, &to.report).await?;
        let event = Event::NoticeSent { function: *function, name: name.clone(), why: to.why.clone() };
        note(tx, &to.report, *at, &event).await.map_err(internal)?;
        if newly {
            telling::first_sent(tx, &to.report, *at).await.map_err(internal)?;
        }
    }
    notices::sent(tx, to.about(), mailbox, *at).await?;
    jobs::store::done(tx, job).await?;
    Ok(newly)
}

async fn letter(app: &App, to: &ToDesk, desk: &Addressee, mailbox: &Mailbox) -> Result<Option<Letter>> {
    match to.relance {
        0 => letters::to_desk(app, &to.report, desk, mailbox).await.map(Some),
        _ => follow::letters::relance(app, to.about(), desk, mailbox).await,
    }
}

/// The report was closed while a relance waited: nobody is written to about what is done.
async fn nothing_to_say(app: &App, job: &Job, to: &ToDesk, mailbox: &str) -> Result<(), Failed> {
    let mut tx = app.db.write().await?;
    notices::take_back(&mut tx, to.about(), mailbox).await?;
    jobs::store::done(&mut tx, &job.id).await?;
    tx.commit().await.map_err(Failed::from)
}

/// The mailbox was closed while its mail waited: the desk is told again, at the mailboxes it holds now.
async fn tell_again(app: &App, job: &Job, to: &ToDesk, mailbox: &str) -> Result<(), Failed> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    notices::take_back(&mut tx, to.about(), mailbox).await?;
    put(&mut tx, TELL_DESK, to, &to.report, (now, now)).await.map_err(internal)?;
    tx.commit().await.map_err(Failed::from)
}

/// Writes down that a mailbox refused for good; when it was the desk's last, the journal says so.
async fn refused(
    app: &App,
    to: &ToDesk,
    mailbox: &str,
    (function, reason): (Function, &str),
) -> Result<(), Failed> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    store::lock(&mut tx, &to.report).await?;
    let newly = notices::refuse(&mut tx, to.about(), mailbox, now, reason).await?;
    if newly && notices::all_refused(&mut tx, to.about(), &to.desk).await? {
        let event = Event::NoMailbox { function, refused: true };
        note(&mut tx, &to.report, now, &event).await.map_err(internal)?;
    }
    tx.commit().await.map_err(Failed::from)
}

/// Writes to the reporter that the report was received, with their follow link.
pub async fn tell_reporter(app: &App, job: &Job) -> Result<(), Failed> {
    let to: ToReporter = serde_json::from_str(&job.payload).context("a job's payload")?;
    if let Some(letter) = letters::to_reporter(app, &to.parcel).await.map_err(internal)? {
        app.send(&job.id, write(app, job, letter)?).await.map_err(|error| match error {
            NotSent::Later(reason) => Failed::Retry(reason),
            NotSent::Never(reason) => Failed::Drop(reason),
        })?;
    }
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    tx.commit().await.map_err(Failed::from)
}

/// Function and name of the desk.
async fn desk(app: &App, to: &ToDesk) -> Result<(Function, String), Failed> {
    let desk = routing::store::desk_named(app.db.read(), &to.desk).await?;
    desk.ok_or_else(|| Failed::Drop("the desk is gone".into()))
}

/// The mail of a letter, under the name of its job.
pub fn write(app: &App, job: &Job, letter: Letter) -> Result<Message, Failed> {
    letter.write(app, &job.id).map_err(|error| Failed::Drop(format!("cannot be written: {error:#}")))
}

/// How a job fails when a room says no.
pub fn internal(error: Error) -> Failed {
    match error {
        Error::Problem(problem) if problem.code == Code::ReportUnknown => {
            Failed::Drop("the report is gone".into())
        }
        Error::Problem(problem) | Error::Under(_, problem) => Failed::Retry(problem.to_string()),
        Error::Internal(error) => error.into(),
    }
}
