//! What is it? A few frequent answers at once, all others two taps away, none compulsory.

use super::draft::{Draft, Edit};
use crate::markup;
use crate::ui::{category_icon, flip};
use crate::world::World;
use shared::reports::category::{ALL, GROUPS, is_private};
use yew::prelude::*;

/// The answers shown at once.
const FREQUENT: [&str; 8] = [
    "hygiene-toilettes",
    "energie-chauffage",
    "cour-jeux",
    "bati-fuite-infiltration",
    "energie-electricite",
    "bati-porte-fenetre-store",
    "hygiene-menage",
    "hygiene-nuisibles",
];

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

/// The question.
pub fn category_pick(w: &World, open: &UseStateHandle<Open>) -> Html {
    let all = **open != Open::Frequent;
    let toggle = set(open, if all { Open::Frequent } else { Open::Groups });
    markup! {
        <fieldset>
            <legend>{ w.t("category_legend") }{ text(" ".to_owned()) }<span class="hint">{ w.t("optional") }</span></legend>
            <div class="chips">
                { for at_once(&w.draft).map(|slug| chip(w, open, slug)) }
                <button type="button" class="chip" aria-expanded={yes(all)} data-test="category-more" onclick={toggle}>
                    { icon(if all { "chevron-down" } else { "plus" }) }{ w.t("category_other") }
                </button>
            </div>
            if all {
                <ul class="places category-all">{ for GROUPS.iter().map(|name| group(w, open, name)) }</ul>
            }
            if is_private(w.draft.category) {
                <p class="row hint">{ icon("lock") }{ w.t("category_private") }</p>
            }
        </fieldset>
    }
}

fn yes(is: bool) -> &'static str {
    if is { "true" } else { "false" }
}

fn set(open: &UseStateHandle<Open>, to: Open) -> Callback<Event> {
    let open = open.setter();
    Callback::from(move |_| open.set(to))
}

/// The frequent answers, and the present one when it is not among them.
fn at_once(draft: &Draft) -> impl Iterator<Item = &'static str> + use<> {
    FREQUENT.into_iter().chain(draft.category.filter(|slug| !FREQUENT.contains(slug)))
}

/// A toggle of its category; a frequent one may have a shorter word. A choice made in the long list folds it away: the
/// answer then stands among the frequent ones.
fn chip(w: &World, open: &UseStateHandle<Open>, slug: &'static str) -> Html {
    let key = slug.replace('-', "_");
    let short = ["category_short_", &key].concat();
    let label = if w.has(&short) { w.say(&short) } else { w.say(&["category_", &key].concat()) };
    let (draft, open) = (w.draft.dispatcher(), open.setter());
    let onclick = Callback::from(move |_: Event| {
        open.set(Open::Frequent);
        draft.dispatch(Edit::Category(slug));
    });
    markup! {
        <button type="button" class="chip" aria-pressed={yes(w.draft.category == Some(slug))} {onclick}
            data-test={["category-", slug].concat()}>
            { icon(category_icon(Some(slug))) }{ text(label) }
        </button>
    }
}

/// A group; open, it shows its categories.
fn group(w: &World, open: &UseStateHandle<Open>, name: &'static str) -> Html {
    let on = **open == Open::Group(name);
    let toggle = set(open, if on { Open::Groups } else { Open::Group(name) });
    let members = ALL.iter().filter(|category| category.group == name && !FREQUENT.contains(&category.slug));
    markup! {
        <li>
            <button type="button" class="place" aria-expanded={yes(on)} data-test={["group-", name].concat()} onclick={toggle}>
                { icon(name) }
                <span class="place-name">{ text(w.of_slug("category_", name)) }</span>
                { flip(if on { "chevron-down" } else { "chevron-right" }) }
            </button>
            if on {
                <div class="chips">{ for members.map(|category| chip(w, open, category.slug)) }</div>
            }
        </li>
    }
}
