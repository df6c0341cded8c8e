//! Dates of the file: a day where it begins at midnight in the schools' time zone, an exact instant otherwise.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use shared::instant::Instant;
use toml::value::{Datetime, Offset};

/// The instant that a date of the file means, a day being one in `schools`; none for what is no date.
pub fn read(date: &Datetime, schools: &TimeZone) -> Option<Instant> {
    let day = date.date?;
    let (year, month, day) =
        (i16::try_from(day.year).ok()?, i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?);
    let (hour, minute, second, nano) = match date.time {
        Some(time) => (time.hour, time.minute, time.second.unwrap_or(0), time.nanosecond.unwrap_or(0)),
        None => (0, 0, 0, 0),
    };
    let small = |n: u8| i8::try_from(n).ok();
    let at = DateTime::new(
        year,
        month,
        day,
        small(hour)?,
        small(minute)?,
        small(second)?,
        i32::try_from(nano).ok()?,
    );
    let zone = match date.offset {
        None => schools.clone(),
        Some(Offset::Z) => TimeZone::UTC,
        Some(Offset::Custom { minutes }) => {
            TimeZone::fixed(jiff::tz::Offset::from_seconds(i32::from(minutes) * 60).ok()?)
        }
    };
    Some(Instant(at.ok()?.to_zoned(zone).ok()?.timestamp().as_millisecond()))
}

/// As the file writes it.
pub fn write(at: Instant, schools: &TimeZone) -> String {
    let Ok(timestamp) = Timestamp::from_millisecond(at.0) else { return String::new() };
    let local = timestamp.to_zoned(schools.clone());
    let midnight =
        local.date().to_zoned(schools.clone()).is_ok_and(|midnight| midnight.timestamp() == timestamp);
    if midnight { local.date().to_string() } else { timestamp.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_reads_back_in_winter_in_summer_and_to_the_millisecond() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let read = |date: &Datetime| read(date, &paris);
        for (text, millis) in [
            ("2026-09-01", 1_788_213_600_000),
            ("2026-12-01", 1_796_079_600_000),
            ("2026-09-07T08:00:00Z", 1_788_768_000_000),
            ("2026-09-07T08:00:00.123Z", 1_788_768_000_123),
        ] {
            assert_eq!(read(&text.parse().unwrap()), Some(Instant(millis)), "{text}");
            assert_eq!(write(Instant(millis), &paris), text);
        }
        assert_eq!(read(&"2026-09-07T10:00:00+02:00".parse().unwrap()), Some(Instant(1_788_768_000_000)));
        assert_eq!(read(&"08:00:00".parse().unwrap()), None);
    }
}
