//! When many come in at once, what was promised to them goes before what can wait: a job gives way for a moment.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// So many at once are a rush.
const MANY: usize = 8;
/// The longest a job gives way: in an endless rush mails leave all the same, by tens a second.
const LONGEST: Duration = Duration::from_millis(200);

/// How many are coming in.
#[derive(Debug, Default)]
pub struct Rush {
    inside: AtomicUsize,
    over: Notify,
}

/// Somebody who is coming in, until it is dropped.
#[derive(Debug)]
pub struct Inside<'a>(&'a Rush);

impl Rush {
    /// One more comes in.
    pub fn begin(&self) -> Inside<'_> {
        self.inside.fetch_add(1, Ordering::Relaxed);
        Inside(self)
    }

    /// Waits until the rush is over, or for a fifth of a second.
    pub async fn give_way(&self) {
        let over = self.over.notified();
        if self.inside.load(Ordering::Relaxed) >= MANY {
            let _ = tokio::time::timeout(LONGEST, over).await;
        }
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        if self.0.inside.fetch_sub(1, Ordering::Relaxed) == MANY {
            self.0.over.notify_waiters();
        }
    }
}
