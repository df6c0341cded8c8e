//! Home: the button, the school the person seems to be at, what was begun and not sent, what is already open there.

use super::choices::{Choice, here};
use super::snap::{snap, snap_else};
use super::unfinished::unfinished;
use crate::hooks::{Whereabouts, use_allowed_position};
use crate::markup;
use crate::rooms::me::storage::short_room;
use crate::route::Route;
use crate::ui::{flip, notice};
use crate::world::World;
use crate::{dom, reading, session};
use shared::ids::PlaceId;
use std::cell::RefCell;
use yew::prelude::*;

thread_local! {
    /// "I am not there": the school asked about, for this visit.
    static DECLINED: RefCell<Option<PlaceId>> = const { RefCell::new(None) };
}

/// What home needs.
#[derive(Properties, PartialEq)]
pub struct HomeProps {
    /// What every screen knows.
    pub world: World,
    /// Whether what another app handed over did not arrive.
    pub share_lost: bool,
}

/// The screen.
#[component]
pub fn Home(props: &HomeProps) -> Html {
    let w = &props.world;
    w.title(&w.say("home_title"));
    let asked = use_state(|| 0_u32);
    let phone = use_allowed_position(*asked);
    let lost = matches!(phone, Whereabouts::Askable | Whereabouts::Denied | Whereabouts::Unknown);
    let answers = use_state(|| 0_u32);
    let last = session::recent_places().into_iter().next();
    let stand = here(w.pack.all(), last.as_ref(), phone.fix());
    let rather = stand
        .rather
        .filter(|rather| DECLINED.with(|declined| declined.borrow().as_ref() != Some(&rather.place.id)));
    let place = stand.shown.as_ref().map(|shown| shown.place.id.clone()).or(last.clone());
    markup! {
        <>
            <div class="home-snap">
                <h1 class="visually-hidden">{ w.t("home_title") }</h1>
                if props.share_lost { { notice("warn", "image", w.t("share_lost")) } }
                <div class="here-row">
                    { school(w, stand.shown.as_ref(), last.as_ref(), !lost) }
                    if lost { { locate(w, &asked) } }
                </div>
                { said_of(w, phone, *asked > 0) }
                { snap(w) }
                { snap_else(w, None) }
            </div>
            <div class="home-already stack loose">
                if let (Some(shown), Some(rather)) = (&stand.shown, &rather) { { question(w, shown, rather, &answers) } }
                { reading::asked(w) }
                { short_room(w) }
                { unfinished(w) }
                if let Some(place) = place { { already(w, place) } } else { { how(w) } }
            </div>
        </>
    }
}

fn already(w: &World, place: PlaceId) -> Html {
    markup! {
        <section aria-labelledby="already">
            <div class="section-head">
                <h2 id="already">{ w.t("home_already") }</h2>
                <a href={Route::Place(place.clone()).href()}>{ w.t("act_see_all") }</a>
            </div>
            { reading::open_at(w, place) }
        </section>
    }
}

/// The school home goes by; a way to the others where there is none yet. `alone`: nothing else stands in the row.
fn school(w: &World, shown: Option<&Choice<'_>>, last: Option<&PlaceId>, alone: bool) -> Html {
    let (href, name, note) = match shown {
        Some(Choice { place, .. }) => {
            let note = if last == Some(&place.id) { "home_place_last" } else { "home_place_nearest" };
            (Route::Place(place.id.clone()), place.name.clone(), note)
        }
        None => (Route::Places, w.say("place_legend"), "home_place_later"),
    };
    markup! {
        <a class="here" href={href.href()} data-test="here">
            { icon("map-pin") }
            <span class="here-name">{ text(name) }<small>{ w.t(note) }</small></span>
            if let Some(metres) = shown.and_then(|shown| shown.metres) {
                <span class="dist">{ text(w.distance(metres)) }</span>
            }
            if alone { { flip("chevron-right") } }
        </a>
    }
}

fn locate(w: &World, asked: &UseStateHandle<u32>) -> Html {
    let (asked, next) = (asked.setter(), **asked + 1);
    let onclick = Callback::from(move |_: Event| asked.set(next));
    markup! {
        <button class="btn bare small report-act" type="button" data-test="locate" {onclick}>{ icon("locate") }{ w.t("home_locate") }</button>
    }
}

/// What came of asking, for who asked.
fn said_of(w: &World, phone: Whereabouts, asked: bool) -> Html {
    let key = match phone {
        _ if !asked => return Html::default(),
        Whereabouts::Asking => "home_place_locating",
        Whereabouts::Denied => "position_denied",
        Whereabouts::Unknown => "position_absent",
        _ => return Html::default(),
    };
    markup! { <p class="hint" role="status">{ w.t(key) }</p> }
}

/// Far from the school used last, at another: which is it?
fn question(w: &World, shown: &Choice<'_>, rather: &Choice<'_>, answers: &UseStateHandle<u32>) -> Html {
    let distance = |choice: &Choice<'_>| choice.metres.map(|metres| w.distance(metres)).unwrap_or_default();
    let far = [("distance", &*distance(shown)), ("place", &*shown.place.name)];
    let near = [("distance", &*distance(rather)), ("place", &*rather.place.name)];
    let answer = |yes: bool| {
        let (id, next) = (rather.place.id.clone(), **answers + 1);
        let answers = answers.setter();
        Callback::from(move |_: Event| {
            if yes {
                session::remember_place(&id);
            } else {
                DECLINED.with(|declined| declined.replace(Some(id.clone())));
            }
            answers.set(next);
        })
    };
    markup! {
        <section class="card ask stack" data-test="elsewhere" aria-labelledby="elsewhere">
            <div>
                <p>{ text(w.with("home_far", &far)) }</p>
                <h2 class="report-title" id="elsewhere">{ text(w.with("home_rather", &near)) }</h2>
            </div>
            <div class="verbs">
                <button class="btn primary" type="button" data-test="elsewhere-yes" onclick={answer(true)}>{ w.t("home_rather_yes") }</button>
                <button class="btn quiet" type="button" data-test="elsewhere-no" onclick={answer(false)}>{ w.t("home_rather_no") }</button>
            </div>
        </section>
    }
}

/// What happens, in three lines, for who is here for the first time.
fn how(w: &World) -> Html {
    let steps = [
        ("camera", "home_how_photo", "home_how_photo_more"),
        ("school", "home_how_place", "home_how_place_more"),
        ("send", "home_how_sent", "home_how_sent_more"),
    ];
    markup! {
        <section class="stack" aria-labelledby="how">
            if !dom::seems_online() {
                { notice("info", "wifi-off", markup! { <><strong>{ w.t("offline_title") }</strong>{ w.t("offline_text") }</> }) }
            }
            <h2 id="how">{ w.t("home_how") }</h2>
            <ol class="list">
                { for steps.into_iter().map(|(sign, step, more)| markup! {
                    <li class="list-row">
                        { icon(sign) }<span class="list-name">{ w.t(step) }<small>{ w.t(more) }</small></span>
                    </li>
                }) }
            </ol>
        </section>
    }
}
