//! Runs jobs: one at a time per worker, woken when something was put or when the next one is due.

use super::{Failed, Job, Lane, MOST_ATTEMPTS, back_off, store};
use crate::app::App;
use crate::rooms;
use anyhow::Result;
use std::time::Duration;
use tokio::sync::watch;

/// Longest nap, so that a clock set back or a missed wake-up heals by itself.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// Runs every job that is due now; gives how many were begun. Tests call it; the worker's loop is the same.
pub async fn run_due(app: &App) -> Result<usize> {
    let mut begun = 0;
    while run_one(app, None).await? {
        begun += 1;
    }
    Ok(begun)
}

/// Works on jobs of `lane` until `stop` turns true; a job in hand is finished first.
pub async fn work(app: App, lane: Lane, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = run_due_until(&app, lane, &stop).await {
            tracing::error!(error = format!("{error:#}"), "the queue of jobs cannot be read");
        }
        let nap = nap(&app, lane).await;
        tokio::select! {
            () = app.jobs_put.rung(lane) => {}
            () = tokio::time::sleep(nap) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn run_due_until(app: &App, lane: Lane, stop: &watch::Receiver<bool>) -> Result<()> {
    while !*stop.borrow() && run_one(app, Some(lane)).await? {}
    Ok(())
}

async fn nap(app: &App, lane: Lane) -> Duration {
    let next = store::next_at(app.db.read(), lane).await.ok().flatten();
    let wait = next.map_or(i64::MAX, |at| at.0.saturating_sub(app.clock.now().0).max(20));
    Duration::from_millis(u64::try_from(wait).unwrap_or(0)).min(LONGEST_NAP)
}

/// Claims one job, runs it outside any transaction, settles it. False when nothing was due.
async fn run_one(app: &App, lane: Option<Lane>) -> Result<bool> {
    app.rush.give_way().await;
    let now = app.clock.now();
    let claimed = app
        .db
        .together(move |tx| Box::pin(async move { anyhow::Ok(store::claim(tx, lane, now).await?) }))
        .await?;
    let Some(job) = claimed else { return Ok(false) };
    if let Err(failed) = rooms::run_job(app, &job).await {
        settle_failure(app, &job, failed).await?;
    }
    Ok(true)
}

async fn settle_failure(app: &App, job: &Job, failed: Failed) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    match failed {
        Failed::Retry(reason) if job.attempts < MOST_ATTEMPTS => {
            tracing::warn!(
                job = job.id,
                kind = job.kind,
                attempts = job.attempts,
                reason,
                "a job is put off"
            );
            store::later(&mut tx, &job.id, now.plus(back_off(job.attempts)), &reason).await?;
        }
        Failed::Retry(reason) | Failed::Drop(reason) => {
            tracing::error!(job = job.id, kind = job.kind, reason, "a job is set aside: see `vigie doctor`");
            store::bury(&mut tx, &job.id, now, &reason).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}
