//! `vigie jobs`: what failed, and trying it again.

use super::{Trouble, store};
use crate::app::App;
use anyhow::{Result, bail};
use shared::instant::{Age, Instant};
use std::fmt::Write as _;

/// Every job that failed at least once: set aside first, then those that wait to be tried again.
pub async fn list(app: &App) -> Result<String> {
    let now = app.clock.now();
    let troubles = store::troubles(app.db.read()).await?;
    let mut lines = String::new();
    for trouble in &troubles {
        let Trouble { id, kind, about, attempts, reason, .. } = trouble;
        let standing = match trouble.dead_at {
            Some(at) => format!("set aside {} ago", age(at, now)),
            None => format!("again in {}", age(now, trouble.run_at)),
        };
        writeln!(lines, "{id}  {kind} {about}  {reason}  {attempts} attempts  {standing}")?;
    }
    if troubles.is_empty() {
        lines.push_str("no job failed\n");
    }
    Ok(lines)
}

/// Lets one failed job, or all of them, run now, as if it were their first time.
///
/// # Errors
/// Neither is asked for, or there is no such job.
pub async fn retry(app: &App, id: Option<&str>, all: bool) -> Result<String> {
    if id.is_some() == all {
        bail!("give one id of `vigie jobs list`, or --all");
    }
    let mut tx = app.db.write().await?;
    let count = store::retry(&mut tx, id, app.clock.now()).await?;
    tx.commit().await?;
    app.jobs_put.notify_one();
    if let (Some(id), 0) = (id, count) {
        bail!("no job {id} failed: vigie jobs list");
    }
    Ok(format!("{count} to run again, within half a minute where Vigie serves"))
}

/// "3 days", in the one unit a person would say.
pub fn age(then: Instant, now: Instant) -> String {
    match Age::of(then, now) {
        Age::Now => "a moment".into(),
        Age::Minutes(n) => format!("{n} min"),
        Age::Hours(n) => format!("{n} h"),
        Age::Days(n) => format!("{n} days"),
        Age::Months(n) => format!("{n} months"),
    }
}
