//! Whether the server can do its work now: what a load balancer or a person on call asks.
//!
//! Writes into database and photo store, looks at the disk and at the queue; tells which of them is not well, no more.
//! The answer is kept for a few seconds: asking often costs nothing.

use crate::app::App;
use crate::edges::blobs::Place;
use crate::{doctor, jobs};
use anyhow::{Result, ensure};
use shared::instant::MINUTE;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long an answer holds.
const KEPT: Duration = Duration::from_secs(5);
/// How long one look may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// A job due longer than this says that nobody works, in milliseconds.
const STUCK: i64 = 15 * MINUTE;

/// The last answer, and when it was found.
#[derive(Default)]
pub struct Ready(Mutex<Option<(Duration, Vec<&'static str>)>>);

/// The parts that are not well: `database`, `photos`, `disk`, `jobs`.
pub async fn unwell(app: &App) -> Vec<&'static str> {
    let mut kept = app.ready.0.lock().await;
    let now = app.clock.elapsed();
    if let Some((at, found)) = kept.as_ref().filter(|(at, _)| now.saturating_sub(*at) < KEPT) {
        let _ = at;
        return found.clone();
    }
    let found = look(app).await;
    *kept = Some((now, found.clone()));
    found
}

async fn look(app: &App) -> Vec<&'static str> {
    let (database, photos, disk, queue) = tokio::join!(
        patiently(database(app)),
        patiently(photos(app)),
        patiently(async { room(app) }),
        patiently(queue(app)),
    );
    let found = [("database", database), ("photos", photos), ("disk", disk), ("jobs", queue)];
    let mut unwell = Vec::new();
    for (part, answer) in found {
        if let Err(error) = answer {
            tracing::error!(part, error = format!("{error:#}"), "not ready");
            unwell.push(part);
        }
    }
    unwell
}

async fn patiently(look: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::time::timeout(PATIENCE, look).await?
}

/// Where photos lie in a folder, its disk has room.
fn room(app: &App) -> Result<()> {
    match &app.config.blobs {
        Place::Folder(folder) => doctor::disk(folder).map(drop),
        Place::S3(_) => Ok(()),
    }
}

/// Something can be written; what is written is taken back.
async fn database(app: &App) -> Result<()> {
    let mut tx = app.db.write().await?;
    sqlx::query("UPDATE counters SET value = value WHERE name = 'report'").execute(&mut *tx).await?;
    tx.rollback().await?;
    Ok(())
}

async fn photos(app: &App) -> Result<()> {
    doctor::photos(app).await.map(drop)
}

async fn queue(app: &App) -> Result<()> {
    let now = app.clock.now();
    let oldest = jobs::store::oldest_due(app.db.read(), now).await?;
    ensure!(oldest.is_none_or(|at| at.plus(STUCK) > now), "jobs are due and nobody takes them");
    Ok(())
}
