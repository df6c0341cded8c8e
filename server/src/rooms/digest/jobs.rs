//! The jobs of the digest: the week, which goes through everybody some at a time; the mail to one address; the question
//! whether an address wants to be written to.

use super::store::{self, School};
use super::{UNSURE_FOR, letters, week};
use crate::app::App;
use crate::db::Tx;
use crate::edges::ids;
use crate::edges::mail::NotSent;
use crate::error::Error;
use crate::jobs::{self, Failed, Job};
use crate::mail::Letter;
use crate::rooms::push::message::{Message, Say};
use crate::rooms::push::{self, Audience};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use shared::ids::ParcelId;
use shared::instant::{DAY, Instant, MINUTE};
use shared::push::payload::Topic;

/// Kind of [`run_week`], and the name of the one job of that kind.
pub const WEEK: &str = "digest.week";
/// Kind of [`mail`].
pub const MAIL: &str = "digest.mail";
/// Kind of [`sweep`], and the name of the one job of that kind.
pub const SWEEP: &str = "digest.sweep";
/// Kind of [`confirm`].
pub const CONFIRM: &str = "digest.confirm";

/// Addresses or phones that are gone through in one transaction.
const BATCH: i64 = 200;
/// A digest tells what happened until so many milliseconds ago: what is being written meanwhile is told by the next.
const SETTLED: i64 = MINUTE;
/// After so many weeks in which it was refused for good, an address is forgotten.
const MOST_REFUSED: i64 = 3;

/// How far a digest is.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Week {
    /// It tells what happened after this.
    since: Instant,
    /// And until this; not begun yet where there is none.
    until: Option<Instant>,
    /// Mails are put, phones come next.
    phones: bool,
    /// The last address or phone that was gone through.
    after: String,
}

#[derive(Serialize, Deserialize)]
struct ToReader {
    reader: String,
    since: Instant,
    until: Instant,
}

#[derive(Serialize, Deserialize)]
struct ToConfirm {
    follow: ParcelId,
}

/// Makes sure that a digest comes; called when the server starts.
pub async fn plan(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let first = Week { since: now.plus(-7 * DAY), until: None, phones: false, after: String::new() };
    put_week(&mut tx, &first, week::next(&app.days, now)).await?;
    put_sweep(&mut tx, now.plus(DAY)).await?;
    Ok(tx.commit().await?)
}

async fn put_sweep(tx: &mut Tx, at: Instant) -> sqlx::Result<()> {
    jobs::store::put(tx, SWEEP, &jobs::New { kind: SWEEP, about: None, payload: "{}", run_at: at }).await
}

/// Forgets what was asked and never answered, each day.
pub async fn sweep(app: &App, job: &Job) -> Result<(), Failed> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    store::forget_unsure(&mut tx, now.plus(-UNSURE_FOR)).await?;
    put_sweep(&mut tx, now.plus(DAY)).await?;
    tx.commit().await.map_err(Failed::from)
}

async fn put_week(tx: &mut Tx, week: &Week, at: Instant) -> anyhow::Result<()> {
    let payload = serde_json::to_string(week)?;
    Ok(jobs::store::put(tx, WEEK, &jobs::New { kind: WEEK, about: None, payload: &payload, run_at: at })
        .await?)
}

/// Asks the address of `follow` whether it wants to be written to.
pub async fn put_confirm(tx: &mut Tx, follow: &ParcelId, at: Instant) -> anyhow::Result<()> {
    let payload = serde_json::to_string(&ToConfirm { follow: follow.clone() })?;
    let new = jobs::New { kind: CONFIRM, about: Some(follow.as_str()), payload: &payload, run_at: at };
    Ok(jobs::store::put(tx, ids::id(at).as_str(), &new).await?)
}

/// Goes on with the week's digest: the next addresses, then the next phones, then the next week.
pub async fn run_week(app: &App, job: &Job) -> Result<(), Failed> {
    let now = app.clock.now();
    let week: Week = serde_json::from_str(&job.payload).context("a job's payload")?;
    let later = week.until.is_none().then(|| week::put_off(&app.days, now)).flatten();
    let until = week.until.unwrap_or_else(|| now.plus(-SETTLED));
    let begun = Week { until: Some(until), ..week };
    if let Some(at) = later {
        let mut tx = app.db.write().await?;
        jobs::store::done(&mut tx, &job.id).await?;
        put_week(&mut tx, &Week { until: None, ..begun }, at).await?;
        return tx.commit().await.map_err(Failed::from);
    }
    if begun.phones { phones(app, job, begun, until).await } else { mails(app, job, begun, until).await }
}

/// A job for each address.
async fn mails(app: &App, job: &Job, week: Week, until: Instant) -> Result<(), Failed> {
    let now = app.clock.now();
    let readers = store::readers(app.db.read(), &week.after, BATCH).await?;
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    for reader in &readers {
        let payload = ToReader { reader: reader.clone(), since: week.since, until };
        let payload = serde_json::to_string(&payload).context("a job's payload")?;
        let new = jobs::New { kind: MAIL, about: Some(reader), payload: &payload, run_at: now };
        jobs::store::put(&mut tx, ids::id(now).as_str(), &new).await?;
    }
    let next = match readers.into_iter().next_back() {
        Some(after) => Week { after, ..week },
        None => Week { phones: true, after: String::new(), ..week },
    };
    put_week(&mut tx, &next, now).await?;
    tx.commit().await?;
    app.jobs_put.notify_one();
    Ok(())
}

/// A message for each phone where something happened; after the last of them, the next week is planned.
async fn phones(app: &App, job: &Job, week: Week, until: Instant) -> Result<(), Failed> {
    let now = app.clock.now();
    let phones = store::phones(app.db.read(), &week.after, BATCH).await?;
    let mut messages = Vec::new();
    for phone in &phones {
        let schools = store::schools_of_phone(app.db.read(), phone.as_str()).await?;
        if let Some(message) = message(app, phone, &schools, (week.since, until)).await.map_err(internal)? {
            messages.push((phone, message));
        }
    }
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    for (phone, message) in &messages {
        push::tell(&mut tx, Audience::Device(phone), message, now).await?;
    }
    match phones.last() {
        Some(last) => put_week(&mut tx, &Week { after: last.to_string(), ..week }, now).await?,
        None => {
            let next = Week { since: until, until: None, phones: false, after: String::new() };
            put_week(&mut tx, &next, week::next(&app.days, now)).await?;
        }
    }
    tx.commit().await?;
    app.jobs_put.notify_one();
    Ok(())
}

/// The week of a phone in a few words; the digest of the next week takes its place.
async fn message(
    app: &App,
    phone: &ParcelId,
    schools: &[School],
    during: (Instant, Instant),
) -> crate::error::Result<Option<Message>> {
    let told = letters::told(app, schools, during).await?;
    let Some(first) = told.first() else { return Ok(None) };
    let sum = |count: fn(&letters::Told) -> i64| told.iter().map(count).sum::<i64>();
    let body = Say::with(
        "told_digest",
        [
            ("new", Say::Count("told_digest_new".into(), sum(|told| told.week.new))),
            ("answered", Say::Count("told_digest_answered".into(), sum(|told| told.week.answered))),
            ("solved", Say::Count("told_digest_solved".into(), sum(|told| told.week.solved))),
        ],
    );
    let (title, path) = match told.len() {
        1 => (
            Say::with("told_digest_at", [("place", Say::Text(first.name.clone()))]),
            format!("/ecoles/{}", first.id),
        ),
        _ => (Say::word("told_digest_title"), "/ecoles".to_owned()),
    };
    Ok(Some(Message { topic: Topic::of(phone), path, ..Message::about(phone, title, body) }))
}

/// Writes to one address what happened where it follows.
pub async fn mail(app: &App, job: &Job) -> Result<(), Failed> {
    let to: ToReader = serde_json::from_str(&job.payload).context("a job's payload")?;
    let sent = match store::find_reader(app.db.read(), &to.reader).await? {
        Some(reader) => {
            let letter = letters::of_week(app, reader, (to.since, to.until)).await.map_err(internal)?;
            send(app, job, letter).await?
        }
        None => None,
    };
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    if let Some(taken) = sent
        && store::taken(&mut tx, &to.reader, !taken).await? >= MOST_REFUSED
    {
        store::stop(&mut tx, &to.reader, None).await?;
    }
    tx.commit().await.map_err(Failed::from)
}

/// Asks an address whether it wants to be written to.
pub async fn confirm(app: &App, job: &Job) -> Result<(), Failed> {
    let to: ToConfirm = serde_json::from_str(&job.payload).context("a job's payload")?;
    let letter = letters::to_confirm(app, &to.follow).await.map_err(internal)?;
    // An address that refuses for good never agrees, and is forgotten with all that are unsure.
    send(app, job, letter).await?;
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    tx.commit().await.map_err(Failed::from)
}

/// Whether the letter was taken, or refused for good; none where there was none.
async fn send(app: &App, job: &Job, letter: Option<Letter>) -> Result<Option<bool>, Failed> {
    let Some(letter) = letter else { return Ok(None) };
    let message = letter.write(app, &job.id);
    let message = message.map_err(|error| Failed::Drop(format!("cannot be written: {error:#}")))?;
    match app.send(&job.id, message).await {
        Ok(()) => Ok(Some(true)),
        Err(NotSent::Later(reason)) => Err(Failed::Retry(reason)),
        Err(NotSent::Never(_)) => Ok(Some(false)),
    }
}

fn internal(error: Error) -> Failed {
    match error {
        Error::Problem(problem) | Error::Under(_, problem) => Failed::Retry(problem.to_string()),
        Error::Internal(error) => error.into(),
    }
}
