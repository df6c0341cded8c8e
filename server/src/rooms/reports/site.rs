//! Reports as pages and feeds, complete without the app.

use super::{filter, listed, view, voices};
use crate::app::App;
use crate::error::Result;
use crate::rooms::places;
use crate::web::site::{Form, or_missing, render, write};
use crate::web::visit::Visit;
use crate::web::words;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use serde_json::{Value, json};
use shared::ids::{ParcelId, PlaceId};
use shared::instant::Instant;
use shared::photos;
use shared::reports::category;
use shared::reports::{PhotoView, ReportBrief, ReportList, ReportPage};

/// `GET /demandes`
pub async fn list(
    State(app): State<App>,
    Query(query): Query<filter::Query>,
    visit: Visit,
) -> Result<Response> {
    let list = view::list(&app, &query).await?;
    let standings = [("site_all", None), ("list_open", Some("open")), ("list_closed", Some("closed"))];
    let standings = standings.map(|(word, status)| {
        let address = visit.elsewhere("/demandes", &[("status", status), ("before", None)]);
        json!({ "word": word, "address": address, "here": visit.asked("status") == status })
    });
    let newest = [("before", None)];
    let values = json!({
        "standings": standings,
        "groups": groups(),
        "category": visit.asked("category"),
        "q": visit.asked("q"),
        "kept": visit.kept(&["category", "q", "before"]),
        "place": place_name(&app, &visit).await?,
        "place_id": visit.asked("place"),
        "zone": visit.asked("zone"),
        "journal": journal(&visit),
        "first": visit.asked("before").map(|_| visit.elsewhere("/demandes", &newest)),
        "next": list.next.as_deref().map(|next| visit.elsewhere("/demandes", &[("before", Some(next))])),
        "flux": visit.elsewhere("/demandes/flux.atom", &newest),
        "about": about_list(&app, &list),
        "list": list,
    });
    render(&app, &visit, "pages/reports.html", values)
}

/// The journal of the same school or zone.
fn journal(visit: &Visit) -> String {
    let of = ["place", "zone"].into_iter().find_map(|name| Some((name, visit.asked(name)?)));
    let of = of.map(|(name, value)| {
        url::form_urlencoded::Serializer::new(String::from("/journal?")).append_pair(name, value).finish()
    });
    of.unwrap_or_else(|| "/journal".to_owned())
}

/// `GET /demandes/flux.atom`: the same as a feed.
pub async fn feed(
    State(app): State<App>,
    Query(query): Query<filter::Query>,
    visit: Visit,
) -> Result<Response> {
    let values = json!({
        "place": place_name(&app, &visit).await?,
        "page": visit.elsewhere("/demandes", &[("before", None)]),
    });
    write_feed(&app, &visit, &query, values).await
}

#[derive(Serialize)]
struct Entry {
    brief: ReportBrief,
    updated: Instant,
}

/// A feed of the reports that `query` asks for; `values` name it.
pub async fn write_feed(app: &App, visit: &Visit, query: &filter::Query, values: Value) -> Result<Response> {
    let list = view::list(app, query).await?;
    let mut reports = Vec::with_capacity(list.reports.len());
    for brief in list.reports {
        let updated = listed::changed_at(app.db.read(), &brief.id).await?.unwrap_or(brief.received_at);
        reports.push(Entry { brief, updated });
    }
    let updated = reports.iter().map(|report| report.updated).max().unwrap_or_default();
    let next = list.next.as_deref();
    let next = next.map(|next| visit.elsewhere(visit.path(), &[("before", Some(next))]));
    let values = json!({ "of": values, "updated": updated, "reports": reports, "next": next });
    write(app, visit, Form::feed("pages/reports.xml"), values)
}

/// `GET /demandes/{id}`; a merged report leads to the one it joined.
pub async fn page(State(app): State<App>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    let page = match found(&app, &visit, &id, "").await? {
        Ok(page) => page,
        Err(response) => return Ok(*response),
    };
    let photos: Vec<_> = page.voices.iter().flat_map(|voice| &voice.photos).collect();
    let hero = photos.first().map(|photo| previewed(photo));
    let about = about(&app, &visit, &page);
    let values = json!({
        "page": page, "photos": photos, "awaited": voices::awaited(&page),
        "preparing": voices::preparing(&page), "hero": hero, "about": about,
        "planned": page.planned_on(),
    });
    render(&app, &visit, "pages/report.html", values)
}

/// `GET /demandes/{id}/flux.atom`: its journal.
pub async fn journal_feed(State(app): State<App>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    match found(&app, &visit, &id, "/flux.atom").await? {
        Ok(page) => write(&app, &visit, Form::feed("pages/journal.xml"), json!({ "page": page })),
        Err(response) => Ok(*response),
    }
}

/// The public report of that id; else the answer instead: nothing here, or the way to the one it joined.
async fn found(app: &App, visit: &Visit, id: &str, end: &str) -> Result<Result<ReportPage, Box<Response>>> {
    let answer = match ParcelId::parse(id) {
        Ok(id) => view::page(app, &id, None).await,
        Err(problem) => Err(problem.into()),
    };
    Ok(or_missing(app, visit, answer).and_then(|page| {
        if page.brief.id.as_str() == id {
            return Ok(page);
        }
        let lang = if visit.chosen { format!("?lang={}", visit.lang) } else { String::new() };
        let address = format!("/demandes/{}{end}{lang}", page.brief.id);
        Err(Box::new(Redirect::to(&address).into_response()))
    }))
}

/// What the place or the zone is called that is asked for.
pub async fn place_name(app: &App, visit: &Visit) -> Result<Option<String>> {
    if let Some(id) = visit.asked("place").and_then(|id| PlaceId::parse(id).ok()) {
        return Ok(places::store::find(app.db.read(), &id).await?.map(|found| found.place.name));
    }
    match visit.asked("zone") {
        Some(zone) => Ok(places::listed::zone_name(app.db.read(), zone).await?),
        None => Ok(None),
    }
}

/// What can be asked for by category: of each group all, or one. What is never public is not offered.
fn groups() -> Vec<Value> {
    let shown = |group: &&&str| category::ALL.iter().any(|one| one.group == **group && !one.private);
    let slugs = |group: &str| {
        let of_group = category::ALL.iter().filter(|one| one.group == group && one.slug != group);
        of_group.map(|one| one.slug).collect::<Vec<_>>()
    };
    let groups = category::GROUPS.iter().filter(shown);
    groups.map(|group| json!({ "slug": group, "slugs": slugs(group) })).collect()
}

fn address(app: &App, id: &ParcelId) -> String {
    format!("{}/demandes/{id}", app.config.public_url)
}

/// A photo in the size that previews show.
fn previewed(photo: &PhotoView) -> Value {
    let (width, height) = photos::fit(photo.width, photo.height, PREVIEW);
    json!({ "hash": photo.hash, "width": width, "height": height })
}

/// Pixels of a preview's longest side.
const PREVIEW: u32 = 960;

/// The report for search engines (schema.org).
fn about(app: &App, visit: &Visit, page: &ReportPage) -> Value {
    let brief = &page.brief;
    let words = app.pages.catalog(&visit.lang);
    let changed = page.journal.last().map_or(brief.received_at, |entry| entry.at);
    let mut about = json!({
        "@context": "https://schema.org",
        "@type": "DiscussionForumPosting",
        "@id": address(app, &brief.id),
        "url": address(app, &brief.id),
        "identifier": brief.number,
        "headline": words::title(words, brief),
        "text": page.voices.first().map(|voice| &voice.description),
        "creativeWorkStatus": words.say(&format!("status_{}", brief.status.as_str())),
        "datePublished": words::iso(brief.received_at),
        "dateModified": words::iso(changed),
        "author": { "@type": "Organization", "name": words.say("app_name"), "url": app.config.public_url },
        "about": {
            "@type": "School",
            "name": brief.place_name,
            "url": format!("{}/ecoles/{}", app.config.public_url, brief.place),
        },
        "interactionStatistic": {
            "@type": "InteractionCounter",
            "interactionType": "https://schema.org/AgreeAction",
            "userInteractionCount": brief.people,
        },
    });
    let photo = page.voices.iter().flat_map(|voice| &voice.photos).next();
    if let (Some(photo), Value::Object(about)) = (photo, &mut about) {
        let picture = format!("{}/photos/{}/{PREVIEW}.jpg", app.config.public_url, photo.hash);
        about.insert("image".into(), picture.into());
    }
    about
}

fn about_list(app: &App, list: &ReportList) -> Value {
    let item = |(n, brief): (u32, &ReportBrief)| json!({ "@type": "ListItem", "position": n, "url": address(app, &brief.id) });
    let items: Vec<_> = (1..).zip(&list.reports).map(item).collect();
    json!({ "@context": "https://schema.org", "@type": "ItemList", "itemListElement": items })
}
