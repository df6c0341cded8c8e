//! When the digest leaves: on Thursdays, when school is over, unless it is holidays.

use crate::rooms::follow::days::Days;
use shared::calendar::Day;
use shared::instant::{DAY, Instant};

/// Weeks without school in a row that are looked over.
const MOST_DAYS: i64 = 200;

/// The instant after `now` at which the next digest leaves.
pub fn next(days: &Days, now: Instant) -> Instant {
    let today = days.day(now);
    let leaves = |day: &Day| is_thursday(*day) && !days.calendar().is_holiday(*day) && days.hour(*day) > now;
    let day = (0..MOST_DAYS).map(|more| today.plus(more)).find(leaves);
    day.map_or_else(|| now.plus(7 * DAY), |day| days.hour(day))
}

/// When a digest that is due at `now` may leave, where it may not today: a server that was down on Thursday does not make
/// up for it on a Sunday, nor in holidays.
pub fn put_off(days: &Days, now: Instant) -> Option<Instant> {
    let today = days.day(now);
    let school = days.calendar().school_day(today);
    (school > today).then(|| days.hour(school))
}

/// 1970-01-01 was one.
fn is_thursday(day: Day) -> bool {
    day.0.rem_euclid(7) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn at(text: &str) -> Instant {
        Instant(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn it_leaves_on_thursdays_of_school_at_five_on_the_wall() {
        let days = Days::load(TimeZone::get("Europe/Paris").unwrap()).unwrap();
        for (now, expected) in [
            ("2026-09-07T08:00:00Z", "2026-09-10T15:00:00Z"),
            ("2026-09-10T14:59:59Z", "2026-09-10T15:00:00Z"),
            ("2026-09-10T15:00:00Z", "2026-09-17T15:00:00Z"),
            // Toussaint and the change of clocks.
            ("2026-10-15T15:00:00Z", "2026-11-05T16:00:00Z"),
            // Christmas, summer.
            ("2026-12-17T16:00:00Z", "2027-01-07T16:00:00Z"),
            ("2026-07-02T15:00:00Z", "2026-09-03T15:00:00Z"),
            // Ascension is a Thursday.
            ("2026-05-07T15:00:00Z", "2026-05-21T15:00:00Z"),
        ] {
            assert_eq!(next(&days, at(now)), at(expected), "{now}");
        }
        for (now, expected) in [
            ("2026-09-10T15:00:00Z", None),
            ("2026-09-11T06:00:00Z", None),
            ("2026-09-12T06:00:00Z", Some("2026-09-14T15:00:00Z")),
            ("2026-10-20T06:00:00Z", Some("2026-11-02T16:00:00Z")),
        ] {
            assert_eq!(put_off(&days, at(now)), expected.map(at), "{now}");
        }
    }
}
