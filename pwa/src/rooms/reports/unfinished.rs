//! Drafts on screen: how the one in hand is kept, and cards of those begun.

use super::drafts::{self, Keeping, Unfinished};
use crate::markup;
use crate::markup::component;
use crate::route::Route;
use crate::ui::{Thumb, ThumbProps, age, category_icon, notice};
use crate::world::World;
use yew::prelude::*;

/// Letters of somebody's words on a card.
const WORDS: usize = 60;

/// In the bar of a report being made: whether it is kept.
pub fn keeping(w: &World) -> Html {
    let (state, key) = match w.drafts.keeping {
        Keeping::Nothing | Keeping::Fresh => return Html::default(),
        Keeping::Busy => ("keeping", "draft_keeping"),
        Keeping::Kept => ("kept", "draft_kept"),
        Keeping::Full | Keeping::Forbidden => ("refused", "draft_not_kept"),
    };
    markup! { <span class="bar-note" data-test="draft-state" data-state={state}>{ w.t(key) }</span> }
}

/// Below that bar: why it is not kept, and what helps.
pub fn not_kept(w: &World) -> Html {
    match w.drafts.keeping {
        Keeping::Full => notice("warn", "smartphone", w.t("draft_full")),
        Keeping::Forbidden => notice("warn", "smartphone", w.t("storage_none")),
        _ => Html::default(),
    }
}

/// The reports begun, and the way to take one back that was thrown away.
pub fn unfinished(w: &World) -> Html {
    let many = i64::try_from(w.drafts.list.len()).unwrap_or(0);
    markup! {
        <>
            if many > 0 {
                <section class="begun" aria-labelledby="begun">
                    <div class="section-head"><h2 id="begun">{ text(w.count("drafts_begun", many)) }</h2></div>
                    { for w.drafts.list.iter().map(|one| card(w, one)) }
                </section>
            }
            if w.drafts.thrown { { toast(w) } }
        </>
    }
}

fn card(w: &World, one: &Unfinished) -> Html {
    let draft = &one.draft;
    let place = draft.place.as_ref().and_then(|id| w.place(id));
    let name = place.map_or_else(|| w.say("draft_no_place"), |place| place.name.clone());
    let line = draft.description.lines().next().unwrap_or_default();
    let said = match &draft.category {
        Some(slug) => w.of_slug("category_", slug),
        None => line.chars().take(WORDS).collect(),
    };
    let id = draft.id.clone();
    let throw = Callback::from(move |_: Event| drafts::throw(&id));
    markup! {
        <article class="parcel" key={draft.id.as_str()} data-test="draft" data-id={draft.id.to_string()}>
            { picture(one) }
            <div class="parcel-body">
                <h3 class="report-title">{ text(name) }</h3>
                if !said.is_empty() { <p class="report-say" dir="auto">{ text(said) }</p> }
                <p class="parcel-say">{ icon("pencil") }{ age(w, draft.changed_at) }</p>
            </div>
            <div class="parcel-acts">
                <a class="btn primary small" href={Route::Compose(draft.id.clone()).href()} data-test="draft-resume">
                    { w.t("draft_resume") }
                </a>
                <button class="btn quiet small" type="button" data-test="draft-throw" onclick={throw}>
                    { icon("trash") }{ w.t("draft_throw") }
                </button>
            </div>
        </article>
    }
}

fn picture(one: &Unfinished) -> Html {
    let sign = category_icon(one.draft.category.as_deref());
    match &one.picture {
        Some(url) => {
            markup! { <img class="thumb" src={url.as_str().to_owned()} alt="" width="88" height="88" /> }
        }
        None => {
            let photo = one.draft.photos.first().map(|photo| photo.hash.clone());
            component::<Thumb>("", ThumbProps { id: one.draft.id.clone(), photo, received: false, sign })
        }
    }
}

fn toast(w: &World) -> Html {
    let undo = Callback::from(|_: Event| drafts::undo());
    markup! {
        <div class="toast" role="status">
            <span>{ w.t("draft_thrown") }</span>
            <button class="btn bare" type="button" data-test="undo" onclick={undo}>
                { icon("undo") }{ w.t("act_undo") }
            </button>
        </div>
    }
}
