//! Oneself: language, mail, what this phone keeps, who we are.

pub mod install;
pub mod storage;

use crate::hooks::Queue;
use crate::lang::known;
use crate::markup;
use crate::rooms::push;
use crate::route::Route;
use crate::ui::notice;
use crate::world::{World, text};
use crate::{dom, session};
use storage::{Safety, use_storage};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What the page needs.
#[derive(Properties, PartialEq)]
pub struct MePageProps {
    /// What every screen knows.
    pub world: World,
}

/// The screen.
#[component]
pub fn MePage(props: &MePageProps) -> Html {
    let w = &props.world;
    w.title(&w.say("me_title"));
    let address = use_state(session::mail);
    let theme = use_state(session::theme);
    let (safety, ask) = use_storage();
    let offered = use_state(install::is_offered);
    markup! {
        <>
            <div class="school-head"><h1>{ w.t("me_title") }</h1><p class="soft">{ w.t("me_lead") }</p></div>
            <div class="cols">
                <div class="stack loose main-col">
                    { mail(w, &address) }
                    { language(w) }
                    { light(w, &theme) }
                    { kept_here(w, &w.queue, safety, ask) }
                    { push::settings(w) }
                    { install::offer(w, &offered) }
                    if dom::is_apple_touch() { { notice("info", "smartphone", w.t("me_ios_background")) } }
                </div>
                <div class="side-col stack">{ about(w) }</div>
            </div>
        </>
    }
}

/// The mail proposed with each report.
fn mail(w: &World, address: &UseStateHandle<String>) -> Html {
    let setter = address.setter();
    let onchange = Callback::from(move |event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            session::set_mail(input.value().trim());
            setter.set(input.value());
        }
    });
    let invalid = !address.trim().is_empty() && !shared::text::is_mail(address.trim());
    markup! {
        <div class="field">
            <label for="me-mail">{ w.t("me_mail") }</label>
            <input id="me-mail" type="email" inputmode="email" autocomplete="email" value={(**address).clone()} {onchange}
                aria-describedby="me-mail-hint" aria-invalid={invalid.then_some("true")} data-test="me-mail" />
            if invalid {
                <span class="error" role="alert">{ icon("alert") }{ w.t("problem_mail_invalid") }</span>
            }
            <span class="hint" id="me-mail-hint">{ w.t("me_mail_hint") }</span>
        </div>
    }
}

/// One of a few: a chip that holds a radio button.
fn choice(
    group: &'static str,
    value: &str,
    on: bool,
    (sign, label): (&'static str, Html),
    pick: Callback<Event>,
) -> Html {
    markup! {
        <label class={if on { "chip on" } else { "chip" }}>
            <input type="radio" name={group} value={value.to_owned()} checked={on} onchange={pick} data-test={[group, "-", value].concat()} />
            { icon(if on { "check" } else { sign }) }{ label }
        </label>
    }
}

fn language(w: &World) -> Html {
    let choices = known().into_iter().map(|(code, name)| {
        let (speak, wanted) = (w.speak.clone(), code.clone());
        let pick = Callback::from(move |_: Event| speak.emit(wanted.clone()));
        choice("lang", &code, w.lang() == code, ("globe", text(name)), pick)
    });
    markup! { <fieldset><legend>{ w.t("me_lang") }</legend><div class="chips">{ for choices }</div></fieldset> }
}

fn light(w: &World, theme: &UseStateHandle<String>) -> Html {
    let all = [
        ("", "me_theme_auto", "smartphone"),
        ("light", "me_theme_light", "contrast"),
        ("dark", "me_theme_dark", "contrast"),
    ];
    let choices = all.into_iter().map(|(value, key, sign)| {
        let setter = theme.setter();
        let pick = Callback::from(move |_: Event| {
            session::set_theme(value);
            setter.set(value.to_owned());
        });
        choice("theme", value, **theme == value, (sign, w.t(key)), pick)
    });
    markup! { <fieldset><legend>{ w.t("me_theme") }</legend><div class="chips">{ for choices }</div></fieldset> }
}

/// How many parcels lie here, and whether they are safe from the browser's tidying.
fn kept_here(w: &World, queue: &Queue, safety: Safety, ask: Callback<Event>) -> Html {
    let waiting = i64::try_from(queue.pending().count()).unwrap_or(0);
    let said = if waiting == 0 { w.say("queue_empty_text") } else { w.count("chip_waiting", waiting) };
    let about = match safety {
        _ if queue.broken => notice("warn", "alert", w.t("storage_none")),
        Safety::Unknown => Html::default(),
        Safety::Promised => markup! { <p class="row hint">{ icon("check") }{ w.t("storage_safe") }</p> },
        Safety::Refused => markup! { <p class="hint" role="status">{ w.t("storage_unsafe") }</p> },
        Safety::NotAsked => markup! {
            <>
                <p class="hint">{ w.t("storage_ask_why") }</p>
                <button class="btn quiet" type="button" data-test="persist" onclick={ask}>
                    { icon("lock") }{ w.t("storage_ask") }
                </button>
            </>
        },
    };
    markup! {
        <section class="card stack">
            <h2 class="row">{ icon("smartphone") }{ w.t("queue_title") }</h2>
            <p><a href={Route::Outbox.href()}>{ text(said) }</a></p>
            { about }
        </section>
    }
}

fn about(w: &World) -> Html {
    let parts = [
        ("info", "me_about", "me_about_text"),
        ("lock", "me_privacy", "me_privacy_text"),
        ("accessibility", "me_accessibility", "me_accessibility_text"),
        ("file", "me_source", "me_licence"),
    ];
    markup! {
        <div class="list">
            { for parts.into_iter().map(|(sign, title, said)| markup! {
                <details>
                    <summary>{ icon(sign) }<span class="grow">{ w.t(title) }</span>{ icon("chevron-down") }</summary>
                    <p class="more-about">{ w.t(said) }</p>
                </details>
            }) }
            <p class="hint">{ w.t("me_icons") }</p>
        </div>
    }
}

/// No such screen: never a dead end.
pub fn lost(w: &World) -> Html {
    w.title(&w.say("lost_title"));
    markup! {
        <div class="empty">
            { icon("search") }
            <h1>{ w.t("lost_title") }</h1>
            <p class="soft">{ w.t("lost_text") }</p>
            <a class="btn primary" href="/">{ w.t("act_home") }</a>
            <a class="btn bare" href={Route::Mine.href()}>{ w.t("lost_mine") }</a>
        </div>
    }
}
