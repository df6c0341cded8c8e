//! A newer version of the app is ready: said quietly, taken when the person wants (`boot.js` does it, between two drains).

use crate::dom;
use crate::markup;
use crate::route::{Frame, Route};
use crate::world::World;
use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use yew::prelude::*;

/// What takes it: there once it is ready.
fn taker() -> Option<js_sys::Function> {
    dom::property(&gloo_utils::window().into(), "vigieUpdate")?.dyn_into().ok()
}

/// What the bar needs.
#[derive(Properties, PartialEq)]
pub struct UpdateProps {
    /// What every screen knows.
    pub world: World,
    /// The screen: where one task is to be done nothing else is said.
    pub route: Route,
}

/// The bar; nothing while this is the newest version.
#[component]
pub fn Update(props: &UpdateProps) -> Html {
    let ready = use_state_eq(|| taker().is_some());
    let taken = use_state_eq(|| false);
    let setter = ready.setter();
    use_effect_with((), move |()| {
        let heard =
            EventListener::new(&gloo_utils::window(), "vigie-update", move |_| setter.set(taker().is_some()));
        move || drop(heard)
    });
    if !*ready || matches!(props.route.frame(), Frame::Focus | Frame::Full) {
        return Html::default();
    }
    let setter = taken.setter();
    let take = Callback::from(move |_: Event| {
        setter.set(true);
        if let Some(taker) = taker() {
            // Reloads the page, after what is being sent.
            let _ = taker.call0(&JsValue::NULL);
        }
    });
    let w = &props.world;
    markup! {
        <div class="notice update" data-kind="info" role="status" data-test="update">
            { icon("download") }
            <div>{ w.t("update_ready") }</div>
            if *taken {
                <span>{ w.t("loading") }</span>
            } else {
                <button class="btn bare small" type="button" data-test="update-take" onclick={take}>
                    { w.t("update_take") }
                </button>
            }
        </div>
    }
}
