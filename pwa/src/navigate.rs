//! Going from screen to screen in the browser's own history. Links are real links: what is pressed with a modifier,
//! or leads elsewhere, stays the browser's.

use crate::route::Route;
use gloo_events::{EventListener, EventListenerOptions};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlAnchorElement, MouseEvent};
use yew::Callback;

thread_local! {
    /// Told of each new screen; the app's shell, once it stands.
    static LISTENER: RefCell<Option<Callback<Route>>> = const { RefCell::new(None) };
}

/// The screen of the address bar.
pub fn current() -> Route {
    let location = gloo_utils::window().location();
    let part = |value: Result<String, JsValue>| value.unwrap_or_default();
    Route::parse(&part(location.pathname()), &part(location.search()), &part(location.hash()))
}

/// Calls `listener` with each new screen, until the next call.
pub fn listen(listener: Callback<Route>) {
    LISTENER.with(|slot| slot.replace(Some(listener)));
}

/// How many screens of ours lie behind this one: kept in the browser's own entry, so that its buttons agree.
fn depth() -> f64 {
    let state = gloo_utils::window().history().and_then(|history| history.state());
    state.ok().and_then(|depth| depth.as_f64()).unwrap_or(0.0)
}

/// Shows `route`.
pub fn go(route: &Route) {
    if let Ok(history) = gloo_utils::window().history() {
        // A browser that refuses an entry (too many a second) still shows the screen.
        let _ = history.push_state_with_url(&(depth() + 1.0).into(), "", Some(&route.href()));
    }
    show(route);
}

/// Shows `route` in the place of the present screen: one does not come back to what is done.
pub fn replace(route: &Route) {
    if let Ok(history) = gloo_utils::window().history() {
        let _ = history.replace_state_with_url(&depth().into(), "", Some(&route.href()));
    }
    show(route);
}

/// Goes back inside the app, or to `otherwise` when the app was entered here.
pub fn back(otherwise: &Route) {
    match gloo_utils::window().history() {
        Ok(history) if depth() > 0.0 => {
            let _ = history.back();
        }
        _ => replace(otherwise),
    }
}

fn show(route: &Route) {
    tell(route.clone());
    gloo_utils::window().scroll_to_with_x_and_y(0.0, 0.0);
}

/// Listens to clicks on links and to the browser's own buttons, for the life of the page.
pub fn intercept_links() {
    let document = gloo_utils::document();
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&document, "click", options, |event| {
        let Some((route, is_back)) = event.dyn_ref::<MouseEvent>().and_then(ours) else { return };
        event.prevent_default();
        if is_back {
            back(&route);
        } else if route != current() {
            go(&route);
        }
    })
    .forget();
    EventListener::new(&gloo_utils::window(), "popstate", |_| tell(current())).forget();
}

fn tell(route: Route) {
    if let Some(listener) = LISTENER.with(|slot| slot.borrow().clone()) {
        listener.emit(route);
    }
}

/// The screen a click leads to, if it is one of ours, and whether it means "back".
fn ours(event: &MouseEvent) -> Option<(Route, bool)> {
    let elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if elsewhere || event.button() != 0 || event.default_prevented() {
        return None;
    }
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let link = target.closest("a[href]").ok().flatten()?.dyn_into::<HtmlAnchorElement>().ok()?;
    let same_origin = gloo_utils::window().location().origin().is_ok_and(|origin| origin == link.origin());
    let written = link.get_attribute("href")?;
    if !same_origin || !link.target().is_empty() || link.has_attribute("download") || written.starts_with('#')
    {
        return None;
    }
    match Route::parse(&link.pathname(), &link.search(), &link.hash()) {
        Route::Lost => None,
        route => Some((route, link.has_attribute("data-back"))),
    }
}
