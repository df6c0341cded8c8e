//! "Déjà signalé ici ?": reports still open at this school that may be the same thing, shown before sending.
//!
//! From what this phone knows, network or not; judged as the server judges. Promises: never in the way, says nothing
//! where nothing is known.

use super::draft::Edit;
use super::list::address;
use crate::dom;
use crate::hooks::use_get;
use crate::markup;
use crate::route::Filter;
use crate::ui::{age, picture, title, waiting};
use crate::world::World;
use outbox::edges;
use shared::ids::ParcelId;
use shared::reports::category::is_private;
use shared::reports::duplicate::{Facts, Said, suggest};
use shared::reports::{ReportBrief, ReportList};
use std::rc::Rc;
use yew::prelude::*;

/// Most reports shown.
const SHOWN: usize = 3;

/// The open reports of the school chosen.
pub struct Alike {
    open: Option<Rc<ReportList>>,
    /// Those that may be the same, most alike first.
    suggested: Vec<ParcelId>,
}

/// Asks for them whenever the school changes. What is nobody's business is never put under what everybody reads.
#[hook]
pub fn use_alike(w: &World) -> Alike {
    let place = w.draft.place.clone().filter(|_| !is_private(w.draft.slug()));
    let path = place.map(|place| address(&Filter { place: Some(place), closed: false }, None));
    let open = use_get::<ReportList>(path.as_deref().unwrap_or_default(), None, w.queue.received()).value;
    let suggested = open.as_ref().map(|list| suggested(w, &list.reports)).unwrap_or_default();
    Alike { open, suggested }
}

fn suggested(w: &World, open: &[ReportBrief]) -> Vec<ParcelId> {
    let Some(place) = w.draft.place.clone() else { return vec![] };
    let draft = Facts {
        id: w.draft.id.clone(),
        place: Some(place),
        position: None,
        category: w.draft.category.clone(),
        words: [&*w.draft.description, " ", &*w.draft.spot].concat(),
        at: edges::now(),
        closed_at: None,
        looks: vec![],
    };
    let known: Vec<_> = open.iter().map(facts).collect();
    suggest(&draft, Said { same_as: None, unlike: &w.draft.unlike }, &known, SHOWN)
}

/// What this phone knows of it: the first of its words, and no photo's look.
fn facts(brief: &ReportBrief) -> Facts {
    let ReportBrief { id, place, category, status, excerpt, received_at, .. } = brief;
    Facts {
        id: id.clone(),
        place: Some(place.clone()),
        position: None,
        category: category.clone(),
        words: excerpt.clone(),
        at: *received_at,
        closed_at: (!status.is_open()).then_some(*received_at),
        looks: vec![],
    }
}

impl Alike {
    fn find(&self, id: &ParcelId) -> Option<&ReportBrief> {
        self.open.as_ref()?.reports.iter().find(|brief| brief.id == *id)
    }

    /// The one the person said it is, among those shown.
    pub fn joined(&self, w: &World) -> Option<&ReportBrief> {
        self.find(w.draft.same_as.as_ref()?)
    }

    /// How many are shown.
    pub fn count(&self) -> usize {
        self.suggested.len()
    }
}

/// The question; the answer in its place once it was given.
pub fn alike(w: &World, alike: &Alike) -> Html {
    let joined = alike.joined(w);
    let shown: Vec<_> = match joined {
        Some(brief) => vec![brief],
        None => alike.suggested.iter().filter_map(|id| alike.find(id)).collect(),
    };
    if shown.is_empty() {
        return Html::default();
    }
    markup! {
        <section class={if joined.is_some() { "alike joined" } else { "alike" }} id="alike" tabindex="-1" aria-labelledby="alike-title">
            <h2 id="alike-title">{ w.t(if joined.is_some() { "alike_joined" } else { "alike_title" }) }</h2>
            <ul>{ for shown.into_iter().map(|brief| one(w, brief, joined.is_some())) }</ul>
        </section>
    }
}

fn one(w: &World, brief: &ReportBrief, joined: bool) -> Html {
    let name = title(w, brief);
    markup! {
        <li key={brief.id.as_str()} data-test="alike" data-id={brief.id.to_string()}>
            { picture(brief) }
            <div class="report-text">
                <p class="report-title">{ text(name.clone()) }</p>
                if brief.category.is_some() && !brief.excerpt.is_empty() {
                    <p class="report-say" dir="auto">{ text(brief.excerpt.clone()) }</p>
                }
                <p class="report-meta">{ waiting(w, brief.people) }{ age(w, brief.received_at) }</p>
            </div>
            <div class="alike-acts">
                if joined {
                    { verb(w, ("alike-undo", Some("undo"), "act_undo"), &name, || Edit::SameAs(None)) }
                } else {
                    { verb(w, ("alike-same", Some("check"), "alike_same"), &name, same(&brief.id)) }
                    { verb(w, ("alike-other", None, "alike_other"), &name, unlike(&brief.id)) }
                }
            </div>
        </li>
    }
}

fn same(id: &ParcelId) -> impl Fn() -> Edit + use<> {
    let id = id.clone();
    move || Edit::SameAs(Some(id.clone()))
}

fn unlike(id: &ParcelId) -> impl Fn() -> Edit + use<> {
    let id = id.clone();
    move || Edit::Unlike(id.clone())
}

/// A button whose row goes when it is tapped: the reading position stays with the question, or what stands after it.
fn verb(
    w: &World,
    (test, sign, key): (&'static str, Option<&'static str>, &str),
    name: &str,
    edit: impl Fn() -> Edit + 'static,
) -> Html {
    let draft = w.draft.dispatcher();
    let onclick = Callback::from(move |_: Event| {
        draft.dispatch(edit());
        dom::focus_soon(vec!["alike".to_owned(), "what".to_owned()]);
    });
    markup! {
        <button type="button" class="btn quiet small" data-test={test} {onclick}>
            if let Some(sign) = sign { { icon(sign) } }
            { w.t(key) }<span class="visually-hidden">{ text([": ", name].concat()) }</span>
        </button>
    }
}
