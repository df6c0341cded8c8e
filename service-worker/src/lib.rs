//! The outbox, for the service worker: `drain`, called by `sw.js` on `sync` and on the page's `drain` message, and `note`,
//! called for a button of a notification.
//!
//! Owns: nothing; promises what `outbox` promises. Does not: cache, route or listen (that is `sw.js`).

use shared::followup::{FollowUp, Wish};
use shared::ids::ParcelId;
use wasm_bindgen::prelude::*;

/// Keeps what a button of a notification says about `report` (the words of `shared::push::payload::Act`); whether it is
/// kept: not where this phone is no part of the report, or does not know the button.
///
/// # Errors
/// The browser's own words, when nothing can be kept.
#[wasm_bindgen]
pub async fn note(report: String, button: String) -> Result<bool, JsValue> {
    let wish = match &*button {
        "fixed" => Wish::Fixed,
        "remind" => Wish::Relance,
        _ => return Ok(false),
    };
    let Ok(report) = ParcelId::parse(&report) else { return Ok(false) };
    let kept = outbox::wish(FollowUp::of(report, wish), vec![], None, false).await;
    kept.map(|kept| kept.is_some()).map_err(|trouble| JsValue::from_str(&trouble.to_string()))
}

/// Sends everything unsent; answers how many parcels still wait, so that `sw.js` can ask the browser to call again.
///
/// # Errors
/// The browser's own words, when the outbox cannot be read.
#[wasm_bindgen]
pub async fn drain() -> Result<u32, JsValue> {
    outbox::finish().await.map(|left| left.waiting).map_err(|trouble| JsValue::from_str(&trouble.to_string()))
}
