//! The life of a parcel: what the phone keeps until the server says yes.
//!
//! Only two answers end a parcel: a receipt naming its id, or a final problem. A page of a captive portal, HTML, silence
//! and "busy" all mean *later*. A refused parcel stays on the phone until its owner decides.

use crate::followup::{FollowUp, Wish};
use crate::ids::{Key, ParcelId, PhotoHash};
use crate::instant::{Instant, MINUTE};
use crate::problem::{Code, Problem};
use crate::reports::{NewReport, Receipt};
use serde::{Deserialize, Serialize};

/// What a parcel carries. Kept on the phone only, never on the wire; tagged by its outer name, since serde's inner tags cost
/// the phone 12 kB (brotli).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
// Where pointers are of 64 bits.
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(clippy::large_enum_variant, reason = "most parcels are reports")
)]
pub enum Content {
    /// A report, with its photos beside it in the queue.
    Report(NewReport),
    /// "Moi aussi" on a report.
    Support {
        /// The report supported.
        report: ParcelId,
    },
    /// What is wished about a report, under the secret by which this person is part of it.
    FollowUp(FollowUp),
}

impl Content {
    /// Photos it names; they leave after the words.
    pub fn photos(&self) -> &[PhotoHash] {
        match self {
            Self::Report(report) => &report.photos,
            Self::FollowUp(wished) => &wished.photos,
            Self::Support { .. } => &[],
        }
    }

    /// What it wishes, and about which report.
    pub fn wish(&self) -> Option<(&ParcelId, Wish)> {
        match self {
            Self::FollowUp(FollowUp { report, wish, .. }) => Some((report, *wish)),
            Self::Report(_) | Self::Support { .. } => None,
        }
    }
}

/// Where a parcel stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Kept; leaves when there is a network.
    Waiting,
    /// Handed to the network. Written *before* the first byte leaves, so that a crash leaves something to repeat.
    Sending,
    /// The words are there; photos named in the receipt's `missing` still have to leave. Stays while they do: a crash
    /// leaves the rest to send.
    Partly {
        /// What the server answered.
        receipt: Receipt,
    },
    /// Refused for good; waits for its owner.
    Refused {
        /// Why.
        problem: Problem,
    },
    /// Received; the receipt says as what.
    Received {
        /// What the server answered.
        receipt: Receipt,
    },
}

/// A change made on this phone, on its way to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    /// Its id, minted here; the report's id for life.
    pub id: ParcelId,
    /// The secret that proves it is ours.
    pub key: Key,
    /// When it was sealed, by the phone's clock.
    pub sealed_at: Instant,
    /// What it carries.
    pub content: Content,
    /// Where it stands.
    pub state: State,
    /// Attempts so far.
    pub attempts: u32,
    /// Not before this instant, by the phone's clock.
    pub not_before: Instant,
}

impl Parcel {
    /// Closes the envelope: from here on the words do not change.
    pub fn seal(content: Content, id: ParcelId, key: Key, at: Instant) -> Self {
        Self { id, key, sealed_at: at, content, state: State::Waiting, attempts: 0, not_before: at }
    }

    /// The same, leaving only after [`SECOND_THOUGHTS`]: so long its owner may take it back.
    #[must_use]
    pub fn held(self) -> Self {
        Self { not_before: self.sealed_at.plus(SECOND_THOUGHTS), ..self }
    }

    /// Whether it still may be thought over.
    pub fn is_held(&self, now: Instant) -> bool {
        let wait = self.not_before.0.saturating_sub(now.0);
        self.attempts == 0 && matches!(self.state, State::Waiting) && (1..=SECOND_THOUGHTS).contains(&wait)
    }

    /// The server's answer, once it has the words.
    pub fn receipt(&self) -> Option<&Receipt> {
        match &self.state {
            State::Partly { receipt } | State::Received { receipt } => Some(receipt),
            State::Waiting | State::Sending | State::Refused { .. } => None,
        }
    }

    /// Whether its words still have to leave.
    pub fn is_unheard(&self) -> bool {
        matches!(self.state, State::Waiting | State::Sending)
    }

    /// Whether it still has to leave, words or photos.
    pub fn is_unsent(&self) -> bool {
        matches!(self.state, State::Waiting | State::Sending | State::Partly { .. })
    }

    /// Whether a drain at `now` should try it. A clock set back must not hold a parcel for ever: a wait longer than
    /// the longest back-off is not believed.
    pub fn is_due(&self, now: Instant) -> bool {
        let wait = self.not_before.0.saturating_sub(now.0);
        self.is_unsent() && (wait <= 0 || wait > LONGEST_WAIT)
    }
}

/// What a round leaves for later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hurry {
    /// What has not waited long enough: for the timer.
    None,
    /// Only what may still be thought over: the network came back, or somebody asks.
    Now,
    /// Nothing: the page may be gone, and nobody is there to think anything over.
    Last,
}

/// How long a wish that one tap made may be taken back, in milliseconds.
pub const SECOND_THOUGHTS: i64 = 6_000;

/// Whether `parcel` has to wait for another: a wish is heard only from who is part of the report, which the server must
/// have been told before.
fn waits_for_another(parcel: &Parcel, parcels: &[Parcel]) -> bool {
    let is_before =
        |other: &Parcel| other.is_unheard() && other.key == parcel.key && other.content.wish().is_none();
    parcel.content.wish().is_some() && parcels.iter().any(is_before)
}

/// The parcels to try at `now`, in order: all words before any photo; then those tried least, then the oldest, so that
/// one that always fails never stands before the others.
pub fn order(parcels: &[Parcel], now: Instant, hurry: Hurry) -> Vec<ParcelId> {
    let is_due = |parcel: &&Parcel| match hurry {
        Hurry::None => parcel.is_due(now),
        Hurry::Now => parcel.is_unsent() && !parcel.is_held(now),
        Hurry::Last => parcel.is_unsent(),
    };
    let mut due: Vec<&Parcel> =
        parcels.iter().filter(is_due).filter(|parcel| !waits_for_another(parcel, parcels)).collect();
    let rank = |parcel: &Parcel| (!parcel.is_unheard(), parcel.attempts, parcel.sealed_at);
    due.sort_unstable_by(|a, b| (rank(a), &a.id).cmp(&(rank(b), &b.id)));
    due.into_iter().map(|parcel| parcel.id.clone()).collect()
}

/// When trying again is worth it: the earliest of the waits, and not before `pause`, the wait of the parcel on which a
/// round ended for want of a network.
pub fn next_try(parcels: &[Parcel], pause: Option<Instant>) -> Option<Instant> {
    let may_leave = |parcel: &&Parcel| parcel.is_unsent() && !waits_for_another(parcel, parcels);
    let earliest = parcels.iter().filter(may_leave).map(|parcel| parcel.not_before).min();
    earliest.map(|at| pause.map_or(at, |pause| at.max(pause)))
}

/// What a body may be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The "yes" that was asked for.
    Yes,
    /// A [`Problem`].
    Problem,
    /// Nothing of ours.
    Nothing,
}

/// Judges a body by its status and media type alone: a captive portal's page is nothing, whatever its status.
pub fn reading(status: u16, content_type: &str) -> Reading {
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match (status, media_type.as_str()) {
        (200 | 201, "application/json") => Reading::Yes,
        (400..=599, crate::problem::MEDIA_TYPE) => Reading::Problem,
        _ => Reading::Nothing,
    }
}

/// What came back for one parcel.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// JSON that parses as a receipt.
    Receipt(Receipt),
    /// A problem of the server.
    Problem(Problem),
    /// Anything else: silence, a portal's page, a status without a body we know.
    Nothing,
}

/// The longest wait between two attempts, in milliseconds.
pub const LONGEST_WAIT: i64 = 30 * MINUTE;

/// Milliseconds to wait after `attempts` failures: 5 s, doubled each time, at most [`LONGEST_WAIT`].
pub fn back_off(attempts: u32) -> i64 {
    (5_000_i64 << attempts.saturating_sub(1).min(20)).min(LONGEST_WAIT)
}

/// The photos that `answer` asks for. An older server takes no words before their photos: it asks for all of them.
pub fn wanted(parcel: &Parcel, answer: &Answer) -> Vec<PhotoHash> {
    match answer {
        Answer::Receipt(receipt) if receipt.id == parcel.id => receipt.missing.clone(),
        Answer::Problem(problem) if problem.code == Code::PhotoMissing => parcel.content.photos().to_vec(),
        _ => vec![],
    }
}

/// Whether a refused photo will be refused for ever: it stays behind, the rest arrives without it.
pub fn is_lost(code: Code) -> bool {
    matches!(code, Code::PhotoUnreadable | Code::UnsupportedPhoto | Code::TooLarge)
}

/// The parcel after `answer` came to its words at `now`. Photos in `lost` will never arrive: a receipt that misses only
/// those is the last word, and tells its owner which they are.
#[must_use]
pub fn settle(parcel: Parcel, answer: Answer, lost: &[PhotoHash], now: Instant) -> Parcel {
    match answer {
        Answer::Receipt(receipt) if receipt.id == parcel.id => {
            if receipt.missing.iter().all(|hash| lost.contains(hash)) {
                return Parcel { state: State::Received { receipt }, ..parcel };
            }
            let again = matches!(parcel.state, State::Partly { .. });
            let heard = Parcel { state: State::Partly { receipt }, ..parcel };
            // Photos were sent and are missed all the same: not at once, or it would never end.
            if again { postpone(heard, false, now) } else { Parcel { attempts: 0, not_before: now, ..heard } }
        }
        Answer::Problem(problem) if problem.code.is_final() => {
            Parcel { state: State::Refused { problem }, ..parcel }
        }
        Answer::Problem(problem) if problem.code == Code::PhotoMissing && !lost.is_empty() => Parcel {
            state: State::Refused { problem: Problem::of(Code::PhotoUnreadable, "photos") },
            ..parcel
        },
        _ => postpone(parcel, false, now),
    }
}

/// The parcel after an attempt that ended nothing. Where something `moved`, waits begin anew: a line that is cut every
/// ten seconds must not be tried less and less.
#[must_use]
pub fn postpone(parcel: Parcel, moved: bool, now: Instant) -> Parcel {
    let attempts = if moved { 1 } else { parcel.attempts.saturating_add(1) };
    let state = if parcel.is_unheard() { State::Waiting } else { parcel.state };
    Parcel { state, attempts, not_before: now.plus(back_off(attempts)), ..parcel }
}

/// The parcel after one of its missing photos arrived.
#[must_use]
pub fn arrived(mut parcel: Parcel, hash: &PhotoHash) -> Parcel {
    if let State::Partly { receipt } = &mut parcel.state {
        receipt.missing.retain(|missing| missing != hash);
    }
    parcel
}

#[cfg(test)]
mod tests;
