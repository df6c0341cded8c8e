//! Planned failures, for tests: whoever crosses an edge (database, files, mail) asks here, before and after, whether the
//! process is to fail at this very point. Nothing of it is left in a release build.
//!
//! Points are on the edges, not in the rooms: a new step of the walk has its points without anybody placing them.

#[cfg(debug_assertions)]
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a process fails.
#[cfg(debug_assertions)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The step says that it failed.
    Error,
    /// Nothing more is done, ever: whoever planned it drops what was under way.
    Crash,
}

/// What is planned, and what happened.
#[cfg(debug_assertions)]
#[derive(Debug)]
pub struct Plan {
    way: Mutex<Way>,
    dead: tokio::sync::watch::Sender<bool>,
}

#[cfg(debug_assertions)]
#[derive(Debug, Default)]
struct Way {
    /// The crossing that fails, counted from none, and how.
    fail: Option<(usize, How)>,
    crossed: Vec<&'static str>,
}

/// Asked at each crossing. By default nothing is planned.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    #[cfg(debug_assertions)]
    plan: Option<Arc<Plan>>,
}

#[cfg(debug_assertions)]
impl Plan {
    /// Fails nowhere yet.
    pub fn nothing() -> Arc<Self> {
        Arc::new(Self { way: Mutex::default(), dead: tokio::sync::watch::Sender::new(false) })
    }

    /// From here on crossings are counted; the one of that number fails.
    pub fn begin(&self, fail: Option<(usize, How)>) {
        *self.way() = Way { fail, crossed: Vec::new() };
    }

    /// The crossings so far, in order.
    pub fn crossed(&self) -> Vec<&'static str> {
        self.way().crossed.clone()
    }

    fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the process died as planned.
    pub fn is_dead(&self) -> bool {
        *self.dead.borrow()
    }

    /// Waits until the process died as planned.
    pub async fn death(&self) {
        let _ = self.dead.subscribe().wait_for(|dead| *dead).await;
    }

    async fn cross(&self, point: &'static str) -> std::io::Result<()> {
        let (number, fail) = {
            let mut way = self.way();
            way.crossed.push(point);
            (way.crossed.len() - 1, way.fail)
        };
        match fail {
            Some((planned, How::Error)) if planned == number => {
                Err(std::io::Error::other(format!("planned failure at “{point}”")))
            }
            // The dead cross nothing any more.
            Some((planned, How::Crash)) if planned <= number => {
                self.dead.send_replace(true);
                std::future::pending().await
            }
            _ => Ok(()),
        }
    }
}

#[cfg(debug_assertions)]
impl From<Arc<Plan>> for Faults {
    fn from(plan: Arc<Plan>) -> Self {
        Self { plan: Some(plan) }
    }
}

impl Faults {
    /// Passes `point`, or fails there.
    ///
    /// # Errors
    /// When that is planned.
    #[cfg(debug_assertions)]
    pub async fn at(&self, point: &'static str) -> std::io::Result<()> {
        match &self.plan {
            Some(plan) => plan.cross(point).await,
            None => Ok(()),
        }
    }

    /// Passes `_point`.
    #[cfg(not(debug_assertions))]
    pub async fn at(&self, _point: &'static str) -> std::io::Result<()> {
        Ok(())
    }
}
