//! The shell: what stands around every screen, and what all screens share.

use crate::hooks::{use_pack_source, use_queue_source};
use crate::lang::{self, Words};
use crate::markup;
use crate::markup::component;
use crate::rooms::reports::draft::Draft;
use crate::rooms::{me, outbox as queue_room, places, reports};
use crate::route::{Frame, Route, Tab};
use crate::world::{Known, World};
use crate::{dom, navigate, session};
use gloo_events::{EventListener, EventListenerOptions};
use shared::outbox::State;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What the app starts with.
#[derive(Properties, PartialEq)]
pub struct AppProps {
    /// The words of the first screen.
    pub words: Words,
}

/// The app.
#[component]
pub fn App(props: &AppProps) -> Html {
    let words = use_state(|| props.words.clone());
    let setter = words.setter();
    let speak = Callback::from(move |lang: &'static str| speak(lang, setter.clone()));
    let queue = use_queue_source();
    let pack = use_pack_source();
    let draft = use_reducer(Draft::default);
    use_guard(!draft.is_empty());
    let route = use_route();
    let w = World::from(Known { words: (*words).clone(), queue, pack, draft, speak });
    let aloud = use_news(&w);
    markup! {
        <>
            <a class="skip" href="#main" onclick={to_content()}>{ w.t("nav_skip") }</a>
            <header class="topbar">
                <a class="brand" href="/">
                    <svg class="mark" aria-hidden="true"><use href={[&*crate::boot::sprite(), "#mark"].concat()} /></svg>
                    { w.t("app_name") }
                </a>
                { chip(&w) }
                <p class="visually-hidden" role="status">{ text(aloud) }</p>
            </header>
            { main(&w, &route) }
            <nav class="tabs" aria-label={w.say("nav_label")}>
                { for [Tab::Snap, Tab::Mine, Tab::Places, Tab::Me].map(|one| tab(&w, &route, one)) }
            </nav>
        </>
    }
}

/// Past the top bar, without a trace in the address: what stands behind `#` there is a secret of the person's.
fn to_content() -> Callback<Event> {
    Callback::from(|event: Event| {
        event.prevent_default();
        dom::focus("main");
    })
}

fn speak(lang: &'static str, into: UseStateSetter<Words>) {
    session::set_lang(lang);
    spawn_local(async move {
        if let Some(words) = lang::load(lang).await {
            into.set(words);
        }
    });
}

/// While a report is begun, the browser asks before the page goes.
#[hook]
fn use_guard(something_to_lose: bool) {
    use_effect_with(something_to_lose, |lose| {
        let listener = lose.then(|| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&gloo_utils::window(), "beforeunload", options, |event| {
                event.prevent_default();
                if let Some(event) = event.dyn_ref::<web_sys::BeforeUnloadEvent>() {
                    event.set_return_value("…");
                }
            })
        });
        move || drop(listener)
    });
}

/// The screen to show. On each change the reading position goes to the new heading.
#[hook]
fn use_route() -> Route {
    let route = use_state(navigate::current);
    let arrived = use_mut_ref(|| false);
    let setter = route.setter();
    use_effect_with((), move |()| navigate::listen(Callback::from(move |next| setter.set(next))));
    use_effect_with((*route).clone(), move |route| {
        if let Some(app) = gloo_utils::document().get_element_by_id("app") {
            app.set_class_name(match route.frame() {
                Frame::Whole => "app",
                Frame::Deep => "app deep",
                Frame::Focus => "app focus",
                Frame::Full => "app full",
            });
        }
        if arrived.replace(true) {
            dom::focus_heading();
        }
    });
    (*route).clone()
}

/// What to say aloud of the queue: its state, once it is another than the one we arrived with.
#[hook]
fn use_news(w: &World) -> String {
    let arrived_with = use_mut_ref(|| None::<String>);
    let (_, said) = queue_state(w);
    match &mut *arrived_with.borrow_mut() {
        Some(first) if *first == said => String::new(),
        Some(first) => {
            first.clear();
            said
        }
        none => {
            *none = w.queue.known.then_some(said);
            String::new()
        }
    }
}

/// The screen in its frame; keyed, so that nothing of one screen lives on in the next.
fn main(w: &World, route: &Route) -> Html {
    let (key, class, screen) = screen(w, route);
    markup! { <main {key} {class} id="main" tabindex="-1">{ screen }</main> }
}

fn screen(w: &World, route: &Route) -> (&'static str, &'static str, Html) {
    let world = w.clone();
    let screen = match route.clone() {
        Route::Home => return ("home", "screen home", reports::home::home(w)),
        Route::Compose(place) => {
            return (
                "compose",
                "screen compose",
                component::<reports::compose::Compose>("", reports::compose::ComposeProps { world, place }),
            );
        }
        Route::Kept(id) => return ("kept", "screen-full done-screen", reports::kept::kept(w, &id)),
        Route::Mine => return ("mine", "screen", reports::mine::mine(w)),
        Route::Outbox => {
            component::<queue_room::page::OutboxPage>("", queue_room::page::OutboxPageProps { world })
        }
        Route::Me => return ("me", "screen", component::<me::MePage>("", me::MePageProps { world })),
        Route::Places => {
            return (
                "places",
                "screen",
                component::<places::list::PlacesPage>("", places::list::PlacesPageProps { world }),
            );
        }
        Route::Place(id) => {
            let props = places::page::PlaceScreenProps { world, id: id.clone() };
            return ("place", "screen", component::<places::page::PlaceScreen>(id.as_str(), props));
        }
        Route::Reports(filter) => return ("reports", "screen", reports::list::list(w, &filter)),
        Route::Report(id, secret) => {
            let props = reports::page::ReportScreenProps { world, id: id.clone(), secret };
            return ("report", "screen", component::<reports::page::ReportScreen>(id.as_str(), props));
        }
        Route::Lost => me::lost(w),
    };
    ("other", "screen", screen)
}

fn tab(w: &World, route: &Route, tab: Tab) -> Html {
    let (target, sign, key) = match tab {
        Tab::Snap => (Route::Home, "camera", "nav_snap"),
        Tab::Mine => (Route::Mine, "bell", "nav_mine"),
        Tab::Places => (Route::Places, "school", "nav_places"),
        Tab::Me => (Route::Me, "user", "nav_me"),
    };
    let current = (route.tab() == tab).then_some("page");
    markup! {
        <a class="tab" href={target.href()} aria-current={current}>{ icon(sign) }<span>{ w.t(key) }</span></a>
    }
}

/// What has not left the phone yet, on every screen.
fn chip(w: &World) -> Html {
    let (state, said) = queue_state(w);
    markup! {
        <a class="outbox-chip" href={Route::Outbox.href()} data-state={state} data-test="outbox-chip">
            <span class="dot"></span>{ text(said) }
        </a>
    }
}

fn queue_state(w: &World) -> (&'static str, String) {
    let refused = w.queue.count(|state| matches!(state, State::Refused { .. }));
    let sending = w.queue.count(|state| matches!(state, State::Sending));
    let waiting = w.queue.count(|state| matches!(state, State::Waiting));
    match (refused, sending, waiting) {
        (1.., ..) => ("refused", w.count("chip_refused", refused)),
        (_, 1.., _) => ("sending", w.say("chip_sending")),
        (_, _, 1..) => ("waiting", w.count("chip_waiting", waiting)),
        _ => ("idle", w.say("chip_idle")),
    }
}
