//! Small things the browser does for us, with the rough edges taken off.

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
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

/// Whether the server wrote something to read into the page, beside the sentence for browsers that cannot run the app.
pub fn is_written() -> bool {
    gloo_utils::document()
        .query_selector("#main > :not([data-unsupported])")
        .is_ok_and(|found| found.is_some())
}

/// Puts the reading position on the first heading of the screen, so that a screen reader says where it is.
pub fn focus_heading() {
    let heading = gloo_utils::document().query_selector("main h1, h1").ok().flatten();
    if let Some(heading) = heading.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        heading.set_tab_index(-1);
        still(&heading);
    }
}

/// Puts the keyboard on the element with this id, where the page stands; whether there is one.
pub fn focus_still(id: &str) -> bool {
    let element = gloo_utils::document().get_element_by_id(id);
    let element = element.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    element.as_ref().inspect(|element| still(element)).is_some()
}

/// The same for the first of these that is there once the screen has changed.
pub fn focus_soon(ids: Vec<String>) {
    Timeout::new(0, move || {
        ids.iter().any(|id| focus_still(id));
    })
    .forget();
}

/// Scrolling is ours: a heading below a sticky bar would jump.
fn still(element: &HtmlElement) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = element.focus_with_options(&options);
}

/// Shows the element with this id.
pub fn show(id: &str) {
    if let Some(element) = gloo_utils::document().get_element_by_id(id) {
        element.scroll_into_view();
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
