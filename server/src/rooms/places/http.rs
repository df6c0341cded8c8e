//! Places over HTTP.

use super::{index, store};
use crate::app::App;
use crate::error::Result;
use crate::extract::Id;
use crate::rooms::photos::hex;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};
use shared::geo::Position;
use shared::ids::PlaceId;
use shared::places::{PlaceList, PlacePack, PlacePage};
use shared::problem::{Code, Problem};

/// Places in an answer, where no number is asked for.
const USUAL: usize = 10;
/// Most places in an answer.
const MOST: usize = 50;
/// Longest text, in bytes, that is looked for.
const LONGEST: usize = 200;

/// `GET /api/v1/places`: what the phone keeps to find a school without network; unchanged since `If-None-Match`: 304.
/// With `near=LAT,LON`: the nearest ones, with their distances.
pub async fn list(State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response> {
    let asked = Asked::read(query.as_deref())?;
    match asked.near {
        Some(from) => {
            let index = index::current(&app).await?;
            let found = index.near(from, asked.limit);
            answer(super::listed(&app, &index, &found).await?)
        }
        None => pack(&app, &headers).await,
    }
}

/// `GET /api/v1/places/search?q=&near=LAT,LON&limit=`: the schools that fit what a person types, best first.
pub async fn search(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response> {
    let asked = Asked::read(query.as_deref())?;
    let words = asked.words.ok_or_else(|| Problem::of(Code::QueryInvalid, "q"))?;
    let index = index::current(&app).await?;
    let found = index.search(&words, asked.near, asked.limit);
    answer(super::listed(&app, &index, &found).await?)
}

/// Where somebody is must not stay in a cache, and an address tells it.
fn answer(list: PlaceList) -> Result<Response> {
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(list)).into_response())
}

/// What is asked about places.
struct Asked {
    words: Option<String>,
    near: Option<Position>,
    limit: usize,
}

impl Asked {
    fn read(query: Option<&str>) -> Result<Self, Problem> {
        let mut asked = Self { words: None, near: None, limit: USUAL };
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let wrong = || Problem::of(Code::QueryInvalid, &name);
            match &*name {
                "q" if value.len() <= LONGEST && !value.trim().is_empty() => {
                    asked.words = Some(value.into_owned());
                }
                "q" => return Err(wrong()),
                "near" => asked.near = Some(position(&value).ok_or_else(wrong)?),
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                    asked.limit = limit.ok_or_else(wrong)?;
                }
                _ => {}
            }
        }
        Ok(asked)
    }
}

fn position(text: &str) -> Option<Position> {
    let (lat, lon) = text.split_once(',')?;
    Position::new(lat.trim().parse().ok()?, lon.trim().parse().ok()?)
}

async fn pack(app: &App, headers: &HeaderMap) -> Result<Response> {
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
