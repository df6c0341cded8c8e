//! Reports as pages, complete without the app.

use super::{filter, view, voices};
use crate::app::App;
use crate::error::Result;
use crate::web::site::{or_missing, render};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use serde_json::json;
use shared::ids::ParcelId;

/// `GET /demandes`
pub async fn list(
    State(app): State<App>,
    Query(query): Query<filter::Query>,
    headers: HeaderMap,
) -> Result<Response> {
    let list = view::list(&app, &query).await?;
    let now = app.clock.now();
    render(&app, &headers, "pages/reports.html", json!({ "list": list, "now": now }))
}

/// `GET /demandes/{id}`; a merged report leads to the one it joined.
pub async fn page(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    let answer = match ParcelId::parse(&id) {
        Ok(id) => view::page(&app, &id, None).await,
        Err(problem) => Err(problem.into()),
    };
    let page = match or_missing(&app, &headers, answer) {
        Ok(page) => page,
        Err(response) => return Ok(*response),
    };
    if page.brief.id.as_str() != id {
        return Ok(Redirect::to(&format!("/demandes/{}", page.brief.id)).into_response());
    }
    let photos: Vec<_> = page.voices.iter().flat_map(|voice| &voice.photos).collect();
    let values = json!({ "page": page, "photos": photos, "awaited": voices::awaited(&page), "preparing": voices::preparing(&page), "now": app.clock.now() });
    render(&app, &headers, "pages/report.html", values)
}
