//! Following a report: being asked whether it is fixed, answering in one tap, opening it again; all of it without network.
//!
//! Owns what its people see of that on its page; `standing.rs` says how they stand, `answers.rs` takes their word,
//! `repaired.rs` a photo of what is fixed. Promises:
//! what they see is the server's word overlaid with theirs; nothing leaves before it may be thought over. Does not: send
//! anything (the outbox does), ask anybody (the server does, and a card here when its day has come).

pub mod answers;
mod repaired;
pub mod standing;

use super::ask;
use crate::markup;
use crate::markup::component;
use crate::world::World;
use answers::{Of, answered, answers, says};
use outbox::edges;
use repaired::{Repaired, RepairedProps};
use shared::followup::{FollowUp, Rhythm, Wish};
use shared::ids::{Key, ParcelId};
use shared::instant::Instant;
use shared::reports::ReportPage;
use standing::{Answer, Stage, Standing, Told, standing};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// How this phone's person stands to `report`; `page` and since when it is kept, where there is one.
pub fn stand(w: &World, report: &ParcelId, page: Option<(&ReportPage, Option<Instant>)>) -> Standing {
    let told =
        page.and_then(|(page, since)| Some(Told { follow: page.mine.as_ref()?.follow.as_ref(), since }));
    standing(&w.queue.parcels, report, told, (edges::now(), ask::guess))
}

/// What a report's page says of following it.
#[derive(Properties, PartialEq)]
pub struct FollowProps {
    /// What every screen knows.
    pub world: World,
    /// The report, as the server gave it.
    pub page: Rc<ReportPage>,
    /// Since when that is kept, if it is not fresh.
    pub since: Option<Instant>,
    /// The secret of the address, if it had one.
    pub shown: Option<Key>,
    /// What a notification was tapped for, where no worker could note it.
    pub wished: Option<Wish>,
}

/// Whether "is it fixed?" waits for an answer on this page: it comes before everything else there.
pub fn asks(
    w: &World,
    page: &ReportPage,
    (shown, wished): (Option<&Key>, Option<Wish>),
    since: Option<Instant>,
) -> bool {
    let stand = stand(w, &page.brief.id, Some((page, since)));
    let wanted = stand.asked || (wished.is_some() && stand.answer.is_none());
    page.brief.status.is_open() && wanted && has_say(w, page, shown)
}

/// Who only follows has no say in whether it is fixed. What the page says of it counts for who holds its secret.
fn has_say(w: &World, page: &ReportPage, shown: Option<&Key>) -> bool {
    let mine = page.mine.as_ref();
    w.queue.waits_for(&page.brief.id) || mine.is_some_and(|mine| mine.reporter || shown.is_some())
}

/// The card.
#[component]
pub fn FollowCard(props: &FollowProps) -> Html {
    let FollowProps { world: w, page, since, shown, wished } = props;
    let folds = (use_state(|| false), use_state(|| false));
    let of = Of { report: page.brief.id.clone(), shown: shown.clone() };
    let stand = stand(w, &of.report, Some((page, *since)));
    let is_open = page.brief.status.is_open();
    if page.mine.is_none() && outbox::secret(&w.queue.parcels, &of.report).is_none() {
        return if is_open { bell(w, &of, page.urgency) } else { Html::default() };
    }
    if !is_open {
        return closed(w, page, (&of, &stand));
    }
    let asks = asks(w, page, (shown.as_ref(), *wished), *since);
    let has_say = has_say(w, page, shown.as_ref());
    let inside = if asks {
        markup! { <>{ others_say(w, page) }{ answers(w, &of, *wished) }</> }
    } else if let Some(answer) = &stand.answer {
        said(w, (page, &of), (&stand, answer))
    } else if has_say {
        markup! { <>{ others_say(w, page) }{ verbs(w, page, &of) }</> }
    } else {
        Html::default()
    };
    markup! {
        <section class={if asks { "card ask stack" } else { "card stack" }} data-test="follow" aria-labelledby="follow">
            <h2 id="follow">{ w.t(if asks { "mine_ask" } else { "follow_title" }) }</h2>
            { inside }
            if !asks { { rhythm(w, (&of, page.urgency), (&stand, has_say), &folds) } }
        </section>
    }
}

/// That others say it is fixed.
fn others_say(w: &World, page: &ReportPage) -> Html {
    let said = page.said_fixed.map(|said| w.count("follow_others_say", said.people));
    said.map_or_else(Html::default, |said| markup! { <p data-test="others-say">{ text(said) }</p> })
}

/// What one answered; who said that it is fixed may show it.
fn said(w: &World, (page, of): (&ReportPage, &Of), (stand, answer): (&Standing, &Answer)) -> Html {
    let fixed = answer.wish == Wish::Fixed && !matches!(answer.stage, Stage::Refused(_));
    markup! {
        <>
            { answered(w, answer, (stand, Some(page))) }
            if fixed { { component::<Repaired>("repaired", RepairedProps { world: w.clone(), of: of.clone() }) } }
        </>
    }
}

/// What one may say before being asked.
fn verbs(w: &World, page: &ReportPage, of: &Of) -> Html {
    let next = page.relances.next_at.filter(|at| *at > edges::now());
    let key = if page.relances.sent > 0 { "relance_next" } else { "relance_first" };
    let next = next.map(|at| w.with(key, &[("day", &w.day(at, edges::now()))]));
    markup! {
        <>
            <div class="verbs">
                <button class="btn quiet" type="button" data-test="say-fixed" onclick={says(of, Wish::Fixed)}>
                    { icon("circle-check") }{ w.t("follow_fixed") }
                </button>
                <button class="btn quiet" type="button" data-test="say-relance" onclick={says(of, Wish::Relance)}>
                    { icon("send") }{ w.t("tap_relance") }
                </button>
            </div>
            if let Some(next) = next { <p class="hint">{ text(next) }</p> }
        </>
    }
}

/// When one is asked again, and the way to change that.
fn rhythm(
    w: &World,
    (of, urgency): (&Of, i16),
    (stand, has_say): (&Standing, bool),
    (open, dating): &(UseStateHandle<bool>, UseStateHandle<bool>),
) -> Html {
    let toggle = {
        let (setter, next) = (open.setter(), !**open);
        Callback::from(move |_: Event| setter.set(next))
    };
    let tell = {
        let of = of.clone();
        Callback::from(move |rhythm| wishes(of.clone(), rhythm))
    };
    let now = stand.rhythm.unwrap_or_else(|| Rhythm::proposed(urgency));
    markup! {
        <>
            <div class="follow-next">
                <p data-test="follow-next" data-unsent={stand.unsent.then_some("")}>
                    { icon("calendar") }<span>{ text(next(w, stand, has_say)) }</span>
                </p>
                <button class="btn bare small" type="button" data-test="follow-change" aria-controls="follow-when"
                    aria-expanded={if **open { "true" } else { "false" }} onclick={toggle}>{ w.t(if **open { "act_close" } else { "follow_change" }) }</button>
            </div>
            if **open { <div id="follow-when">{ ask::ask(w, now, dating, &tell) }</div> }
            if stand.unsent { <p class="hint" role="status">{ w.t("follow_unsent") }</p> }
        </>
    }
}

/// "On vous redemandera le 3 octobre."; who has no say is told, not asked.
fn next(w: &World, stand: &Standing, has_say: bool) -> String {
    let now = edges::now();
    let at = stand.ask_at.filter(|at| *at > now);
    let key = match (stand.rhythm, at) {
        (_, Some(_)) if !has_say => "follow_news",
        (_, None) if !has_say => "follow_news_only",
        (Some(Rhythm::Monthly), Some(_)) => "follow_next_monthly",
        (_, Some(_)) => "follow_next",
        (_, None) => "follow_next_never",
    };
    w.with(key, &[("day", &at.map_or_else(String::new, |at| w.day(at, now)))])
}

fn wishes(Of { report, shown }: Of, rhythm: Rhythm) {
    spawn_local(async move {
        // A browser that keeps nothing says so on every screen.
        let _ = outbox::wish(FollowUp::of(report, Wish::Ask(rhythm)), vec![], shown, false).await;
        crate::wake::after_put();
    });
}

/// Following without waiting: for who only wants to know.
fn bell(w: &World, of: &Of, urgency: i16) -> Html {
    let of = of.clone();
    let onclick = Callback::from(move |_: Event| wishes(of.clone(), Rhythm::proposed(urgency)));
    markup! {
        <div class="follow-bell">
            <button class="btn quiet" type="button" data-test="follow-bell" {onclick}>{ icon("bell") }{ w.t("follow_bell") }</button>
            <p class="hint">{ w.t("follow_bell_why") }</p>
        </div>
    }
}

/// A report that is closed: what its people said, and for some days the way to open it again.
fn closed(w: &World, page: &ReportPage, (of, stand): (&Of, &Standing)) -> Html {
    let answer = stand
        .answer
        .as_ref()
        .filter(|answer| answer.wish != Wish::NotFixed || !matches!(answer.stage, Stage::Heard(_)));
    let until = page.reopen_until.filter(|at| *at > edges::now() && has_say(w, page, of.shown.as_ref()));
    let undecided =
        answer.is_none_or(|answer: &Answer| matches!(answer.stage, Stage::Heard(_) | Stage::Refused(_)));
    if answer.is_none() && until.is_none() {
        return Html::default();
    }
    markup! {
        <section class="card stack" data-test="follow-closed" aria-labelledby="follow">
            <h2 id="follow">{ w.t("follow_title") }</h2>
            if let Some(answer) = answer { { said(w, (page, of), (stand, answer)) } }
            if let (Some(until), true) = (until, undecided) {
                <div class="follow-next">
                    <p><span><strong>{ w.t("reopen_ask") }</strong>{ text(" ".to_owned()) }{ text(w.with("reopen_until", &[("day", &w.day(until, edges::now()))])) }</span></p>
                    <button class="btn quiet small" type="button" data-test="reopen" onclick={says(of, Wish::NotFixed)}>
                        { icon("retry") }{ w.t("reopen_act") }
                    </button>
                </div>
            }
        </section>
    }
}
