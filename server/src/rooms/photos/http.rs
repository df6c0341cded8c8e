//! Photos over HTTP.

use super::ranges::{Part, part};
use crate::app::App;
use crate::edges::blobs::Blob;
use crate::error::{self, Result};
use crate::extract::{self, Id};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use shared::ids::PhotoHash;
use shared::photos::{PhotoReceipt, SIZES};
use shared::problem::Code;

/// Seconds after which a photo in preparation may be asked for again.
const SOON: &str = "2";

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

/// `GET /photos/{hash}/{size}`: `320.jpg`, `960.jpg` or `2048.jpg`; never changes. One that is being prepared is not found
/// yet, and says when to ask again.
pub async fn show(
    State(app): State<App>,
    Path((hash, size)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response> {
    let hash = PhotoHash::parse(&hash)?;
    let side =
        size.strip_suffix(".jpg").and_then(|side| side.parse().ok()).filter(|side| SIZES.contains(side));
    let side = side.ok_or(Code::NotFound)?;
    let found = async || app.blobs.find(&super::blob_name(&hash, side)).await;
    let blob = match found().await? {
        Some(blob) => Some(blob),
        None if super::store::original(app.db.read(), &hash).await?.is_some() => return Ok(not_yet()),
        // Its sizes may have been made between the two looks.
        None => found().await?,
    };
    Ok(blob.map_or_else(not_there, |blob| answer(&method, &headers, &tag(&hash, side, &blob), blob.bytes)))
}

fn not_there() -> Response {
    let mut response = error::answer(&Code::NotFound.into());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn not_yet() -> Response {
    let mut response = not_there();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(SOON));
    response
}

/// The store's own name of these bytes; where it has none, ours.
fn tag(hash: &PhotoHash, side: u32, blob: &Blob) -> String {
    match &blob.tag {
        Some(tag) => format!("\"{}\"", tag.trim_matches('"')),
        None => format!("\"{hash}-{side}-{}\"", blob.bytes.len()),
    }
}

fn answer(method: &Method, headers: &HeaderMap, tag: &str, bytes: Bytes) -> Response {
    let all = bytes.len();
    let said = [
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::ETAG, tag),
        (header::ACCEPT_RANGES, "bytes"),
    ];
    let jpeg = [(header::CONTENT_TYPE, "image/jpeg")];
    let range = |text: String| [(header::CONTENT_RANGE, text)];
    match part(method, headers, tag, all) {
        Part::Whole => (said, jpeg, bytes).into_response(),
        Part::Unchanged => (StatusCode::NOT_MODIFIED, said).into_response(),
        Part::Unsatisfiable => {
            (StatusCode::RANGE_NOT_SATISFIABLE, range(format!("bytes */{all}"))).into_response()
        }
        Part::Bytes(asked) => {
            let told = range(format!("bytes {}-{}/{all}", asked.start(), asked.end()));
            (StatusCode::PARTIAL_CONTENT, said, jpeg, told, bytes.slice(asked)).into_response()
        }
    }
}
