//! The week of a school in one message, on this phone: turned on and off on the school's page.
//!
//! A follow is an entry of its own at the server, under an id and a secret minted here; this phone is told since its secret
//! stands among those it follows. Promises: the browser's question is put only when a person tapped for it; where this
//! phone cannot be told, the way to be written to by mail. Does not: wait in the outbox; without a network it says so.

use super::device::{self, stringify};
use super::{Standing, begin, learn};
use crate::markup;
use crate::session::{self, Week};
use crate::world::World;
use gloo_net::http::{Method, RequestBuilder};
use outbox::edges;
use shared::ids::{Key, PlaceId, mint};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Of which school.
#[derive(Properties, PartialEq)]
pub struct WeekProps {
    /// What every screen knows.
    pub world: World,
    /// The school.
    pub place: PlaceId,
}

/// How this phone stands to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not known yet.
    Unknown,
    /// This phone cannot be told.
    ByMail,
    /// It is not; whether it is told other things.
    Off(bool),
    /// Being asked.
    Busy,
    /// It did not work; whether this phone is told other things.
    Failed(bool),
    /// It is.
    On,
}

async fn stand(place: &PlaceId) -> State {
    match learn().await {
        Standing::On if session::week(place).is_some() => State::On,
        Standing::On => State::Off(true),
        Standing::Ready => State::Off(false),
        _ => State::ByMail,
    }
}

/// Turns it on; `told`: the browser need not be asked.
async fn start(place: PlaceId, told: bool) -> State {
    // First of all: a browser that is asked later does not believe in the tap.
    let standing = if told { Standing::On } else { begin().await };
    match standing {
        Standing::On => {}
        Standing::Failed => return State::Failed(false),
        _ => return stand(&place).await,
    }
    let week = session::week(&place).unwrap_or_else(|| Week {
        place,
        id: mint(edges::now(), edges::random()),
        key: Key::from_bytes(edges::random()),
    });
    let lang = gloo_utils::document().document_element().and_then(|html| html.get_attribute("lang"));
    let body = stringify(&[("place", week.place.as_str().into()), ("lang", lang.unwrap_or_default().into())]);
    if send(Method::PUT, &week, body).await.is_none() {
        return State::Failed(true);
    }
    session::keep_week(&week);
    device::tell().await.map_or(State::Failed(true), |()| State::On)
}

/// Turns it off.
async fn stop(place: PlaceId) -> State {
    let Some(week) = session::week(&place) else { return State::Off(true) };
    if send(Method::DELETE, &week, None).await.is_none() {
        return State::Failed(true);
    }
    session::drop_week(&place);
    // What the server is not told now it is told at the next start: it knows of no such follow any more.
    device::tell().await;
    State::Off(true)
}

async fn send(method: Method, week: &Week, body: Option<String>) -> Option<()> {
    let path = ["/api/v1/place-follows/", week.id.as_str()].concat();
    let request = RequestBuilder::new(&path).method(method).header("accept", "application/json");
    let request = request.header("authorization", &["Bearer ", week.key.reveal()].concat());
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(body),
        None => request.build(),
    };
    request.ok()?.send().await.ok()?.ok().then_some(())
}

/// The button.
#[component]
pub fn WeekCard(props: &WeekProps) -> Html {
    let WeekProps { world: w, place } = props;
    let state = use_state_eq(|| State::Unknown);
    let setter = state.setter();
    use_effect_with(place.clone(), move |place| {
        let place = place.clone();
        spawn_local(async move { setter.set(stand(&place).await) });
    });
    let on = *state == State::On;
    let tap = {
        let (place, state) = (place.clone(), state.clone());
        Callback::from(move |_: Event| {
            let (place, before, setter) = (place.clone(), *state, state.setter());
            setter.set(State::Busy);
            if !on {
                session::decline_news(false);
            }
            spawn_local(async move {
                setter.set(match before {
                    State::On => stop(place).await,
                    State::Off(told) | State::Failed(told) => start(place, told).await,
                    State::Unknown | State::ByMail | State::Busy => before,
                });
            });
        })
    };
    let (test, said) = match *state {
        State::Unknown => return Html::default(),
        State::ByMail => ("by-mail", "week_lead"),
        State::Off(_) => ("off", "week_lead"),
        State::Busy => ("busy", "loading"),
        State::Failed(_) => ("failed", "push_failed"),
        State::On => ("on", "week_on"),
    };
    let verb = match *state {
        State::ByMail => {
            let href = ["/ecoles/", place.as_str(), "/suivre"].concat();
            markup! { <a class="btn quiet" {href}>{ icon("mail") }{ w.t("week_by_mail") }</a> }
        }
        State::Off(_) | State::Failed(_) => markup! {
            <button class="btn quiet" type="button" data-test="week-start" onclick={tap}>{ icon("bell") }{ w.t("week_start") }</button>
        },
        State::On => markup! {
            <button class="btn bare" type="button" data-test="week-stop" onclick={tap}>{ w.t("week_stop") }</button>
        },
        State::Unknown | State::Busy => Html::default(),
    };
    markup! {
        <section class="stack" data-test="week" data-state={test}>
            <h2>{ w.t("week_title") }</h2>
            <p class="soft" role="status">{ w.t(said) }</p>
            <div>{ verb }</div>
        </section>
    }
}
