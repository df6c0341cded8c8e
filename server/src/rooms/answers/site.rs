//! The page behind a link: complete without scripts, seen by whoever holds the link alone. It is never kept, never
//! indexed, and looking at it changes nothing: programs look at links before people do.

use super::form::{self, Typed, Wrong};
use super::link::{self, Grant, Lapse, Worth};
use super::telling::{self, Cause};
use super::{Taken, charge, hands, store};
use crate::app::App;
use crate::edges::ids;
use crate::error::{Error, Result};
use crate::rooms::reports::view;
use crate::rooms::{places, routing};
use crate::web::site::render_as;
use crate::web::visit::Visit;
use crate::web::words;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{FromRequestParts, Multipart, Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};
use shared::calendar::Day;
use shared::instant::DAY;
use shared::problem::Code;
use shared::reports::kind::Kind;
use shared::reports::status::{self, Status};
use shared::reports::{DeskName, ReportPage, category};
use shared::routing::Desk;
use shared::routing::rules::Subject;
use std::collections::BTreeMap;

/// How many words of their own people may send about one report in a day.
const MOST_WORDS: i64 = 5;

/// `GET /repondre/{link}`
pub async fn page(
    State(app): State<App>,
    Opened { link, grant, visit }: Opened,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let asked = query.unwrap_or_default();
    let said = ["dit", "mot", "note"].into_iter().find(|said| asked.split('&').any(|part| part == *said));
    show(&app, &visit, &grant, Shown { link: &link, said, ..Shown::default() }, StatusCode::OK).await
}

/// `POST /repondre/{link}`: takes an answer in.
pub async fn answer(
    State(app): State<App>,
    Opened { link, grant, visit }: Opened,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let (typed, wrongs) = match read(form).await {
        Ok((typed, _)) if super::is_said(&app, &grant, &typed.form).await? => return Ok(see(&link, "dit")),
        Ok((mut typed, files)) => {
            let status = view::for_desks(&app, &grant.report).await?.brief.status;
            let steps: Vec<Status> = super::steps(status).collect();
            match form::check(&app, &mut typed, files, &steps).await? {
                Ok(answer) => match super::take(&app, &grant, &answer).await? {
                    Taken::Said if answer.is_quiet() => return Ok(see(&link, "note")),
                    Taken::Said => return Ok(see(&link, "dit")),
                    Taken::Not(wrong) => (typed, vec![wrong]),
                },
                Err(wrongs) => (typed, wrongs),
            }
        }
        Err(wrong) => (Typed::default(), vec![wrong]),
    };
    let shown = Shown { link: &link, typed, wrongs, ..Shown::default() };
    show(&app, &visit, &grant, shown, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// `POST /repondre/{link}/mot`: sends a word to another desk of the report.
pub async fn word(
    State(app): State<App>,
    Opened { link, grant, visit }: Opened,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let (word, wrong) = match read(form).await {
        Ok((typed, _)) => match send_word(&app, &grant, &typed).await? {
            Ok(()) => return Ok(see(&link, "mot")),
            Err(wrong) => (typed, wrong),
        },
        Err(wrong) => (Typed::default(), wrong),
    };
    let shown = Shown { link: &link, word, wrongs: vec![wrong], ..Shown::default() };
    show(&app, &visit, &grant, shown, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// `POST /repondre/{link}/nouveau`: writes to the desk's own mailboxes, with a new link, once a day.
pub async fn renew(State(app): State<App>, Path(link): Path<String>, visit: Visit) -> Result<Response> {
    let grant = match link::read(&app, &link).await? {
        Worth::Open(grant) | Worth::Lapsed(grant, _) => grant,
        Worth::Gone => return gone(&app, &visit),
        Worth::None => return unknown(&app, &visit),
    };
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    telling::tell(&mut tx, (&grant.report, &grant.desk), &Cause::link(now), now).await?;
    tx.commit().await?;
    app.jobs_put.notify_one();
    lapsed(&app, &visit, (&link, &grant), None).await
}

/// Who may speak by the link of an address.
pub struct Opened {
    link: String,
    grant: Grant,
    visit: Visit,
}

impl FromRequestParts<App> for Opened {
    /// The page that says why nobody does.
    type Rejection = Shut;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Shut> {
        let Ok(Path(link)) = Path::<String>::from_request_parts(parts, app).await else {
            return Err(Error::from(Code::NotFound).into());
        };
        let Ok(visit) = Visit::from_request_parts(parts, app).await;
        match link::read(app, &link).await? {
            Worth::Open(grant) => Ok(Self { link, grant, visit }),
            Worth::Lapsed(grant, why) => Err(lapsed(app, &visit, (&link, &grant), Some(why)).await?.into()),
            Worth::Gone => Err(gone(app, &visit)?.into()),
            Worth::None => Err(unknown(app, &visit)?.into()),
        }
    }
}

/// What is answered instead.
pub struct Shut(Box<Response>);

impl IntoResponse for Shut {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl From<Response> for Shut {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl From<Error> for Shut {
    fn from(error: Error) -> Self {
        error.into_response().into()
    }
}

async fn read(form: Result<Multipart, MultipartRejection>) -> Result<(Typed, form::Files), Wrong> {
    form::read(form.map_err(|_| Wrong::new("form", "again"))?).await
}

async fn send_word(app: &App, grant: &Grant, typed: &Typed) -> Result<Result<(), Wrong>> {
    let (id, to, words) = match form::word(typed) {
        Ok(word) => word,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let page = view::for_desks(app, &grant.report).await?;
    let others = others(app, grant, &page).await?;
    let Some(other) = others.iter().find(|other| other.id == to) else {
        return Ok(Err(Wrong::new("word_to", "whom")));
    };
    let (now, from) = (app.clock.now(), super::desk_name(app, &grant.desk).await?);
    let name = DeskName { function: other.function, name: other.name.clone() };
    let mut tx = app.db.write().await?;
    store::lock(&mut tx, &grant.report).await?;
    if store::words_since(&mut tx, &grant.report, now.plus(-DAY)).await? >= MOST_WORDS {
        return Ok(Err(Wrong::new("word", "enough")));
    }
    super::command::word(&mut tx, (&grant.report, to), (id, Some(from), name, words), now).await?;
    tx.commit().await?;
    app.jobs_put.notify_one();
    Ok(Ok(()))
}

/// What a page shows beside the report.
#[derive(Default)]
struct Shown<'a> {
    link: &'a str,
    /// What was just done.
    said: Option<&'a str>,
    /// The answer as it was typed.
    typed: Typed,
    /// The word to another desk as it was typed.
    word: Typed,
    wrongs: Vec<Wrong>,
}

async fn show(
    app: &App,
    visit: &Visit,
    grant: &Grant,
    shown: Shown<'_>,
    status: StatusCode,
) -> Result<Response> {
    let page = view::for_desks(app, &grant.report).await?;
    let place = places::page(app, &page.brief.place).await?.place;
    let now = app.clock.now();
    let form = match shown.typed.form.is_empty() || shown.wrongs.iter().any(|wrong| wrong.why == "again") {
        true => ids::id(now).to_string(),
        false => shown.typed.form.clone(),
    };
    let mut wrongs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for wrong in &shown.wrongs {
        wrongs.entry(wrong.field).or_default().push(wrong.why);
    }
    let (away, _) = hands::elsewhere(app.db.read(), &grant.report).await?;
    let day = |day: Day| date_of(day);
    let today = app.days.day(now);
    let values = json!({
        "link": shown.link, "said": shown.said, "typed": shown.typed, "word": shown.word, "wrongs": wrongs,
        "form": form, "word_form": ids::id(now),
        "desk": super::desk_name(app, &grant.desk).await?,
        "place": place, "title": words::title(app.pages.catalog(&visit.lang), &page.brief),
        "photos": page.voices.iter().flat_map(|voice| &voice.photos).collect::<Vec<_>>(),
        "private": category::is_private(page.brief.category.as_deref()),
        "days": (now.0 - page.brief.received_at.0) / DAY,
        "steps": steps(page.brief.status),
        "near": listed(&near(app, grant, &page).await?), "others": listed(&others(app, grant, &page).await?),
        "internals": store::internals(app.db.read(), &grant.report).await?,
        "away": away.contains(&grant.desk), "planned": page.planned_on(),
        "today": day(today), "farthest": day(today.plus(366 * 3)),
        "page": page,
    });
    unkept(render_as(app, visit, "pages/answer.html", status, values)?)
}

/// What a desk may say of a report that is `from`: each with its name and its meaning.
fn steps(from: Status) -> Vec<Value> {
    let known = status::of(Kind::Simple);
    let step = |to: Status| {
        let standing = known.iter().find(|standing| standing.status == to)?;
        Some(json!({ "word": to.as_str(), "label": standing.label, "meaning": standing.meaning }))
    };
    super::steps(from).filter_map(step).collect()
}

/// The other desks around the place, to which a report may be passed.
async fn near(app: &App, grant: &Grant, page: &ReportPage) -> Result<Vec<Desk>> {
    let mut near = routing::store::desks_of(app.db.read(), &page.brief.place, app.clock.now()).await?;
    near.retain(|desk| desk.id != grant.desk);
    near.sort_by_key(|desk| (desk.function, desk.rank));
    Ok(near)
}

/// The other desks in charge that can be written to.
async fn others(app: &App, grant: &Grant, page: &ReportPage) -> Result<Vec<Desk>> {
    let brief = &page.brief;
    let subject = Subject::simple(brief.category.as_deref(), page.urgency, brief.status);
    let mut connection = app.db.read().acquire().await?;
    let route =
        charge::route(&mut connection, &grant.report, (&brief.place, &subject), app.clock.now()).await?;
    let desks = route.choices.into_iter().filter_map(|choice| choice.desk);
    Ok(desks.filter(|desk| desk.has_mailbox && desk.id != grant.desk).collect())
}

fn listed(desks: &[Desk]) -> Vec<Value> {
    desks.iter().map(|desk| json!({ "id": desk.id, "function": desk.function, "name": desk.name })).collect()
}

/// A day as a date field wants it.
fn date_of(day: Day) -> String {
    let (year, month, day) = day.parts();
    format!("{year:04}-{month:02}-{day:02}")
}

/// The page of a link that opens no more: why, and how to get another; or, once that was asked for, that it is on its way.
async fn lapsed(
    app: &App,
    visit: &Visit,
    (link, grant): (&str, &Grant),
    why: Option<Lapse>,
) -> Result<Response> {
    let page = view::for_desks(app, &grant.report).await?;
    let desk = super::desk_name(app, &grant.desk).await?;
    let public = !category::is_private(page.brief.category.as_deref());
    let values = json!({
        "link": link, "why": why.map(Lapse::as_str), "desk": desk, "number": page.brief.number,
        "id": public.then_some(&page.brief.id), "days": link::DAYS,
    });
    let status = if why.is_some() { StatusCode::GONE } else { StatusCode::OK };
    unkept(render_as(app, visit, "pages/answer_lapsed.html", status, values)?)
}

/// The page of a link to a mailbox that was taken off the list: nobody is left who could ask for another.
fn gone(app: &App, visit: &Visit) -> Result<Response> {
    unkept(render_as(app, visit, "pages/answer_lapsed.html", StatusCode::GONE, json!({ "gone": true }))?)
}

/// The page of an address that is no link of ours.
fn unknown(app: &App, visit: &Visit) -> Result<Response> {
    let values = json!({ "unknown": true });
    unkept(render_as(app, visit, "pages/answer_lapsed.html", StatusCode::NOT_FOUND, values)?)
}

/// Back to the page, which says what was done; loading it again sends nothing again.
fn see(link: &str, what: &str) -> Response {
    let mut response = Redirect::to(&format!("/repondre/{link}?{what}#{what}")).into_response();
    response.headers_mut().insert(http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn unkept(mut response: Response) -> Result<Response> {
    let robots = HeaderName::from_static("x-robots-tag");
    response.headers_mut().insert(robots, HeaderValue::from_static("noindex, nofollow, noarchive"));
    Ok(response)
}
