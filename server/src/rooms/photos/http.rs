//! Photos over HTTP.

use crate::app::App;
use crate::error::Result;
use crate::extract::{Id, unread};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header;
use shared::ids::PhotoHash;
use shared::photos::{PhotoReceipt, SIZES};
use shared::problem::Code;

/// `PUT /api/v1/photos/{hash}`: takes a JPEG in under the hash of its bytes.
pub async fn put(
    State(app): State<App>,
    Id(hash): Id<PhotoHash>,
    bytes: std::result::Result<Bytes, BytesRejection>,
) -> Result<Json<PhotoReceipt>> {
    let bytes = bytes.map_err(|error| unread(&error, "photo"))?;
    Ok(Json(super::keep(&app, &hash, bytes).await?))
}

/// `GET /photos/{hash}/{size}`: `320.jpg`, `960.jpg` or `2048.jpg`; never changes.
pub async fn show(State(app): State<App>, Path((hash, size)): Path<(String, String)>) -> Result<Response> {
    let hash = PhotoHash::parse(&hash)?;
    let side =
        size.strip_suffix(".jpg").and_then(|side| side.parse().ok()).filter(|side| SIZES.contains(side));
    let side = side.ok_or(Code::NotFound)?;
    let bytes = app.blobs.get(&super::blob_name(&hash, side)).await?.ok_or(Code::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, bytes).into_response())
}
