//! A report being made: photos, school, and what one may add. Three taps after the shutter.

use super::alike::{alike, use_alike};
use super::category_pick::{Open, Picking, category_pick, often};
use super::details::{Details, details};
use super::draft::{DraftHandle, Edit};
use super::emergency::{emergency, is_urgent};
use super::facts::facts;
use super::fields::{optional, typed_to, wrong};
use super::kept;
use super::photo_blur::blur;
use super::photo_strip::{Strip, photo_strip};
use super::place_pick::{Asking, place_pick};
use super::send::{Refusal, keep};
use super::unfinished;
use crate::hooks::use_position;
use crate::lang::Words;
use crate::markup;
use crate::rooms::me::storage::short_room;
use crate::route::Route;
use crate::ui::{flip, notice};
use crate::world::{World, text};
use crate::{dom, navigate, session};
use gloo_timers::callback::Timeout;
use shared::reports::category::is_private;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What the screen needs.
#[derive(Properties, PartialEq)]
pub struct ComposeProps {
    /// What every screen knows.
    pub world: World,
}

/// The screen.
#[component]
pub fn Compose(props: &ComposeProps) -> Html {
    let w = &props.world;
    w.title(&w.say("compose_title"));
    let (refusal, onsubmit, sending) = use_sending(&w.draft, &w.words);
    let (sentence, field) = (*refusal).as_ref().map(|why| why.said(w)).unwrap_or_default();
    let wrong_in = |name: &str| (field == name).then_some(sentence.as_str());
    // The photo knows better than the phone where it was taken; a school that is chosen needs neither.
    let wanted = w.draft.position().is_none() && !w.draft.is_busy() && w.draft.place.is_none();
    let asking = Asking {
        query: use_state(String::new),
        searching: use_state(|| false),
        phone: use_position(wanted),
        missing: field == "place",
    };
    let picking =
        Picking { open: use_state(Open::default), query: use_state(String::new), often: use_state(often) };
    let known = use_alike(w);
    let aloud = use_aloud(w, known.count());
    let strip = Strip { open: &use_state(|| None), blurring: &use_state(|| None), aloud: &aloud };
    let open = use_opened(field == "mail");
    let fold = Details { open: &open, dating: &use_state(|| false), mail: wrong_in("mail") };
    let urgent = use_urgent(w);
    let verb = match (sending, known.joined(w).is_some()) {
        (true, _) => "photos_preparing",
        (_, true) => "compose_join",
        _ => "compose_send",
    };
    markup! {
        <>
            { bar(w) }
            { unfinished::not_kept(w) }
            { short_room(w) }
            <form class="cols" novalidate="" {onsubmit} onkeydown={stay()} data-test="compose">
                if urgent { <div class="first" id="danger" role="alert">{ emergency(w, w.draft.urgency(), w.draft.slug()) }</div> }
                <div class="stack loose main-col">
                    { photo_strip(w, &strip) }
                    <div>{ place_pick(w, &asking) }{ facts(w, &aloud) }</div>
                </div>
                <div class="stack loose side-col" id="what" tabindex="-1">
                    { category_pick(w, &picking) }
                    { alike(w, &known) }
                    { description(w, wrong_in("description")) }
                </div>
                { details(w, &fold) }
                <div class="sticky-action stack">
                    if refusal.is_some() && matches!(field, "" | "what") {
                        { notice("danger", "alert", text(sentence.clone())) }
                    }
                    <button class="btn primary wide tall" data-test="send">{ flip("send") }{ w.t(verb) }</button>
                </div>
            </form>
            { blur(w, &strip) }
            <p class="visually-hidden" role="status">{ text((*aloud).clone()) }</p>
        </>
    }
}

/// What is said aloud: photos being made ready, reports found alike, and what other parts put there.
#[hook]
fn use_aloud(w: &World, alike: usize) -> UseStateHandle<String> {
    let aloud = use_state(String::new);
    let before = use_mut_ref(|| None::<usize>);
    let (ready, busy) = (w.draft.shots().count(), w.draft.is_busy());
    let (into, words) = (aloud.setter(), w.words.clone());
    use_effect_with((ready, busy), move |_| {
        let known = before.replace(Some(ready));
        match known {
            _ if busy => into.set(words.say("photos_preparing")),
            Some(before) if ready > before => into.set(counted(&words, "photos_ready", ready)),
            _ => {}
        }
    });
    let (into, words) = (aloud.setter(), w.words.clone());
    use_effect_with(alike, move |alike| {
        if *alike > 0 {
            into.set(counted(&words, "alike_found", *alike));
        }
    });
    aloud
}

fn counted(words: &Words, key: &str, n: usize) -> String {
    words.count(key, i64::try_from(n).unwrap_or_default())
}

/// Whether the fold is open; something wrong in it opens it, and mending that does not close it.
#[hook]
fn use_opened(wrong: bool) -> UseStateHandle<bool> {
    let open = use_state_eq(|| false);
    let setter = open.setter();
    use_effect_with(wrong, move |wrong| {
        if *wrong {
            setter.set(true);
        }
    });
    open
}

/// Whether somebody should call before writing. When that becomes so, the numbers are brought into sight.
#[hook]
fn use_urgent(w: &World) -> bool {
    let urgent = is_urgent(w.draft.urgency(), w.draft.slug());
    let arrived = use_mut_ref(|| false);
    use_effect_with(urgent, move |urgent| {
        if arrived.replace(true) && *urgent {
            dom::show("danger");
        }
    });
    urgent
}

/// Sending: at once, or as soon as the last photo is ready. The refusal to show, the form's verb, whether it runs.
#[hook]
fn use_sending(
    draft: &DraftHandle,
    words: &Words,
) -> (UseStateHandle<Option<Refusal>>, Callback<Event>, bool) {
    let refusal = use_state_eq(|| None::<Refusal>);
    let wanted = use_state(|| false);
    {
        let (draft, refusal, words) = (draft.clone(), refusal.setter(), words.clone());
        let (wanted, busy) = (wanted.clone(), draft.is_busy());
        use_effect_with((*wanted, busy), move |state| {
            if *state == (true, false) {
                spawn_local(async move {
                    if let Err(why) = send(&draft, words.lang()).await {
                        wanted.set(false);
                        let field = why.said(&words).1;
                        refusal.set(Some(why));
                        // The fold that holds it opens first.
                        Timeout::new(0, move || dom::focus(field)).forget();
                    }
                });
            }
        });
    }
    // What was mended is not wrong any more.
    let mended = refusal.setter();
    use_effect_with((draft.mail.clone(), draft.description.clone()), move |_| mended.set(None));
    let sending = *wanted;
    let shown = refusal.setter();
    let onsubmit = Callback::from(move |event: Event| {
        event.prevent_default();
        shown.set(None);
        wanted.set(true);
    });
    (refusal, onsubmit, sending)
}

async fn send(draft: &DraftHandle, lang: &str) -> Result<(), Refusal> {
    let id = keep(draft, lang).await?;
    kept::remember(&id, draft.shots().next().map(|shot| shot.url.clone()));
    // What is nobody's business does not stand first the next time this phone is handed around.
    if let Some(slug) = draft.slug().filter(|slug| !is_private(Some(slug))) {
        session::remember_category(slug);
    }
    draft.dispatch(Edit::Clear);
    navigate::replace(&Route::Kept(id));
    Ok(())
}

/// Enter in a line of text is no wish to send: it puts the keyboard away.
fn stay() -> Callback<Event> {
    Callback::from(|event: Event| {
        let Some(pressed) = event.dyn_ref::<web_sys::KeyboardEvent>() else { return };
        let field = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let (true, Some(field)) = (pressed.key() == "Enter" && !pressed.is_composing(), field) {
            event.prevent_default();
            let _ = field.blur();
        }
    })
}

fn bar(w: &World) -> Html {
    markup! {
        <div class="bar">
            <a class="icon-btn" href="/" data-back="" data-test="compose-close">
                { icon("x") }<span class="visually-hidden">{ w.t("act_close") }</span>
            </a>
            <h1 class="bar-title">{ w.t("compose_title") }</h1>
            { unfinished::keeping(w) }
        </div>
    }
}

/// In their words; there, never in the way.
fn description(w: &World, error: Option<&str>) -> Html {
    let oninput = typed_to(w, Edit::Description);
    markup! {
        <div class="field">
            <label for="description">{ optional(w, "text_label") }</label>
            <textarea id="description" data-test="description" rows="3" autocomplete="off" autocapitalize="sentences" dir="auto"
                value={w.draft.description.clone()} {oninput} aria-describedby="description-hint" aria-invalid={error.map(|_| "true")} />
            if let Some(sentence) = error { { wrong(sentence) } }
            <span class="hint" id="description-hint">{ w.t("text_hint") }</span>
        </div>
    }
}
