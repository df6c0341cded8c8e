//! Where in the school: free words, with a few to begin with.

use super::draft::Edit;
use super::fields::{optional, typed_to};
use crate::world::World;
use crate::{dom, markup};
use shared::reports::MAX_SPOT;
use yew::prelude::*;

/// Ends an idea that asks for more: "Salle…".
const MORE: char = '…';

/// The question.
pub fn spot(w: &World) -> Html {
    let ideas = w.say("spot_ideas");
    let oninput = typed_to(w, Edit::Spot);
    markup! {
        <div class="field">
            <label for="spot">{ optional(w, "spot_label") }</label>
            <input id="spot" data-test="spot" type="text" dir="auto" autocomplete="off" autocapitalize="sentences" enterkeyhint="done"
                maxlength={MAX_SPOT.to_string()} placeholder={w.say("spot_hint")} value={w.draft.spot.clone()} {oninput} />
            <div class="chips scroll" role="group" aria-label={w.say("spot_ideas_label")}>
                { for ideas.split('|').map(|idea| chip(w, idea, &ideas)) }
            </div>
        </div>
    }
}

/// A tap writes its word into the field; where a number belongs behind it, the field waits for it.
fn chip(w: &World, idea: &str, ideas: &str) -> Html {
    let written = with(&w.draft.spot, idea, ideas);
    let (draft, more) = (w.draft.dispatcher(), idea.ends_with(MORE));
    let onclick = Callback::from(move |_: Event| {
        draft.dispatch(Edit::Spot(written.clone()));
        if more {
            dom::focus("spot");
        }
    });
    markup! {
        <button type="button" class="chip small" data-test="spot-idea" {onclick}>{ text(idea.to_owned()) }</button>
    }
}

/// What is written once `idea` is tapped: it takes the place of another one, or follows what is there.
fn with(written: &str, idea: &str, ideas: &str) -> String {
    let bare = |idea: &str| idea.trim_end_matches(MORE).to_owned();
    let (word, before) = (bare(idea), written.trim());
    let end = if idea.ends_with(MORE) { " " } else { "" };
    if before.is_empty() || ideas.split('|').any(|other| bare(other) == before) {
        return [&word, end].concat();
    }
    [before, ", ", &word.to_lowercase(), end].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idea_takes_the_place_of_another_and_follows_words_of_ones_own() {
        let ideas = "Salle…|Cour|Toilettes";
        for (written, idea, after) in [
            ("", "Cour", "Cour"),
            ("  ", "Salle…", "Salle "),
            ("Cour", "Toilettes", "Toilettes"),
            ("Salle ", "Cour", "Cour"),
            ("Salle 12", "Toilettes", "Salle 12, toilettes"),
            ("Bâtiment B ", "Salle…", "Bâtiment B, salle "),
        ] {
            assert_eq!(with(written, idea, ideas), after, "{written:?} {idea}");
        }
    }
}
