//! What this phone remembers between two visits, beside the queue: language, mail, schools.
//!
//! Promises: works, forgetting, where the browser keeps nothing (private mode).

use shared::ids::PlaceId;

/// Schools remembered, most recent first.
const RECENT: usize = 4;

fn storage() -> Option<web_sys::Storage> {
    gloo_utils::window().local_storage().ok().flatten()
}

fn read(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten().filter(|value| !value.is_empty())
}

fn write(name: &str, value: &str) {
    if let Some(storage) = storage() {
        // Full or forbidden: the memory is a comfort, never a need.
        let _ = if value.is_empty() { storage.remove_item(name) } else { storage.set_item(name, value) };
    }
}

/// The language the person chose.
pub fn lang() -> Option<String> {
    read("vigie.lang")
}

/// Remembers the language.
pub fn set_lang(lang: &str) {
    write("vigie.lang", lang);
}

/// Day (`light`), night (`dark`), or as the device does (empty).
pub fn theme() -> String {
    read("vigie.theme").unwrap_or_default()
}

/// Remembers day or night, and shows it.
pub fn set_theme(theme: &str) {
    write("vigie.theme", theme);
    show_theme();
}

/// Puts the chosen light on the document; without a choice the device decides.
pub fn show_theme() {
    let theme = theme();
    if let Some(html) = gloo_utils::document().document_element() {
        let _ = if theme.is_empty() {
            html.remove_attribute("data-theme")
        } else {
            html.set_attribute("data-theme", &theme)
        };
    }
}

/// Where the person last wanted news.
pub fn mail() -> String {
    read("vigie.mail").unwrap_or_default()
}

/// Remembers, or with an empty text forgets, where to send news.
pub fn set_mail(mail: &str) {
    write("vigie.mail", mail);
}

/// Schools used, most recent first.
pub fn recent_places() -> Vec<PlaceId> {
    let kept = read("vigie.places").unwrap_or_default();
    kept.split(',').filter_map(|id| PlaceId::parse(id).ok()).take(RECENT).collect()
}

/// Puts `place` first among the schools used.
pub fn remember_place(place: &PlaceId) {
    let mut places = recent_places();
    places.retain(|known| known != place);
    places.insert(0, place.clone());
    places.truncate(RECENT);
    write("vigie.places", &places.iter().map(PlaceId::as_str).collect::<Vec<_>>().join(","));
}
