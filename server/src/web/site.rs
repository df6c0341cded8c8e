//! Pages that belong to no room, and how any page is written.
//!
//! A page is made of what it says and nothing of the hour: the same facts give the same page, which a reader who has it
//! is not sent again, nor is it written again.

use crate::app::App;
use crate::error::{Error, Result, answer};
use crate::rooms::photos::hex;
use crate::web::visit::Visit;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::StreamExt;
use http::{HeaderValue, StatusCode, header};
use minijinja::context;
use minijinja::value::{Serde, Value};
use serde_json::json;
use sha2::{Digest, Sha256};
use shared::problem::Code;

/// What a template makes, and how long it may be kept unasked.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    template: &'static str,
    media_type: &'static str,
    cache: &'static str,
}

impl Form {
    /// A page: asked for anew each time, since it names the app's files of this very version.
    const fn page(template: &'static str) -> Self {
        Self { template, media_type: "text/html; charset=utf-8", cache: "no-cache" }
    }

    /// An Atom feed: readers come by the hour.
    pub const fn feed(template: &'static str) -> Self {
        Self { template, media_type: "application/atom+xml; charset=utf-8", cache: "public, max-age=300" }
    }

    /// A sitemap.
    pub const fn sitemap(template: &'static str) -> Self {
        Self { template, media_type: "application/xml; charset=utf-8", cache: "public, max-age=3600" }
    }
}

/// A page of `template`; 304 where the reader has it.
pub fn render<S: serde::Serialize>(
    app: &App,
    visit: &Visit,
    template: &'static str,
    values: S,
) -> Result<Response> {
    write(app, visit, Form::page(template), values)
}

/// What `form` makes of `values`; 304 where the reader has it.
pub fn write<S: serde::Serialize>(app: &App, visit: &Visit, form: Form, values: S) -> Result<Response> {
    let facts = serde_json::to_vec(&values)?;
    let mut digest = Sha256::new();
    for part in [app.pages.version(), form.template, &visit.lang, &visit.here] {
        digest.update(part);
        digest.update([0]);
    }
    digest.update([u8::from(visit.chosen)]);
    digest.update(facts);
    let digest = hex(&digest.finalize());
    let etag = format!("W/\"{}\"", digest.get(..24).unwrap_or(&digest));
    let mut response = if visit.knows(&etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = text(app, visit, form.template, values)?;
        ([(header::CONTENT_TYPE, form.media_type), (header::CONTENT_LANGUAGE, &visit.lang)], body)
            .into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(form.cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    Ok(response)
}

/// A page under another status than 200: never kept, never 304.
pub fn render_as<S: serde::Serialize>(
    app: &App,
    visit: &Visit,
    template: &'static str,
    status: StatusCode,
    values: S,
) -> Result<Response> {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept-language"),
    ];
    Ok((status, headers, text(app, visit, template, values)?).into_response())
}

fn text<S: serde::Serialize>(app: &App, visit: &Visit, template: &str, values: S) -> Result<String> {
    let of_page = Value::from(Serde(values));
    let values = context! { here => &visit.here, chosen => visit.chosen, ..of_page };
    Ok(app.pages.render(template, &visit.lang, values)?)
}

/// `GET /`: the app's first screen; without script, what this is and where to read.
pub async fn home(State(app): State<App>, visit: Visit) -> Result<Response> {
    let about = json!({
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": app.pages.catalog(&visit.lang).say("app_name"),
        "description": app.pages.catalog(&visit.lang).say("app_claim"),
        "url": app.config.public_url,
    });
    render(&app, &visit, "pages/home.html", json!({ "about": about }))
}

/// `GET /shell`: the layout alone, which the phone keeps; the app fills it.
pub async fn shell(State(app): State<App>, visit: Visit) -> Result<Response> {
    render(&app, &visit, "pages/shell.html", json!({}))
}

/// `GET /hors-ligne`: what the phone shows in the place of a page that only the server has, where there is no network.
pub async fn offline(State(app): State<App>, visit: Visit) -> Result<Response> {
    render(&app, &visit, "pages/offline.html", json!({}))
}

/// The app's other screens: what they show is on the phone, and they say so where the app cannot run.
pub async fn screen(State(app): State<App>, visit: Visit) -> Result<Response> {
    render(&app, &visit, "pages/screen.html", json!({}))
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

/// Everything else: a problem under `/api`, a page with a way out elsewhere.
pub async fn not_found(State(app): State<App>, OriginalUri(uri): OriginalUri, visit: Visit) -> Response {
    if uri.path().starts_with("/api/") {
        return answer(&Code::NotFound.into());
    }
    missing(&app, &visit, StatusCode::NOT_FOUND).unwrap_or_else(IntoResponse::into_response)
}

/// The page that says that there is nothing here to see, and where to go.
pub fn missing(app: &App, visit: &Visit, status: StatusCode) -> Result<Response> {
    render_as(app, visit, "pages/missing.html", status, json!({ "private": status == StatusCode::FORBIDDEN }))
}

/// A room's answer as a page: its "not found" becomes [`missing`].
pub fn or_missing<T>(app: &App, visit: &Visit, answer: Result<T>) -> Result<T, Box<Response>> {
    answer.map_err(|error| {
        let status = match &error {
            Error::Problem(problem) => {
                StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::NOT_FOUND)
            }
            Error::Under(status, _) => *status,
            Error::Internal(_) => return Box::new(error.into_response()),
        };
        let status = if status == StatusCode::FORBIDDEN { status } else { StatusCode::NOT_FOUND };
        Box::new(missing(app, visit, status).unwrap_or_else(IntoResponse::into_response))
    })
}
