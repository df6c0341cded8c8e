//! What a browser may refuse: to keep, or to have room.

use wasm_bindgen::JsValue;

/// Why the phone could not keep or read something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The browser keeps nothing for us (private mode, a broken profile); its own words, for a log.
    Storage(String),
    /// No room left.
    Full,
}

impl Trouble {
    /// The browser's words, whatever was thrown.
    pub(crate) fn of(error: &JsValue) -> Self {
        Self::said(format!("{error:?}"))
    }

    fn said(words: String) -> Self {
        if words.split(' ').any(|word| word.starts_with("QuotaExceeded")) {
            Self::Full
        } else {
            Self::Storage(words)
        }
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

impl From<rexie::Error> for Trouble {
    fn from(error: rexie::Error) -> Self {
        match error {
            rexie::Error::IdbError(inner) => Self::said(inner.to_string()),
            // No request failed and yet the transaction was given up: that is how a full disk or quota shows.
            rexie::Error::TransactioncommitFailed => Self::Full,
            other => Self::said(other.to_string()),
        }
    }
}

impl From<serde_wasm_bindgen::Error> for Trouble {
    fn from(error: serde_wasm_bindgen::Error) -> Self {
        Self::Storage(error.to_string())
    }
}
