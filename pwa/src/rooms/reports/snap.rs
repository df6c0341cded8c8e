//! The camera, the gallery, and the way without either: each begins a report, or adds to the one being made.

use super::draft::take;
use super::drafts;
use crate::markup;
use crate::navigate;
use crate::route::Route;
use crate::world::World;
use shared::ids::PlaceId;
use web_sys::{File, HtmlInputElement};
use yew::prelude::*;

/// What a camera may hand over. HEIC stays out: iOS then converts to JPEG by itself.
pub const ACCEPT: &str = "image/jpeg,image/png,image/webp,image/*";

/// A hidden file input: takes the files for the report being made; elsewhere for a new one, to which a school is carried
/// over when there is one.
pub fn input(place: Option<&PlaceId>, test: &'static str, camera: bool) -> Html {
    let place = place.cloned();
    let onchange = Callback::from(move |event: Event| {
        let files = chosen(&event);
        if files.is_empty() {
            return;
        }
        if matches!(navigate::current(), Route::Compose(_)) {
            return take(files);
        }
        let id = drafts::begin(place.clone());
        take(files);
        navigate::go(&Route::Compose(id));
    });
    markup! {
        <input class="visually-hidden" type="file" accept={ACCEPT} capture={camera.then_some("environment")}
            multiple={(!camera).then_some("")} data-test={test} {onchange} />
    }
}

/// The files that a person chose in a file input.
pub fn chosen(event: &Event) -> Vec<File> {
    let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return vec![] };
    let files = input.files().map(|list| (0..list.length()).filter_map(|n| list.get(n)).collect());
    // The same photo may be chosen again after it was taken away.
    input.set_value("");
    files.unwrap_or_default()
}

/// The one big button.
pub fn snap(w: &World) -> Html {
    markup! {
        <label class="snap">
            { input(None, "snap-input", true) }
            <span class="lens">{ icon("camera") }</span>
            <span class="snap-word">{ w.t("home_snap") }</span>
        </label>
    }
}

/// The same as a button among others, on a school's page.
pub fn snap_here(w: &World, place: &PlaceId) -> Html {
    markup! {
        <label class="btn signal wide tall">
            { icon("camera") }{ w.t("school_report_here") }{ input(Some(place), "snap-input", true) }
        </label>
    }
}

/// Gallery, or no photo at all.
pub fn snap_else(w: &World, place: Option<&PlaceId>) -> Html {
    markup! {
        <div class="snap-else">
            <label class="btn quiet">
                { icon("image") }{ w.t("home_gallery") }{ input(place, "gallery-input", false) }
            </label>
            <a class="btn quiet" href={Route::Begin(place.cloned()).href()} data-test="without-photo">
                { icon("pencil") }{ w.t("home_no_photo") }
            </a>
        </div>
    }
}
