//! The life of a parcel: what the phone keeps until the server says yes.
//!
//! Only two answers end a parcel: a receipt naming its id, or a final problem. A page of a captive portal, HTML, silence
//! and "busy" all mean *later*. A refused parcel stays on the phone until its owner decides.

use crate::ids::{Key, ParcelId, PhotoHash};
use crate::instant::{Instant, MINUTE};
use crate::problem::{Code, Problem};
use crate::reports::{NewReport, Receipt};
use serde::{Deserialize, Serialize};

/// What a parcel carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// A report, with its photos beside it in the queue.
    Report(NewReport),
    /// "Moi aussi" on a report.
    Support {
        /// The report supported.
        report: ParcelId,
    },
}

impl Content {
    /// Photos that must arrive before the words do.
    pub fn photos(&self) -> &[PhotoHash] {
        match self {
            Self::Report(report) => &report.photos,
            Self::Support { .. } => &[],
        }
    }
}

/// Where a parcel stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Kept; leaves when there is a network.
    Waiting,
    /// Handed to the network. Written *before* the first byte leaves, so that a crash leaves something to repeat.
    Sending,
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

    /// Whether it still has to leave.
    pub fn is_unsent(&self) -> bool {
        matches!(self.state, State::Waiting | State::Sending)
    }

    /// Whether a drain at `now` should try it. A clock set back must not hold a parcel for ever: a wait longer than
    /// the longest back-off is not believed.
    pub fn is_due(&self, now: Instant) -> bool {
        let wait = self.not_before.0.saturating_sub(now.0);
        self.is_unsent() && (wait <= 0 || wait > LONGEST_WAIT)
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

/// The parcel after `answer` came at `now`.
#[must_use]
pub fn settle(parcel: Parcel, answer: Answer, now: Instant) -> Parcel {
    match answer {
        Answer::Receipt(receipt) if receipt.id == parcel.id => {
            Parcel { state: State::Received { receipt }, ..parcel }
        }
        Answer::Problem(problem) if problem.code.is_final() => {
            Parcel { state: State::Refused { problem }, ..parcel }
        }
        Answer::Problem(problem) if problem.code == Code::PhotoMissing && parcel.attempts == 0 => {
            // The photos leave again at once: the server has lost them or never had them.
            Parcel { state: State::Waiting, attempts: 1, not_before: now, ..parcel }
        }
        _ => {
            let attempts = parcel.attempts.saturating_add(1);
            Parcel { state: State::Waiting, attempts, not_before: now.plus(back_off(attempts)), ..parcel }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::mint;
    use crate::reports::Outcome;

    const NOW: Instant = Instant(1_800_000_000_000);

    fn parcel() -> Parcel {
        let content = Content::Support { report: mint(NOW, [1; 10]) };
        Parcel::seal(content, mint(NOW, [2; 10]), Key::from_bytes([3; 16]), NOW)
    }

    fn receipt(id: ParcelId) -> Receipt {
        Receipt {
            report: id.clone(),
            id,
            number: 1042,
            outcome: Outcome::New,
            people: 1,
            sent_to: vec![],
            at: NOW,
        }
    }

    #[test]
    fn a_receipt_naming_the_id_ends_a_parcel() {
        let settled = settle(parcel(), Answer::Receipt(receipt(parcel().id)), NOW);
        assert!(matches!(settled.state, State::Received { .. }));
        assert!(!settled.is_unsent());
    }

    #[test]
    fn somebody_elses_receipt_and_silence_mean_later() {
        for answer in [
            Answer::Receipt(receipt(mint(NOW, [9; 10]))),
            Answer::Nothing,
            Answer::Problem(Code::Busy.into()),
            Answer::Problem(Code::Internal.into()),
        ] {
            let settled = settle(parcel(), answer, NOW);
            assert_eq!(settled.state, State::Waiting);
            assert_eq!(settled.not_before, NOW.plus(5_000));
            assert!(!settled.is_due(NOW) && settled.is_due(NOW.plus(5_000)));
        }
    }

    #[test]
    fn a_missing_photo_sends_the_photos_again_at_once_but_only_once() {
        let again = settle(parcel(), Answer::Problem(Code::PhotoMissing.into()), NOW);
        assert!(again.is_due(NOW));
        let later = settle(again, Answer::Problem(Code::PhotoMissing.into()), NOW);
        assert!(!later.is_due(NOW));
    }

    #[test]
    fn a_final_problem_keeps_the_parcel_with_its_reason() {
        let settled = settle(parcel(), Answer::Problem(Code::PlaceUnknown.into()), NOW);
        assert_eq!(settled.state, State::Refused { problem: Code::PlaceUnknown.into() });
        assert_eq!(settled.content, parcel().content);
    }

    #[test]
    fn waits_grow_to_half_an_hour_and_a_clock_set_back_does_not_hold_a_parcel() {
        assert_eq!([1, 2, 3, 30].map(back_off), [5_000, 10_000, 20_000, LONGEST_WAIT]);
        let mut far = parcel();
        far.not_before = NOW.plus(400 * crate::instant::DAY);
        assert!(far.is_due(NOW));
    }
}
