//! The clock: the system's, or one that a test moves.

use shared::instant::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Gives the present instant.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// Stands still until it is moved.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock standing at `at`.
    pub fn manual(at: Instant) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(at.0)))
    }

    /// The present.
    pub fn now(&self) -> Instant {
        match self {
            Self::System => Instant(system_millis()),
            Self::Manual(millis) => Instant(millis.load(Ordering::SeqCst)),
        }
    }

    /// Time since some fixed moment, which nobody sets back: for measuring, never for dating.
    pub fn elapsed(&self) -> Duration {
        match self {
            Self::System => monotonic(),
            Self::Manual(millis) => {
                Duration::from_millis(u64::try_from(millis.load(Ordering::SeqCst)).unwrap_or(0))
            }
        }
    }

    /// Moves a manual clock by `millis`; the system's clock does not obey.
    pub fn advance(&self, millis: i64) {
        if let Self::Manual(now) = self {
            now.fetch_add(millis, Ordering::SeqCst);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the edge where time comes from")]
fn system_millis() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "this is the edge where time comes from")]
fn monotonic() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}
