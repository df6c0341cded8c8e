//! Which school? A short list by distance, and a search. One tap chooses; nothing is chosen silently.

use super::choices::{Choice, Wish, choices};
use super::draft::Edit;
use crate::hooks::Whereabouts;
use crate::lang::whole;
use crate::markup;
use crate::ui::notice;
use crate::world::World;
use crate::{dom, session};
use gloo_timers::callback::Timeout;
use shared::places::Place;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What the question goes by.
pub struct Asking {
    /// Words typed.
    pub query: UseStateHandle<String>,
    /// Whether the search was asked for.
    pub searching: UseStateHandle<bool>,
    /// Where the phone is.
    pub phone: Whereabouts,
    /// Whether sending was tried without an answer.
    pub missing: bool,
}

/// The question.
pub fn place_pick(w: &World, asking: &Asking) -> Html {
    let Asking { query, searching, phone, missing } = asking;
    let from = w.draft.position().or(phone.position());
    let recent = session::recent_places();
    let within =
        if w.draft.position().is_some() { 0.0 } else { phone.fix().map_or(0.0, |(_, within)| within) };
    let wish = Wish { from, within, recent: &recent, chosen: w.draft.place.as_ref(), query };
    let shown = choices(w.pack.all(), &wish);
    let settled = *phone != Whereabouts::Asking;
    let search_open = **searching || !query.is_empty() || (settled && shown.is_empty());
    markup! {
        <fieldset class="place-pick" id="place" tabindex="-1" aria-describedby="place-note">
            <legend>{ w.t("place_legend") }</legend>
            if *missing && w.draft.place.is_none() {
                <p class="row error" role="alert">{ icon("alert") }{ w.t("compose_need_place") }</p>
            }
            if search_open { { search(w, query) } }
            if !shown.is_empty() || !search_open {
                <div class="places">
                    { for shown.iter().map(|choice| option(w, choice)) }
                    if !search_open { { other(w, searching) } }
                </div>
            }
            <div id="place-note" role="status">
                { said_of(w, &wish, shown.is_empty(), *phone) }
            </div>
        </fieldset>
    }
}

/// Why the list is as it is.
fn said_of(w: &World, wish: &Wish<'_>, empty: bool, phone: Whereabouts) -> Html {
    let key = match (empty && w.pack.pack.is_some(), wish.query.is_empty(), wish.from) {
        (true, false, _) => "place_none_found",
        (true, true, Some(_)) => "place_far",
        _ => return note(w, phone),
    };
    markup! { <p class="hint">{ w.t(key) }</p> }
}

fn option(w: &World, choice: &Choice<'_>) -> Html {
    let Place { id, name, .. } = choice.place;
    let on = w.draft.place.as_ref() == Some(id);
    let onchange = {
        let (draft, id) = (w.draft.dispatcher(), id.clone());
        Callback::from(move |_: Event| draft.dispatch(Edit::Place(Some(id.clone()))))
    };
    markup! {
        <label key={id.as_str()} class={if on { "place on" } else { "place" }} data-test="place-option"
            data-place={id.to_string()} data-distance={choice.metres.map(|metres| whole(metres).to_string())}>
            <input type="radio" name="place" checked={on} {onchange} />
            <span class="place-name">{ text(name.clone()) }<small>{ text(street(choice.place)) }</small></span>
            if let Some(metres) = choice.metres {
                <span class="dist">{ text(w.distance(metres)) }</span>
            }
        </label>
    }
}

/// Street and city, as much as is known.
pub fn where_is(place: &Place) -> String {
    if place.address.is_empty() { place.city.clone() } else { [&place.address, ", ", &place.city].concat() }
}

/// The street alone: schools to choose from are in one city, or the name says which.
fn street(place: &Place) -> String {
    if place.address.is_empty() { place.city.clone() } else { place.address.clone() }
}

fn other(w: &World, searching: &UseStateHandle<bool>) -> Html {
    let searching = searching.setter();
    let onclick = Callback::from(move |_: Event| {
        searching.set(true);
        Timeout::new(0, || dom::focus("place-search")).forget();
    });
    markup! {
        <button type="button" class="place other" data-test="place-other" {onclick}>
            { icon("search") }{ w.t("place_other") }
        </button>
    }
}

/// What the list goes by.
fn note(w: &World, phone: Whereabouts) -> Html {
    if w.pack.pack.is_none() {
        if !w.pack.failed {
            return markup! { <p class="hint">{ w.t("loading") }</p> };
        }
        let again = w.pack.again.clone();
        let onclick = Callback::from(move |_: Event| again.emit(()));
        let said = markup! {
            <>
                <p>{ w.t("place_pack_missing") }</p>
                <button type="button" class="btn bare" {onclick}>{ icon("retry") }{ w.t("act_retry") }</button>
            </>
        };
        return notice("warn", "school", said);
    }
    let said = match phone {
        _ if w.draft.position().is_some() => w.say("place_near_photo"),
        Whereabouts::Asking => w.say("home_place_locating"),
        Whereabouts::Here(_, accuracy) if accuracy >= 30.0 => {
            w.with("position_within", &[("distance", &w.distance(accuracy))])
        }
        Whereabouts::Denied => w.say("position_denied"),
        Whereabouts::Unknown => w.say("position_absent"),
        _ => return Html::default(),
    };
    markup! { <p class="row"><span class="approx">{ icon("locate") }{ text(said) }</span></p> }
}

fn search(w: &World, query: &UseStateHandle<String>) -> Html {
    // Enter in a search is no wish to send the report.
    let onkeydown = Callback::from(|event: Event| {
        if event.dyn_ref::<web_sys::KeyboardEvent>().is_some_and(|event| event.key() == "Enter") {
            event.prevent_default();
        }
    });
    markup! {
        <label class="search">
            <span class="visually-hidden">{ w.t("place_search") }</span>
            { icon("search") }
            <input type="search" id="place-search" placeholder={w.say("place_search_hint")} value={(**query).clone()}
                data-test="place-search" enterkeyhint="search" autocomplete="off" oninput={typed(query)} {onkeydown} />
        </label>
    }
}

/// Keeps what is typed.
pub fn typed(into: &UseStateHandle<String>) -> Callback<Event> {
    let into = into.setter();
    Callback::from(move |event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            into.set(input.value());
        }
    })
}
