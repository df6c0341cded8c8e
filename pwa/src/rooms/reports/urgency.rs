//! How urgent is it? As its category says, until the person says otherwise.

use super::draft::Edit;
use super::fields::{answer, does};
use crate::markup;
use crate::ui::urgency_icon;
use crate::world::World;
use shared::reports::URGENCIES;
use yew::prelude::*;

/// The question.
pub fn urgency(w: &World) -> Html {
    let guessed = w.draft.urgency.is_none() && w.draft.slug().is_some();
    markup! {
        <fieldset>
            <legend>{ w.t("urgency_legend") }</legend>
            <div class="chips paces">{ for URGENCIES.map(|level| pace(w, level)) }</div>
            if guessed { <p class="hint">{ w.t("urgency_guessed") }</p> }
        </fieldset>
    }
}

fn pace(w: &World, level: i16) -> Html {
    let label = (Some(urgency_icon(level)), said(w, level));
    let onchange = does(w, move || Edit::Urgency(Some(level)));
    answer("urgency", w.draft.urgency() == level, &["urgency-", &level.to_string()].concat(), label, onchange)
}

/// "Vite".
pub fn said(w: &World, level: i16) -> String {
    w.say(&["urgency_", &level.to_string()].concat())
}
