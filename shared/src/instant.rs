//! Instants and ages. An instant is a number of milliseconds since 1970-01-01 UTC; the clock that gives it is
//! elsewhere.

use serde::{Deserialize, Serialize};

/// One minute in milliseconds.
pub const MINUTE: i64 = 60_000;
/// One hour in milliseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// One day in milliseconds.
pub const DAY: i64 = 24 * HOUR;

/// Milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(example = 1_788_768_000_000_i64))]
pub struct Instant(pub i64);

impl Instant {
    /// This instant moved by `millis` (negative: earlier).
    #[must_use]
    pub fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

/// How long ago, in the one unit a person would say. Each carries its count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Under a minute, or in the future (a phone's clock may be wrong).
    Now,
    /// Minutes, 1 to 59.
    Minutes(i64),
    /// Hours, 1 to 23.
    Hours(i64),
    /// Days, 1 to 59.
    Days(i64),
    /// Months of 30 days, 2 and more.
    Months(i64),
}

impl Age {
    /// The age of `then`, seen at `now`.
    pub fn of(then: Instant, now: Instant) -> Self {
        match now.0.saturating_sub(then.0) {
            ..MINUTE => Self::Now,
            d @ MINUTE..HOUR => Self::Minutes(d / MINUTE),
            d @ HOUR..DAY => Self::Hours(d / HOUR),
            d if d < 60 * DAY => Self::Days(d / DAY),
            d => Self::Months(d / (30 * DAY)),
        }
    }

    /// The key of the message in `assets/lang`, without its prefix, and the count for its plural.
    pub fn key(self) -> (&'static str, i64) {
        match self {
            Self::Now => ("now", 0),
            Self::Minutes(n) => ("minutes", n),
            Self::Hours(n) => ("hours", n),
            Self::Days(n) => ("days", n),
            Self::Months(n) => ("months", n),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_said_in_one_unit() {
        let now = Instant(100 * DAY);
        for (ago, age) in [
            (-5, Age::Now),
            (59_999, Age::Now),
            (MINUTE, Age::Minutes(1)),
            (HOUR - 1, Age::Minutes(59)),
            (DAY - 1, Age::Hours(23)),
            (12 * DAY, Age::Days(12)),
            (61 * DAY, Age::Months(2)),
        ] {
            assert_eq!(Age::of(now.plus(-ago), now), age, "{ago}");
        }
    }
}
