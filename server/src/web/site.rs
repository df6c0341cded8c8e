//! Pages that belong to no room, and how any page is written.

use crate::app::App;
use crate::error::{Error, Result, answer};
use crate::web::pages::DEFAULT_LANG;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use futures_util::StreamExt;
use http::{HeaderMap, StatusCode, header};
use minijinja::value::{Serde, Value};
use serde_json::json;
use shared::problem::Code;

/// The language a browser asks for, among ours: the first of `Accept-Language` that we speak.
pub fn lang(app: &App, headers: &HeaderMap) -> String {
    let asked =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let primary = |tag: &str| tag.split([';', '-']).next().unwrap_or_default().trim().to_lowercase();
    let spoken = asked.split(',').map(primary).find(|lang| app.pages.speaks(lang));
    spoken.unwrap_or_else(|| DEFAULT_LANG.to_owned())
}

/// A page of `template`.
pub fn render<S: serde::Serialize>(
    app: &App,
    headers: &HeaderMap,
    template: &str,
    values: S,
) -> Result<Response> {
    let lang = lang(app, headers);
    Ok(Html(app.pages.render(template, &lang, Value::from(Serde(values)))?).into_response())
}

/// `GET /` and the app's other screens: the layout alone; the app fills it.
pub async fn shell(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    render(&app, &headers, "pages/shell.html", json!({}))
}

/// Bytes of a share that are read before it is answered: where the answer comes before the end, browsers show an error.
const MOST_SHARED: usize = 64 * 1024 * 1024;

/// `POST /partage`: what another app hands over, where no service worker took it. From here it cannot reach the phone's
/// app: nothing of it is kept, and home says so.
pub async fn share(body: Body) -> Redirect {
    let mut parts = body.into_data_stream();
    let mut read = 0;
    while let Some(Ok(part)) = parts.next().await {
        read += part.len();
        if read > MOST_SHARED {
            break;
        }
    }
    Redirect::to("/?shared=lost")
}

/// `GET /healthz`: 200 when the database answers.
pub async fn healthz(State(app): State<App>) -> Result<&'static str> {
    sqlx::query("SELECT 1").execute(app.db.read()).await?;
    Ok("ok\n")
}

/// Everything else: a problem under `/api`, a page with a way out elsewhere.
pub async fn not_found(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    if uri.path().starts_with("/api/") {
        return answer(&Code::NotFound.into());
    }
    missing(&app, &headers, StatusCode::NOT_FOUND).unwrap_or_else(IntoResponse::into_response)
}

/// The page that says that there is nothing here to see, and where to go.
pub fn missing(app: &App, headers: &HeaderMap, status: StatusCode) -> Result<Response> {
    let page =
        render(app, headers, "pages/missing.html", json!({ "private": status == StatusCode::FORBIDDEN }))?;
    Ok((status, page).into_response())
}

/// A room's answer as a page: its "not found" becomes [`missing`].
pub fn or_missing<T>(app: &App, headers: &HeaderMap, answer: Result<T>) -> Result<T, Box<Response>> {
    answer.map_err(|error| {
        let status = match &error {
            Error::Problem(problem) => {
                StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::NOT_FOUND)
            }
            Error::Under(status, _) => *status,
            Error::Internal(_) => return Box::new(error.into_response()),
        };
        let status = if status == StatusCode::FORBIDDEN { status } else { StatusCode::NOT_FOUND };
        Box::new(missing(app, headers, status).unwrap_or_else(IntoResponse::into_response))
    })
}
