//! What the fields of a report being made have in common: a label, an error, one answer of several, and the way from
//! what is typed to the draft.

use super::draft::Edit;
use crate::dom;
use crate::markup;
use crate::ui::icon;
use crate::world::World;
use yew::prelude::*;

/// Hands what is typed to the draft.
pub fn typed_to(w: &World, edit: impl Fn(String) -> Edit + 'static) -> Callback<Event> {
    let draft = w.draft.dispatcher();
    Callback::from(move |event: Event| {
        let typed = event.target().and_then(|target| dom::property(&target, "value")?.as_string());
        if let Some(typed) = typed {
            draft.dispatch(edit(typed));
        }
    })
}

/// Does `edit` when tapped or chosen.
pub fn does(w: &World, edit: impl Fn() -> Edit + 'static) -> Callback<Event> {
    let draft = w.draft.dispatcher();
    Callback::from(move |_| draft.dispatch(edit()))
}

/// A label's words, and that nothing has to be said.
pub fn optional(w: &World, key: &str) -> Html {
    markup! { <>{ w.t(key) }{ text(" ".to_owned()) }<span class="hint">{ w.t("optional") }</span></> }
}

/// What is wrong with a field.
pub fn wrong(sentence: &str) -> Html {
    markup! { <span class="error" role="alert">{ icon("alert") }{ text(sentence.to_owned()) }</span> }
}

/// One answer of several, of which exactly one holds.
pub fn answer(
    group: &'static str,
    on: bool,
    test: &str,
    label: (Option<&'static str>, String),
    onchange: Callback<Event>,
) -> Html {
    let (sign, said) = label;
    markup! {
        <label class={if on { "chip on" } else { "chip" }} key={test} data-test={test.to_owned()}>
            <input type="radio" name={group} checked={on} {onchange} />
            { sign.map(icon).unwrap_or_default() }
            { text(said) }
        </label>
    }
}
