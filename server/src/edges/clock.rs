//! The clock: the system's, or one that a test moves.

use shared::instant::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

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
