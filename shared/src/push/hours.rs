//! When a push leaves: never at night, and again after a failure, but not for ever.

use crate::instant::{HOUR, MINUTE};

/// Quiet from this hour of the evening on…
pub const EVENING: i8 = 21;
/// … until this one of the morning, by the person's clock.
pub const MORNING: i8 = 7;

/// The morning a push waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// That of the same day.
    Today,
    /// That of the next.
    Tomorrow,
}

/// What a push due at this hour of the person's day (0 to 23) waits for, if it may not leave at once.
pub fn quiet(hour: i8) -> Option<Wait> {
    match hour {
        EVENING.. => Some(Wait::Tomorrow),
        ..MORNING => Some(Wait::Today),
        _ => None,
    }
}

/// Longest wait between two attempts, whatever a service asks for.
pub const LONGEST_WAIT: i64 = 4 * HOUR;
/// Shortest one.
const SHORTEST_WAIT: i64 = 10_000;
/// A push is tried no more often: with the waits below, that is over a day.
pub const MOST_ATTEMPTS: i64 = 16;

/// Milliseconds to wait after `attempts` failures, of which the last answer asked for `retry_after` of them; nothing when it is
/// given up.
pub fn retry_in(attempts: i64, retry_after: Option<i64>) -> Option<i64> {
    if attempts >= MOST_ATTEMPTS {
        return None;
    }
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let own = (MINUTE << doublings).min(LONGEST_WAIT);
    Some(retry_after.unwrap_or(own).clamp(SHORTEST_WAIT, LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::DAY;

    #[test]
    fn nobody_is_woken() {
        for (hour, expected) in [
            (0, Some(Wait::Today)),
            (6, Some(Wait::Today)),
            (7, None),
            (12, None),
            (20, None),
            (21, Some(Wait::Tomorrow)),
            (23, Some(Wait::Tomorrow)),
        ] {
            assert_eq!(quiet(hour), expected, "{hour}");
        }
    }

    #[test]
    fn a_service_says_when_to_come_back_within_reason() {
        for (attempts, asked, expected) in [
            (1, None, Some(MINUTE)),
            (3, None, Some(4 * MINUTE)),
            (15, None, Some(LONGEST_WAIT)),
            (1, Some(90_000), Some(90_000)),
            (1, Some(0), Some(SHORTEST_WAIT)),
            (1, Some(-5), Some(SHORTEST_WAIT)),
            (9, Some(30 * DAY), Some(LONGEST_WAIT)),
            (MOST_ATTEMPTS, Some(1_000), None),
        ] {
            assert_eq!(retry_in(attempts, asked), expected, "{attempts} {asked:?}");
        }
        let total: i64 = (1..MOST_ATTEMPTS).filter_map(|attempts| retry_in(attempts, None)).sum();
        assert!(total > DAY, "a service down for a day loses nothing: {total}");
    }
}
