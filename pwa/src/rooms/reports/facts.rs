//! What the photo says of itself: when and where it was taken. Shown, so that the person can take it away.

use super::draft::Edit;
use crate::markup;
use crate::world::World;
use yew::prelude::*;

/// Both, each one tap from being taken away, and one from being put back. Nothing for photos that say nothing.
pub fn facts(w: &World, aloud: &UseStateHandle<String>) -> Html {
    let (kept, photos) = (w.draft.kept(), &w.draft.kept().photos);
    let when = photos.iter().filter_map(|photo| photo.taken_at).min();
    let from = photos.iter().find_map(|photo| photo.position);
    if when.is_none() && from.is_none() {
        return Html::default();
    }
    let school = kept.place.as_ref().and_then(|id| w.place(id)?.position);
    let date = when.map(|when| {
        let said = match kept.without_date {
            true => w.say("fact_no_date"),
            false => w.with("fact_date", &[("moment", &w.moment(when))]),
        };
        fact(w, "calendar", said, kept.without_date, (Edit::WithoutDate, aloud))
    });
    let place = from.map(|from| {
        let said = match (kept.without_position, school) {
            (true, _) => w.say("fact_no_place"),
            (false, Some(school)) => {
                w.with("fact_place", &[("distance", &w.distance(from.metres_to(school)))])
            }
            (false, None) => w.say("fact_place_known"),
        };
        fact(w, "map-pin", said, kept.without_position, (Edit::WithoutPosition, aloud))
    });
    markup! {
        <div class="facts-row" role="group" aria-label={w.say("facts_label")}>
            { date.unwrap_or_default() }
            { place.unwrap_or_default() }
            <span class="hint">{ w.t("facts_hint") }</span>
        </div>
    }
}

/// `without`: it was taken away.
fn fact(
    w: &World,
    sign: &'static str,
    said: String,
    without: bool,
    (edit, aloud): (fn(bool) -> Edit, &UseStateHandle<String>),
) -> Html {
    let (draft, aloud) = (w.draft.dispatcher(), aloud.setter());
    let done = w.say(if without { "fact_back" } else { "fact_gone" });
    let onclick = Callback::from(move |_: Event| {
        draft.dispatch(edit(!without));
        aloud.set(done.clone());
    });
    markup! {
        <button type="button" class={if without { "fact off" } else { "fact" }} data-test={["fact-", sign].concat()} {onclick}>
            <span>
                { icon(sign) }{ text(said) }
                { icon(if without { "undo" } else { "x" }) }
                <span class="visually-hidden">{ w.t(if without { "fact_put_back" } else { "fact_take_away" }) }</span>
            </span>
        </button>
    }
}
