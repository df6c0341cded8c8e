//! Photos: taken in by content hash, stripped of everything but pixels, kept in a few sizes.
//!
//! Promises: whatever arrives, what is kept and shown has no metadata, stands upright, and is a baseline JPEG of ours.
//! A photo is one unit: its sizes are stored before its row says that it is there, so a crash is repaired by sending it
//! again.

pub mod codec;
pub mod http;
pub mod store;

use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
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

/// Keeps the JPEG `bytes` whose SHA-256 is `hash`. Repeating it answers the same.
///
/// # Errors
/// `photo_hash_mismatch` (cut or altered on its way), `photo_unreadable`, `unsupported_photo`, `too_large`.
pub async fn keep(app: &App, hash: &PhotoHash, bytes: Bytes) -> Result<PhotoReceipt> {
    if let Some(known) = store::find(app.db.read(), hash).await? {
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
    Ok(receipt)
}

/// Checks that every photo of a report has arrived.
pub async fn require(tx: &mut Tx, hashes: &[PhotoHash]) -> Result<()> {
    for hash in hashes {
        if store::find(&mut **tx, hash).await?.is_none() {
            return Err(Error::Problem(Problem::of(Code::PhotoMissing, hash.as_str())));
        }
    }
    Ok(())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
