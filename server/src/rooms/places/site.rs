//! Places as pages, complete without the app.

use super::{index, listed};
use crate::app::App;
use crate::error::Result;
use crate::rooms::reports::{self, filter, view};
use crate::web::site::{or_missing, render};
use crate::web::visit::Visit;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};
use shared::ids::PlaceId;
use shared::places::{Kind, Place, PlacePage};
use shared::reports::ReportList;

/// Most schools that a search shows.
const MOST_FOUND: usize = 60;
/// Letters of a search that count.
const LONGEST: usize = 200;

/// `GET /ecoles`: by name, a page at a time, or those found by words.
pub async fn list(State(app): State<App>, visit: Visit) -> Result<Response> {
    if let Some(words) = visit.asked("q") {
        let words: String = words.chars().take(LONGEST).collect();
        let index = index::current(&app).await?;
        let found = super::listed(&app, &index, &index.search(&words, None, MOST_FOUND)).await?.places;
        let more = found.len() == MOST_FOUND;
        let places: Vec<_> = found.into_iter().map(|found| found.place).collect();
        let values = json!({ "places": places, "q": words.trim(), "more": more });
        return render(&app, &visit, "pages/places.html", values);
    }
    let after = (visit.asked("name").unwrap_or_default(), visit.asked("after").unwrap_or_default());
    let (places, next) = listed::page(app.db.read(), after).await?;
    let next =
        next.map(|(name, id)| visit.elsewhere("/ecoles", &[("name", Some(&name)), ("after", Some(&id))]));
    render(&app, &visit, "pages/places.html", json!({ "places": places, "next": next }))
}

/// `GET /ecoles/{id}`
pub async fn page(State(app): State<App>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    let page = match or_missing(&app, &visit, found(&app, &id).await) {
        Ok(page) => page,
        Err(response) => return Ok(*response),
    };
    let (open, closed) =
        (reports(&app, &page.place.id, "open").await?, reports(&app, &page.place.id, "closed").await?);
    let about = about(&app, &page.place);
    let zones = listed::zones(app.db.read(), &page.place.id).await?;
    let values = json!({ "page": page, "open": open, "closed": closed, "zones": zones, "about": about });
    render(&app, &visit, "pages/place.html", values)
}

/// `GET /ecoles/{id}/flux.atom`: its reports.
pub async fn feed(State(app): State<App>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    let page = match or_missing(&app, &visit, found(&app, &id).await) {
        Ok(page) => page,
        Err(response) => return Ok(*response),
    };
    let query = filter::Query { place: Some(id), ..filter::Query::default() };
    let address = format!("/ecoles/{}", page.place.id);
    reports::site::write_feed(&app, &visit, &query, json!({ "place": page.place.name, "page": address }))
        .await
}

async fn found(app: &App, id: &str) -> Result<PlacePage> {
    super::page(app, &PlaceId::parse(id)?).await
}

async fn reports(app: &App, place: &PlaceId, status: &str) -> Result<ReportList> {
    let query = filter::Query {
        place: Some(place.to_string()),
        status: Some(status.to_owned()),
        ..filter::Query::default()
    };
    view::list(app, &query).await
}

/// The school for search engines (schema.org).
fn about(app: &App, place: &Place) -> Value {
    let kind = match place.kind {
        Kind::Maternelle => "Preschool",
        Kind::Elementaire | Kind::Primaire => "ElementarySchool",
        Kind::College => "MiddleSchool",
        Kind::Lycee => "HighSchool",
        Kind::Other => "School",
    };
    let mut about = json!({
        "@context": "https://schema.org",
        "@type": kind,
        "@id": format!("{}/ecoles/{}", app.config.public_url, place.id),
        "name": place.name,
        "identifier": place.id,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": place.address,
            "postalCode": place.postcode,
            "addressLocality": place.city,
            "addressCountry": "FR",
        },
    });
    if let (Some(position), Value::Object(about)) = (place.position, &mut about) {
        let geo = json!({ "@type": "GeoCoordinates", "latitude": position.lat, "longitude": position.lon });
        about.insert("geo".into(), geo);
    }
    about
}
