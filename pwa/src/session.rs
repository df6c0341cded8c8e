//! What this phone remembers between two visits, beside the queue: language, mail, schools, categories.
//!
//! Promises: works, forgetting, where the browser keeps nothing (private mode).

use shared::ids::{Key, ParcelId, PlaceId};

/// Schools remembered, most recent first.
const RECENT: usize = 4;
/// Categories remembered, one for each report made.
const USES: usize = 32;

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

/// Whether the person wants to show no photo of that repaired thing; the last they said so of.
pub fn skipped_photo(report: &ParcelId) -> bool {
    read("vigie.no-photo").as_deref() == Some(report.as_str())
}

/// Remembers that they do not.
pub fn skip_photo(report: &ParcelId) {
    write("vigie.no-photo", report.as_str());
}

/// Whether the person said that this phone shall not tell the news.
pub fn declined_news() -> bool {
    read("vigie.news").is_some()
}

/// Remembers, or forgets, that they said so.
pub fn decline_news(declined: bool) {
    write("vigie.news", if declined { "no" } else { "" });
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

/// A school whose week this phone is told, under an id and a secret of its own.
pub struct Week {
    /// The school.
    pub place: PlaceId,
    /// The follow's id.
    pub id: ParcelId,
    /// Its secret.
    pub key: Key,
}

/// The schools whose week this phone is told.
pub fn weeks() -> Vec<Week> {
    let kept = read("vigie.weeks").unwrap_or_default();
    let week = |words: &str| {
        let mut words = words.split(' ');
        Some(Week {
            place: PlaceId::parse(words.next()?).ok()?,
            id: ParcelId::parse(words.next()?).ok()?,
            key: Key::parse(words.next()?).ok()?,
        })
    };
    kept.split(',').filter_map(week).collect()
}

/// How this phone follows that school.
pub fn week(place: &PlaceId) -> Option<Week> {
    weeks().into_iter().find(|week| week.place == *place)
}

/// Remembers that it does.
pub fn keep_week(week: &Week) {
    let Week { place, id, key } = week;
    drop_week(place);
    let mut kept = read("vigie.weeks").unwrap_or_default();
    for word in [place.as_str(), " ", id.as_str(), " ", key.reveal(), ","] {
        kept.push_str(word);
    }
    write("vigie.weeks", &kept);
}

/// Forgets that it does.
pub fn drop_week(place: &PlaceId) {
    let kept = read("vigie.weeks").unwrap_or_default();
    let others = kept.split_inclusive(',').filter(|week| week.split(' ').next() != Some(place.as_str()));
    write("vigie.weeks", &others.collect::<String>());
}

/// Whether the browser was asked to keep what lies here, from now on it was.
pub fn asked_to_keep() -> bool {
    let before = read("vigie.asked").is_some();
    write("vigie.asked", "yes");
    before
}

/// Whether the person knows why faces are blurred: it is said once.
pub fn knows_blur() -> bool {
    read("vigie.blur").is_some()
}

/// They opened the editor that blurs.
pub fn learn_blur() {
    write("vigie.blur", "known");
}

/// Categories used, the most used first and, among equals, the most recent.
pub fn categories() -> Vec<String> {
    ranked(&uses())
}

/// Remembers that `slug` was used.
pub fn remember_category(slug: &str) {
    let mut uses = uses();
    uses.insert(0, slug.to_owned());
    uses.truncate(USES);
    write("vigie.categories", &uses.join(","));
}

/// One for each report, most recent first.
fn uses() -> Vec<String> {
    let kept = read("vigie.categories").unwrap_or_default();
    kept.split(',').filter(|slug| !slug.is_empty()).map(str::to_owned).collect()
}

fn ranked(uses: &[String]) -> Vec<String> {
    let mut ranked: Vec<(usize, &String)> = vec![];
    for slug in uses {
        match ranked.iter_mut().find(|(_, known)| *known == slug) {
            Some((times, _)) => *times += 1,
            None => ranked.push((1, slug)),
        }
    }
    ranked.sort_by_key(|(times, _)| std::cmp::Reverse(*times));
    ranked.into_iter().map(|(_, slug)| slug.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_most_comes_first_then_what_was_used_last() {
        let uses = ["rats", "froid", "jeux", "froid"].map(str::to_owned);
        assert_eq!(ranked(&uses), ["froid", "rats", "jeux"]);
        assert!(ranked(&[]).is_empty());
    }
}
