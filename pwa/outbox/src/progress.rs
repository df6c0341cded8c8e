//! What is said while parcels leave: to every tab, and on the app's icon.

use crate::edges;
use crate::json::Fields;
use js_sys::{Function, Promise};
use shared::ids::ParcelId;
use shared::instant::Instant;
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Milliseconds between two messages about the bytes of a parcel; the last one always goes out.
const CALM: i64 = 150;

thread_local! {
    static SAID: Cell<Instant> = const { Cell::new(Instant(0)) };
}

/// Sends a message to every tab. Where there is no such channel, tabs learn what there is when they are next shown.
pub(crate) fn say(channel: &str, message: &JsValue) {
    if let Ok(channel) = web_sys::BroadcastChannel::new(channel) {
        let _ = channel.post_message(message);
        channel.close();
    }
}

/// Tells how many bytes of a parcel's photos have arrived.
pub(crate) fn tell(id: &ParcelId, sent: u32, total: u32) {
    let now = edges::now();
    let wait = now.0 - SAID.get().0;
    if (0..CALM).contains(&wait) && sent < total {
        return;
    }
    SAID.set(now);
    let message = Fields::new();
    message.text("id", id.as_str()).whole("sent", sent.into()).whole("total", total.into());
    say(crate::PROGRESS, &message.done());
}

/// Shows on the app's icon how many parcels have not left, where the browser can.
pub fn badge(unsent: u32) {
    let navigator = edges::navigator();
    let method = if unsent > 0 { "setAppBadge" } else { "clearAppBadge" };
    if let Some(method) = navigator.at(method).value().dyn_ref::<Function>()
        && let Ok(promise) = method.call1(navigator.value(), &unsent.into())
        && let Ok(promise) = promise.dyn_into::<Promise>()
    {
        wasm_bindgen_futures::spawn_local(async move {
            // Not installed, not allowed: the icon stays as it is.
            let _ = JsFuture::from(promise).await;
        });
    }
}
