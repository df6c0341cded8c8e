//! A report's journal as a story.

use crate::lang::{Words, iso};
use crate::markup;
use shared::reports::duplicate::Reason;
use shared::reports::status::Status;
use shared::reports::{Event, JournalEntry};
use yew::prelude::*;

/// What was done, oldest first, with the faces of functions.
pub fn timeline(words: &Words, journal: &[JournalEntry]) -> Html {
    markup! {
        <ol class="timeline" data-test="journal">{ for told(journal).map(|entry| line(words, entry)) }</ol>
    }
}

/// People who join one after the other are told once, by the last of them.
fn told(journal: &[JournalEntry]) -> impl Iterator<Item = &JournalEntry> {
    let joins = |n: usize| matches!(journal.get(n).map(|entry| &entry.event), Some(Event::Supported { .. }));
    journal.iter().enumerate().filter(move |(n, _)| !(joins(*n) && joins(n + 1))).map(|(_, entry)| entry)
}

fn line(words: &Words, entry: &JournalEntry) -> Html {
    let (kind, sign) = face(&entry.event);
    let now = outbox::edges::now();
    markup! {
        <li data-kind={kind}>
            <span class="face">{ icon(sign) }</span>
            <div>
                <p>{ text(sentence(words, &entry.event)) }</p>
                { why(words, &entry.event) }
                <time datetime={iso(entry.at)}>{ text(words.day(entry.at, now)) }</time>
            </div>
        </li>
    }
}

fn face(event: &Event) -> (&'static str, &'static str) {
    match event {
        Event::Received => ("us", "inbox"),
        Event::Supported { .. } => ("person", "hand"),
        Event::Resembles { .. } | Event::Joined { .. } | Event::Parted { .. } => ("us", "info"),
        Event::UrgencyRaised { .. } => ("planned", "alert"),
        Event::NoticeSent { function, .. } => ("us", function.as_str()),
        Event::NoMailbox { .. } => ("planned", "alert"),
        Event::StatusChanged { to: Status::Done, .. } => ("done", "check"),
        Event::StatusChanged { to: Status::Refused, .. } => ("refused", "moderation"),
        Event::StatusChanged { to: Status::Planned, .. } => ("us", "calendar"),
        Event::StatusChanged { .. } => ("us", "hourglass"),
        Event::Asked { .. } => ("us", "calendar"),
        Event::SaidFixed { .. } => ("person", "check"),
        Event::Reopened => ("planned", "alert"),
        Event::Relance { .. } => ("planned", "send"),
        Event::Unknown => ("us", "info"),
    }
}

/// The rule by which a desk was told.
fn why(words: &Words, event: &Event) -> Html {
    match event {
        Event::NoticeSent { why: Some(why), .. } => {
            markup! { <p class="hint">{ text(why.told(words)) }</p> }
        }
        _ => Html::default(),
    }
}

fn sentence(words: &Words, event: &Event) -> String {
    match event {
        Event::Received => words.say("journal_received"),
        Event::Supported { people, why } => because(words, words.count("journal_supported", *people), why),
        Event::Resembles { number, why } => {
            because(words, numbered(words, "journal_resembles", *number), why)
        }
        Event::Joined { number } => numbered(words, "journal_joined", *number),
        Event::Parted { number } => numbered(words, "journal_parted", *number),
        Event::UrgencyRaised { to } => {
            words.with("journal_urgency", &[("urgency", &words.of_slug("urgency_", &to.to_string()))])
        }
        Event::NoticeSent { function, name, .. } => {
            let to = words.of_slug("function_to_", function.as_str());
            words.with("journal_sent_named", &[("to", &to), ("name", name)])
        }
        Event::NoMailbox { function, refused } => {
            let to = words.of_slug("function_to_", function.as_str());
            words.with(if *refused { "journal_refused_mail" } else { "journal_no_mailbox" }, &[("to", &to)])
        }
        Event::StatusChanged { to: Status::Done, reason: None } => words.say("journal_done"),
        Event::StatusChanged { to: Status::Refused, reason: Some(why) } => {
            words.with("journal_refused", &[("reason", why)])
        }
        Event::StatusChanged { to, reason } => {
            let status = words.of_slug("status_", to.as_str());
            match reason {
                Some(why) => words.with("journal_status_why", &[("status", &status), ("reason", why)]),
                None => words.with("journal_status", &[("status", &status)]),
            }
        }
        Event::Asked { people } => words.count("journal_asked", *people),
        Event::SaidFixed { reporter } => {
            words.say(if *reporter { "journal_said_fixed_own" } else { "journal_said_fixed" })
        }
        Event::Reopened => words.say("journal_reopened"),
        Event::Relance { people, .. } => words.count("journal_relance", *people),
        Event::Unknown => words.say("journal_unknown"),
    }
}

fn numbered(words: &Words, key: &str, number: i64) -> String {
    words.with(key, &[("number", &number.to_string())])
}

/// What was said, with the reasons behind it.
fn because(words: &Words, said: String, why: &[Reason]) -> String {
    if why.is_empty() {
        said
    } else {
        words.with("journal_because", &[("said", &said), ("list", &reasons(words, why))])
    }
}

/// What speaks for and against two reports being the same, as a list.
pub fn reasons(words: &Words, why: &[Reason]) -> String {
    words.list(&why.iter().map(|reason| words.of_slug("because_", reason.as_str())).collect::<Vec<_>>())
}
