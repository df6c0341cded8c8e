//! What can be done with one photo of a report being made: words under it, another place in the order.

use super::draft::{Edit, Photo, Way};
use super::fields::{optional, typed_to};
use super::photo_blur::blur_button;
use super::photo_strip::Strip;
use crate::markup;
use crate::ui::flip;
use crate::world::World;
use shared::reports::MAX_CAPTION;
use yew::prelude::*;

/// The tools of `photo`, which is `n` of `all`.
pub fn photo_tools(w: &World, strip: &Strip<'_>, (n, all): (usize, usize), photo: &Photo) -> Html {
    let number = photo.number;
    let which = w.with("photos_nth_of", &[("n", &n.to_string()), ("all", &all.to_string())]);
    let oninput = typed_to(w, move |words| Edit::Caption(number, words));
    markup! {
        <div class="photo-tools card" role="group" aria-label={which} data-test="photo-tools">
            <div class="field">
                <label for="caption">{ optional(w, "caption_label") }</label>
                <input id="caption" data-test="caption" type="text" dir="auto" autocomplete="off" autocapitalize="sentences" enterkeyhint="done"
                    maxlength={MAX_CAPTION.to_string()} placeholder={w.say("caption_hint")} value={photo.caption.clone()} {oninput} />
            </div>
            <div class="photo-verbs">
                if all > 1 {
                    { step(w, strip, (number, Way::Earlier), (n > 1).then_some((n - 1, all))) }
                    { step(w, strip, (number, Way::Later), (n < all).then_some((n + 1, all))) }
                    { blur_button(w, strip, number) }
                }
            </div>
        </div>
    }
}

/// One place earlier or later; `to` is where it then stands. At an end the button stays, so that the keyboard does.
fn step(w: &World, strip: &Strip<'_>, (number, way): (u32, Way), to: Option<(usize, usize)>) -> Html {
    let (sign, key, test) = match way {
        Way::Earlier => ("arrow-left", "photos_earlier", "photo-earlier"),
        Way::Later => ("arrow-right", "photos_later", "photo-later"),
    };
    let said = to.map(|(n, all)| w.with("photos_moved", &[("n", &n.to_string()), ("all", &all.to_string())]));
    let (draft, aloud) = (w.draft.dispatcher(), strip.aloud.setter());
    let onclick = Callback::from(move |_: Event| {
        if let Some(said) = &said {
            draft.dispatch(Edit::Move(number, way));
            aloud.set(said.clone());
        }
    });
    markup! {
        <button type="button" class="btn quiet" aria-disabled={to.is_none().then_some("true")} data-test={test} {onclick}>
            { flip(sign) }{ w.t(key) }
        </button>
    }
}
