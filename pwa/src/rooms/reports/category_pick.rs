//! What is it? The answers this phone gives most at once, a search, and the whole tree; none compulsory.

use super::draft::{Draft, Edit};
use super::fields::optional;
use super::typed;
use crate::ui::{category_icon, flip};
use crate::world::World;
use crate::{dom, markup, session};
use shared::reports::category::{ALL, Category, GROUPS, find, is_private, search};
use yew::prelude::*;

/// The answers shown at once to who has given none yet.
const FREQUENT: [&str; AT_ONCE] = [
    "hygiene-toilettes",
    "energie-chauffage",
    "cour-jeux",
    "bati-fuite-infiltration",
    "energie-electricite",
    "bati-porte-fenetre-store",
    "hygiene-menage",
    "hygiene-nuisibles",
];
/// How many are shown at once.
const AT_ONCE: usize = 8;
/// Most answers of a search.
const FOUND: usize = 8;

/// How much of the tree is open.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Open {
    /// The frequent answers only.
    #[default]
    Frequent,
    /// All groups.
    Groups,
    /// All groups, and the categories of one.
    Group(&'static str),
}

/// What the question goes by.
pub struct Picking {
    /// How much of the tree is open.
    pub open: UseStateHandle<Open>,
    /// Words typed.
    pub query: UseStateHandle<String>,
    /// The answers shown at once.
    pub often: UseStateHandle<Vec<&'static str>>,
}

/// The answers this phone gave most often, then those that everybody gives.
pub fn often() -> Vec<&'static str> {
    let mut often: Vec<&str> = vec![];
    let used = session::categories();
    for slug in used.iter().filter_map(|slug| find(slug)).map(|category| category.slug).chain(FREQUENT) {
        if !often.contains(&slug) {
            often.push(slug);
        }
    }
    often.truncate(AT_ONCE);
    often
}

/// The question.
pub fn category_pick(w: &World, picking: &Picking) -> Html {
    let Picking { open, query, often } = picking;
    let searching = !query.trim().is_empty();
    markup! {
        <fieldset class="category-pick">
            <legend>{ optional(w, "category_legend") }</legend>
            <label class="search">
                <span class="visually-hidden">{ w.t("category_search_label") }</span>
                { icon("search") }
                <input type="search" id="category-search" data-test="category-search" placeholder={w.say("category_search")}
                    value={(**query).clone()} enterkeyhint="done" autocomplete="off" autocapitalize="none" oninput={typed(query)} />
            </label>
            if searching { { found(w, picking) } } else { { at_once(w, picking, often) } }
            if **open != Open::Frequent && !searching {
                <ul class="places category-all">{ for GROUPS.iter().map(|name| group(w, picking, name)) }</ul>
            }
            if is_private(w.draft.slug()) {
                <p class="row hint">{ icon("lock") }{ w.t("category_private") }</p>
            }
        </fieldset>
    }
}

/// The frequent answers, and the present one when it is not among them.
fn at_once(w: &World, picking: &Picking, often: &[&'static str]) -> Html {
    let all = *picking.open != Open::Frequent;
    let toggle = set(&picking.open, if all { Open::Frequent } else { Open::Groups });
    let present = present(&w.draft).filter(|slug| !often.contains(slug));
    markup! {
        <div class="chips">
            { for often.iter().copied().chain(present).map(|slug| chip(w, picking, slug, true)) }
            <button type="button" class="chip" aria-expanded={yes(all)} data-test="category-more" onclick={toggle}>
                { icon(if all { "chevron-down" } else { "plus" }) }{ w.t("category_other") }
            </button>
        </div>
    }
}

/// What the words typed may mean.
fn found(w: &World, picking: &Picking) -> Html {
    let named = |category: &Category| {
        [w.of_slug("category_", category.slug), w.of_slug("category_words_", category.slug)].join(" ")
    };
    let found = search(&picking.query, &w.say("category_search_idle"), named, FOUND);
    let n = i64::try_from(found.len()).unwrap_or(0);
    markup! {
        <div class="chips" data-test="category-found">
            { for found.iter().map(|category| chip(w, picking, category.slug, false)) }
            <p role="status" class={if n > 0 { "visually-hidden" } else { "hint" }}>
                { text(if n > 0 { w.count("category_found", n) } else { w.say("category_unfound") }) }
            </p>
        </div>
    }
}

fn yes(is: bool) -> &'static str {
    if is { "true" } else { "false" }
}

fn set(open: &UseStateHandle<Open>, to: Open) -> Callback<Event> {
    let open = open.setter();
    Callback::from(move |_| open.set(to))
}

fn present(draft: &Draft) -> Option<&'static str> {
    draft.slug().and_then(find).map(|category| category.slug)
}

/// A toggle of its category; among the frequent ones it may have a shorter word. A choice made elsewhere leads back
/// there: the answer then stands among them, and has the keyboard.
fn chip(w: &World, picking: &Picking, slug: &'static str, at_once: bool) -> Html {
    let key = slug.replace('-', "_");
    let short = ["category_short_", &key].concat();
    let label = if at_once && w.has(&short) { w.say(&short) } else { w.say(&["category_", &key].concat()) };
    let (draft, open, query) = (w.draft.dispatcher(), picking.open.setter(), picking.query.setter());
    let onclick = Callback::from(move |_: Event| {
        draft.dispatch(Edit::Category(slug));
        if !at_once {
            open.set(Open::Frequent);
            query.set(String::new());
            dom::focus_soon(vec![["at-once-", slug].concat()]);
        }
    });
    markup! {
        <button type="button" class="chip" aria-pressed={yes(w.draft.slug() == Some(slug))} {onclick}
            id={at_once.then(|| ["at-once-", slug].concat())} data-test={["category-", slug].concat()}>
            { icon(category_icon(Some(slug))) }{ text(label) }
        </button>
    }
}

/// A group; open, it shows its categories.
fn group(w: &World, picking: &Picking, name: &'static str) -> Html {
    let on = *picking.open == Open::Group(name);
    let toggle = set(&picking.open, if on { Open::Groups } else { Open::Group(name) });
    let members = ALL.iter().filter(|category| category.group == name);
    markup! {
        <li>
            <button type="button" class="place" aria-expanded={yes(on)} data-test={["group-", name].concat()} onclick={toggle}>
                { icon(name) }
                <span class="place-name">{ text(w.of_slug("category_", name)) }</span>
                { flip(if on { "chevron-down" } else { "chevron-right" }) }
            </button>
            if on {
                <div class="chips">{ for members.map(|category| chip(w, picking, category.slug, false)) }</div>
            }
        </li>
    }
}
