//! Schools: by name, or near me when I ask for it.

use crate::hooks::{Whereabouts, use_position};
use crate::markup;
use crate::rooms::reports::{typed, where_is};
use crate::route::{Filter, Route};
use crate::session;
use crate::ui::{empty, flip, notice, skeleton};
use crate::world::{World, text};
use shared::places::{Place, near, search};
use yew::prelude::*;

/// Schools shown at once.
const SHOWN: usize = 60;
/// Schools shown by distance.
const NEAR: usize = 20;

/// What the page needs.
#[derive(Properties, PartialEq)]
pub struct PlacesPageProps {
    /// What every screen knows.
    pub world: World,
}

/// The screen.
#[component]
pub fn PlacesPage(props: &PlacesPageProps) -> Html {
    let w = &props.world;
    let query = use_state(String::new);
    let wanted = use_state(|| false);
    let phone = use_position(*wanted);
    w.title(&w.say("places_title"));
    markup! {
        <>
            <div class="school-head"><h1>{ w.t("places_title") }</h1><p class="soft">{ w.t("places_lead") }</p></div>
            <div class="filters">
                <label class="search">
                    <span class="visually-hidden">{ w.t("place_search") }</span>
                    { icon("search") }
                    <input type="search" data-test="place-search" autocomplete="off" enterkeyhint="search"
                        placeholder={w.say("place_search_hint")} value={(*query).clone()} oninput={typed(&query)} />
                </label>
                <a class="btn quiet" href={Route::Reports(Filter::default()).href()}>
                    { icon("list") }{ w.t("places_all_reports") }
                </a>
            </div>
            { match (&w.pack.pack, query.trim()) {
                (None, _) => absent(w),
                (_, "") => markup! { <>{ nearby(w, &wanted, phone) }{ all(w) }</> },
                (_, words) => found(w, words),
            } }
        </>
    }
}

fn absent(w: &World) -> Html {
    if !w.pack.failed {
        return skeleton(6);
    }
    let again = w.pack.again.clone();
    let onclick = Callback::from(move |_: Event| again.emit(()));
    let retry = markup! {
        <button class="btn quiet" type="button" {onclick}>{ icon("retry") }{ w.t("act_retry") }</button>
    };
    empty("wifi-off", w.t("offline_unseen"), retry)
}

fn found(w: &World, query: &str) -> Html {
    let found = search(w.pack.all(), query, SHOWN);
    if found.is_empty() {
        return empty("search", w.t("place_none_found"), Html::default());
    }
    let count = w.count("place_found", i64::try_from(found.len()).unwrap_or(0));
    markup! {
        <section>
            <p class="soft" role="status">{ text(count) }</p>
            { rows(w, found.into_iter().map(|place| (place, None))) }
        </section>
    }
}

/// The schools used before, then all by name.
fn all(w: &World) -> Html {
    let recent = session::recent_places();
    let recent: Vec<&Place> = recent.iter().filter_map(|id| w.place(id)).collect();
    let count = w.count("places_count", i64::try_from(w.pack.all().len()).unwrap_or(0));
    markup! {
        <>
            if !recent.is_empty() {
                { section(w.t("place_recent"), Html::default(), rows(w, recent.into_iter().map(|place| (place, None)))) }
            }
            { section(text(count), Html::default(), rows(w, w.pack.all().iter().take(SHOWN).map(|place| (place, None)))) }
        </>
    }
}

fn section(title: Html, note: Html, rows: Html) -> Html {
    markup! { <section class="section"><div class="section-head"><h2>{ title }</h2>{ note }</div>{ rows }</section> }
}

/// Near me, once asked.
fn nearby(w: &World, wanted: &UseStateHandle<bool>, phone: Whereabouts) -> Html {
    match phone {
        Whereabouts::Unasked | Whereabouts::Askable => {
            let wanted = wanted.setter();
            let onclick = Callback::from(move |_: Event| wanted.set(true));
            markup! {
                <p class="section">
                    <button class="btn quiet" type="button" data-test="near-me" {onclick}>
                        { icon("locate") }{ w.t("position_ask") }
                    </button>
                </p>
            }
        }
        Whereabouts::Asking => markup! { <p class="hint" role="status">{ w.t("home_place_locating") }</p> },
        Whereabouts::Denied => notice("info", "map-pin-off", w.t("position_denied")),
        Whereabouts::Unknown => notice("info", "map-pin-off", w.t("position_absent")),
        Whereabouts::Here(from, accuracy) => {
            let within = w.with("position_within", &[("distance", &w.distance(accuracy))]);
            let note = markup! { <span class="approx">{ icon("locate") }{ text(within) }</span> };
            let near = near(w.pack.all(), from, NEAR);
            section(
                w.t("place_near"),
                note,
                rows(w, near.into_iter().map(|(place, metres)| (place, Some(metres)))),
            )
        }
    }
}

fn rows<'a>(w: &World, places: impl Iterator<Item = (&'a Place, Option<f64>)>) -> Html {
    let rows: Html = places.map(|(place, metres)| row(w, place, metres)).collect();
    markup! { <ul class="list reports grid">{ rows }</ul> }
}

fn row(w: &World, place: &Place, metres: Option<f64>) -> Html {
    markup! {
        <li key={place.id.as_str()}>
            <a class="list-row" href={Route::Place(place.id.clone()).href()} data-test="place-row" data-place={place.id.to_string()}>
                { icon("school") }
                <span class="list-name">{ text(place.name.clone()) }<small>{ text(where_is(place)) }</small></span>
                if let Some(metres) = metres { <span class="dist">{ text(w.distance(metres)) }</span> }
                { flip("chevron-right") }
            </a>
        </li>
    }
}
