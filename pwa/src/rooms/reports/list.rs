//! Reports, newest first: open or closed, everywhere or at one school; on a page of their own or on another's.

use super::me_too::me_too;
use crate::api::{self, Failure};
use crate::hooks::{Fetched, Stance, decode, use_get};
use crate::markup;
use crate::markup::component;
use crate::route::{Filter, Route};
use crate::ui::{back_bar, empty, report_row, skeleton, stale, unanswered, yours};
use crate::world::World;
use shared::reports::{ReportBrief, ReportList};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The page of their own.
pub fn list(w: &World, filter: &Filter) -> Html {
    let place = filter.place.as_ref();
    let name = place.map(|id| w.place(id).map_or_else(|| id.to_string(), |place| place.name.clone()));
    let title = match &name {
        Some(name) => w.with("list_at", &[("place", name)]),
        None => w.say("list_title"),
    };
    w.title(&title);
    let all = ReportsProps { world: w.clone(), filter: filter.clone(), most: None };
    let back = place.map_or(Route::Places, |id| Route::Place(id.clone()));
    markup! {
        <>
            { back_bar(w, &back, name.unwrap_or_else(|| w.say("places_title"))) }
            <div class="school-head"><h1>{ text(title) }</h1><p class="soft">{ w.t("list_lead") }</p></div>
            <div class="filters"><div class="chips scroll">
                { chip(w, filter, Filter { closed: false, ..filter.clone() }, "list_open") }
                { chip(w, filter, Filter { closed: true, ..filter.clone() }, "list_closed") }
                if filter.place.is_some() {
                    { chip(w, filter, Filter { place: None, ..filter.clone() }, "places_all_reports") }
                }
            </div></div>
            { component::<Reports>(&filter.query(), all) }
        </>
    }
}

fn chip(w: &World, filter: &Filter, target: Filter, key: &str) -> Html {
    let current = (*filter == target).then_some("true");
    let sign = match (target.closed, key) {
        (_, "places_all_reports") => "x",
        (true, _) => "circle-check",
        (false, _) => "hourglass",
    };
    markup! {
        <a class="chip" href={Route::Reports(target).href()} aria-current={current}>{ icon(sign) }{ w.t(key) }</a>
    }
}

/// Which reports.
#[derive(Properties, PartialEq)]
pub struct ReportsProps {
    /// What every screen knows.
    pub world: World,
    /// Which.
    pub filter: Filter,
    /// How many at most, on the page of something else; without it all, a page at a time.
    pub most: Option<usize>,
}

/// What "load more" has brought so far.
#[derive(Clone, Default)]
struct Further {
    reports: Rc<Vec<ReportBrief>>,
    /// The next cursor, once a further page came.
    next: Option<Option<String>>,
    failed: Option<Failure>,
    loading: bool,
}

/// The reports of a filter, each open one with its "moi aussi".
#[component]
pub fn Reports(props: &ReportsProps) -> Html {
    let (w, aside) = (&props.world, props.most.is_some());
    let first = use_get::<ReportList>(&address(&props.filter, None), None, w.queue.received());
    let further = use_state(Further::default);
    let Some(list) = &first.value else { return without(w, &first, aside) };
    if list.reports.is_empty() {
        let key = if props.filter.closed { "list_none" } else { "home_already_none" };
        return empty("circle-check", w.t(key), Html::default());
    }
    let next = further.next.clone().unwrap_or_else(|| list.next.clone()).filter(|_| !aside);
    let shown = list.reports.iter().chain(further.reports.iter()).take(props.most.unwrap_or(usize::MAX));
    let with_place = props.filter.place.is_none();
    markup! {
        <>
            { stale(w, first.since) }
            <ul class={if aside { "reports" } else { "reports grid" }}>
                { for shown.map(|brief| row(w, brief, with_place)) }
            </ul>
            { match (&further.failed, next.is_some()) {
                (Some(failure), _) => unanswered(w, failure, &more(&further, &props.filter, next)),
                (None, true) => more_button(w, further.loading, &more(&further, &props.filter, next)),
                (None, false) => Html::default(),
            } }
        </>
    }
}

/// Nothing yet, or nothing at all: on the page of something else that is only noted.
fn without(w: &World, asked: &Fetched<ReportList>, aside: bool) -> Html {
    match &asked.failure {
        None => skeleton(if aside { 2 } else { 5 }),
        Some(_) if aside => {
            markup! { <p class="row hint">{ icon("wifi-off") }{ w.t("offline_unseen_list") }</p> }
        }
        Some(failure) => unanswered(w, failure, &asked.again),
    }
}

/// A row with its "moi aussi" while people still wait; counts this phone's own before the server does.
fn row(w: &World, brief: &ReportBrief, with_place: bool) -> Html {
    let stance = w.queue.stance(&brief.id);
    let people = brief.people + i64::from(stance == Stance::SupportWaiting);
    let signs = if stance == Stance::Reporter { yours(w) } else { Html::default() };
    let act = if brief.status.is_open() && stance != Stance::Reporter {
        me_too(w, &brief.id, false)
    } else {
        Html::default()
    };
    report_row(w, brief, with_place, people, (signs, act))
}

fn more_button(w: &World, loading: bool, more: &Callback<()>) -> Html {
    let more = more.clone();
    let onclick = Callback::from(move |_: Event| more.emit(()));
    markup! {
        <button class="btn quiet wide more" type="button" data-test="more" {onclick}>
            { w.t(if loading { "loading" } else { "act_more" }) }
        </button>
    }
}

/// Fetches the page behind `next`.
fn more(further: &UseStateHandle<Further>, filter: &Filter, next: Option<String>) -> Callback<()> {
    let (further, filter) = (further.clone(), filter.clone());
    Callback::from(move |()| {
        if further.loading {
            return;
        }
        let (now, path) = ((*further).clone(), address(&filter, next.as_deref()));
        further.set(Further { loading: true, failed: None, ..now.clone() });
        let further = further.setter();
        spawn_local(async move {
            let answer = api::get(&path, None).await;
            let list = answer.and_then(|(json, _)| decode::<ReportList>(&json).ok_or(Failure::Garbled));
            further.set(match list {
                Ok(list) => {
                    let reports = now.reports.iter().chain(&list.reports).cloned().collect();
                    let next = Some(list.next.clone());
                    Further { reports: Rc::new(reports), next, failed: None, loading: false }
                }
                Err(failure) => Further { failed: Some(failure), loading: false, ..now },
            });
        });
    })
}

/// The address in the API of a list of reports.
pub fn address(filter: &Filter, before: Option<&str>) -> String {
    let mut query = vec![filter.query()];
    if !filter.closed {
        query.push("status=open".to_owned());
    }
    query.extend(before.map(|before| ["before=", before].concat()));
    query.retain(|part| !part.is_empty());
    ["/api/v1/reports?", &query.join("&")].concat()
}
