//! Photos over HTTP.

use crate::app::App;
use crate::error::Result;
use crate::extract::{self, Id};
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::header;
use shared::ids::PhotoHash;
use shared::photos::{PhotoReceipt, SIZES};
use shared::problem::Code;

/// Takes a JPEG in under the hash of its bytes.
#[utoipa::path(
    put, path = "/api/v1/photos/{hash}", operation_id = "sendPhoto", tag = "photos",
    params(("hash" = PhotoHash, Path, description = "SHA-256 of the body.")),
    request_body(content = Vec<u8>, content_type = "image/jpeg"),
    responses((status = 200, body = PhotoReceipt, description = "Kept, now or before."))
)]
pub async fn put(
    State(app): State<App>,
    Id(hash): Id<PhotoHash>,
    request: Request,
) -> Result<Json<PhotoReceipt>> {
    let bytes = extract::bytes(request, &app, "photo").await?;
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
