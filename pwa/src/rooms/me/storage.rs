//! The polite question whether the browser will leave alone what lies on this phone.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

/// What the browser says of keeping things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Nothing: it knows no such promise.
    Unknown,
    /// Nothing yet.
    NotAsked,
    /// It erases nothing by itself.
    Promised,
    /// It promises nothing.
    Refused,
}

/// Calls a method of `navigator.storage` that answers yes or no; nothing where there is none (WebKitGTK).
async fn ask(method: &str) -> Option<bool> {
    let storage = crate::dom::property(&gloo_utils::window().navigator().into(), "storage")?;
    let method = crate::dom::property(&storage, method)?.dyn_into::<js_sys::Function>().ok()?;
    let promise: Promise = method.call0(&storage).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok().as_ref().and_then(JsValue::as_bool)
}

async fn learn(method: &'static str, no: Safety, into: UseStateSetter<Safety>) {
    into.set(match ask(method).await {
        Some(true) => Safety::Promised,
        Some(false) => no,
        None => Safety::Unknown,
    });
}

/// What the browser says, and how to ask for more.
#[hook]
pub fn use_storage() -> (Safety, Callback<Event>) {
    let safety = use_state(|| Safety::Unknown);
    let first = safety.setter();
    use_effect_with((), move |()| spawn_local(learn("persisted", Safety::NotAsked, first)));
    let setter = safety.setter();
    let wish = Callback::from(move |_: Event| spawn_local(learn("persist", Safety::Refused, setter.clone())));
    (*safety, wish)
}
