//! What a browser may refuse: to keep, or to have room.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// Why the phone could not keep or read something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The browser keeps nothing for us (private mode, a broken profile); its own word, for a log.
    Storage(String),
    /// No room left.
    Full,
}

impl Trouble {
    /// The browser's word for it: an error's name.
    pub(crate) fn of(error: &JsValue) -> Self {
        let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string());
        match name.unwrap_or_default() {
            name if name.starts_with("QuotaExceeded") => Self::Full,
            name => Self::Storage(name),
        }
    }

    /// The page was put aside meanwhile.
    pub(crate) fn put_aside() -> Self {
        Self::Storage("AbortError".to_owned())
    }

    /// Whether the page was put aside meanwhile: nothing is wrong with the outbox.
    #[must_use]
    pub fn was_put_aside(&self) -> bool {
        self.is("AbortError")
    }

    /// Whether the browser gave it this name.
    pub(crate) fn is(&self, name: &str) -> bool {
        matches!(self, Self::Storage(word) if word == name)
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Storage(words) => f.write_str(words),
            Self::Full => f.write_str("no room left"),
        }
    }
}

impl From<JsValue> for Trouble {
    fn from(error: JsValue) -> Self {
        Self::of(&error)
    }
}
