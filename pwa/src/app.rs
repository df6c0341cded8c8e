//! The shell: what stands around every screen, and what all screens share.

use crate::hooks::{use_pack_source, use_queue_source};
use crate::lang::{self, Words};
use crate::markup;
use crate::markup::component;
use crate::rooms::reports::draft::{Draft, DraftHandle};
use crate::rooms::reports::drafts::{self, use_drafts};
use crate::rooms::{outbox as queue_room, reports};
use crate::route::{Frame, Route, Tab};
use crate::screen::Screen;
use crate::split::{Now, Part, use_part};
use crate::ui::skeleton;
use crate::update::{Update, UpdateProps};
use crate::world::{Known, World};
use crate::{dom, making, navigate, reading, session};
use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What the app starts with.
#[derive(Properties, PartialEq)]
pub struct AppProps {
    /// The words of the first screen.
    pub words: Words,
    /// What is known of the part that draws what one reads.
    pub reading: Now,
}

/// The app.
#[component]
pub fn App(props: &AppProps) -> Html {
    let words = use_state(|| props.words.clone());
    let setter = words.setter();
    let speak = Callback::from(move |lang: String| speak(lang, setter.clone()));
    let queue = use_queue_source();
    let pack = use_pack_source();
    let draft = use_reducer(Draft::default);
    let drafts = use_drafts(&draft);
    use_guard(drafts.at_risk || queue.at_risk());
    let route = use_route();
    let making = use_part(making::fetch, Now::Coming, true);
    let asks = matches!(route, Route::Kept(_));
    let reading = use_part(reading::fetch, props.reading, asks || reads(&route));
    use_arrival(&route, stands(&route, &draft) && is_here(&route, &making, &reading));
    let words = (*words).clone();
    let w = World::from(Known { words, queue, pack, draft, drafts, making, reading, speak });
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

fn speak(lang: String, into: UseStateSetter<Words>) {
    session::set_lang(&lang);
    spawn_local(async move {
        if let Some(words) = lang::load(&lang).await {
            into.set(words);
        }
    });
}

/// While something is not kept, the browser asks before the page goes.
#[hook]
fn use_guard(something_to_lose: bool) {
    use_effect_with(something_to_lose, |lose| {
        let listener = lose.then(|| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&gloo_utils::window(), "beforeunload", options, |event| {
                // The question leaves time to write: who then says "leave" may have lost nothing.
                drafts::leave();
                event.prevent_default();
                if let Some(event) = event.dyn_ref::<web_sys::BeforeUnloadEvent>() {
                    event.set_return_value("…");
                }
            })
        });
        move || drop(listener)
    });
}

/// The screen to show.
#[hook]
fn use_route() -> Route {
    let route = use_state(navigate::current);
    let setter = route.setter();
    use_effect_with((), move |()| navigate::listen(Callback::from(move |next| setter.set(next))));
    use_effect_with((*route).clone(), open);
    (*route).clone()
}

/// The shell around each screen. On each change the reading position goes to the new heading, once it stands.
#[hook]
fn use_arrival(route: &Route, stands: bool) {
    let last = use_mut_ref(|| None::<Route>);
    use_effect_with((route.clone(), stands), move |(route, stands)| {
        if let Some(app) = gloo_utils::document().get_element_by_id("app") {
            app.set_class_name(match route.frame() {
                Frame::Whole => "app",
                Frame::Deep => "app deep",
                Frame::Focus => "app focus",
                Frame::Full => "app full",
            });
        }
        if *stands && last.replace(Some(route.clone())).is_some_and(|last| last != *route) {
            dom::focus_heading();
        }
    });
}

/// Takes in hand the draft that the address asks for.
fn open(route: &Route) {
    // Whatever was left, the editor that blurs is closed.
    drafts::suspend(false);
    match route {
        Route::Begin(place) => navigate::replace(&Route::Compose(drafts::begin(place.clone()))),
        Route::Compose(id) => drafts::open(id),
        Route::Shared => reports::share::open_shared(),
        _ => {}
    }
}

/// Whether what the screen shows is in hand.
fn stands(route: &Route, draft: &DraftHandle) -> bool {
    match route {
        Route::Begin(_) | Route::Shared => false,
        Route::Compose(id) => draft.id == *id,
        _ => true,
    }
}

/// Whether the part of the app that draws the screen has come.
fn is_here(route: &Route, making: &Part, reading: &Part) -> bool {
    (route.frame() != Frame::Focus || making.is_here()) && (!reads(route) || reading.is_here())
}

/// What to say aloud of the queue: its state, once it is another than the one we arrived with.
#[hook]
fn use_news(w: &World) -> String {
    let arrived_with = use_mut_ref(|| None::<String>);
    let (_, said) = queue_room::standing(w);
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
    let Screen { key, class, shown } = screen(w, route);
    let update = component::<Update>("update", UpdateProps { world: w.clone(), route: route.clone() });
    markup! { <main {key} {class} id="main" tabindex="-1">{ update }{ shown }</main> }
}

/// Whether the second part of the app is wanted: to read, and to show a known phone what is open at its school.
fn reads(route: &Route) -> bool {
    if *route == Route::Home { !session::recent_places().is_empty() } else { !route.snaps() }
}

/// What it takes to snap a report; all else is [`crate::reading`]'s.
fn screen(w: &World, route: &Route) -> Screen {
    let world = w.clone();
    match route {
        Route::Home | Route::ShareLost => {
            let props = reports::home::HomeProps { world, share_lost: *route == Route::ShareLost };
            Screen { class: "screen home", ..Screen::of::<reports::home::Home>("home", "", props) }
        }
        route if !stands(route, &w.draft) => Screen::new("opening", "screen compose", skeleton(3)),
        Route::Begin(_) | Route::Compose(_) | Route::Shared => making::screen(w),
        Route::Kept(id) => Screen::new("kept", "screen-full done-screen", reports::kept::kept(w, id)),
        _ => reading::screen(w, route),
    }
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
    let (state, said) = queue_room::standing(w);
    markup! {
        <a class="outbox-chip" href={Route::Outbox.href()} data-state={state} data-test="outbox-chip">
            <span class="dot"></span>{ text(said) }
        </a>
    }
}
