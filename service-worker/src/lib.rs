//! The outbox, for the service worker: one export, called by `sw.js` on `sync` and on the page's `drain` message.
//!
//! Owns: nothing; promises what `outbox` promises. Does not: cache, route or listen (that is `sw.js`).

use wasm_bindgen::prelude::*;

/// Sends everything unsent; answers how many parcels still wait, so that `sw.js` can ask the browser to call again.
///
/// # Errors
/// The browser's own words, when the outbox cannot be read.
#[wasm_bindgen]
pub async fn drain() -> Result<u32, JsValue> {
    outbox::wake().await.map(|left| left.waiting).map_err(|trouble| JsValue::from_str(&trouble.to_string()))
}
