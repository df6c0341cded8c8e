//! Home: the button, the school last used, what is already open there.

use super::draft::Edit;
use super::list::{Reports, ReportsProps};
use super::snap::{snap, snap_else};
use crate::markup;
use crate::markup::component;
use crate::route::{Filter, Route};
use crate::ui::{flip, notice};
use crate::world::World;
use crate::{dom, session};
use shared::ids::PlaceId;
use yew::prelude::*;

/// Reports shown under the button.
const SHOWN: usize = 4;

/// The screen.
pub fn home(w: &World) -> Html {
    w.title(&w.say("home_title"));
    let last = session::recent_places().into_iter().next();
    markup! {
        <>
            <div class="home-snap">
                <h1 class="visually-hidden">{ w.t("home_title") }</h1>
                if !w.draft.is_empty() { { unfinished(w) } }
                { here(w, last.as_ref()) }
                { snap(w) }
                { snap_else(w, None) }
            </div>
            if let Some(place) = last { { already(w, place) } } else { { how(w) } }
        </>
    }
}

fn already(w: &World, place: PlaceId) -> Html {
    let filter = Filter { place: Some(place.clone()), closed: false };
    let open = ReportsProps { world: w.clone(), filter, most: Some(SHOWN) };
    markup! {
        <section class="home-already" aria-labelledby="already">
            <div class="section-head">
                <h2 id="already">{ w.t("home_already") }</h2>
                <a href={Route::Place(place).href()}>{ w.t("act_see_all") }</a>
            </div>
            { component::<Reports>("", open) }
        </section>
    }
}

/// The school last used; a way to the others where there is none yet.
fn here(w: &World, last: Option<&PlaceId>) -> Html {
    let (href, name, note) = match last.and_then(|id| w.place(id)) {
        Some(place) => (Route::Place(place.id.clone()), place.name.clone(), "home_place_last"),
        None => (Route::Places, w.say("place_legend"), "home_place_later"),
    };
    markup! {
        <a class="here" href={href.href()}>
            { icon("map-pin") }
            <span class="here-name">{ text(name) }<small>{ w.t(note) }</small></span>
            { flip("chevron-right") }
        </a>
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
        <section class="home-already stack" aria-labelledby="how">
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

/// A report begun and not sent, in this very visit.
fn unfinished(w: &World) -> Html {
    let draft = w.draft.dispatcher();
    let clear = Callback::from(move |_: Event| draft.dispatch(Edit::Clear));
    markup! {
        <div class="card ask stack" data-test="unfinished">
            <p><strong>{ w.t("home_unfinished") }</strong></p>
            <div class="verbs">
                <a class="btn primary" href={Route::Compose(w.draft.place.clone()).href()}>
                    { icon("pencil") }{ w.t("compose_resume") }
                </a>
                <button class="btn quiet" type="button" onclick={clear}>{ icon("trash") }{ w.t("compose_discard") }</button>
            </div>
        </div>
    }
}
