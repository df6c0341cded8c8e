//! What one may add: how urgent it is, where in the school, when to be asked again, where to write news. Folded on a
//! phone, where it says what it holds; open on a desk.

use super::draft::Edit;
use super::fields::{optional, typed_to, wrong};
use super::{ask, spot, urgency};
use crate::markup;
use crate::session;
use crate::world::World;
use yew::prelude::*;

/// What the screen remembers of the fold.
pub struct Details<'a> {
    /// Whether it is open.
    pub open: &'a UseStateHandle<bool>,
    /// Whether a date is being chosen.
    pub dating: &'a UseStateHandle<bool>,
    /// What is wrong with the mail address.
    pub mail: Option<&'a str>,
}

/// The fold and what it holds.
pub fn details(w: &World, fold: &Details<'_>) -> Html {
    let open = **fold.open || fold.mail.is_some();
    let toggle = {
        let setter = fold.open.setter();
        Callback::from(move |_: Event| setter.set(!open))
    };
    let draft = w.draft.dispatcher();
    let tell = Callback::from(move |rhythm| draft.dispatch(Edit::Follow(rhythm)));
    let holds = holds(w);
    markup! {
        <div class={if open { "more open" } else { "more" }}>
            <button type="button" class="more-toggle" aria-expanded={if open { "true" } else { "false" }} aria-controls="more"
                data-test="details" onclick={toggle}>
                <span class="grow">
                    { w.t("details_more") }
                    if !open && !holds.is_empty() { <small dir="auto">{ text(holds) }</small> }
                </span>
                { icon("chevron-down") }
            </button>
            <div id="more" class="more-body stack loose">
                { urgency::urgency(w) }
                { spot::spot(w) }
                { ask::ask(w, w.draft.follow(), fold.dating, &tell) }
                { mail(w, fold.mail) }
            </div>
        </div>
    }
}

/// What is filled in, in few words: "Vite · Salle 12 · dans 15 jours · moi@exemple.fr".
fn holds(w: &World) -> String {
    let urgency = w.draft.urgency.map(|level| urgency::said(w, level));
    let again = w.draft.follow.map(|rhythm| ask::said(w, rhythm));
    let said = [urgency, Some(w.draft.spot.trim().to_owned()), again, Some(address(w))];
    said.into_iter().flatten().filter(|said| !said.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Where news go: as this report says, else as the last one did.
fn address(w: &World) -> String {
    w.draft.mail.clone().unwrap_or_else(session::mail)
}

fn mail(w: &World, error: Option<&str>) -> Html {
    let oninput = typed_to(w, Edit::Mail);
    markup! {
        <div class="field">
            <label for="mail">{ optional(w, "mail_label") }</label>
            <input id="mail" data-test="mail" type="email" inputmode="email" autocomplete="email" autocapitalize="none" spellcheck="false"
                enterkeyhint="done" value={address(w)} {oninput} aria-describedby="mail-hint" aria-invalid={error.map(|_| "true")} />
            if let Some(sentence) = error { { wrong(sentence) } }
            <span class="hint" id="mail-hint">{ w.t("mail_hint") }</span>
        </div>
    }
}
