//! Photos that arrive in pieces and go on after a cut: the server's side of tus 1.0
//! (<https://tus.io/protocols/resumable-upload>).
//!
//! Owns what is under way: a row for each upload, an object for each piece. Promises: what was acknowledged survives a
//! kill; of two who write at one offset one wins; the last piece is acknowledged only when the whole is kept as a photo,
//! so an upload that is at its end is a photo of ours. Whatever dies in between is mended by sending the piece again, or
//! swept when the upload expires. Does not judge photos: the photos room does, as for those that come whole.

pub mod http;
pub mod jobs;
pub mod protocol;
pub mod receive;
pub mod store;

use crate::app::App;
use crate::edges::ids;
use crate::error::{Error, Result};
use crate::extract::Named;
use crate::rooms::photos;
use bytes::{Bytes, BytesMut};
use shared::ids::PhotoHash;
use shared::instant::{DAY, Instant};
use shared::photos::MAX_BYTES;
use shared::problem::{Code, Problem};

/// How long an upload waits for its next piece, in milliseconds.
pub const PATIENCE: i64 = DAY;
/// Most bytes of unfinished uploads; when they are there, no other begins.
pub const MOST_PENDING: i64 = 2 * 1024 * 1024 * 1024;
/// Where pieces lie in the blob store.
pub const SHELF: &str = "uploads";

/// The name of an upload. Whoever knows it may go on with it, so nobody can guess it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UploadId(String);

impl UploadId {
    /// The text as it stands in the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Named for UploadId {
    fn read(text: &str) -> Result<Self, Problem> {
        let ours = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if ours { Ok(Self(text.to_owned())) } else { Err(Code::UploadUnknown.into()) }
    }
}

/// An upload under way, or at its end.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its name.
    pub id: UploadId,
    /// The photo it will be.
    pub hash: PhotoHash,
    /// Bytes of the whole.
    pub length: u64,
    /// Bytes that are there: the protocol's offset.
    pub received: u64,
    /// Names of the pieces, in order.
    pub parts: Vec<String>,
    /// What the client said of it, in the protocol's form.
    pub metadata: String,
    /// When it is forgotten.
    pub expires_at: Instant,
}

impl Upload {
    /// Bytes still to come.
    pub fn room(&self) -> u64 {
        self.length.saturating_sub(self.received)
    }

    fn folder(&self) -> String {
        format!("{SHELF}/{}", self.id.as_str())
    }
}

/// Begins the upload of the photo `hash`. One that is known already is at its end at once.
///
/// # Errors
/// `too_large`, `unsupported_photo` for nothing at all, `busy` when too much is under way.
pub async fn begin(app: &App, hash: PhotoHash, length: u64, metadata: String) -> Result<Upload> {
    match length {
        0 => return Err(Problem::of(Code::UnsupportedPhoto, "photo").into()),
        length if length > MAX_BYTES as u64 => return Err(Problem::of(Code::TooLarge, "photo").into()),
        _ => {}
    }
    let received = if photos::known(app, &hash).await?.is_some() { length } else { 0 };
    let now = app.clock.now();
    let id = UploadId(ids::unguessable());
    let expires_at = now.plus(PATIENCE);
    let upload = Upload { id, hash, length, received, parts: vec![], metadata, expires_at };
    let mut tx = app.db.write().await?;
    if !store::insert(&mut tx, &upload, now).await? {
        return Err(Code::Busy.into());
    }
    jobs::plan(&mut tx, expires_at).await?;
    tx.commit().await?;
    Ok(upload)
}

/// The upload of that name.
///
/// # Errors
/// `upload_unknown`, also for one that expired.
pub async fn find(app: &App, id: &UploadId) -> Result<Upload> {
    let found = store::find(app.db.read(), id, app.clock.now()).await?;
    Ok(found.ok_or(Code::UploadUnknown)?)
}

/// The upload of that name, which whoever writes believes to be at `offset`.
///
/// # Errors
/// `upload_unknown`, `upload_offset`.
pub async fn find_at(app: &App, id: &UploadId, offset: u64) -> Result<Upload> {
    let upload = find(app, id).await?;
    if upload.received == offset { Ok(upload) } else { Err(Code::UploadOffset.into()) }
}

/// Appends `bytes` and gives the upload as it is now. With the last of them it becomes a photo.
///
/// # Errors
/// `upload_offset` when somebody else wrote there meanwhile; with the last piece what the photos room refuses, which
/// ends the upload.
pub async fn append(app: &App, upload: Upload, bytes: Bytes) -> Result<Upload> {
    if bytes.is_empty() {
        return Ok(upload);
    }
    if bytes.len() as u64 >= upload.room() {
        return finish(app, upload, &bytes).await;
    }
    // A name of its own: whoever loses must not have written over the winner's piece.
    let part = format!("{}-{:08x}", upload.received, ids::nonce());
    let name = format!("{}/{part}", upload.folder());
    let received = upload.received + bytes.len() as u64;
    app.blobs.put(&name, bytes).await?;
    let expires_at = app.clock.now().plus(PATIENCE);
    let mut parts = upload.parts.clone();
    parts.push(part);
    let next = Upload { received, expires_at, parts, ..upload.clone() };
    if !advance(app, &upload, &next).await? {
        app.blobs.delete(&name).await?;
        return Err(Code::UploadOffset.into());
    }
    Ok(next)
}

/// Kept as a photo first, then its pieces go, then it is at its end: each step can be repeated by sending `last` again.
async fn finish(app: &App, upload: Upload, last: &Bytes) -> Result<Upload> {
    if photos::known(app, &upload.hash).await?.is_none() {
        keep(app, &upload, last).await?;
    }
    app.blobs.delete_under(&upload.folder()).await?;
    let expires_at = app.clock.now().plus(PATIENCE);
    let end = Upload { received: upload.length, expires_at, parts: vec![], ..upload.clone() };
    if advance(app, &upload, &end).await? { Ok(end) } else { Err(Code::UploadOffset.into()) }
}

async fn keep(app: &App, upload: &Upload, last: &Bytes) -> Result<()> {
    let Some(whole) = assemble(app, upload, last).await? else {
        // Somebody else finished it meanwhile; or a backup came back without its pieces.
        if photos::known(app, &upload.hash).await?.is_some() {
            return Ok(());
        }
        discard(app, &upload.id).await?;
        return Err(Code::UploadUnknown.into());
    };
    let kept = photos::keep(app, &upload.hash, whole).await;
    if let Err(Error::Problem(_)) = &kept {
        discard(app, &upload.id).await?;
    }
    kept.map(drop)
}

async fn assemble(app: &App, upload: &Upload, last: &Bytes) -> Result<Option<Bytes>> {
    let mut whole = BytesMut::new();
    for part in &upload.parts {
        match app.blobs.get(&format!("{}/{part}", upload.folder())).await? {
            Some(piece) => whole.extend_from_slice(&piece),
            None => return Ok(None),
        }
    }
    whole.extend_from_slice(last);
    Ok(Some(whole.freeze()))
}

async fn advance(app: &App, from: &Upload, to: &Upload) -> Result<bool> {
    let mut tx = app.db.write().await?;
    let advanced = store::advance(&mut tx, from, to, app.clock.now()).await?;
    tx.commit().await?;
    Ok(advanced)
}

/// Forgets an upload and its pieces; false when there was none. What a crash leaves behind, the sweep finds.
pub async fn discard(app: &App, id: &UploadId) -> Result<bool> {
    let mut tx = app.db.write().await?;
    let known = store::delete(&mut tx, id).await?;
    tx.commit().await?;
    app.blobs.delete_under(&format!("{SHELF}/{}", id.as_str())).await?;
    Ok(known)
}
