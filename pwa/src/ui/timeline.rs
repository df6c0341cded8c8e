//! A report's journal as a story.

use crate::lang::{Words, iso};
use crate::markup;
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
        Event::NoticeSent { function, .. } => ("us", function.as_str()),
        Event::NoMailbox { .. } => ("planned", "alert"),
        Event::StatusChanged { to: Status::Done, .. } => ("done", "check"),
        Event::StatusChanged { to: Status::Refused, .. } => ("refused", "moderation"),
        Event::StatusChanged { to: Status::Planned, .. } => ("us", "calendar"),
        Event::StatusChanged { .. } => ("us", "hourglass"),
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
        Event::Supported { people } => words.count("journal_supported", *people),
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
    }
}
