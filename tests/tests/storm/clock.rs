//! The phones' clock: faster than ours, so that back-off costs no test minutes.

use std::time::Duration;

use shared::instant::Instant;
use tokio::time::Instant as Ours;

/// How many seconds pass for phones in one of ours.
const SPEED: u32 = 25;

#[derive(Clone, Copy, Debug)]
pub struct Clock {
    began: Ours,
    at: Instant,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "phones have a clock of their own")]
    pub fn start() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self { began: Ours::now(), at: Instant(millis(since)) }
    }

    /// When it was started, in real time: what happens is dated so, or the server would read of the future.
    pub fn at_start(&self) -> Instant {
        self.at
    }

    pub fn now(&self) -> Instant {
        self.at.plus(millis(self.began.elapsed() * SPEED))
    }

    pub fn speed(&self) -> u32 {
        SPEED
    }

    /// How long we wait until the phones' clock shows `at`.
    pub fn until(&self, at: Instant) -> Duration {
        Duration::from_millis(u64::try_from(at.0 - self.now().0).unwrap_or(0)) / SPEED
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
