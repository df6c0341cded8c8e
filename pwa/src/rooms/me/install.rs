//! On the home screen: the browser's own offer where it makes one, words where it does not.

use crate::dom;
use crate::markup;
use crate::world::World;
use gloo_events::{EventListener, EventListenerOptions};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use yew::prelude::*;

thread_local! {
    /// The browser's offer (`beforeinstallprompt`), until it is taken.
    static OFFER: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// Keeps the offer for when it is wanted: it comes at the start, once.
pub fn listen() {
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&gloo_utils::window(), "beforeinstallprompt", options, |event| {
        event.prevent_default();
        OFFER.with(|offer| offer.replace(Some(event.into())));
    })
    .forget();
}

/// Whether the browser offers it now.
pub fn is_offered() -> bool {
    OFFER.with(|offer| offer.borrow().is_some())
}

fn is_installed() -> bool {
    let standalone = gloo_utils::window().match_media("(display-mode: standalone)").ok().flatten();
    standalone.is_some_and(|list| list.matches())
}

/// A card that says why and how; nothing where it is done already, or cannot be done.
pub fn offer(w: &World, offered: &UseStateHandle<bool>) -> Html {
    if is_installed() || !(**offered || dom::is_apple_touch()) {
        return Html::default();
    }
    let setter = offered.setter();
    let onclick = Callback::from(move |_: Event| {
        if let Some(offer) = OFFER.with(RefCell::take) {
            let prompt = dom::property(&offer, "prompt").and_then(|p| p.dyn_into::<js_sys::Function>().ok());
            let _ = prompt.map(|prompt| prompt.call0(&offer));
        }
        setter.set(false);
    });
    markup! {
        <section class="card stack">
            <h2 class="row">{ icon("download") }{ w.t("install_title") }</h2>
            <p>{ w.t("install_why") }</p>
            if **offered {
                <button class="btn quiet" type="button" {onclick}>{ icon("plus") }{ w.t("install_act") }</button>
            } else {
                <p class="row">{ icon("share") }{ w.t("install_ios") }</p>
            }
        </section>
    }
}
