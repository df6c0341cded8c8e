//! The photos of a report being made, in the person's order. A tap on one opens what can be done with it.

use super::draft::{Edit, Photo, Slot};
use super::photo_blur::{blur_tile, why};
use super::photo_tools::photo_tools;
use super::snap::input;
use crate::ui::notice;
use crate::world::World;
use crate::{dom, markup};
use shared::reports::MAX_PHOTOS;
use yew::prelude::*;

/// What the screen remembers of the strip.
pub struct Strip<'a> {
    /// The photo whose tools are open.
    pub open: &'a UseStateHandle<Option<u32>>,
    /// The photo being blurred.
    pub blurring: &'a UseStateHandle<Option<u32>>,
    /// What is said aloud.
    pub aloud: &'a UseStateHandle<String>,
}

/// The strip: each photo with its "remove", then "add"; the tools of one of them; then what could not be read.
pub fn photo_strip(w: &World, strip: &Strip<'_>) -> Html {
    let good: Vec<_> = w.draft.photos.iter().filter(|photo| !matches!(photo.slot, Slot::Bad(_))).collect();
    let bad = w.draft.photos.iter().filter_map(|photo| match photo.slot {
        Slot::Bad(why) => Some(notice("danger", "image", w.t(why.key()))),
        _ => None,
    });
    let open = good.iter().position(|photo| Some(photo.number) == **strip.open);
    let class = match good.len() {
        0 => "photos none",
        1 => "photos single",
        _ => "photos",
    };
    markup! {
        <div class="photo-part">
            <ul {class} id="photos" tabindex="-1" aria-label={w.say("photos_label")}>
                { for good.iter().enumerate().map(|(n, one)| photo(w, strip, (n + 1, good.len()), one)) }
                if let [only] = good.as_slice() { { blur_tile(w, strip, only) } }
                if w.draft.photos.len() < MAX_PHOTOS {
                    <li key={"add"}><label class="photo-add">
                        { icon(if good.is_empty() { "camera" } else { "plus" }) }
                        { w.t(if good.is_empty() { "photos_add_first" } else { "photos_add" }) }
                        { input(None, "photo-add", false) }
                    </label></li>
                }
            </ul>
            { why(w, good.len()) }
            if let Some(n) = open { { photo_tools(w, strip, (n + 1, good.len()), good[n]) } }
            { for bad }
        </div>
    }
}

/// `n` of `all`: its place for people.
fn photo(w: &World, strip: &Strip<'_>, (n, all): (usize, usize), one: &Photo) -> Html {
    let number = one.number;
    let nth = n.to_string();
    let said = w.with("photos_nth", &[("n", &nth)]);
    let on = **strip.open == Some(number);
    let toggle = {
        let open = strip.open.setter();
        Callback::from(move |_: Event| open.set((!on).then_some(number)))
    };
    let class = match (&one.slot, on) {
        (Slot::Busy, _) => "photo busy",
        (_, true) => "photo on",
        _ => "photo",
    };
    markup! {
        <li key={number.to_string()} {class} data-test="photo">
            if let Slot::Ready(shot) = &one.slot {
                <button type="button" class="photo-open" aria-expanded={if on { "true" } else { "false" }} data-test="photo-open" onclick={toggle}>
                    <img src={shot.url.as_str().to_owned()} alt={said} />
                    { tag(w, one, all) }
                    if all > 1 { <span class="photo-nth" aria-hidden="true">{ text(nth.clone()) }</span> }
                </button>
            } else {
                <span class="photo-tag">{ w.t("photos_preparing") }</span>
            }
            <button type="button" class="photo-remove" onclick={drops(w, strip, number)}>
                { icon("x") }<span class="visually-hidden">{ text(w.with("photos_remove", &[("n", &nth)])) }</span>
            </button>
        </li>
    }
}

/// A photo goes; the keyboard stays with the others.
fn drops(w: &World, strip: &Strip<'_>, number: u32) -> Callback<Event> {
    let (draft, aloud, said) = (w.draft.dispatcher(), strip.aloud.setter(), w.say("photos_removed"));
    Callback::from(move |_| {
        draft.dispatch(Edit::Drop(number));
        aloud.set(said.clone());
        dom::focus_soon(vec!["photos".to_owned()]);
    })
}

/// The caption, where there is one; else, on the only photo, that there may be one.
fn tag(w: &World, one: &Photo, all: usize) -> Html {
    match one.caption.trim() {
        "" if all > 1 => Html::default(),
        "" => markup! { <span class="photo-tag">{ icon("pencil") }{ w.t("caption_label") }</span> },
        words => markup! { <span class="photo-tag" dir="auto">{ text(words.to_owned()) }</span> },
    }
}
