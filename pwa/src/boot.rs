//! What the page says about itself: the hashed names that stand as `data-*` on the boot script's own tag.

use std::cell::OnceCell;

/// The value of `data-<name>` on the boot script's tag.
pub fn data(name: &str) -> Option<String> {
    let tag = gloo_utils::document().query_selector("script[data-langs]").ok().flatten()?;
    tag.get_attribute(&["data-", name].concat())
}

/// The address of the pictograms, read once.
pub fn sprite() -> String {
    thread_local! { static SPRITE: OnceCell<String> = const { OnceCell::new() }; }
    SPRITE.with(|sprite| sprite.get_or_init(|| data("sprite").unwrap_or_default()).clone())
}
