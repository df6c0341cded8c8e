//! How this phone's person follows a report: what the server last said, overlaid with what they wished since. Pure.

use shared::followup::{Follow, Rhythm, Wish};
use shared::ids::ParcelId;
use shared::instant::{DAY, Instant};
use shared::outbox::{Content, Parcel, State};
use shared::problem::Problem;
use shared::reports::Receipt;

/// How somebody follows a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// When they want to be asked, if that is known.
    pub rhythm: Option<Rhythm>,
    /// When they are asked next.
    pub ask_at: Option<Instant>,
    /// Whether that is their word of which the server has not heard.
    pub unsent: bool,
    /// Whether "is it fixed?" waits for them.
    pub asked: bool,
    /// What they answered, while it is worth saying.
    pub answer: Option<Answer>,
}

/// An answer to "is it fixed?".
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What they said.
    pub wish: Wish,
    /// Its parcel.
    pub id: ParcelId,
    /// How far it is.
    pub stage: Stage,
}

/// How far a wish is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// Here, and may be taken back. Whether only because one may think it over.
    Here(bool),
    /// On its way.
    Leaving,
    /// The server says no.
    Refused(Problem),
    /// The server heard it.
    Heard(Receipt),
}

/// What the server said of it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// How the person follows.
    pub follow: Option<&'a Follow>,
    /// Since when that is kept here, if it is not fresh.
    pub since: Option<Instant>,
}

/// How the person stands to `report` at `now`. `parcels`: newest first; `guess`: when somebody is asked who wishes so today.
pub fn standing(
    parcels: &[Parcel],
    report: &ParcelId,
    told: Option<Told<'_>>,
    (now, guess): (Instant, fn(Rhythm) -> Option<Instant>),
) -> Standing {
    let answer = wishes(parcels, report)
        .find(|(_, wish)| wish.is_answer())
        .map(|(parcel, wish)| Answer { wish, id: parcel.id.clone(), stage: stage(parcel, now) })
        .filter(|answer| is_news(answer, told.and_then(|told| told.follow?.asked_at), now));
    // What came after the server's last word, as far as this phone has it.
    let is_newer = |parcel: &Parcel| match parcel.receipt() {
        Some(receipt) => told.is_none_or(|told| told.since.is_some_and(|since| receipt.at > since)),
        None => !matches!(parcel.state, State::Refused { .. }),
    };
    let follow = told.and_then(|told| told.follow);
    let wished = wishes(parcels, report).find_map(|(parcel, wish)| match wish {
        Wish::Ask(rhythm) if is_newer(parcel) => Some((parcel, rhythm)),
        _ => None,
    });
    let heard = wishes(parcels, report).any(|(parcel, _)| parcel.receipt().is_some() && is_newer(parcel));
    let (ask_at, asked) = match (follow, wished) {
        (_, Some((parcel, rhythm))) => {
            (parcel.receipt().map_or_else(|| guess(rhythm), |receipt| receipt.ask_at), false)
        }
        (Some(follow), None) if !heard => (follow.ask_at, follow.asked_at.is_some()),
        _ => (last_word(parcels, report), false),
    };
    let silent = answer.as_ref().is_none_or(|answer| matches!(answer.stage, Stage::Refused(_)));
    Standing {
        rhythm: wished
            .map(|(_, rhythm)| rhythm)
            .or_else(|| follow.map(|follow| follow.rhythm))
            .or_else(|| chosen(parcels, report)),
        unsent: wished.is_some_and(|(parcel, _)| parcel.is_unsent()),
        asked: silent && (asked || ask_at.is_some_and(|at| at <= now)),
        ask_at,
        answer,
    }
}

/// Wishes about `report`, newest first.
fn wishes<'a>(parcels: &'a [Parcel], report: &ParcelId) -> impl Iterator<Item = (&'a Parcel, Wish)> {
    parcels.iter().filter_map(move |parcel| match parcel.content.wish() {
        Some((of, wish)) if of == report => Some((parcel, wish)),
        _ => None,
    })
}

/// What this phone's own report of it asked for.
fn chosen(parcels: &[Parcel], report: &ParcelId) -> Option<Rhythm> {
    parcels.iter().find_map(|parcel| match &parcel.content {
        Content::Report(new) if parcel.receipt().is_some_and(|receipt| receipt.report == *report) => {
            new.follow
        }
        _ => None,
    })
}

fn stage(parcel: &Parcel, now: Instant) -> Stage {
    match &parcel.state {
        State::Waiting => Stage::Here(parcel.is_held(now)),
        State::Sending => Stage::Leaving,
        State::Refused { problem } => Stage::Refused(problem.clone()),
        State::Partly { receipt } | State::Received { receipt } => Stage::Heard(receipt.clone()),
    }
}

/// Whether an answer still is the last word: one that was heard, until the next question or the next day.
fn is_news(answer: &Answer, asked_at: Option<Instant>, now: Instant) -> bool {
    match &answer.stage {
        Stage::Heard(receipt) => {
            now < receipt.at.plus(DAY) && asked_at.is_none_or(|asked| asked < receipt.at)
        }
        _ => true,
    }
}

/// When the server's last receipt about `report` says that the person is asked; one of an earlier version says nothing:
/// there the report itself does.
fn last_word(parcels: &[Parcel], report: &ParcelId) -> Option<Instant> {
    let heard = parcels
        .iter()
        .filter_map(|parcel| Some((parcel, parcel.receipt().filter(|receipt| receipt.report == *report)?)));
    let (parcel, receipt) = heard.max_by_key(|(_, receipt)| receipt.at)?;
    receipt.ask_at.or(match &parcel.content {
        Content::Report(report) => report.ask_at,
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::followup::FollowUp;
    use shared::ids::{Key, mint};
    use shared::reports::Outcome;

    const NOW: Instant = Instant(1_800_000_000_000);

    fn report() -> ParcelId {
        mint(NOW, [1; 10])
    }

    fn receipt(id: ParcelId, at: Instant, ask_at: Option<Instant>) -> Receipt {
        let (report, outcome) = (report(), Outcome::Noted);
        Receipt { id, report, number: 1, outcome, people: 1, sent_to: vec![], at, missing: vec![], ask_at }
    }

    fn wish(wish: Wish) -> Parcel {
        let content = Content::FollowUp(FollowUp::of(report(), wish));
        Parcel::seal(content, mint(NOW, [2; 10]), Key::from_bytes([3; 16]), NOW)
    }

    fn heard(parcel: Parcel, at: Instant, ask_at: Option<Instant>) -> Parcel {
        let receipt = receipt(parcel.id.clone(), at, ask_at);
        Parcel { state: State::Received { receipt }, ..parcel }
    }

    fn stand(parcels: &[Parcel], told: Option<Told<'_>>) -> Standing {
        standing(parcels, &report(), told, (NOW, |_| Some(NOW.plus(9 * DAY))))
    }

    const ASKED: Follow = Follow { rhythm: Rhythm::In(7), ask_at: None, asked_at: Some(Instant(NOW.0 - 1)) };

    #[test]
    fn the_server_says_when_and_whether() {
        let told = Told { follow: Some(&ASKED), since: None };
        let stand = stand(&[], Some(told));
        assert_eq!((stand.rhythm, stand.asked, stand.unsent), (Some(Rhythm::In(7)), true, false));
    }

    #[test]
    fn a_rhythm_changed_here_shows_changed() {
        let changed = [wish(Wish::Ask(Rhythm::In(30)))];
        let stand = stand(&changed, Some(Told { follow: Some(&ASKED), since: None }));
        assert_eq!((stand.rhythm, stand.asked, stand.unsent), (Some(Rhythm::In(30)), false, true));
        assert_eq!(stand.ask_at, Some(NOW.plus(9 * DAY)));
    }

    #[test]
    fn who_answered_is_asked_no_more_until_the_next_question() {
        let told = Told { follow: Some(&ASKED), since: None };
        let here = wish(Wish::Fixed).held();
        let said = stand(std::slice::from_ref(&here), Some(told));
        assert!(!said.asked && said.answer.unwrap().stage == Stage::Here(true));
        let refused = Parcel {
            state: State::Refused { problem: shared::problem::Code::KeyMissing.into() },
            ..here.clone()
        };
        assert!(stand(&[refused], Some(told)).asked, "a refused answer is none");
        let before = heard(here, Instant(NOW.0 - 2), None);
        let again = stand(&[before], Some(told));
        assert!(again.asked && again.answer.is_none(), "the server asked again since");
    }

    #[test]
    fn without_the_server_its_last_receipt_says_when() {
        for (ask_at, asked) in [(None, false), (Some(NOW.plus(1)), false), (Some(NOW), true)] {
            let own = heard(wish(Wish::Ask(Rhythm::In(7))), NOW.plus(-9 * DAY), ask_at);
            assert_eq!(stand(&[own], None).asked, asked, "{ask_at:?}");
        }
    }

    #[test]
    fn what_the_server_heard_after_a_kept_page_counts_more_than_the_page() {
        let changed = [heard(wish(Wish::Ask(Rhythm::Never)), NOW, None)];
        let kept = Told { follow: Some(&ASKED), since: Some(NOW.plus(-5)) };
        assert_eq!(stand(&changed, Some(kept)).rhythm, Some(Rhythm::Never));
        assert!(!stand(&changed, Some(kept)).asked);
        let fresh = Told { follow: Some(&ASKED), since: None };
        assert_eq!(stand(&changed, Some(fresh)).rhythm, Some(Rhythm::In(7)));
    }
}
