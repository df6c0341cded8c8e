//! Seals: every minute, new lines get their place in the order of all and are closed under one hash.
//!
//! Whoever is killed while sealing has sealed nothing; two who seal at once wait for each other. What is being written
//! while a seal is made is in the next one.

use super::chain::{self, NONE, Root};
use super::store::{self, Seal};
use crate::app::App;
use crate::db::Tx;
use crate::jobs::{self, Failed, Job};
use anyhow::Result;
use shared::instant::{Instant, MINUTE};

/// Kind of [`run`], and the name of the one job of that kind.
pub const SEAL: &str = "journal.seal.sweep";
/// Between two seals, in milliseconds.
pub const PACE: i64 = MINUTE;
/// Lines under one seal, at most: others write meanwhile, and programs read seal by seal.
pub const MOST: i64 = 2_000;
/// Reports whose older lines are chained together.
const BATCH: i64 = 200;

/// Makes sure that sealing goes on; called when the server starts.
pub async fn plan(app: &App) -> Result<()> {
    let mut tx = app.db.write().await?;
    put(&mut tx, app.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

async fn put(tx: &mut Tx, at: Instant) -> sqlx::Result<()> {
    let new = jobs::New { kind: SEAL, about: None, payload: "{}", run_at: at };
    jobs::store::put(tx, SEAL, &new).await
}

/// Seals what waits, and plans the next time.
pub async fn run(app: &App, job: &Job) -> Result<(), Failed> {
    all(app).await?;
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    put(&mut tx, app.clock.now().plus(PACE)).await?;
    tx.commit().await.map_err(Failed::from)
}

/// Seals every line there is.
pub async fn all(app: &App) -> Result<()> {
    while store::waiting(app.db.read()).await?.0 > 0 && one(app, MOST).await? {}
    Ok(())
}

/// Makes one seal; false where nothing was to be sealed. `most`: how many lines get their place, if none has one already.
async fn one(app: &App, most: i64) -> Result<bool> {
    let mut tx = app.db.write().await?;
    let number = store::next_seal(&mut tx).await?;
    let before = store::seal(&mut *tx, number - 1).await?;
    let (last, hash) = before.map_or((0, NONE.to_owned()), |seal| (seal.last, seal.hash));
    let mut hashes = store::hashes(&mut tx, last, MOST).await?;
    if hashes.is_empty() {
        store::place(&mut tx, last, most).await?;
        hashes = store::hashes(&mut tx, last, MOST).await?;
    }
    if hashes.is_empty() {
        tx.rollback().await?;
        return Ok(false);
    }
    let mut root = Root::default();
    hashes.iter().for_each(|hash| root.add(hash));
    let (last, at, root) = (last + i64::try_from(hashes.len())?, app.clock.now().0, root.end());
    let hash = chain::seal(&hash, (number, last, at), &root);
    store::insert_seal(&mut tx, &Seal { number, last, at, root, hash }).await?;
    tx.commit().await?;
    Ok(true)
}

/// Chains and seals the lines that an earlier version wrote.
///
/// # Errors
/// The database's.
pub async fn catch_up(app: &App) -> Result<()> {
    if !store::unchained_there_is(app.db.read()).await? {
        return Ok(());
    }
    let mut after = String::new();
    loop {
        let reports = store::unchained(app.db.read(), &after, BATCH).await?;
        let (Some(first), Some(last)) = (reports.first(), reports.last()) else { break };
        let mut tx = app.db.write().await?;
        store::chain(&mut tx, (first, last)).await?;
        tx.commit().await?;
        after.clone_from(last);
    }
    // All at once get their place: a part at a time would sort the rest of them each time.
    while one(app, i64::MAX).await? {}
    Ok(())
}
