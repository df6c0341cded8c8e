//! Following a school by mail alone, on pages: no app, no account, no script.
//!
//! Opening a page changes nothing, since programs that look at links do; buttons do. A mail program that unsubscribes posts
//! to the address of the page of what is followed (RFC 8058), and ends all of it.

use super::links::{To, holds};
use super::{Own, follow, store};
use crate::app::App;
use crate::edges::ids;
use crate::error::{Error, Result};
use crate::rooms::places;
use crate::rooms::reports::key_hash;
use crate::web::site::{missing, or_missing, render_as};
use crate::web::visit::Visit;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};
use shared::digest::PlaceFollow;
use shared::ids::{ParcelId, PlaceId};
use shared::problem::Code;

/// `GET /ecoles/{id}/suivre`: the form by itself, for who has the app over the school's page.
pub async fn begin(State(app): State<App>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    let found = async { Ok(places::page(&app, &PlaceId::parse(&id)?).await?.place) };
    match or_missing(&app, &visit, found.await) {
        Ok(place) => show(
            &app,
            &visit,
            StatusCode::OK,
            json!({ "begin": true, "place": place.name, "place_id": place.id }),
        ),
        Err(response) => Ok(*response),
    }
}

/// `POST /ecoles/{id}/suivre`: asks the address that was typed in. Says the same whatever is known of it.
pub async fn ask(
    State(app): State<App>,
    Path(id): Path<String>,
    visit: Visit,
    body: Bytes,
) -> Result<Response> {
    let found = async { Ok(places::page(&app, &PlaceId::parse(&id)?).await?.place) };
    let place = match or_missing(&app, &visit, found.await) {
        Ok(place) => place,
        Err(response) => return Ok(*response),
    };
    let wish = PlaceFollow {
        place: place.id.clone(),
        mail: Some(field(&body, "mail").unwrap_or_default()),
        lang: visit.lang.clone(),
    };
    let (asked, status) = match ask_address(&app, wish).await {
        Ok(()) => (true, StatusCode::OK),
        Err(Error::Problem(problem)) if problem.code == Code::MailInvalid => {
            (false, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => return Err(error),
    };
    show(
        &app,
        &visit,
        status,
        json!({ "asked": asked, "wrong": !asked, "place": place.name, "place_id": place.id }),
    )
}

async fn ask_address(app: &App, wish: PlaceFollow) -> Result<()> {
    let wish = wish.checked()?;
    if wish.mail.is_none() {
        return Err(Code::MailInvalid.into());
    }
    let at = app.clock.now();
    let (id, proof) = (ids::id(at), key_hash(&ids::key()));
    follow(app, &Own { id: &id, proof: &proof, by_mail: true, at }, &wish).await
}

/// `GET /abonnements/{follow}/confirmer/{signed}`: a button to agree with, or that it is done.
pub async fn confirm(
    State(app): State<App>,
    Path((follow, signed)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response> {
    let Some((_, place, agreed)) = asked(&app, &follow, &signed).await? else {
        return missing(&app, &visit, StatusCode::NOT_FOUND);
    };
    show(&app, &visit, StatusCode::OK, json!({ "confirm": !agreed, "confirmed": agreed, "place": place }))
}

/// `POST /abonnements/{follow}/confirmer/{signed}`
pub async fn agree(
    State(app): State<App>,
    Path((follow, signed)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response> {
    let Some((follow, place, _)) = asked(&app, &follow, &signed).await? else {
        return missing(&app, &visit, StatusCode::NOT_FOUND);
    };
    let mut tx = app.db.write().await?;
    store::confirm(&mut tx, &follow, app.clock.now()).await?;
    tx.commit().await?;
    show(&app, &visit, StatusCode::OK, json!({ "confirmed": true, "place": place }))
}

/// The follow of a signed address, its school's name, and whether it is agreed to.
async fn asked(app: &App, follow: &str, signed: &str) -> Result<Option<(ParcelId, String, bool)>> {
    let Ok(follow) = ParcelId::parse(follow) else { return Ok(None) };
    let Some((school, reader, agreed)) = store::asked(app.db.read(), &follow).await? else { return Ok(None) };
    let ours = holds(&reader, To::Confirm, follow.as_str(), signed);
    Ok(ours.then_some((follow, school.name, agreed)))
}

/// `GET /abonnements/{reader}/{signed}`: what an address follows, with buttons to end it.
pub async fn manage(
    State(app): State<App>,
    Path((reader, signed)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response> {
    let Some(reader) = verified(&app, &reader, &signed).await? else {
        return missing(&app, &visit, StatusCode::NOT_FOUND);
    };
    followed(&app, &visit, &reader).await
}

/// `POST /abonnements/{reader}/{signed}`: ends one school, or all of it.
pub async fn stop(
    State(app): State<App>,
    Path((reader, signed)): Path<(String, String)>,
    visit: Visit,
    body: Bytes,
) -> Result<Response> {
    // Who presses twice, or whose mail program does, finds nothing left to end.
    let Some(reader) = verified(&app, &reader, &signed).await? else {
        return show(&app, &visit, StatusCode::OK, json!({ "stopped": true }));
    };
    let mut tx = app.db.write().await?;
    store::stop(&mut tx, &reader, field(&body, "place").as_deref()).await?;
    tx.commit().await?;
    followed(&app, &visit, &reader).await
}

async fn followed(app: &App, visit: &Visit, reader: &str) -> Result<Response> {
    let schools = store::schools(app.db.read(), reader).await?;
    let schools: Vec<_> =
        schools.iter().map(|school| json!({ "id": school.id, "name": school.name })).collect();
    show(app, visit, StatusCode::OK, json!({ "stopped": schools.is_empty(), "schools": schools }))
}

async fn verified(app: &App, reader: &str, signed: &str) -> Result<Option<String>> {
    let found = store::find_reader(app.db.read(), reader).await?;
    Ok(found.filter(|found| holds(found, To::Manage, reader, signed)).map(|found| found.id))
}

/// Of what is somebody's own nothing is kept on the way.
fn show(app: &App, visit: &Visit, status: StatusCode, values: Value) -> Result<Response> {
    render_as(app, visit, "pages/subscribe.html", status, values)
}

/// What a form says under `name`.
fn field(body: &[u8], name: &str) -> Option<String> {
    let mut fields = url::form_urlencoded::parse(body);
    fields.find(|(said, _)| said == name).map(|(_, value)| value.into_owned())
}
