//! Places over HTTP.

use super::store;
use crate::app::App;
use crate::error::Result;
use crate::extract::Id;
use crate::rooms::photos::hex;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};
use shared::ids::PlaceId;
use shared::places::{PlacePack, PlacePage};

/// `GET /api/v1/places`: what the phone keeps to find a school without network. Unchanged since `If-None-Match`: 304.
pub async fn pack(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    let body = serde_json::to_vec(&PlacePack { places: store::open(app.db.read()).await? })?;
    let digest = hex(&Sha256::digest(&body));
    let etag = format!("W/\"{}\"", digest.get(..32).unwrap_or(&digest));
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    if known {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    let headers = [(header::CONTENT_TYPE, "application/json".to_owned()), (header::ETAG, etag)];
    Ok((headers, body).into_response())
}

/// `GET /api/v1/places/{id}`
pub async fn page(State(app): State<App>, Id(id): Id<PlaceId>) -> Result<Json<PlacePage>> {
    Ok(Json(super::page(&app, &id).await?))
}
