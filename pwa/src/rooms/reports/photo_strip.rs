//! The photos of a report being made.

use super::draft::{Edit, Slot};
use super::snap::input;
use crate::markup;
use crate::rooms::photos::Unusable;
use crate::ui::notice;
use crate::world::World;
use shared::reports::MAX_PHOTOS;
use yew::prelude::*;

/// The strip: each photo with its "remove", then "add"; then what could not be read.
pub fn photo_strip(w: &World) -> Html {
    let is_bad = |slot: &Slot| matches!(slot, Slot::Bad(_));
    let good = w.draft.photos.iter().filter(|(_, slot)| !is_bad(slot));
    let bad = w.draft.photos.iter().filter_map(|(_, slot)| match slot {
        Slot::Bad(why) => Some(notice("danger", "image", w.t(reason(*why)))),
        _ => None,
    });
    markup! {
        <div class="stack">
            <ul class="photos" aria-label={w.say("photos_label")}>
                { for good.enumerate().map(|(n, (number, slot))| photo(w, (n + 1, *number), slot)) }
                if w.draft.photos.len() < MAX_PHOTOS {
                    <li><label class="photo-add">
                        { icon("plus") }{ w.t("photos_add") }{ input(w, None, "photo-add", false) }
                    </label></li>
                }
            </ul>
            { for bad }
        </div>
    }
}

fn reason(why: Unusable) -> &'static str {
    match why {
        Unusable::Heic | Unusable::Unnameable => "photo_format",
        Unusable::Unreadable => "problem_photo_unreadable",
    }
}

/// `n`: its place for people; `number`: its own, for the draft.
fn photo(w: &World, (n, number): (usize, u32), slot: &Slot) -> Html {
    let draft = w.draft.dispatcher();
    let remove = Callback::from(move |_: Event| draft.dispatch(Edit::Drop(number)));
    let said = n.to_string();
    let nth = [("n", said.as_str())];
    markup! {
        <li key={number.to_string()} class={if matches!(slot, Slot::Busy) { "photo busy" } else { "photo" }} data-test="photo">
            if let Slot::Ready(shot) = slot {
                <img src={shot.url.as_str().to_owned()} alt={w.with("photos_nth", &nth)} />
                if n == 1 { <span class="photo-tag">{ w.t("photos_cleaned") }</span> }
            } else {
                <span class="photo-tag" role="status">{ w.t("photos_preparing") }</span>
            }
            <button type="button" class="photo-remove" onclick={remove}>
                { icon("x") }<span class="visually-hidden">{ text(w.with("photos_remove", &nth)) }</span>
            </button>
        </li>
    }
}
