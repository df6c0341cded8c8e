//! Waiting for a condition, never for a time.
//!
//! Promises that every wait has an overall deadline and that passing it panics with what was awaited.

use std::fmt::Debug;
use std::time::Duration;

/// How long anything in a journey may take before it counts as broken. Generous: two shared cores
/// decode twelve megapixels somewhere in there.
pub const PATIENCE: Duration = Duration::from_secs(45);

/// How often a condition that nobody announces is looked at.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(40);

/// Looks until `look` answers `Ok`; the last `Err` is what the panic shows when `patience` runs out.
///
/// # Panics
/// When `patience` is over.
pub async fn until_within<T, E: Debug>(
    patience: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    let mut seen = None;
    let looking = async {
        loop {
            match look().await {
                Ok(found) => break found,
                Err(not_yet) => seen = Some(not_yet),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    match tokio::time::timeout(patience, looking).await {
        Ok(found) => found,
        Err(_) => panic!("waited {patience:?} for {what}; last seen: {seen:#?}"),
    }
}

/// [`until_within`] the usual [`PATIENCE`].
pub async fn until<T, E: Debug>(what: &str, look: impl AsyncFnMut() -> Result<T, E>) -> T {
    until_within(PATIENCE, what, look).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_returns_what_was_found() {
        let mut tries = 0;
        let found = until("the third try", async || {
            tries += 1;
            if tries == 3 { Ok(tries) } else { Err(tries) }
        })
        .await;
        assert_eq!(found, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "for a miracle; last seen: Some(")]
    async fn it_says_what_was_awaited_and_seen() {
        until_within::<(), _>(Duration::from_millis(90), "a miracle", async || Err("nothing")).await;
    }
}
