//! Ctrl-C and SIGTERM while processes of ours are running.
//!
//! Owns the list of our children. Promises that an interrupted run stops them, and then leaves by the ordinary way, so
//! that guards clean up. Does not touch processes it did not start.

use anyhow::{Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static CHILDREN: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// From now on a signal stops our children instead of ending us on the spot.
pub fn take_over() -> Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::spawn(move || {
        for _ in signals.forever() {
            INTERRUPTED.store(true, Ordering::SeqCst);
            eprintln!("interrupted: stopping what was started");
            for pid in CHILDREN.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                let _ = kill_process(*pid, Signal::INT);
            }
            std::thread::spawn(|| {
                std::thread::sleep(Duration::from_secs(10));
                std::process::exit(130);
            });
        }
    });
    Ok(())
}

/// An error once a signal came.
pub fn check() -> Result<()> {
    if INTERRUPTED.load(Ordering::SeqCst) {
        bail!("interrupted");
    }
    Ok(())
}

/// A child that is stopped with SIGINT when dropped, and when we are interrupted.
pub struct Guarded(pub Child);

impl Guarded {
    /// Takes charge of a child just started.
    pub fn new(child: Child) -> Self {
        CHILDREN.lock().unwrap_or_else(PoisonError::into_inner).push(Pid::from_child(&child));
        Self(child)
    }

    /// Asks it to stop and waits for its end.
    pub fn stop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ = kill_process(Pid::from_child(&self.0), Signal::INT);
            let _ = self.0.wait();
        }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.stop();
        let pid = Pid::from_child(&self.0);
        CHILDREN.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| *other != pid);
    }
}
