//! Places as pages, complete without the app.

use super::store;
use crate::app::App;
use crate::error::Result;
use crate::rooms::reports::{filter, view};
use crate::web::site::{or_missing, render};
use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use serde_json::json;
use shared::ids::PlaceId;
use shared::reports::ReportList;

/// `GET /ecoles`
pub async fn list(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    let places = store::open(app.db.read()).await?;
    render(&app, &headers, "pages/places.html", json!({ "places": places }))
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
