//! The life of a parcel: what the phone keeps until the server says yes.
//!
//! Only two answers end a parcel: a receipt naming its id, or a final problem. A page of a captive portal, HTML, silence
//! and "busy" all mean *later*. A refused parcel stays on the phone until its owner decides.

use crate::ids::{Key, ParcelId, PhotoHash};
use crate::instant::{Instant, MINUTE};
use crate::problem::{Code, Problem};
use crate::reports::{NewReport, Receipt};
use serde::{Deserialize, Serialize};

/// What a parcel carries. Kept on the phone only, never on the wire; tagged by its outer name, since serde's inner tags cost
/// the phone 12 kB (brotli).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[serde(rename_all = "snake_case")]
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

/// The parcels to try at `now`, in order: those tried least come first, then the oldest, so that one that always fails
/// never stands before the others. In a `hurry` (the network came back, somebody asks) back-off does not count.
pub fn order(parcels: &[Parcel], now: Instant, hurry: bool) -> Vec<ParcelId> {
    let mut due: Vec<&Parcel> =
        parcels.iter().filter(|parcel| if hurry { parcel.is_unsent() } else { parcel.is_due(now) }).collect();
    due.sort_unstable_by(|a, b| (a.attempts, a.sealed_at, &a.id).cmp(&(b.attempts, b.sealed_at, &b.id)));
    due.into_iter().map(|parcel| parcel.id.clone()).collect()
}

/// When trying again is worth it: the earliest of the waits, and not before `pause`, the wait of the parcel on which a
/// round ended for want of a network.
pub fn next_try(parcels: &[Parcel], pause: Option<Instant>) -> Option<Instant> {
    let earliest = parcels.iter().filter(|parcel| parcel.is_unsent()).map(|parcel| parcel.not_before).min();
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
    fn the_form_kept_on_phones_is_stable() {
        let kept = serde_json::to_value(parcel()).unwrap();
        let expected = serde_json::json!({
            "id": parcel().id, "key": "03030303030303030303030303030303", "sealed_at": NOW,
            "content": { "support": { "report": mint(NOW, [1; 10]) } },
            "state": "waiting", "attempts": 0, "not_before": NOW,
        });
        assert_eq!(kept, expected);
        let refused = State::Refused { problem: Code::PlaceUnknown.into() };
        let kept = serde_json::to_value(&refused).unwrap();
        assert_eq!(kept, serde_json::json!({ "refused": { "problem": { "code": "place_unknown" } } }));
    }

    #[test]
    fn one_that_always_fails_never_stands_before_the_others() {
        let named = |seed, attempts, not_before| Parcel {
            id: mint(NOW, [seed; 10]),
            attempts,
            not_before,
            ..parcel()
        };
        let failing = named(1, 4, NOW);
        let held = named(2, 1, NOW.plus(10_000));
        let fresh = named(3, 0, NOW);
        let parcels = [failing.clone(), held.clone(), fresh.clone()];
        assert_eq!(order(&parcels, NOW, false), [fresh.id.clone(), failing.id.clone()]);
        assert_eq!(order(&parcels, NOW, true), [fresh.id, held.id, failing.id]);
    }

    #[test]
    fn a_parcel_left_in_sending_by_a_crash_leaves_again() {
        let left = Parcel { state: State::Sending, ..parcel() };
        assert_eq!(order(std::slice::from_ref(&left), NOW, false), [left.id]);
    }

    #[test]
    fn without_a_network_the_next_try_waits_for_the_one_that_failed() {
        let failed = Parcel { not_before: NOW.plus(5_000), attempts: 1, ..parcel() };
        let parcels = [parcel(), failed];
        assert_eq!(next_try(&parcels, None), Some(NOW));
        assert_eq!(next_try(&parcels, Some(NOW.plus(5_000))), Some(NOW.plus(5_000)));
        assert_eq!(next_try(&[], Some(NOW)), None);
    }

    #[test]
    fn a_portals_page_is_no_answer_whatever_its_status() {
        for (status, content_type, expected) in [
            (200, "application/json", Reading::Yes),
            (200, "Application/JSON; charset=utf-8", Reading::Yes),
            (422, "application/problem+json", Reading::Problem),
            (200, "application/problem+json", Reading::Nothing),
            (422, "application/json", Reading::Nothing),
            (204, "application/json", Reading::Nothing),
            (200, "text/html", Reading::Nothing),
            (511, "text/html", Reading::Nothing),
            (200, "", Reading::Nothing),
        ] {
            assert_eq!(reading(status, content_type), expected, "{status} {content_type}");
        }
    }

    #[test]
    fn waits_grow_to_half_an_hour_and_a_clock_set_back_does_not_hold_a_parcel() {
        assert_eq!([1, 2, 3, 30].map(back_off), [5_000, 10_000, 20_000, LONGEST_WAIT]);
        let mut far = parcel();
        far.not_before = NOW.plus(400 * crate::instant::DAY);
        assert!(far.is_due(NOW));
    }
}
