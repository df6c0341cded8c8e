//! Somebody with a phone: says something now and then until the storm is over, then waits until all has left.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use shared::instant::Instant;
use shared::outbox::{Content, Parcel};

use crate::city;
use crate::clock::Clock;
use crate::ledger::Ledger;
use crate::line::Line;
use crate::phone::Phone;
use crate::queue::{Photo, Queue};
use crate::wire::{Patience, Wire};

/// Longest pause between two reports of one person.
const PAUSE: u64 = 4_000;
/// Longest nap of a phone with something to send: somebody looks at it.
const NAP: Duration = Duration::from_millis(400);

/// What all of them share.
#[derive(Debug)]
pub struct Town {
    pub ledger: Arc<Ledger>,
    pub clock: Clock,
    pub server: std::net::SocketAddr,
    /// From now on nobody says anything new.
    pub over: AtomicBool,
    /// The next subject that nobody has reported.
    pub subjects: AtomicUsize,
}

/// The whole life of phone `n`. Four in ten have a bad line, a quarter die now and then.
pub async fn live(town: Arc<Town>, n: usize, mut chance: fastrand::Rng) {
    let line = if n % 10 < 4 { Some(Line::to(town.server, chance.fork()).await) } else { None };
    let base = line.as_ref().map_or_else(|| format!("http://{}", town.server), Line::url);
    let wire = Wire::new(base, Arc::clone(&town.ledger));
    let phone = Phone { queue: Arc::new(Queue::default()), wire, clock: town.clock };
    let dies = n % 4 == 1;
    let mut next = town.clock.now().plus(pause(&town, &mut chance));
    loop {
        let over = town.over.load(Ordering::SeqCst);
        let says = !over && town.clock.now() >= next;
        if says {
            let (parcel, photos) = something(&town, &mut chance);
            town.ledger.put(&parcel, &photos);
            phone.queue.put(parcel, photos);
            next = town.clock.now().plus(pause(&town, &mut chance));
        }
        if phone.queue.is_empty() {
            if over {
                return;
            }
            tokio::time::sleep(NAP).await;
            continue;
        }
        let patience = if !over && chance.u8(..100) < 5 { Patience::NONE } else { Patience::USUAL };
        let round = phone.round(says || chance.u8(..4) == 0, patience);
        let again = if dies && !over && chance.u8(..3) == 0 {
            // A battery, a browser that needs the memory: the round ends where it stands.
            tokio::time::timeout(Duration::from_millis(chance.u64(..400)), round).await.ok().flatten()
        } else {
            round.await
        };
        let nap = again.map_or(NAP, |at: Instant| town.clock.until(at));
        tokio::time::sleep(nap.min(NAP)).await;
    }
}

fn pause(town: &Town, chance: &mut fastrand::Rng) -> i64 {
    i64::try_from(chance.u64(..2 * PAUSE) * u64::from(town.clock.speed())).unwrap_or(0)
}

/// Half of what is said is new, a quarter was said by somebody else, a quarter is "moi aussi".
fn something(town: &Town, chance: &mut fastrand::Rng) -> (Parcel, Vec<Photo>) {
    let at = town.clock.at_start();
    match chance.u8(..4) {
        0 => {
            if let Some(report) = town.ledger.any_report(chance) {
                return (city::seal(Content::Support { report }, at, chance), vec![]);
            }
        }
        1 => {
            if let Some(said) = said_again(town, chance) {
                return said;
            }
        }
        _ => {}
    }
    let photos: Vec<Photo> = (0..chance.u8(..3)).map(|_| city::photo(chance.u8(..3) == 0, chance)).collect();
    let subject = town.subjects.fetch_add(1, Ordering::SeqCst) % city::SUBJECTS;
    (city::report(subject, &photos, at, chance), photos)
}

/// The same words; by chance with the same photos, with the word that it is the same, or with neither.
fn said_again(town: &Town, chance: &mut fastrand::Rng) -> Option<(Parcel, Vec<Photo>)> {
    let (parcel, mut photos) = town.ledger.any_words(chance)?;
    let Content::Report(mut report) = parcel.content else { return None };
    if chance.bool() {
        photos = (0..chance.u8(..2)).map(|_| city::photo(false, chance)).collect();
        report.photos = photos.iter().map(|photo| photo.hash.clone()).collect();
    }
    report.same_as =
        chance.bool().then_some(parcel.id).filter(|id| town.ledger.lines().receipts.contains_key(id));
    report.mail = None;
    Some((city::seal(Content::Report(report), town.clock.at_start(), chance), photos))
}
