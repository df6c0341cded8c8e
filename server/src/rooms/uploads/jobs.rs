//! The sweep: uploads that expired go, and pieces that belong to none.

use super::{SHELF, store};
use crate::app::App;
use crate::db::Tx;
use crate::jobs::{self, Failed, Job};
use shared::instant::{HOUR, Instant};
use std::collections::BTreeSet;

/// Kind of [`sweep`], and the name of the one job of that kind.
pub const SWEEP: &str = "upload.sweep";

/// Makes sure that a sweep comes, `at` the latest.
pub async fn plan(tx: &mut Tx, at: Instant) -> sqlx::Result<()> {
    let new = jobs::New { kind: SWEEP, about: None, payload: "{}", run_at: at };
    jobs::store::put(tx, SWEEP, &new).await
}

/// Sweeps, and plans the next sweep while there are uploads.
pub async fn sweep(app: &App, job: &Job) -> Result<(), Failed> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    store::delete_expired(&mut tx, now).await?;
    tx.commit().await?;
    // Listed before the names are read: a piece is never there before its upload.
    let pieces = app.blobs.list(SHELF).await?;
    let names: BTreeSet<String> = store::names(app.db.read()).await?.into_iter().collect();
    let upload = |piece: &String| piece.split('/').nth(1).unwrap_or_default().to_owned();
    for piece in pieces.iter().filter(|piece| !names.contains(&upload(piece))) {
        app.blobs.delete(piece).await?;
    }
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    if let Some(at) = store::next_expiry(&mut tx).await? {
        plan(&mut tx, at.max(now.plus(HOUR))).await?;
    }
    tx.commit().await.map_err(Failed::from)
}
