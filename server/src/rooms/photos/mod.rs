//! Photos: taken in by content hash, stripped of everything but pixels, kept in a few sizes.
//!
//! Promises: whatever arrives, what is kept and shown has no metadata, stands upright, and is a baseline JPEG of ours.
//! A photo is one unit: its sizes are stored before its row says that it is there, so a crash is repaired by sending it
//! again.

pub mod codec;
pub mod http;
pub mod store;

use crate::app::App;
use crate::error::Result;
use crate::rooms::reports;
use anyhow::Context;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use shared::ids::PhotoHash;
use shared::photos::PhotoReceipt;
use shared::problem::{Code, Problem};

/// The name of one size in the blob store.
pub fn blob_name(hash: &PhotoHash, side: u32) -> String {
    let (shelf, _) = hash.as_str().split_at(2);
    format!("{shelf}/{hash}-{side}.jpg")
}

/// The photo of that name, if it is there; the reports that name it know.
pub async fn known(app: &App, hash: &PhotoHash) -> Result<Option<PhotoReceipt>> {
    let known = store::find(app.db.read(), hash).await?;
    if known.is_some() {
        reports::awaited::photo_came(app, hash).await?;
    }
    Ok(known)
}

/// Keeps the JPEG `bytes` whose SHA-256 is `hash`. Repeating it answers the same.
///
/// # Errors
/// `photo_hash_mismatch` (cut or altered on its way), `photo_unreadable`, `unsupported_photo`, `too_large`.
pub async fn keep(app: &App, hash: &PhotoHash, bytes: Bytes) -> Result<PhotoReceipt> {
    if let Some(known) = known(app, hash).await? {
        return Ok(known);
    }
    if hex(&Sha256::digest(&bytes)) != hash.as_str() {
        return Err(Problem::of(Code::PhotoHashMismatch, "photo").into());
    }
    let permit = app.codecs.acquire().await.context("the codecs are closed")?;
    let sizes =
        tokio::task::spawn_blocking(move || codec::sizes(&bytes)).await.context("the codec panicked")??;
    drop(permit);
    let (width, height) = sizes.dimensions;
    for (side, jpeg) in sizes.jpegs {
        app.blobs.put(&blob_name(hash, side), jpeg).await?;
    }
    let mut tx = app.db.write().await?;
    let receipt = PhotoReceipt { hash: hash.clone(), width, height };
    store::insert(&mut tx, &receipt, app.clock.now()).await?;
    tx.commit().await?;
    app.metrics.photo_kept();
    reports::awaited::photo_came(app, hash).await?;
    Ok(receipt)
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
