//! Photos: taken in by content hash, stripped of everything but pixels, kept in a few sizes.
//!
//! A photo is looked at without decoding it (`inspect.rs`), stored as it came, and answered for: from then on it is ours.
//! Its sizes are made afterwards, by a job (`darkroom.rs`), no more photos at once than there are cores. Promises:
//! whatever arrives, what is shown has no metadata, stands upright, has the colours of screens and is a baseline JPEG of
//! ours; the file that came is never shown, and goes when the sizes are there. `sweep.rs` finds what crashes leave.

pub mod codec;
pub mod colour;
pub mod darkroom;
pub mod http;
pub mod inspect;
pub mod look;
pub mod ranges;
pub mod store;
pub mod sweep;

use crate::app::App;
use crate::error::Result;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use shared::ids::PhotoHash;
use shared::photos::PhotoReceipt;
use shared::problem::{Code, Problem};

/// Where photos lie in the blob store as they came.
pub const ORIGINALS: &str = "originals";

/// The name of one size in the blob store.
pub fn blob_name(hash: &PhotoHash, side: u32) -> String {
    format!("{}/{hash}-{side}.jpg", shelf(hash))
}

/// The name of a photo as it came.
pub fn original_name(hash: &PhotoHash) -> String {
    format!("{ORIGINALS}/{}/{hash}.jpg", shelf(hash))
}

fn shelf(hash: &PhotoHash) -> &str {
    hash.as_str().split_at(2).0
}

/// The photo of that name, if it has arrived; the reports that name it know.
pub async fn known(app: &App, hash: &PhotoHash) -> Result<Option<PhotoReceipt>> {
    if let Some(shown) = store::find(app.db.read(), hash).await? {
        crate::rooms::reports::awaited::photo_came(app, hash).await?;
        return Ok(Some(shown));
    }
    Ok(store::original(app.db.read(), hash).await?)
}

/// Keeps the JPEG `bytes` whose SHA-256 is `hash`, and has its sizes made. Repeating it answers the same.
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
    let (width, height) = match inspect::look(&bytes) {
        Ok(look) => look.kept(),
        Err(problem) => {
            darkroom::refuse(app, hash, problem.code).await?;
            return Err(problem.into());
        }
    };
    let receipt = PhotoReceipt { hash: hash.clone(), width, height };
    // Before its row: a row without its photo would be a promise broken, a photo without its row is swept.
    app.blobs.put(&original_name(hash), bytes).await?;
    let mut tx = app.db.write().await?;
    let now = app.clock.now();
    store::insert_original(&mut tx, &receipt, now).await?;
    darkroom::put(&mut tx, hash, now).await?;
    tx.commit().await?;
    app.metrics.photo_kept();
    app.jobs_put.notify_photos();
    Ok(receipt)
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
