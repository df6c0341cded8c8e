//! The journal of everything as a page and as a feed, complete without the app.

use super::filter::{KINDS, Query};
use super::list::{self, Line};
use super::newest_seal;
use crate::app::App;
use crate::error::Result;
use crate::rooms::follow::days::Days;
use crate::rooms::places::listed;
use crate::rooms::reports::site::place_name;
use crate::web::site::{Form, render, write};
use crate::web::visit::Visit;
use axum::extract::{Query as Asked, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::json;
use shared::ids::PlaceId;
use shared::instant::Instant;

/// Lines of one day.
#[derive(Serialize)]
struct Day {
    at: Instant,
    lines: Vec<Line>,
}

/// `GET /journal`
pub async fn page(State(app): State<App>, Asked(query): Asked<Query>, visit: Visit) -> Result<Response> {
    let page = list::page(app.db.read(), &query.read()?).await?;
    let zones = match visit.asked("place").and_then(|id| PlaceId::parse(id).ok()) {
        Some(place) => listed::zones(app.db.read(), &place).await?,
        None => vec![],
    };
    let newest = [("before", None)];
    let seal = newest_seal(app.db.read()).await?;
    let values = json!({
        "kinds": KINDS,
        "kind": visit.asked("kind"),
        "kept": visit.kept(&["kind", "before"]),
        "place": place_name(&app, &visit).await?,
        "place_id": visit.asked("place"),
        "zones": zones,
        "first": visit.asked("before").map(|_| visit.elsewhere("/journal", &newest)),
        "next": page.next.as_deref().map(|next| visit.elsewhere("/journal", &[("before", Some(next))])),
        "flux": visit.elsewhere("/journal/flux.atom", &newest),
        "seal": seal,
        "days": days(page.lines, &app.days),
    });
    render(&app, &visit, "pages/journal.html", values)
}

/// `GET /journal/flux.atom`: the same as a feed.
pub async fn feed(State(app): State<App>, Asked(query): Asked<Query>, visit: Visit) -> Result<Response> {
    let page = list::page(app.db.read(), &query.read()?).await?;
    let values = json!({
        "place": place_name(&app, &visit).await?,
        "page": visit.elsewhere("/journal", &[("before", None)]),
        "updated": page.lines.iter().map(|line| line.at).max().unwrap_or_default(),
        "next": page.next.as_deref().map(|next| visit.elsewhere(visit.path(), &[("before", Some(next))])),
        "lines": page.lines,
    });
    write(&app, &visit, Form::feed("pages/steps.xml"), values)
}

/// Lines in their order, by the schools' day.
fn days(lines: Vec<Line>, schools: &Days) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for line in lines {
        match days.last_mut().filter(|last| schools.day(last.at) == schools.day(line.at)) {
            Some(last) => last.lines.push(line),
            None => days.push(Day { at: line.at, lines: vec![line] }),
        }
    }
    days
}
