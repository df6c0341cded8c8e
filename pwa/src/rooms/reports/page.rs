//! One report: its photos, its story, who has it, and the one tap to say "me too".

use super::emergency::emergency;
use super::follow;
use super::me_too::me_too;
use super::sentence;
use crate::api;
use crate::hooks::{Stance, use_get};
use crate::lang::iso;
use crate::markup;
use crate::markup::component;
use crate::route::Route;
use crate::ui::{
    back_bar, notice, reasons, server_photo, skeleton, stale, state_pill, timeline, title, unanswered,
    waiting, yours,
};
use crate::world::World;
use shared::followup::Wish;
use shared::ids::{Key, ParcelId};
use shared::instant::{DAY, Instant};
use shared::reports::{PhotoView, ReportPage, Resembling, Voice};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Which report.
#[derive(Properties, PartialEq)]
pub struct ReportScreenProps {
    /// What every screen knows.
    pub world: World,
    /// The report.
    pub id: ParcelId,
    /// The secret of the address, if it had one.
    pub secret: Option<Key>,
    /// What a notification was tapped for, where no worker could note it.
    pub wished: Option<Wish>,
}

/// The screen.
#[component]
pub fn ReportScreen(props: &ReportScreenProps) -> Html {
    let (w, id) = (&props.world, &props.id);
    // A report of this phone is known as such even without its secret in the address.
    let key = props.secret.clone().or_else(|| w.queue.part_in(id).map(|(parcel, _)| parcel.key.clone()));
    let path = if w.queue.known { ["/api/v1/reports/", id.as_str()].concat() } else { String::new() };
    let asked = use_get::<ReportPage>(&path, key.as_ref(), w.queue.received());
    let forgotten = use_state(|| None::<bool>);
    let (back, place, body) = match (&asked.value, &asked.failure) {
        (Some(page), _) => {
            let name = title(w, &page.brief);
            w.title(&name);
            let contact = key.map_or_else(Html::default, |key| contact(w, (id, key), page, &forgotten));
            let shown = (props.secret.as_ref(), props.wished);
            let first = follow::asks(w, page, shown, asked.since);
            let (world, page, shown) = (w.clone(), page.clone(), props.secret.clone());
            let of = follow::FollowProps {
                world,
                page: page.clone(),
                since: asked.since,
                shown,
                wished: props.wished,
            };
            let card = component::<follow::FollowCard>("follow", of);
            let (above, follow) = if first {
                (markup! { <div class="asked">{ card }</div> }, Html::default())
            } else {
                (Html::default(), card)
            };
            let body = markup! { <>{ stale(w, asked.since) }{ above }{ told(w, &page, name, (follow, contact)) }</> };
            (Route::Place(page.brief.place.clone()), page.brief.place_name.clone(), body)
        }
        (None, Some(failure)) => {
            let body = markup! {
                <><h1 class="visually-hidden">{ w.t("lost_title") }</h1>{ unanswered(w, failure, &asked.again) }</>
            };
            (Route::Mine, w.say("mine_title"), body)
        }
        _ => {
            let body = markup! { <><h1 class="visually-hidden">{ w.t("loading") }</h1>{ skeleton(2) }</> };
            (Route::Mine, w.say("mine_title"), body)
        }
    };
    markup! {
        <div data-test="report-page" data-id={id.to_string()}>{ back_bar(w, &back, place) }{ body }</div>
    }
}

fn told(w: &World, page: &ReportPage, name: String, (follow, contact): (Html, Html)) -> Html {
    let brief = &page.brief;
    let stance = w.queue.stance(&brief.id);
    let people = brief.people + i64::from(stance == Stance::SupportWaiting);
    let open = brief.status.is_open();
    markup! {
        <article class="cols wide-main">
            <div class="main-col">{ hero(w, page, &name) }{ head(w, page, (people, stance), name) }</div>
            <div class="side-col stack loose">
                if open && stance != Stance::Reporter {
                    <div class="verbs">{ me_too(w, &brief.id, true) }</div>
                }
                if stance == Stance::SupportWaiting {
                    <p class="hint" role="status">{ w.t("report_me_too_kept") }</p>
                }
                if open { { emergency(w, page.urgency, brief.category.as_deref()) } }
                { for page.alike.iter().map(|other| resembling(w, other)) }
                { follow }
                { voices(w, page) }
                <section aria-labelledby="journal">
                    <div class="section-head"><h2 id="journal">{ w.t("journal_title") }</h2></div>
                    { timeline(w, &page.journal) }
                </section>
                { contact }
            </div>
        </article>
    }
}

/// The first photo large, all others below, each with its caption; then those still on their way.
fn hero(w: &World, page: &ReportPage, name: &str) -> Html {
    let photos: Vec<&PhotoView> = page.voices.iter().flat_map(|voice| &voice.photos).collect();
    let sum = |count: fn(&Voice) -> u32| -> u32 { page.voices.iter().map(count).sum() };
    let coming =
        [("report_preparing", sum(|voice| voice.preparing)), ("report_awaited", sum(|voice| voice.awaited))];
    markup! {
        <>
            if let Some((first, others)) = photos.split_first() {
                <figure class="report-hero bleed">
                    <img src={server_photo(&first.hash, "960")} width={first.width.to_string()} height={first.height.to_string()}
                        alt={w.with("report_photo_alt", &[("title", name)])} />
                    { caption(first) }
                </figure>
                if !others.is_empty() {
                    <ul class="more-photos">{ for others.iter().enumerate().map(|(n, photo)| other(w, n + 2, photo)) }</ul>
                }
            }
            { for coming.into_iter().filter(|(_, n)| *n > 0).map(|(words, n)| markup! {
                <p class="awaited" data-test="awaited">{ icon("image") }{ text(w.count(words, n.into())) }</p>
            }) }
        </>
    }
}

/// `n`: its place for people.
fn other(w: &World, n: usize, photo: &PhotoView) -> Html {
    markup! {
        <li>
            <figure>
                <a href={server_photo(&photo.hash, "2048")} target="_blank">
                    <img src={server_photo(&photo.hash, "320")} width="96" height="96" loading="lazy"
                        alt={w.with("photos_nth", &[("n", &n.to_string())])} />
                </a>
                { caption(photo) }
            </figure>
        </li>
    }
}

fn caption(photo: &PhotoView) -> Html {
    if photo.caption.is_empty() {
        return Html::default();
    }
    markup! { <figcaption class="hint" dir="auto">{ text(photo.caption.clone()) }</figcaption> }
}

fn head(w: &World, page: &ReportPage, (people, stance): (i64, Stance), name: String) -> Html {
    let brief = &page.brief;
    let number = w.with("report_number", &[("number", &brief.number.to_string())]);
    let private = page.mine.as_ref().is_some_and(|mine| mine.private);
    markup! {
        <div class="report-head">
            <p class="row">
                <span data-test="state" data-state={brief.status.as_str()}>{ state_pill(w, brief.status) }</span>
                <span class="soft label-14 num">{ text(number) }</span>
                <span class="soft" data-test="people" data-people={people.to_string()}>{ waiting(w, people) }</span>
            </p>
            <h1>{ text(name) }</h1>
            if stance == Stance::Reporter { { yours(w) } }
            <p class="state-say">{ text(sentence::story(w, page, people, outbox::edges::now())) }</p>
            { planned(w, page) }
            if private { { notice("info", "lock", w.t("report_private")) } }
            { nobody(w, page) }
        </div>
    }
}

/// The day for which those in charge planned it.
fn planned(w: &World, page: &ReportPage) -> Html {
    let Some(on) = page.planned_on() else { return Html::default() };
    let date = w.words.day(Instant(on.0 * DAY + DAY / 2), outbox::edges::now());
    markup! { <p class="state-say">{ text(w.with("journal_planned", &[("date", &date)])) }</p> }
}

/// Plainly, where nobody can be reached.
fn nobody(w: &World, page: &ReportPage) -> Html {
    let reached = !sentence::told(page).is_empty() || page.desks.iter().any(|desk| desk.has_mailbox);
    if reached || !page.brief.status.is_open() {
        return Html::default();
    }
    let unreachable: Vec<_> = page.desks.iter().map(|desk| desk.function).collect();
    let more = match sentence::functions(w, &unreachable) {
        list if list.is_empty() => String::new(),
        list => w.with("report_nobody_more", &[("list", &list)]),
    };
    notice("warn", "hourglass", markup! { <><strong>{ w.t("report_nobody") }</strong>{ text(more) }</> })
}

/// The way to another report that may be the same.
fn resembling(w: &World, other: &Resembling) -> Html {
    let said = [("number", &*other.number.to_string()), ("list", &*reasons(w, &other.why))];
    let said = w.with("report_resembles", &said);
    let href = Route::Report(other.id.clone(), None).href();
    notice("info", "info", markup! { <a {href} data-test="resembling">{ text(said) }</a> })
}

/// What people said, and where they saw it, each with its moment; who only tapped says nothing here.
fn voices(w: &World, page: &ReportPage) -> Html {
    let speaks = |voice: &Voice| !voice.description.is_empty() || !voice.spot.is_empty();
    if !page.voices.iter().any(speaks) {
        return Html::default();
    }
    let spoken = page.voices.iter().enumerate().filter(|(_, voice)| speaks(voice));
    markup! {
        <section class="stack" aria-labelledby="said">
            <h2 id="said">{ w.t("report_voices") }</h2>
            { for spoken.map(|(n, one)| voice(w, n == 0, one)) }
        </section>
    }
}

fn voice(w: &World, first: bool, voice: &Voice) -> Html {
    let key = if first { "report_first_voice" } else { "report_voice" };
    let said = w.with(key, &[("ago", &w.ago(voice.at, outbox::edges::now()))]);
    markup! {
        <figure class="voice">
            if !voice.description.is_empty() {
                <blockquote>
                    { for voice.description.lines().map(|line| markup! { <p dir="auto">{ text(line.to_owned()) }</p> }) }
                </blockquote>
            }
            if !voice.spot.is_empty() {
                <p class="spot" data-test="spot">{ icon("map-pin") }<span dir="auto">{ text(w.with("report_spot", &[("spot", &voice.spot)])) }</span></p>
            }
            <figcaption class="hint"><time datetime={iso(voice.at)}>{ text(said) }</time></figcaption>
        </figure>
    }
}

/// "Your report", and the way to be forgotten, for who holds its secret. `forgotten`: nothing: not asked; then
/// whether it was done.
fn contact(
    w: &World,
    (id, key): (&ParcelId, Key),
    page: &ReportPage,
    forgotten: &UseStateHandle<Option<bool>>,
) -> Html {
    let Some(mine) = &page.mine else { return Html::default() };
    let onclick = {
        let (id, forgotten) = (id.clone(), forgotten.setter());
        Callback::from(move |_: Event| {
            let (id, key, forgotten) = (id.clone(), key.clone(), forgotten.clone());
            spawn_local(async move { forgotten.set(Some(api::forget_contact(&id, &key).await.is_ok())) });
        })
    };
    let forget = markup! {
        <p>{ w.t("report_news_by_mail") }</p>
        <button class="btn danger quiet" type="button" data-test="forget-mail" {onclick}>
            { icon("trash") }{ w.t("report_forget_mail") }
        </button>
        <p class="hint">{ w.t("report_forget_mail_ask") }</p>
    };
    markup! {
        <section class="card stack" data-test="mine" aria-labelledby="mine">
            <h2 id="mine">{ w.t("report_yours") }</h2>
            { match (**forgotten, mine.has_mail) {
                (Some(true), _) => notice("done", "circle-check", w.t("report_mail_forgotten")),
                (_, true) => forget,
                (_, false) => markup! { <p class="soft">{ w.t("report_follow_here") }</p> },
            } }
            if **forgotten == Some(false) { { notice("danger", "wifi-off", w.t("report_forget_failed")) } }
        </section>
    }
}
