//! The queue of work: put in the transaction of its cause, claimed by lease, run, settled.
//!
//! Knows no room. A worker that dies leaves its lease to run out, and the job is run again: jobs are written so that
//! running twice is recognisable and harmless.

pub mod command;
pub mod runner;
pub mod rush;
pub mod store;

use anyhow::Error;
use shared::instant::Instant;
use tokio::sync::Notify;

/// How long a claimed job belongs to its worker, in milliseconds: longer than any job's own patience.
pub const LEASE: i64 = 2 * shared::instant::MINUTE;
/// After so many failures a job is set aside, for `vigie doctor` to show. With [`back_off`] that is about four days.
pub const MOST_ATTEMPTS: i64 = 30;

/// A job planned for later than this does not count as waiting: nobody is kept from anything, in milliseconds.
pub const SOON: i64 = shared::instant::HOUR;

/// Which jobs a worker takes: photos keep a core busy for long, and no letter waits behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// All but the others.
    Letters,
    /// Those whose kind begins with `photo.`.
    Photos,
}

impl Lane {
    /// That of jobs of a kind.
    pub fn of(kind: &str) -> Self {
        if kind.starts_with("photo.") { Self::Photos } else { Self::Letters }
    }

    /// As the database knows it.
    pub fn number(self) -> i16 {
        match self {
            Self::Letters => 0,
            Self::Photos => 1,
        }
    }
}

/// Rung when jobs were put.
#[derive(Debug, Default)]
pub struct Bell {
    letters: Notify,
    photos: Notify,
}

impl Bell {
    /// Letters were put: wakes a worker; one that is awake looks once more before it sleeps.
    pub fn notify_one(&self) {
        self.letters.notify_one();
    }

    /// The same, of photos.
    pub fn notify_photos(&self) {
        self.photos.notify_one();
    }

    /// Waits for the bell.
    pub async fn rung(&self, lane: Lane) {
        match lane {
            Lane::Photos => self.photos.notified().await,
            Lane::Letters => self.letters.notified().await,
        }
    }
}

/// A job to put.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Which job.
    pub kind: &'a str,
    /// What it is about, for who may hurry it.
    pub about: Option<&'a str>,
    /// Its facts, JSON.
    pub payload: &'a str,
    /// From when on it may run.
    pub run_at: Instant,
}

/// A job in hand.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id; names what it produces.
    pub id: String,
    /// Which job.
    pub kind: String,
    /// Its facts, JSON.
    pub payload: String,
    /// How often it was begun, this time included.
    pub attempts: i64,
}

/// A job that failed, for people.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// Its id.
    pub id: String,
    /// Which job.
    pub kind: String,
    /// What it is about; empty where the job does not say.
    pub about: String,
    /// How often it was begun.
    pub attempts: i64,
    /// Why it failed last.
    pub reason: String,
    /// When it is tried again, unless it was set aside.
    pub run_at: Instant,
    /// When it was set aside.
    pub dead_at: Option<Instant>,
}

/// How a job ended when it did not end well.
#[derive(Debug)]
pub enum Failed {
    /// To be tried again; the reason may be written down.
    Retry(String),
    /// Can never succeed; set aside.
    Drop(String),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        tracing::error!(error = format!("{error:#}"), "a job failed");
        Self::Retry("internal".into())
    }
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Error::from(error).into()
    }
}

/// Milliseconds to wait after `attempts` failures: 10 s, doubled each time, at most four hours.
pub fn back_off(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    (10_000_i64 << doublings).min(4 * shared::instant::HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::instant::HOUR;

    #[test]
    fn a_server_down_for_a_day_loses_no_mail() {
        let total: i64 = (1..MOST_ATTEMPTS).map(back_off).sum();
        assert!(total > 3 * 24 * HOUR, "{total}");
        assert_eq!([1, 2, 100].map(back_off), [10_000, 20_000, 4 * HOUR]);
    }
}
