//! Days on the wall, and those on which nobody is at school.
//!
//! A [`Day`] is a date without hour or zone: whoever knows the zone turns instants into days and back. The calendar itself
//! is data (`assets/calendar/`).

use crate::instant::{DAY, Instant};
use serde::{Deserialize, Serialize};

/// A date of the Gregorian calendar, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Day(pub i64);

impl Day {
    /// The day of that year, month (1 to 12) and day of the month (Howard Hinnant, "chrono-compatible low-level date
    /// algorithms": the year begins in March, so that the day that may lack comes last).
    pub fn of(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let (era, month) = (year.div_euclid(400), (month + 9) % 12);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * month + 2) / 5 + day - 1;
        Self(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
    }

    /// Year, month and day of the month.
    pub fn parts(self) -> (i64, i64, i64) {
        let days = self.0 + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (year + era * 400 + i64::from(month <= 2), month, day)
    }

    /// The day of an instant where clocks show UTC.
    pub fn utc(at: Instant) -> Self {
        Self(at.0.div_euclid(DAY))
    }

    /// The day so many days later.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The same day of the next month, or that month's last day.
    #[must_use]
    pub fn next_month(self) -> Self {
        let (year, month, day) = self.parts();
        let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        let last = Self::of(year + month / 12, month % 12 + 1, 1).plus(-1);
        Self::of(year, month, day).min(last)
    }

    /// Whether it is a Saturday or a Sunday. 1970-01-01 was a Thursday.
    pub fn is_weekend(self) -> bool {
        matches!(self.0.rem_euclid(7), 2 | 3)
    }
}

/// Days without school in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holidays {
    /// The first of them.
    pub from: Day,
    /// The day on which school begins again.
    pub back: Day,
}

/// When there is school. A summer that nobody wrote down lasts from 5 July to 31 August.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar(pub Vec<Holidays>);

impl Calendar {
    /// Whether `day` lies in holidays.
    pub fn is_holiday(&self, day: Day) -> bool {
        self.within(day).is_some() || self.unwritten_summer(day)
    }

    fn within(&self, day: Day) -> Option<&Holidays> {
        self.0.iter().find(|holidays| (holidays.from..holidays.back).contains(&day))
    }

    fn unwritten_summer(&self, day: Day) -> bool {
        let (year, ..) = day.parts();
        let summer = Day::of(year, 7, 5)..Day::of(year, 9, 1);
        summer.contains(&day) && self.within(Day::of(year, 8, 1)).is_none()
    }

    /// `day`, or the first day after it on which there is school.
    pub fn school_day(&self, day: Day) -> Day {
        let mut day = day;
        while day.is_weekend() || self.is_holiday(day) {
            day = day.plus(1);
        }
        day
    }

    /// `day`, or the day after the holidays it lies in, a Sunday or not.
    pub fn after_holidays(&self, day: Day) -> Day {
        if self.is_holiday(day) { self.school_day(day) } else { day }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone_b() -> Calendar {
        let holidays = |from: (i64, i64, i64), back: (i64, i64, i64)| Holidays {
            from: Day::of(from.0, from.1, from.2),
            back: Day::of(back.0, back.1, back.2),
        };
        Calendar(vec![
            holidays((2026, 7, 4), (2026, 9, 1)),
            holidays((2026, 10, 17), (2026, 11, 2)),
            holidays((2026, 12, 19), (2027, 1, 4)),
        ])
    }

    #[test]
    fn every_day_of_eight_centuries_reads_back() {
        let (first, last) = (Day::of(1600, 1, 1), Day::of(2400, 12, 31));
        let mut before = (1599, 12, 31);
        for day in (first.0..=last.0).map(Day) {
            let (year, month, date) = day.parts();
            assert_eq!(Day::of(year, month, date), day);
            assert!((year, month, date) > before, "{before:?} {year}-{month}-{date}");
            before = (year, month, date);
        }
        assert_eq!(Day::of(1970, 1, 1), Day(0));
        assert_eq!(Day::of(2026, 11, 22), Day(20_779));
    }

    #[test]
    fn the_next_month_has_no_day_too_many() {
        for (day, next) in [
            ((2026, 1, 31), (2026, 2, 28)),
            ((2028, 1, 31), (2028, 2, 29)),
            ((2026, 11, 30), (2026, 12, 30)),
            ((2026, 12, 31), (2027, 1, 31)),
        ] {
            let (day, next) = (Day::of(day.0, day.1, day.2), Day::of(next.0, next.1, next.2));
            assert_eq!(day.next_month(), next);
        }
    }

    #[test]
    fn nobody_is_at_school_in_holidays_or_at_weekends() {
        for (day, school) in [
            ((2026, 11, 20), (2026, 11, 20)),
            ((2026, 11, 21), (2026, 11, 23)),
            ((2026, 8, 1), (2026, 9, 1)),
            ((2026, 10, 16), (2026, 10, 16)),
            ((2026, 12, 24), (2027, 1, 4)),
            // No summer of 2031 is written down.
            ((2031, 8, 1), (2031, 9, 1)),
        ] {
            let (day, school) = (Day::of(day.0, day.1, day.2), Day::of(school.0, school.1, school.2));
            assert_eq!(zone_b().school_day(day), school);
        }
        assert_eq!(zone_b().after_holidays(Day::of(2026, 11, 21)), Day::of(2026, 11, 21));
    }
}
