//! What the shell puts into its frame.

use crate::markup::component;
use yew::html::BaseComponent;
use yew::prelude::*;

/// A screen: drawn, and how its frame is called.
pub struct Screen {
    /// What tells it from the others, so that nothing of one screen lives on in the next.
    pub key: &'static str,
    /// Its frame's class.
    pub class: &'static str,
    /// The whole.
    pub shown: Html,
}

impl Screen {
    /// A screen drawn by a function.
    pub fn new(key: &'static str, class: &'static str, shown: Html) -> Self {
        Self { key, class, shown }
    }

    /// A screen that is a component, told from others of its kind by `of`.
    pub fn of<C: BaseComponent>(key: &'static str, of: &str, props: C::Properties) -> Self {
        Self::new(key, "screen", component::<C>(of, props))
    }
}
