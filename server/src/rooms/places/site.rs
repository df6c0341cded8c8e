//! Places as pages, complete without the app.

use super::index;
use crate::app::App;
use crate::error::Result;
use crate::rooms::reports::{filter, view};
use crate::web::site::{or_missing, render};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use shared::ids::PlaceId;
use shared::reports::ReportList;

/// Places on one page: a city has fewer, a country is searched.
const MOST: usize = 1000;
/// Places found on one page.
const FOUND: usize = 60;
/// Letters of a search that count.
const LONGEST: usize = 200;

/// What is looked for.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// `GET /ecoles`: all places by name, or with `?q=` those that fit.
pub async fn list(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response> {
    let query: String = asked.map(|asked| asked.0.q).unwrap_or_default().chars().take(LONGEST).collect();
    let index = index::current(&app).await?;
    let most = if query.trim().is_empty() { MOST } else { FOUND };
    let found = index.search(&query, None, most);
    let places = super::listed(&app, &index, &found).await?.places;
    let places: Vec<_> = places.into_iter().map(|found| found.place).collect();
    let more = places.len() == most;
    let values = json!({ "places": places, "query": query.trim(), "count": places.len(), "more": more });
    render(&app, &headers, "pages/places.html", values)
}

/// `GET /ecoles/{id}`
pub async fn page(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    let answer = match PlaceId::parse(&id) {
        Ok(id) => super::page(&app, &id).await,
        Err(problem) => Err(problem.into()),
    };
    let page = match or_missing(&app, &headers, answer) {
        Ok(page) => page,
        Err(response) => return Ok(*response),
    };
    let (open, closed) =
        (reports(&app, &page.place.id, "open").await?, reports(&app, &page.place.id, "closed").await?);
    let now = app.clock.now();
    render(
        &app,
        &headers,
        "pages/place.html",
        json!({ "page": page, "open": open, "closed": closed, "now": now }),
    )
}

async fn reports(app: &App, place: &PlaceId, status: &str) -> Result<ReportList> {
    let query = filter::Query {
        place: Some(place.to_string()),
        status: Some(status.to_owned()),
        ..filter::Query::default()
    };
    view::list(app, &query).await
}
