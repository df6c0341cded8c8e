//! Where the sizes of a photo are made: a job, bounded to the cores.
//!
//! Sizes first, then the row that says they are there, then the original goes, then reports hear of it, then the job is
//! done: whoever dies in between is followed by another who goes on from what is there. The job has the photo's name, so
//! a photo is put once, however often it is sent.

use super::codec::{self, Sizes};
use super::{blob_name, inspect, original_name, store};
use crate::app::App;
use crate::db::Tx;
use crate::error::Error;
use crate::jobs::{self, Failed, Job};
use crate::rooms::reports;
use anyhow::{Context, Result};
use bytes::Bytes;
use shared::ids::PhotoHash;
use shared::instant::Instant;
use shared::photos::{MAX_PIXELS, PhotoReceipt, SIZES};
use shared::problem::{Code, Problem};

/// Kind of [`develop`].
pub const DEVELOP: &str = "photo.develop";
/// A photo that takes more memory than this is decoded alone.
const LARGE: u64 = MAX_PIXELS;

/// Puts the job that makes the sizes of `hash`.
pub async fn put(tx: &mut Tx, hash: &PhotoHash, at: Instant) -> sqlx::Result<()> {
    let new = jobs::New { kind: DEVELOP, about: Some(hash.as_str()), payload: hash.as_str(), run_at: at };
    jobs::store::put(tx, &job_name(hash), &new).await
}

fn job_name(hash: &PhotoHash) -> String {
    format!("{DEVELOP}-{hash}")
}

/// Runs the job.
pub async fn run(app: &App, job: &Job) -> Result<(), Failed> {
    let hash = PhotoHash::parse(&job.payload).map_err(|_| Failed::Drop("names no photo".into()))?;
    develop(app, &hash).await.map_err(Failed::from)
}

/// Makes the sizes of `hash` and ends its job. Repeating it is harmless.
pub async fn develop(app: &App, hash: &PhotoHash) -> Result<()> {
    if let Some(photo) = store::original(app.db.read(), hash).await? {
        match app.blobs.get(&original_name(hash)).await? {
            Some(bytes) => match print(app, bytes).await {
                Ok(sizes) => show(app, &photo, sizes).await?,
                Err(error) => refuse(app, hash, error.downcast::<Problem>()?.code).await?,
            },
            None => go_on_without(app, &photo).await?,
        }
    }
    app.blobs.delete(&original_name(hash)).await?;
    reports::awaited::photo_came(app, hash).await.map_err(internal)?;
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job_name(hash)).await?;
    tx.commit().await?;
    Ok(())
}

/// Decodes and encodes, off the threads that answer.
async fn print(app: &App, bytes: Bytes) -> Result<Sizes> {
    let look = inspect::look(&bytes)?;
    let permits = if look.memory() > LARGE { app.cores } else { 1 };
    let permit = app.codecs.acquire_many(permits).await.context("the codecs are closed")?;
    let sizes = tokio::task::spawn_blocking(move || codec::sizes(&bytes, &look)).await;
    drop(permit);
    match sizes {
        Ok(sizes) => sizes,
        // A decoder that panics has met a picture it cannot read, and always will; one that was stopped has not.
        Err(ended) if ended.is_panic() => Err(Problem::of(Code::PhotoUnreadable, "photo").into()),
        Err(ended) => Err(ended.into()),
    }
}

async fn show(app: &App, photo: &PhotoReceipt, sizes: Sizes) -> Result<()> {
    for (side, jpeg) in sizes.jpegs {
        app.blobs.put(&blob_name(&photo.hash, side), jpeg).await?;
    }
    let (width, height) = sizes.dimensions;
    settle(app, &PhotoReceipt { hash: photo.hash.clone(), width, height }, sizes.look).await
}

async fn settle(app: &App, photo: &PhotoReceipt, look: Option<i64>) -> Result<()> {
    let mut tx = app.db.write().await?;
    let now = app.clock.now();
    store::insert(&mut tx, photo, now).await?;
    reports::store::photo_came(&mut tx, &photo.hash, now).await?;
    if let Some(look) = look {
        store::set_look(&mut tx, &photo.hash, look).await?;
    }
    store::delete_original(&mut tx, &photo.hash).await?;
    Ok(tx.commit().await?)
}

/// The original is gone: its sizes are there, as after a restore; or it is lost, and its phone is asked again.
async fn go_on_without(app: &App, photo: &PhotoReceipt) -> Result<()> {
    for side in SIZES {
        if app.blobs.get(&blob_name(&photo.hash, side)).await?.is_none() {
            tracing::error!("the file of a photo is gone before its sizes were made");
            let mut tx = app.db.write().await?;
            store::delete_original(&mut tx, &photo.hash).await?;
            return Ok(tx.commit().await?);
        }
    }
    settle(app, photo, None).await
}

/// Refuses a photo for good: nobody waits for it any more.
pub async fn refuse(app: &App, hash: &PhotoHash, code: Code) -> Result<()> {
    let mut tx = app.db.write().await?;
    store::refuse(&mut tx, hash, code, app.clock.now()).await?;
    store::delete_original(&mut tx, hash).await?;
    tx.commit().await?;
    reports::awaited::photo_came(app, hash).await.map_err(internal)
}

fn internal(error: Error) -> anyhow::Error {
    match error {
        Error::Problem(problem) | Error::Under(_, problem) => problem.into(),
        Error::Internal(error) => error,
    }
}
