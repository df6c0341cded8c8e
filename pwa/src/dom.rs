//! Small things the browser does for us, with the rough edges taken off.

use gloo_events::EventListener;
use js_sys::{Array, ArrayBuffer};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlElement, Url};

/// An address for bytes in memory; given back to the browser when dropped.
#[derive(PartialEq, Eq)]
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// An address under which `jpeg` shows as a picture.
    pub fn of_jpeg(jpeg: &ArrayBuffer) -> Option<Self> {
        let options = BlobPropertyBag::new();
        options.set_type("image/jpeg");
        let blob = Blob::new_with_buffer_source_sequence_and_options(&Array::of1(jpeg), &options).ok()?;
        Url::create_object_url_with_blob(&blob).ok().map(Self)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // An address the browser does not know is no trouble.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Puts the reading position on the first heading of the screen, so that a screen reader says where it is.
pub fn focus_heading() {
    let document = gloo_utils::document();
    let heading = document.query_selector("main h1, h1").ok().flatten();
    if let Some(heading) = heading.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        heading.set_tab_index(-1);
        // Scrolling is ours: a heading below a sticky bar would jump.
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = heading.focus_with_options(&options);
    }
}

/// Puts the keyboard on the element with this id, and shows it.
pub fn focus(id: &str) {
    let element = gloo_utils::document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
        element.scroll_into_view();
    }
}

/// Calls `then` once, when the browser next says that there is a network.
pub fn on_next_network(then: impl FnOnce() + 'static) {
    EventListener::once(&gloo_utils::window(), "online", |_| then()).forget();
}

/// Whether the browser believes there is a network. It may be wrong both ways: never decide by it, only say.
pub fn seems_online() -> bool {
    gloo_utils::window().navigator().on_line()
}

/// Whether a person looks at this page.
pub fn is_visible() -> bool {
    gloo_utils::document().visibility_state() == web_sys::VisibilityState::Visible
}

/// The property `name` of `object`, when there is one.
pub fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    js_sys::Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// Whether this is an iPhone or iPad, where nothing is sent while the app is closed. Macs have no touch points.
pub fn is_apple_touch() -> bool {
    let navigator = gloo_utils::window().navigator();
    let agent = navigator.user_agent().unwrap_or_default();
    agent.contains("iPhone")
        || agent.contains("iPad")
        || (agent.contains("Macintosh") && navigator.max_touch_points() > 1)
}
