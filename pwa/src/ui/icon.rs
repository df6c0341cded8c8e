//! Pictograms, from the one sprite. Always beside a word, so never read aloud.

use crate::boot;
use crate::markup;
use shared::reports::category;
use yew::prelude::*;

/// A pictogram, by its name in the sprite without `i-`.
pub fn icon(name: &'static str) -> Html {
    drawn("i", name)
}

/// A pictogram with a direction: mirrored where one reads from the right.
pub fn flip(name: &'static str) -> Html {
    drawn("i flip", name)
}

fn drawn(class: &'static str, name: &'static str) -> Html {
    let href = [&*boot::sprite(), "#i-", name].concat();
    markup! { <svg {class} aria-hidden="true"><use href={href} /></svg> }
}

/// The pictogram of a category: its own where there is one, else that of its group.
pub fn category_icon(slug: Option<&str>) -> &'static str {
    let own = match slug {
        Some("hygiene-toilettes" | "hygiene-consommables") => Some("toilettes"),
        Some("energie-chauffage") => Some("froid"),
        Some("energie-chaleur") => Some("chaleur"),
        Some("bati-fuite-infiltration" | "energie-eau") => Some("fuite"),
        Some("energie-electricite") => Some("electricite"),
        Some("cour-jeux") => Some("jeux"),
        Some("bati-porte-fenetre-store") => Some("porte"),
        Some("hygiene-menage") => Some("menage"),
        Some("hygiene-nuisibles") => Some("nuisibles"),
        Some("personnel-atsem") => Some("atsem"),
        Some("abords-passage-pieton" | "abords-trottoir-chaussee") => Some("route"),
        _ => None,
    };
    own.or_else(|| slug.and_then(category::find).map(|category| category.group)).unwrap_or("autre")
}
