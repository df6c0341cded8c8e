//! Danger: the numbers come first.

use crate::markup;
use crate::world::World;
use yew::prelude::*;

/// Numbers in France: 112 everywhere in Europe, 114 by text message for who cannot hear or speak.
const DANGER: &[(&str, &str, &str)] = &[
    ("tel:112", "112", "emergency_112"),
    ("tel:18", "18", "emergency_18"),
    ("tel:15", "15", "emergency_15"),
    ("tel:17", "17", "emergency_17"),
    ("sms:114", "114", "emergency_114"),
];
/// For a child who is harassed or in danger.
const CHILD: &[(&str, &str, &str)] =
    &[("tel:3018", "3018", "emergency_3018"), ("tel:119", "119", "emergency_119")];

/// Whether somebody should be called before anything is written.
pub fn is_urgent(urgency: i16, category: Option<&str>) -> bool {
    numbers(urgency, category).next().is_some()
}

fn numbers(
    urgency: i16,
    category: Option<&str>,
) -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
    let danger = if urgency >= 4 { DANGER } else { &[] };
    let child = if category == Some("securite-harcelement-eleve") { CHILD } else { &[] };
    danger.iter().chain(child)
}

/// Whom to call before writing to anybody; nothing for what can wait.
pub fn emergency(w: &World, urgency: i16, category: Option<&str>) -> Html {
    if !is_urgent(urgency, category) {
        return Html::default();
    }
    markup! {
        <div class="emergency" role="region" aria-labelledby="emergency" data-test="emergency">
            <h2 id="emergency">{ icon("alert") }{ w.t("emergency_title") }</h2>
            <ul>
                { for numbers(urgency, category).map(|(href, number, key)| markup! {
                    <li><a href={*href}><b>{ text((*number).to_owned()) }</b>{ w.t(key) }</a></li>
                }) }
            </ul>
        </div>
    }
}
