//! Places over HTTP.

use super::{index, store};
use crate::app::App;
use crate::error::Result;
use crate::extract::Id;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::header;
use shared::geo::Position;
use shared::ids::PlaceId;
use shared::places::{PlaceList, PlacePack, PlacePage};
use shared::problem::{Code, Problem};
use std::collections::BTreeSet;

/// Places in an answer, where no number is asked for.
pub const USUAL: usize = 10;
/// Most places in an answer.
const MOST: usize = crate::rooms::reports::filter::MOST;
/// Longest text, in bytes, that is looked for.
const LONGEST: usize = 200;

/// What the phone keeps to find a school without network: every open place. With `near`, the nearest ones and how far they are.
#[utoipa::path(
    get, path = "/api/v1/places", operation_id = "listPlaces", tag = "places",
    params(
        ("near" = Option<String>, Query, description = "LAT,LON: only the nearest, with their distances."),
        ("limit" = Option<usize>, Query, description = "At most so many, beside `near`."),
    ),
    responses((
        status = 200, body = Places, description = "Every open place; with `near`, the nearest.",
        links(("the first place" = (operation_id = "readPlace", parameters(("id" = "$response.body#/places/0/id")))))
    ))
)]
pub async fn list(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response> {
    let asked = Asked::read(query.as_deref())?;
    match asked.near {
        Some(from) => {
            let index = index::current(&app).await?;
            let found = index.near(from, asked.limit);
            answer(super::listed(&app, &index, &found).await?)
        }
        None => Ok(Json(PlacePack { places: store::open(app.db.read()).await? }).into_response()),
    }
}

/// What `listPlaces` answers.
#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "said to the reader of the description only")]
enum Places {
    /// Without `near`.
    Pack(PlacePack),
    /// With `near`.
    Found(PlaceList),
}

/// The schools that fit what a person types, best first; those that fit alike by distance, where `near` says from where.
#[utoipa::path(
    get, path = "/api/v1/places/search", operation_id = "searchPlaces", tag = "places",
    params(
        ("q" = String, Query, description = "What a person types: words in any order, abbreviated, with typing errors."),
        ("near" = Option<String>, Query, description = "LAT,LON of the person."),
        ("limit" = Option<usize>, Query, description = "At most so many."),
    ),
    responses((status = 200, body = PlaceList, description = "The places found."))
)]
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
        let mut said = BTreeSet::new();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let wrong = || Problem::of(Code::QueryInvalid, &name);
            if !said.insert(name.to_string()) {
                return Err(wrong());
            }
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
                _ => return Err(wrong()),
            }
        }
        Ok(asked)
    }
}

fn position(text: &str) -> Option<Position> {
    let (lat, lon) = text.split_once(',')?;
    Position::new(lat.trim().parse().ok()?, lon.trim().parse().ok()?)
}

/// A place: figures, and who is in charge.
#[utoipa::path(
    get, path = "/api/v1/places/{id}", operation_id = "readPlace", tag = "places",
    params(("id" = PlaceId, Path, description = "A school: its UAI.")),
    responses((status = 200, body = PlacePage, description = "The place."))
)]
pub async fn page(State(app): State<App>, Id(id): Id<PlaceId>) -> Result<Json<PlacePage>> {
    Ok(Json(super::page(&app, &id).await?))
}
