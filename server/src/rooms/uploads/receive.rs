//! The bytes of a piece, as they come in.
//!
//! A piece with a checksum counts whole or not at all. Without one, whatever arrives is kept, in blocks, so that a line
//! that breaks or falls silent costs little.

use super::{Upload, append, find};
use crate::app::App;
use crate::error::Result;
use axum::body::BodyDataStream;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use shared::problem::{Code, Problem};
use std::time::Duration;
use tokio::time::timeout;

/// Bytes that are kept together.
const BLOCK: usize = 64 * 1024;
/// A silence after which what is there is kept, be it a block or not.
const SILENCE: Duration = Duration::from_millis(500);
/// How long one piece may take to come in; what is there by then counts. Less than the router gives a request.
const PATIENCE: Duration = Duration::from_secs(100);

/// The whole piece, of at most `room` bytes.
///
/// # Errors
/// `too_large`; `body_invalid` when the line breaks.
pub async fn whole(stream: &mut BodyDataStream, room: u64) -> Result<Bytes> {
    let mut piece = BytesMut::new();
    while let Some(arrived) = stream.next().await {
        let arrived = arrived.map_err(|_| Problem::of(Code::BodyInvalid, "body"))?;
        take(&mut piece, &arrived, room)?;
    }
    Ok(piece.freeze())
}

/// Keeps what arrives; gives the upload as far as it came.
///
/// # Errors
/// `too_large` when more comes than was announced; what [`append`] refuses.
pub async fn blocks(app: &App, upload: Upload, stream: &mut BodyDataStream) -> Result<Upload> {
    let id = upload.id.clone();
    match timeout(PATIENCE, keep_all(app, upload, stream)).await {
        Ok(upload) => upload,
        Err(_) => find(app, &id).await,
    }
}

async fn keep_all(app: &App, mut upload: Upload, stream: &mut BodyDataStream) -> Result<Upload> {
    let mut block = BytesMut::new();
    loop {
        match timeout(SILENCE, stream.next()).await {
            Ok(Some(Ok(arrived))) => {
                take(&mut block, &arrived, upload.room())?;
                if block.len() >= BLOCK {
                    upload = append(app, upload, block.split().freeze()).await?;
                }
            }
            Ok(Some(Err(_)) | None) => return append(app, upload, block.freeze()).await,
            Err(_) => upload = append(app, upload, block.split().freeze()).await?,
        }
    }
}

fn take(piece: &mut BytesMut, arrived: &Bytes, room: u64) -> Result<()> {
    if (piece.len() + arrived.len()) as u64 > room {
        return Err(Problem::of(Code::TooLarge, "photo").into());
    }
    piece.extend_from_slice(arrived);
    Ok(())
}
