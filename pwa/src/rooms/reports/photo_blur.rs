//! The ways to the editor that blurs, and back from it. Why, is said until somebody went there once.

use super::draft::{Edit, Photo};
use super::drafts;
use super::photo_strip::Strip;
use crate::markup::component;
use crate::rooms::photos::{BlurEditor, BlurEditorProps, Shot};
use crate::world::World;
use crate::{dom, markup, session};
use yew::prelude::*;

/// Beside the only photo.
pub fn blur_tile(w: &World, strip: &Strip<'_>, photo: &Photo) -> Html {
    if photo.shot().is_none() {
        return Html::default();
    }
    markup! {
        <li key={"blur"}>
            <button type="button" class="photo-add solid" id="blur" data-test="photo-blur" onclick={opens(strip, photo.number)}>
                { icon("eye-off") }{ w.t("photos_blur") }
            </button>
        </li>
    }
}

/// Among the tools of one photo of several.
pub fn blur_button(w: &World, strip: &Strip<'_>, number: u32) -> Html {
    markup! {
        <button type="button" class="btn quiet" id="blur" data-test="photo-blur" onclick={opens(strip, number)}>
            { icon("eye-off") }{ w.t("photos_blur") }
        </button>
    }
}

fn opens(strip: &Strip<'_>, number: u32) -> Callback<Event> {
    let blurring = strip.blurring.setter();
    Callback::from(move |_| {
        session::learn_blur();
        drafts::suspend(true);
        blurring.set(Some(number));
    })
}

/// Why one should; where there are several photos, how one gets there.
pub fn why(w: &World, photos: usize) -> Html {
    let key = match photos {
        0 => return Html::default(),
        1 if session::knows_blur() => return Html::default(),
        1 => "photos_blur_why",
        _ => "photos_tap",
    };
    markup! { <p class="hint">{ w.t(key) }</p> }
}

/// The editor, over everything, while a photo is being blurred.
pub fn blur(w: &World, strip: &Strip<'_>) -> Html {
    let Some(number) = **strip.blurring else { return Html::default() };
    let photo = w.draft.photos.iter().find(|photo| photo.number == number);
    let Some(shot) = photo.and_then(Photo::shot).cloned() else { return Html::default() };
    let (draft, blurring, aloud) = (w.draft.dispatcher(), strip.blurring.setter(), strip.aloud.setter());
    let said = w.say("photos_blurred");
    let done = Callback::from(move |blurred: Option<Shot>| {
        match blurred {
            Some(shot) => {
                draft.dispatch(Edit::Replace(number, shot));
                aloud.set(said.clone());
            }
            None => draft.dispatch(Edit::Seen(number)),
        }
        blurring.set(None);
        drafts::suspend(false);
        dom::focus_soon(vec!["blur".to_owned()]);
    });
    component::<BlurEditor>("blur", BlurEditorProps { world: w.clone(), shot, done })
}
