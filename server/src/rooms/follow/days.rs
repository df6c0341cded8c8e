//! Which day it is where the schools are, and on which there is school: the calendar of `assets/calendar`, embedded.

use anyhow::{Context, Result, ensure};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_embed::RustEmbed;
use serde::Deserialize;
use shared::calendar::{Calendar, Day, Holidays};
use shared::followup::Rhythm;
use shared::instant::Instant;

/// The hour at which people are asked: school is over, and phones are in hands.
const HOUR: i8 = 17;

#[derive(RustEmbed)]
#[folder = "../assets/calendar"]
#[include = "*.toml"]
struct Files;

/// Days and hours of a city.
#[derive(Clone, Debug)]
pub struct Days {
    zone: TimeZone,
    calendar: Calendar,
}

#[derive(Deserialize)]
struct File {
    holidays: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    from: toml::value::Datetime,
    back: toml::value::Datetime,
}

impl Days {
    /// Reads the calendar; one that is not in order stops the start.
    pub fn load(zone: TimeZone) -> Result<Self> {
        let mut all = vec![];
        for path in Files::iter() {
            let file = Files::get(&path).context("an embedded file")?;
            let text = std::str::from_utf8(&file.data).with_context(|| path.to_string())?;
            all.extend(read(text).with_context(|| format!("assets/calendar/{path}"))?);
        }
        all.sort_by_key(|holidays| holidays.from);
        Ok(Self { zone, calendar: Calendar(all) })
    }

    /// When there is school.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The last day that the calendar knows of.
    pub fn known_until(&self) -> Option<Day> {
        self.calendar.0.iter().map(|holidays| holidays.back).max()
    }

    /// The name of the time zone.
    pub fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The day that `at` belongs to.
    pub fn day(&self, at: Instant) -> Day {
        let date = self.zone.to_datetime(timestamp(at)).date();
        Day::of(date.year().into(), date.month().into(), date.day().into())
    }

    /// The hour at which people are asked on `day`.
    pub fn hour(&self, day: Day) -> Instant {
        let (year, month, date) = day.parts();
        let number = |number: i64| i8::try_from(number).unwrap_or(1);
        let date =
            Date::new(i16::try_from(year).unwrap_or(i16::MAX).clamp(1, 9_998), number(month), number(date));
        let date = date.unwrap_or(Date::MAX);
        // An hour that the change of clocks leaves out is the one after it.
        let at = self.zone.to_ambiguous_timestamp(date.at(HOUR, 0, 0, 0)).compatible();
        Instant(at.unwrap_or(jiff::Timestamp::MAX).as_millisecond())
    }

    /// When somebody who chooses `rhythm` at `now` is asked first.
    pub fn first(&self, rhythm: Rhythm, now: Instant) -> Option<Instant> {
        let today = self.day(now);
        let at = self.hour(rhythm.first(today, &self.calendar)?);
        // Today's hour is over.
        if at <= now {
            rhythm.first(today.plus(1), &self.calendar).map(|day| self.hour(day))
        } else {
            Some(at)
        }
    }

    /// When somebody who was asked at `asked`, `times` times, is asked again if they say nothing.
    pub fn again(&self, rhythm: Rhythm, asked: Instant, times: i64) -> Option<Instant> {
        rhythm.again(self.day(asked), times, &self.calendar).map(|day| self.hour(day))
    }

    /// When somebody who says "not yet" at `now` is asked again.
    pub fn after_not_yet(&self, rhythm: Rhythm, now: Instant) -> Option<Instant> {
        rhythm.after_not_yet(self.day(now), &self.calendar).map(|day| self.hour(day))
    }

    /// When somebody is asked again where it goes on at `now`.
    pub fn resumed(&self, rhythm: Rhythm, now: Instant) -> Option<Instant> {
        rhythm.resumed(self.day(now), &self.calendar).map(|day| self.hour(day))
    }

    /// The hour of the next day of school after that of `now`.
    pub fn soon(&self, now: Instant) -> Instant {
        self.hour(self.calendar.school_day(self.day(now).plus(1)))
    }

    /// When a question that is due at `now` may be put, where it may not today: the calendar can have learnt of holidays
    /// since the day was chosen, and a server that was down does not make up for it on a Sunday.
    pub fn put_off(&self, rhythm: Rhythm, now: Instant) -> Option<Instant> {
        let today = self.day(now);
        let day = match rhythm {
            Rhythm::On(_) => self.calendar.after_holidays(today),
            _ => self.calendar.school_day(today),
        };
        (day > today).then(|| self.hour(day))
    }

    /// The day that an instant named by an older phone stands for.
    pub fn named(&self, at: Instant) -> Rhythm {
        Rhythm::On(self.day(at)).checked()
    }

    /// The midnight with which the day of `at` began.
    pub fn midnight(&self, at: Instant) -> Instant {
        let date = self.zone.to_datetime(timestamp(at)).date();
        let midnight = self.zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0)).compatible();
        midnight.map_or(at, |midnight| Instant(midnight.as_millisecond()))
    }
}

fn timestamp(at: Instant) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// Reads a calendar, each row after the one before.
fn read(text: &str) -> Result<Vec<Holidays>> {
    let file: File = toml::from_str(text)?;
    let mut read: Vec<Holidays> = Vec::with_capacity(file.holidays.len());
    for row in file.holidays {
        let holidays = Holidays { from: day(row.from)?, back: day(row.back)? };
        ensure!(holidays.from < holidays.back, "“{}” ends before it begins", row.name);
        let after = read.last().is_none_or(|before| before.back <= holidays.from);
        ensure!(after, "“{}” begins before the row above it ends", row.name);
        read.push(holidays);
    }
    ensure!(!read.is_empty(), "no holidays");
    Ok(read)
}

fn day(said: toml::value::Datetime) -> Result<Day> {
    let date = said.date.with_context(|| format!("“{said}” is no date"))?;
    Ok(Day::of(date.year.into(), date.month.into(), date.day.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris() -> Days {
        Days::load(TimeZone::get("Europe/Paris").unwrap()).unwrap()
    }

    fn at(text: &str) -> Instant {
        Instant(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn the_hour_is_the_same_on_the_wall_in_summer_and_in_winter() {
        for (day, expected) in [
            ((2026, 3, 28), "2026-03-28T16:00:00Z"),
            ((2026, 3, 29), "2026-03-29T15:00:00Z"),
            ((2026, 10, 24), "2026-10-24T15:00:00Z"),
            ((2026, 10, 25), "2026-10-25T16:00:00Z"),
        ] {
            assert_eq!(paris().hour(Day::of(day.0, day.1, day.2)), at(expected), "{day:?}");
        }
    }

    #[test]
    fn the_day_is_the_one_on_the_wall() {
        for (text, day) in [
            ("2026-09-07T21:59:59Z", (2026, 9, 7)),
            ("2026-09-07T22:00:00Z", (2026, 9, 8)),
            ("2026-12-07T22:30:00Z", (2026, 12, 7)),
            ("2026-12-07T23:00:00Z", (2026, 12, 8)),
        ] {
            assert_eq!(paris().day(at(text)), Day::of(day.0, day.1, day.2), "{text}");
        }
    }

    #[test]
    fn nobody_is_asked_at_an_hour_that_is_over_nor_at_the_end_of_time() {
        let chosen = |year, month, date| Rhythm::On(Day::of(year, month, date)).checked();
        for (rhythm, now, expected) in [
            (chosen(2026, 9, 7), "2026-09-07T08:00:00Z", "2026-09-07T15:00:00Z"),
            (chosen(2026, 9, 7), "2026-09-07T15:00:00Z", "2026-09-08T15:00:00Z"),
            (chosen(2026, 10, 20), "2026-09-07T08:00:00Z", "2026-11-02T16:00:00Z"),
            (Rhythm::In(7), "2026-06-30T20:00:00Z", "2026-09-01T15:00:00Z"),
        ] {
            assert_eq!(paris().first(rhythm, at(now)), Some(at(expected)), "{rhythm:?} {now}");
        }
        for day in [i64::MIN, -1, i64::MAX] {
            let far = Rhythm::On(Day(day)).checked();
            assert!(paris().first(far, at("2026-09-07T08:00:00Z")).is_some(), "{day}");
        }
    }

    #[test]
    fn what_was_due_in_holidays_waits_for_their_end() {
        let put_off = |rhythm, now| paris().put_off(rhythm, at(now));
        let on = Rhythm::On(Day::of(2026, 8, 1));
        assert_eq!(put_off(Rhythm::In(7), "2026-08-01T15:00:00Z"), Some(at("2026-09-01T15:00:00Z")));
        assert_eq!(put_off(on, "2026-08-01T15:00:00Z"), Some(at("2026-09-01T15:00:00Z")));
        assert_eq!(put_off(Rhythm::In(7), "2026-09-12T15:00:00Z"), Some(at("2026-09-14T15:00:00Z")));
        assert_eq!(put_off(on, "2026-09-12T15:00:00Z"), None, "a Saturday that was chosen");
    }

    #[test]
    fn a_calendar_out_of_order_is_refused() {
        let row =
            |from: &str, back: &str| format!("[[holidays]]\nname = \"x\"\nfrom = {from}\nback = {back}\n");
        for text in [
            String::new(),
            row("2026-08-01", "2026-07-01"),
            row("2026-07-01", "2026-09-01") + &row("2026-08-01", "2026-10-01"),
            row("10:00:00", "2026-09-01"),
        ] {
            assert!(read(&text).is_err(), "{text}");
        }
        assert_eq!(read(&row("2026-07-01", "2026-09-01")).unwrap().len(), 1);
    }
}
