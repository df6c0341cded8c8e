//! When a person is asked "is it fixed?", and what their answer does. Each person decides for themselves.
//!
//! A question waits for a day of school, except on a date that the person chose: that one only leaves the holidays. It
//! is repeated once where nobody answers, then the person is left in peace.

use crate::calendar::{Calendar, Day};
use crate::ids::{ParcelId, PhotoHash};
use crate::instant::{DAY, Instant};
use crate::problem::{Code, Problem};
use crate::reports::MAX_PHOTOS;
use serde::{Deserialize, Serialize};

/// The spans one tap away, in days.
pub const SPANS: [i64; 3] = [7, 15, 30];
/// Longest span, in days.
const LONGEST: i64 = 366;
/// The last day of the year 9998, later than which no calendar goes.
const LAST_DAY: i64 = 2_932_531;
/// How often one question is put to somebody who says nothing.
const MOST_ASKED: i64 = 2;
/// How long after it was closed as fixed a report opens again by one tap.
pub const REOPEN: i64 = 30 * DAY;
/// Supporters whose agreement closes a report that its reporter says nothing about.
const AGREE: i64 = 2;

/// When to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// Not at all.
    Never,
    /// In so many days, and in as many again after "not yet".
    In(i64),
    /// On that day.
    On(Day),
    /// Each month until it is fixed.
    Monthly,
}

impl Rhythm {
    /// The rhythm with its span brought within reason; the same on the phone and on the server.
    #[must_use]
    pub fn checked(self) -> Self {
        match self {
            Self::In(days) => Self::In(days.clamp(1, LONGEST)),
            Self::On(Day(day)) => Self::On(Day(day.clamp(0, LAST_DAY))),
            other => other,
        }
    }

    /// What is proposed to the reporter of something of that urgency.
    pub fn proposed(urgency: i16) -> Self {
        match urgency {
            4.. => Self::In(7),
            3 => Self::In(15),
            _ => Self::In(30),
        }
    }

    /// The day of the first question, decided on `today`.
    pub fn first(self, today: Day, calendar: &Calendar) -> Option<Day> {
        match self {
            Self::Never => None,
            Self::In(days) => Some(calendar.school_day(today.plus(days))),
            Self::On(day) => Some(calendar.after_holidays(day.max(today))),
            Self::Monthly => Some(calendar.school_day(today.next_month())),
        }
    }

    /// The day of the next question after the one of `asked`, which was `times` times put without an answer.
    pub fn again(self, asked: Day, times: i64, calendar: &Calendar) -> Option<Day> {
        match self {
            Self::Monthly => self.first(asked, calendar),
            Self::Never => None,
            _ if times >= MOST_ASKED => None,
            Self::In(_) => self.first(asked, calendar),
            Self::On(_) => Self::In(SPANS[0]).first(asked, calendar),
        }
    }

    /// The day of the next question after "not yet, ask me again".
    pub fn after_not_yet(self, today: Day, calendar: &Calendar) -> Option<Day> {
        self.resumed(today, calendar).or_else(|| Self::In(SPANS[1]).first(today, calendar))
    }

    /// The day of the next question where it goes on: after a relance, or when what was closed opens again. A chosen day
    /// that is over is a fortnight.
    pub fn resumed(self, today: Day, calendar: &Calendar) -> Option<Day> {
        match self {
            Self::On(day) if day <= today => Self::In(SPANS[1]).first(today, calendar),
            rhythm => rhythm.first(today, calendar),
        }
    }
}

/// What a person wishes about a report they wait for; "is it fixed?" is answered by the last four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// To be asked by this rhythm from now on.
    Ask(Rhythm),
    /// It is fixed.
    Fixed,
    /// It is not: those in charge should hear so.
    Relance,
    /// Not yet: ask me again.
    NotYet,
    /// It was said to be fixed, and is not.
    NotFixed,
    /// Nothing more than a photo of it, now that it is fixed.
    Repaired,
}

impl Wish {
    /// Whether it answers "is it fixed?".
    pub fn is_answer(self) -> bool {
        !matches!(self, Self::Ask(_) | Self::Repaired)
    }

    /// Whether it takes the place of an `earlier` one about the same report that has not left yet: the last word holds.
    pub fn replaces(self, earlier: Self) -> bool {
        match earlier {
            Self::Ask(_) => matches!(self, Self::Ask(_) | Self::Fixed),
            Self::Repaired => false,
            _ => self.is_answer(),
        }
    }
}

/// A wish, as it leaves the phone: a parcel of its own, under the secret by which the person is part of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FollowUp {
    /// The report.
    pub report: ParcelId,
    /// What is wished.
    pub wish: Wish,
    /// Photos of the repaired thing, by name; they come with "it is fixed", or on their own afterwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoHash>,
}

impl FollowUp {
    /// A wish about `report`, without a photo.
    pub fn of(report: ParcelId, wish: Wish) -> Self {
        Self { report, wish, photos: vec![] }
    }

    /// The wish with each photo once.
    ///
    /// # Errors
    /// `too_many_photos`: of a wish that is not about something repaired, any.
    pub fn checked(mut self) -> Result<Self, Problem> {
        let most = if matches!(self.wish, Wish::Fixed | Wish::Repaired) { MAX_PHOTOS } else { 0 };
        if self.photos.len() > most {
            return Err(Problem::of(Code::TooManyPhotos, "photos"));
        }
        let mut seen = vec![];
        self.photos.retain(|hash| {
            !seen.contains(hash) && {
                seen.push(hash.clone());
                true
            }
        });
        Ok(self)
    }
}

/// How one person follows a report, as they see it themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Follow {
    /// When they want to be asked.
    pub rhythm: Rhythm,
    /// When they are asked next, if they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_at: Option<Instant>,
    /// Since when a question waits for their answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Instant>,
}

/// People other than the reporter say that it is fixed; nobody decided yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SaidFixed {
    /// How many.
    pub people: i64,
    /// Since when.
    pub at: Instant,
}

/// What those who wait say since the first of them said that it is fixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Whether the reporter says so; nothing where they are silent.
    pub reporter: Option<bool>,
    /// Supporters who say so.
    pub fixed: i64,
    /// Supporters who say that it is not.
    pub not: i64,
}

impl Said {
    /// Whether the report is closed. The reporter's word decides; while they are silent two supporters who agree do, as
    /// long as they are more than those who do not.
    pub fn closes(self) -> bool {
        self.reporter.unwrap_or(self.fixed >= AGREE && self.fixed > self.not)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Holidays;

    const fn day(year: i64, month: i64, date: i64) -> (i64, i64, i64) {
        (year, month, date)
    }

    #[test]
    fn the_first_question_falls_on_a_day_of_school_or_on_the_chosen_one() {
        let summer = Holidays { from: Day::of(2026, 7, 4), back: Day::of(2026, 9, 1) };
        let calendar = Calendar(vec![summer]);
        let chosen = |(y, m, d)| Rhythm::On(Day::of(y, m, d));
        for (rhythm, today, asked) in [
            (Rhythm::In(7), day(2026, 11, 19), Some(day(2026, 11, 26))),
            (Rhythm::In(15), day(2026, 11, 20), Some(day(2026, 12, 7))),
            (Rhythm::In(30), day(2026, 6, 20), Some(day(2026, 9, 1))),
            (chosen((2026, 11, 21)), day(2026, 11, 1), Some(day(2026, 11, 21))),
            (chosen((2026, 8, 1)), day(2026, 6, 1), Some(day(2026, 9, 1))),
            (chosen((2026, 3, 3)), day(2026, 6, 1), Some(day(2026, 6, 1))),
            (Rhythm::Monthly, day(2026, 1, 31), Some(day(2026, 3, 2))),
            (Rhythm::Never, day(2026, 1, 31), None),
        ] {
            let today = Day::of(today.0, today.1, today.2);
            let asked = asked.map(|(y, m, d)| Day::of(y, m, d));
            assert_eq!(rhythm.first(today, &calendar), asked, "{rhythm:?} {today:?}");
        }
    }

    #[test]
    fn who_says_nothing_is_asked_once_more_and_then_left_in_peace() {
        let (calendar, asked) = (Calendar::default(), Day::of(2026, 11, 19));
        assert_eq!(Rhythm::In(7).again(asked, 1, &calendar), Some(Day::of(2026, 11, 26)));
        assert_eq!(Rhythm::In(7).again(asked, 2, &calendar), None);
        assert_eq!(Rhythm::Monthly.again(asked, 9, &calendar), Some(Day::of(2026, 12, 21)));
    }

    #[test]
    fn a_question_goes_on_by_the_rhythm_and_a_day_that_is_over_is_a_fortnight() {
        let (calendar, today) = (Calendar::default(), Day::of(2026, 11, 18));
        let (fortnight, ahead) = (Some(Day::of(2026, 12, 3)), Day::of(2027, 2, 6));
        for (rhythm, resumed, not_yet) in [
            (Rhythm::Never, None, fortnight),
            (Rhythm::In(7), Some(Day::of(2026, 11, 25)), Some(Day::of(2026, 11, 25))),
            (Rhythm::On(today), fortnight, fortnight),
            (Rhythm::On(ahead), Some(ahead), Some(ahead)),
            (Rhythm::Monthly, Some(Day::of(2026, 12, 18)), Some(Day::of(2026, 12, 18))),
        ] {
            assert_eq!(rhythm.resumed(today, &calendar), resumed, "{rhythm:?}");
            assert_eq!(rhythm.after_not_yet(today, &calendar), not_yet, "{rhythm:?}");
        }
    }

    #[test]
    fn the_wire_form_of_a_wish_is_stable() {
        for (wish, json) in [
            (Wish::Ask(Rhythm::In(30)), r#"{"ask":{"in":30}}"#),
            (Wish::Ask(Rhythm::On(Day::of(2026, 11, 22))), r#"{"ask":{"on":20779}}"#),
            (Wish::Ask(Rhythm::Never), r#"{"ask":"never"}"#),
            (Wish::NotYet, r#""not_yet""#),
            (Wish::Repaired, r#""repaired""#),
        ] {
            assert_eq!(serde_json::to_string(&wish).unwrap(), json);
            assert_eq!(serde_json::from_str::<Wish>(json).unwrap(), wish);
        }
    }

    #[test]
    fn the_reporter_closes_or_two_supporters_whom_nobody_outweighs() {
        for (reporter, fixed, not, closes) in [
            (None, 0, 0, false),
            (Some(true), 0, 0, true),
            (Some(true), 0, 5, true),
            (None, 1, 0, false),
            (None, 2, 0, true),
            (None, 2, 1, true),
            (None, 2, 2, false),
            (None, 3, 2, true),
            (Some(false), 9, 0, false),
        ] {
            assert_eq!(Said { reporter, fixed, not }.closes(), closes, "{reporter:?} {fixed} {not}");
        }
    }

    #[test]
    fn the_last_word_holds() {
        let (ask, later) = (Wish::Ask(Rhythm::In(7)), Wish::Ask(Rhythm::Never));
        for (wish, earlier, replaces) in [
            (later, ask, true),
            (Wish::Fixed, ask, true),
            (Wish::Relance, ask, false),
            (Wish::NotYet, ask, false),
            (Wish::Fixed, Wish::Relance, true),
            (Wish::NotYet, Wish::Relance, true),
            (ask, Wish::Relance, false),
            (Wish::Repaired, Wish::Fixed, false),
            (Wish::Fixed, Wish::Repaired, false),
            (Wish::Repaired, Wish::Repaired, false),
        ] {
            assert_eq!(wish.replaces(earlier), replaces, "{wish:?} after {earlier:?}");
        }
    }

    #[test]
    fn photos_come_with_what_is_repaired_alone_and_each_once() {
        let hash = |n: u8| PhotoHash::parse(&format!("{n:02x}").repeat(32)).unwrap();
        let report = crate::ids::mint(Instant(0), [1; 10]);
        let said = |wish, photos: Vec<PhotoHash>| FollowUp { report: report.clone(), wish, photos }.checked();
        for (wish, photos, kept) in [
            (Wish::Fixed, vec![], Ok(0)),
            (Wish::Fixed, vec![1, 2], Ok(2)),
            (Wish::Repaired, vec![1, 2, 1], Ok(2)),
            (Wish::Repaired, vec![], Ok(0)),
            (Wish::Relance, vec![1], Err(Code::TooManyPhotos)),
            (Wish::Relance, vec![], Ok(0)),
            (Wish::Repaired, vec![1; 7], Err(Code::TooManyPhotos)),
        ] {
            let checked = said(wish, photos.iter().map(|n| hash(*n)).collect());
            let checked = checked.map(|said| said.photos.len()).map_err(|problem| problem.code);
            assert_eq!(checked, kept, "{wish:?} {photos:?}");
        }
    }

    #[test]
    fn a_span_stays_within_reason() {
        assert_eq!(Rhythm::In(-5).checked(), Rhythm::In(1));
        assert_eq!(Rhythm::In(i64::MAX).checked(), Rhythm::In(366));
        assert_eq!(Rhythm::On(Day(i64::MAX)).checked(), Rhythm::On(Day::of(9998, 12, 31)));
        assert_eq!(Rhythm::On(Day(-1)).checked(), Rhythm::On(Day(0)));
    }
}
