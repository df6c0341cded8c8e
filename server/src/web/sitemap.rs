//! What search engines are told: every public page there is, in parts.
//!
//! Parts of reports go by number, so that a part that is full stays the same.

use crate::app::App;
use crate::error::Result;
use crate::rooms::{places, reports};
use crate::web::site::{Form, write};
use crate::web::visit::Visit;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::header;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::instant::Instant;
use shared::problem::{Code, Problem};

/// Pages of a part: far below the protocol's 50,000, so that none is heavy.
pub const PART: i64 = 10_000;

/// Which part; none for the list of parts.
#[derive(Deserialize)]
pub struct Asked {
    part: Option<String>,
}

/// A page, and when it last changed, where that is known.
#[derive(Serialize)]
pub struct Listed {
    /// Its address below the public one.
    pub address: String,
    /// Its last change.
    pub changed: Option<Instant>,
}

/// `GET /sitemap.xml`, `GET /sitemap.xml?part=reports-3`
pub async fn show(State(app): State<App>, Query(asked): Query<Asked>, visit: Visit) -> Result<Response> {
    let values = match asked.part.as_deref().filter(|part| !part.is_empty()) {
        None => json!({ "parts": parts(&app).await? }),
        Some(part) => json!({ "pages": pages(&app, part).await? }),
    };
    write(&app, &visit, Form::sitemap("pages/sitemap.xml"), values)
}

/// `GET /robots.txt`: everything public may be read; the app's own screens hold nothing.
pub async fn robots(State(app): State<App>) -> Response {
    let text = format!(
        "User-agent: *\nDisallow: /api/\nDisallow: /moi\nDisallow: /suivi\nDisallow: /file\nDisallow: /signaler\n\
         Disallow: /desabonnement/\nDisallow: /abonnements/\n\n\
         Sitemap: {}/sitemap.xml\n",
        app.config.public_url
    );
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, text).into_response()
}

async fn parts(app: &App) -> Result<Vec<String>> {
    let named = |name: &'static str, most: i64| (0..=most / PART).map(move |n| format!("{name}-{n}"));
    let places = places::listed::last(app.db.read()).await?;
    let reports = reports::listed::last_number(app.db.read()).await?;
    Ok(std::iter::once("site".to_owned())
        .chain(named("places", places))
        .chain(named("reports", reports))
        .collect())
}

async fn pages(app: &App, part: &str) -> Result<Vec<Listed>> {
    let missing = || Problem::of(Code::NotFound, "part");
    if part == "site" {
        let fixed = ["/", "/ecoles", "/demandes", "/journal"];
        return Ok(fixed.map(|address| Listed { address: address.to_owned(), changed: None }).into());
    }
    let (name, n) = part.split_once('-').ok_or_else(missing)?;
    let n: u32 = n.parse().map_err(|_| missing())?;
    let from = i64::from(n) * PART;
    match name {
        "places" => Ok(places::listed::addresses(app.db.read(), from, PART).await?),
        "reports" => Ok(reports::listed::addresses(app.db.read(), from, PART).await?),
        _ => Err(missing().into()),
    }
}
