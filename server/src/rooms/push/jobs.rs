//! The job that sends: a batch of what is due, many at once; then the next batch, or an alarm for the next hour.
//!
//! One job sends many messages, since the services of two browsers take thousands a second and a runner takes one job at
//! a time. What each message became is recorded in one transaction, after all of them left: a worker that dies in between
//! sends again what it had in hand (256 at most), and the topic makes one of the two.

use super::leave_at;
use super::message::{Look, Message};
use super::store::{self, InHand};
use crate::app::App;
use crate::db::Tx;
use crate::edges::ids;
use crate::edges::webpush::{Answer, Envelope, Pusher};
use crate::jobs::{self, Failed, Job, LEASE};
use anyhow::Context;
use futures_util::StreamExt as _;
use shared::instant::Instant;
use shared::push::hours::retry_in;
use shared::push::payload::{MAX_BYTES, Payload};

/// Kind of [`send`].
pub const SEND: &str = "push.send";
/// Messages of one job: with those that leave at once and their patience, well within a job's lease.
const BATCH: i64 = 256;
/// Messages that leave at once.
const AT_ONCE: usize = 64;

/// What becomes of a message.
#[derive(Debug)]
enum Fate {
    Arrived,
    /// The phone is forgotten.
    Gone,
    /// Nobody wants to know any more.
    TooLate,
    /// It can never be sent: why, for the doctor.
    Dropped(String),
    /// Again at that hour: why.
    Again(Instant, String),
}

/// Makes the job that sends what is due at `at`. Alarms for one later instant are one alarm.
pub async fn alarm(tx: &mut Tx, at: Instant, now: Instant) -> sqlx::Result<()> {
    // One that is due may be running already, and past the message just put.
    let id = if at > now { format!("push-{}", at.0) } else { ids::id(now).to_string() };
    jobs::store::put(tx, &id, &jobs::New { kind: SEND, about: None, payload: "{}", run_at: at }).await
}

/// Sends a batch of what is due.
pub async fn send(app: &App, job: &Job) -> Result<(), Failed> {
    let now = app.clock.now();
    let claim = ids::unguessable();
    let mut tx = app.db.write().await?;
    if app.push.is_none() {
        store::clear(&mut tx).await?;
    }
    let batch = store::claim(&mut tx, &claim, (now, now.plus(LEASE)), BATCH).await?;
    tx.commit().await?;
    let look = Look::of(&app.config.public_url);
    let sending = futures_util::stream::iter(batch).map(|message| {
        let (app, look) = (app.clone(), look.clone());
        // A task each: encrypting uses every core.
        tokio::spawn(async move {
            let fate = deliver(&app, &look, &message).await;
            (message, fate)
        })
    });
    let ended: Vec<_> = sending.buffer_unordered(AT_ONCE).collect().await;
    let mut ended = ended.into_iter().collect::<Result<Vec<_>, _>>().context("a push failed")?;
    // In one order, so that two workers wait for each other instead of for ever.
    ended.sort_unstable_by(|(a, _), (b, _)| a.device.cmp(&b.device));
    settle(app, job, &claim, &ended).await
}

/// Records what became of a batch and makes the next alarm, at once.
async fn settle(app: &App, job: &Job, claim: &str, ended: &[(InHand, Fate)]) -> Result<(), Failed> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    for (message, fate) in ended {
        record(&mut tx, claim, message, fate, now).await?;
    }
    store::arrived(&mut tx, claim).await?;
    jobs::store::done(&mut tx, &job.id).await?;
    if let Some(next) = store::next_at(&mut tx).await? {
        alarm(&mut tx, next, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn record(tx: &mut Tx, claim: &str, sent: &InHand, fate: &Fate, now: Instant) -> sqlx::Result<()> {
    match fate {
        Fate::Arrived => Ok(()),
        Fate::Gone => {
            if !store::gone(tx, sent).await? {
                store::put_back(tx, claim, sent, now).await?;
            }
            Ok(())
        }
        Fate::TooLate => store::drop(tx, claim, sent).await,
        Fate::Dropped(reason) => {
            tracing::warn!(reason, "a push is dropped");
            store::drop(tx, claim, sent).await?;
            store::trouble(tx, sent, reason).await
        }
        Fate::Again(at, reason) => {
            tracing::info!(reason, "a push is put off");
            store::put_back(tx, claim, sent, *at).await
        }
    }
}

async fn deliver(app: &App, look: &Look, sent: &InHand) -> Fate {
    let now = app.clock.now();
    let Some(pusher) = &app.push else { return Fate::Dropped("off".into()) };
    let Ok(message) = serde_json::from_str::<Message>(&sent.message) else {
        return Fate::Dropped("unreadable: made by another version".into());
    };
    if sent.until_at <= now {
        return Fate::TooLate;
    }
    let payload = message.payload(&app.pages, look, &sent.lang);
    let ttl = sent.until_at.0 - now.0;
    let envelope = Envelope { topic: message.topic, urgency: message.urgency, ttl };
    match dispatch(pusher, sent, &envelope, payload, now).await {
        Answer::Taken => Fate::Arrived,
        Answer::Gone => Fate::Gone,
        Answer::TooLong => Fate::Dropped("413".into()),
        Answer::Refused(reason) => Fate::Dropped(reason),
        Answer::Later(wait, reason) => match retry_in(sent.attempts, wait) {
            Some(wait) => Fate::Again(leave_at(now.plus(wait), &sent.zone), reason),
            None => Fate::Dropped(reason),
        },
    }
}

/// Sends the whole payload, else, where it is too long, what matters of it.
async fn dispatch(
    pusher: &Pusher,
    sent: &InHand,
    envelope: &Envelope,
    payload: Payload,
    now: Instant,
) -> Answer {
    let text = |payload: &Payload| serde_json::to_string(payload).unwrap_or_default();
    let whole = text(&payload);
    if whole.len() <= MAX_BYTES {
        match pusher.send(&sent.subscription, envelope, &whole, now).await {
            Answer::TooLong => {}
            answer => return answer,
        }
    }
    pusher.send(&sent.subscription, envelope, &text(&payload.shrunk()), now).await
}
