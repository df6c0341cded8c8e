//! One school: what waits there, what was solved, who is in charge, and the button.

use crate::hooks::use_get;
use crate::markup;
use crate::markup::component;
use crate::rooms::push::week::{WeekCard, WeekProps};
use crate::rooms::reports::list::{Reports, ReportsProps};
use crate::rooms::reports::snap::{snap_else, snap_here};
use crate::rooms::reports::where_is;
use crate::route::{Filter, Route};
use crate::ui::{back_bar, notice, stale, unanswered};
use crate::world::{World, text};
use outbox::edges;
use shared::ids::PlaceId;
use shared::places::{Kind, Place, PlacePage};
use yew::prelude::*;

/// Open reports shown here; the rest has a page of its own.
const OPEN: usize = 6;
/// Solved ones.
const SOLVED: usize = 3;

/// Which school.
#[derive(Properties, PartialEq)]
pub struct PlaceScreenProps {
    /// What every screen knows.
    pub world: World,
    /// The school.
    pub id: PlaceId,
}

/// The screen. What the phone keeps of the school shows at once, the rest when it comes.
#[component]
pub fn PlaceScreen(props: &PlaceScreenProps) -> Html {
    let (w, id) = (&props.world, &props.id);
    let path = ["/api/v1/places/", id.as_str()].concat();
    let asked = use_get::<PlacePage>(&path, None, w.queue.received());
    let page = asked.value.as_deref();
    let place = page.map(|page| &page.place).or_else(|| w.place(id));
    let unknown = if asked.failure.is_some() { "lost_title" } else { "loading" };
    let name = place.map_or_else(|| w.say(unknown), |place| place.name.clone());
    w.title(&name);
    let kind_and_street = place.map(|place| [&*kind(w, place.kind), " · ", &*where_is(place)].concat());
    markup! {
        <>
            { back_bar(w, &Route::Places, w.say("places_title")) }
            <div class="school-head">
                <h1>{ text(name) }</h1>
                if let Some(said) = kind_and_street { <p class="soft">{ text(said) }</p> }
            </div>
            if let (Some(failure), None) = (&asked.failure, place) {
                { unanswered(w, failure, &asked.again) }
            } else {
                <div class="cols wide-main">
                    <div class="main-col stack loose">
                        { stale(w, asked.since) }
                        { page.map_or_else(Html::default, |page| figures(w, page)) }
                        { button(w, id, page) }
                        { reports(w, id, false) }
                        if page.is_some_and(|page| page.solved > 0) { { reports(w, id, true) } }
                    </div>
                    if let Some(page) = page {
                        <aside class="side-col stack loose">{ desks(w, page) }{ week(w, page) }{ facts(w, page) }</aside>
                    }
                </div>
            }
        </>
    }
}

/// Its week in one message; a closed school has none.
fn week(w: &World, page: &PlacePage) -> Html {
    if page.closed_at.is_some() {
        return Html::default();
    }
    component::<WeekCard>("week", WeekProps { world: w.clone(), place: page.place.id.clone() })
}

/// The button; where the school is closed, that.
fn button(w: &World, id: &PlaceId, page: Option<&PlacePage>) -> Html {
    match page.and_then(|page| page.closed_at) {
        Some(at) => {
            let said = w.with("school_closed", &[("date", &w.day(at, edges::now()))]);
            notice("warn", "ban", text(said))
        }
        None => markup! { <div>{ snap_here(w, id) }{ snap_else(w, Some(id)) }</div> },
    }
}

fn reports(w: &World, id: &PlaceId, closed: bool) -> Html {
    let filter = Filter { place: Some(id.clone()), closed };
    let (key, most) = if closed { ("school_solved_title", SOLVED) } else { ("school_open_title", OPEN) };
    markup! {
        <section>
            <div class="section-head">
                <h2>{ w.t(key) }</h2>
                <a href={Route::Reports(filter.clone()).href()}>{ w.t("act_see_all") }</a>
            </div>
            { component::<Reports>("", ReportsProps { world: w.clone(), filter, most: Some(most) }) }
        </section>
    }
}

fn figures(w: &World, page: &PlacePage) -> Html {
    let median = page.median_days.map_or_else(|| "–".to_owned(), |days| days.to_string());
    let one =
        |key: &str, figure: String| markup! { <div><dt>{ w.t(key) }</dt><dd>{ text(figure) }</dd></div> };
    markup! {
        <dl class="figures">
            { one("school_open", page.open.to_string()) }
            { one("school_solved", page.solved.to_string()) }
            { one("school_median", median) }
        </dl>
    }
}

fn desks(w: &World, page: &PlacePage) -> Html {
    markup! {
        <section class="stack">
            <h2>{ w.t("school_desks") }</h2>
            <ul class="list">
                { for page.desks.iter().map(|desk| {
                    let note = if desk.has_mailbox { desk.name.clone() } else { w.say("school_desk_no_mailbox") };
                    markup! {
                        <li class="list-row">
                            { icon(desk.function.as_str()) }
                            <span class="list-name">
                                { text(capital(&w.of_slug("function_", desk.function.as_str()))) }
                                <small>{ text(note) }</small>
                            </span>
                        </li>
                    }
                }) }
            </ul>
        </section>
    }
}

/// "La mairie": a phrase that stands alone begins with a capital.
fn capital(phrase: &str) -> String {
    let mut letters = phrase.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn facts(w: &World, page: &PlacePage) -> Html {
    let place = &page.place;
    let read = w.day(page.read_at, edges::now());
    let one = |key: &str, fact: String, note: Html| markup! { <div><dt>{ w.t(key) }</dt><dd>{ text(fact) }{ note }</dd></div> };
    let near = if place.approximate {
        markup! { <span class="approx">{ icon("map-pin") }{ w.t("position_approximate") }</span> }
    } else {
        Html::default()
    };
    // The server's page knows the browser's language only.
    let journal = ["/journal?place=", place.id.as_str(), "&lang=", w.lang()].concat();
    markup! {
        <section class="stack">
            <h2>{ w.t("school_facts") }</h2>
            <dl class="facts">
                { one("school_kind", kind(w, place.kind), Html::default()) }
                { one("school_uai", place.id.to_string(), Html::default()) }
                { one("school_address", address(place), near) }
            </dl>
            <p class="hint">{ text(w.with("school_source", &[("source", &page.source), ("date", &read)])) }</p>
            <a class="btn quiet" href={journal}>{ w.t("journal_title") }</a>
        </section>
    }
}

fn address(place: &Place) -> String {
    let parts = [place.address.as_str(), place.postcode.as_str(), place.city.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn kind(w: &World, kind: Kind) -> String {
    w.say(match kind {
        Kind::Maternelle => "kind_maternelle",
        Kind::Elementaire => "kind_elementaire",
        Kind::Primaire => "kind_primaire",
        Kind::College => "kind_college",
        Kind::Lycee => "kind_lycee",
        Kind::Other => "kind_other",
    })
}
