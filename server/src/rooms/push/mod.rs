//! Push: phones that asked to be told, and telling them.
//!
//! Owns subscriptions, what they follow, and the queue of what is told. Promises: [`tell`] is part of its caller's
//! transaction; each phone is told in its language, never at night by its clock, and once for each topic: what is newer
//! takes the place of what is older. What the service refuses for good is counted for `vigie doctor`, what it cannot take
//! now is tried again, a subscription that is gone is forgotten. A worker that dies after sending may send once more, and
//! the topic makes one of the two. Does not: know what there is to tell; the rooms do (`reports/news.rs`).

pub mod http;
pub mod jobs;
pub mod message;
pub mod settings;
pub mod store;

use crate::app::App;
use crate::db::{Db, Tx};
use crate::edges::webpush::Pusher;
use crate::edges::webpush::vapid::{Vapid, new_key};
use anyhow::Result;
use jiff::tz::TimeZone;
pub use jobs::alarm;
use message::Message;
use settings::Push;
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::push::hours::{MORNING, Wait, quiet};

/// Whom to tell.
#[derive(Clone, Copy, Debug)]
pub enum Audience<'a> {
    /// Everybody who is part of a report: its reporter, those who say "moi aussi", those whose report joined it.
    People(&'a ParcelId),
    /// The one person who sent this parcel.
    Sender(&'a ParcelId),
    /// One phone.
    Device(&'a ParcelId),
}

/// Tells `audience`, in the caller's transaction; how many phones that are. Once it is committed the caller wakes the
/// workers (`jobs_put`).
pub async fn tell(tx: &mut Tx, audience: Audience<'_>, message: &Message, now: Instant) -> Result<u64> {
    let laid = lay(tx, audience, message, now).await?;
    for at in laid.due {
        alarm(tx, at, now).await?;
    }
    Ok(laid.phones)
}

/// What was laid down to leave.
#[derive(Debug, Default)]
pub struct Laid {
    /// For how many phones.
    pub phones: u64,
    /// When.
    pub due: Vec<Instant>,
}

/// The same without waking anybody: who tells many makes one [`alarm`] for all that leaves at one instant.
pub async fn lay(tx: &mut Tx, audience: Audience<'_>, message: &Message, now: Instant) -> Result<Laid> {
    let text = serde_json::to_string(message)?;
    let mut laid = Laid::default();
    for zone in store::zones(tx, audience).await? {
        let due_at = leave_at(now, &zone);
        let waiting = store::Waiting { message, text: &text, due_at, until_at: due_at.plus(message.ttl) };
        laid.phones += store::wait(tx, audience, &zone, &waiting).await?;
        laid.due.push(due_at);
    }
    Ok(laid)
}

/// The way out, with the key that lies in the database: made here the first time. Nothing where no subject is set.
pub async fn open(db: &Db, push: &Push) -> Result<Option<Pusher>> {
    let mut tx = db.write().await?;
    let key = store::server_key(&mut tx, &new_key()).await?;
    tx.commit().await?;
    let Some(subject) = &push.subject else { return Ok(None) };
    Pusher::new(Vapid::read(&key, subject)?, push.policy.clone(), push.patience).map(Some)
}

/// What `vigie doctor` says: how it stands, and what to see to.
pub async fn examine(app: &App) -> Result<(String, Vec<String>)> {
    let counts = store::counts(app.db.read()).await?;
    let mut advice = vec![];
    if app.push.is_none() {
        advice.push(
            "VIGIE_PUSH_SUBJECT is not set and cannot be guessed: no phone can ask to be told".to_owned(),
        );
        return Ok(("off".to_owned(), advice));
    }
    if app.config.push.policy.loopback {
        advice.push(
            "VIGIE_PUSH_ALLOW_LOOPBACK IS SET: a stranger can make this server send to itself. For tests only, never here"
                .to_owned(),
        );
    }
    for (reason, phones) in store::troubles(app.db.read()).await? {
        let hint = if matches!(reason.as_str(), "401" | "403") {
            ": look at VIGIE_PUSH_SUBJECT and at the clock"
        } else {
            ""
        };
        advice.push(format!("phones that are not told, since their service says {reason}: {phones}{hint}"));
    }
    Ok((format!("phones told: {}, messages waiting: {}", counts.phones, counts.waiting), advice))
}

/// The name by which a time zone is kept: its own where it is known, the schools' where it is not.
fn zone_name(text: &str, schools: &str) -> String {
    let zone = TimeZone::get(text).ok();
    zone.as_ref().and_then(TimeZone::iana_name).unwrap_or(schools).to_owned()
}

/// When something due at `at` leaves for a person in `zone`: at once, or in the morning. A zone that is known no more is
/// that of Greenwich.
pub fn leave_at(at: Instant, zone: &str) -> Instant {
    morning_after(at, zone).unwrap_or(at)
}

fn morning_after(at: Instant, zone: &str) -> Option<Instant> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let local = jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(zone.clone());
    let day = match quiet(local.hour())? {
        Wait::Today => local.date(),
        Wait::Tomorrow => local.date().tomorrow().ok()?,
    };
    Some(Instant(day.at(MORNING, 0, 0, 0).to_zoned(zone).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_one_name() {
        for (said, kept) in [
            ("Europe/Paris", "Europe/Paris"),
            ("indian/REUNION", "Indian/Reunion"),
            ("", "America/Cayenne"),
            ("Nowhere/At_All", "America/Cayenne"),
            ("../../etc/passwd", "America/Cayenne"),
        ] {
            assert_eq!(zone_name(said, "America/Cayenne"), kept, "{said}");
        }
    }

    #[test]
    fn a_message_of_the_night_leaves_at_seven_by_the_persons_clock() {
        for (zone, at, expected) in [
            ("Europe/Paris", "2026-09-07T10:00Z", "2026-09-07T10:00Z"),
            ("Europe/Paris", "2026-09-07T18:59Z", "2026-09-07T18:59Z"),
            ("Europe/Paris", "2026-09-07T19:00Z", "2026-09-08T05:00Z"),
            ("Europe/Paris", "2026-09-08T04:59Z", "2026-09-08T05:00Z"),
            ("Europe/Paris", "2026-09-08T05:00Z", "2026-09-08T05:00Z"),
            ("", "2026-09-07T21:00Z", "2026-09-08T07:00Z"),
            ("Nowhere/At_All", "2026-09-07T20:59Z", "2026-09-07T20:59Z"),
            ("Indian/Reunion", "2026-09-07T18:00Z", "2026-09-08T03:00Z"),
            ("America/Martinique", "2026-09-07T19:00Z", "2026-09-07T19:00Z"),
            // The nights in which the clock is put forward and back.
            ("Europe/Paris", "2026-03-28T22:00Z", "2026-03-29T05:00Z"),
            ("Europe/Paris", "2026-10-24T21:00Z", "2026-10-25T06:00Z"),
        ] {
            let instant = |text: &str| {
                let text = text.replace('Z', ":00Z");
                Instant(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
            };
            assert_eq!(leave_at(instant(at), zone), instant(expected), "{zone} {at}");
        }
    }
}
