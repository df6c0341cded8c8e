//! A report's journal as a story.

use crate::lang::{Words, iso};
use crate::markup;
use shared::ids::PhotoHash;
use shared::instant::{DAY, Instant};
use shared::reports::duplicate::Reason;
use shared::reports::status::Status;
use shared::reports::{DeskName, Event, JournalEntry};
use shared::routing::Function;
use yew::prelude::*;

/// What was done, oldest first, with the faces of functions.
pub fn timeline(words: &Words, journal: &[JournalEntry]) -> Html {
    markup! {
        <ol class="timeline" data-test="journal">{ for told(journal).map(|(entry, times)| line(words, entry, times)) }</ol>
    }
}

/// People who join one after the other are told once, by the last of them; so are questions with nothing between them. Each
/// with how many there are.
fn told(journal: &[JournalEntry]) -> impl Iterator<Item = (&JournalEntry, usize)> {
    let alike = |a: &JournalEntry, b: &JournalEntry| {
        let both = (&a.event, &b.event);
        matches!(
            both,
            (Event::Supported { .. }, Event::Supported { .. }) | (Event::Asked { .. }, Event::Asked { .. })
        )
    };
    journal.chunk_by(alike).filter_map(|run| Some((run.last()?, run.len())))
}

fn line(words: &Words, entry: &JournalEntry, times: usize) -> Html {
    let (kind, sign) = face(&entry.event);
    let now = outbox::edges::now();
    let said = match entry.event {
        Event::Asked { .. } if times > 1 => {
            let last = words.day(entry.at, now);
            words.with("journal_asked_times", &[("times", &times.to_string()), ("day", &last)])
        }
        _ => sentence(words, &entry.event),
    };
    markup! {
        <li data-kind={kind}>
            <span class="face">{ icon(sign) }</span>
            <div>
                <p>{ text(said) }</p>
                { more(words, &entry.event) }
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
        Event::Repaired { .. } => ("person", "camera"),
        Event::Reopened => ("planned", "alert"),
        Event::Relance { .. } => ("planned", "send"),
        Event::Answered { function, .. } | Event::InternalWord { function, .. } => ("us", function.as_str()),
        Event::TransferProposed { from, .. } => ("planned", from.function.as_str()),
        Event::Transferred { to, .. } | Event::WordSent { to, .. } => ("us", to.function.as_str()),
        Event::Unknown => ("us", "info"),
    }
}

/// What stands below the sentence: the rule by which a desk was told; what a desk says and shows.
fn more(words: &Words, event: &Event) -> Html {
    match event {
        Event::NoticeSent { why: Some(why), .. } => {
            markup! { <p class="hint">{ text(why.told(words)) }</p> }
        }
        Event::StatusChanged { by: Some(by), .. } => {
            markup! { <p class="hint">{ text(desk(words, "function_", by.function, &by.name)) }</p> }
        }
        Event::WordSent { words: said, .. } => quote(said),
        Event::Answered { words: said, intervention, photos, document, .. } => {
            let number = intervention.as_ref().map(|number| {
                markup! { <p class="hint">{ text(words.with("journal_work", &[("number", number)])) }</p> }
            });
            let document = document.as_ref().map(|document| {
                let href = format!("/documents/{}.pdf", document.hash);
                markup! { <p><a href={href}>{ text(words.say("journal_document")) }</a></p> }
            });
            markup! { <>
                { quote(said) }
                { number.unwrap_or_default() }
                { for photos.iter().map(|hash| picture(words.say("journal_photo"), hash)) }
                { document.unwrap_or_default() }
            </> }
        }
        Event::Repaired { photos } => {
            markup! { <>{ for photos.iter().map(|hash| picture(words.say("journal_repaired"), hash)) }</> }
        }
        _ => Html::default(),
    }
}

fn quote(said: &str) -> Html {
    if said.is_empty() {
        return Html::default();
    }
    markup! { <div class="voice"><blockquote>{ text(said.to_owned()) }</blockquote></div> }
}

fn picture(alt: String, hash: &PhotoHash) -> Html {
    let (href, src) = (format!("/photos/{hash}/2048.jpg"), format!("/photos/{hash}/320.jpg"));
    markup! { <a href={href}><img class="thumb" src={src} loading="lazy" {alt} /></a> }
}

/// A sentence with the desks it is about.
fn of_desks(words: &Words, key: &str, from: Option<&DeskName>, to: Option<&DeskName>) -> String {
    let named = |start, one: Option<&DeskName>| {
        one.map(|one| desk(words, start, one.function, &one.name)).unwrap_or_default()
    };
    words.with(key, &[("who", &named("function_", from)), ("to", &named("function_to_", to))])
}

fn by_desk(words: &Words, key: &str, function: Function, name: &str) -> String {
    words.with(key, &[("who", &desk(words, "function_", function, name))])
}

/// "la mairie, Marseille"
fn desk(words: &Words, start: &str, function: Function, name: &str) -> String {
    words.with("desk_named", &[("desk", &words.of_slug(start, function.as_str())), ("name", name)])
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
        Event::StatusChanged { to: Status::Done, reason: None, .. } => words.say("journal_done"),
        Event::StatusChanged { to: Status::Refused, reason: Some(why), .. } => {
            words.with("journal_refused", &[("reason", why)])
        }
        Event::StatusChanged { on: Some(on), .. } => {
            let at = Instant(on.0 * DAY + DAY / 2);
            words.with("journal_planned", &[("date", &words.day(at, outbox::edges::now()))])
        }
        Event::StatusChanged { to, reason, .. } => {
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
        Event::Repaired { .. } => words.say("journal_repaired"),
        Event::Reopened => words.say("journal_reopened"),
        Event::Relance { people, .. } => words.count("journal_relance", *people),
        Event::Answered { function, name, .. } => by_desk(words, "journal_answered", *function, name),
        Event::InternalWord { function, name } => by_desk(words, "journal_internal", *function, name),
        Event::TransferProposed { from, to: None, words: said } if !said.is_empty() => {
            let who = desk(words, "function_", from.function, &from.name);
            words.with("journal_not_ours_words", &[("who", &who), ("words", said)])
        }
        Event::TransferProposed { from, to, .. } => {
            of_desks(words, "journal_not_ours", Some(from), to.as_ref())
        }
        Event::Transferred { from, to } => {
            let key = if from.is_some() { "journal_transferred" } else { "journal_charged" };
            of_desks(words, key, from.as_ref(), Some(to))
        }
        Event::WordSent { from, to, .. } => {
            let key = if from.is_some() { "journal_word" } else { "journal_word_admin" };
            of_desks(words, key, from.as_ref(), Some(to))
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_itself_with_nothing_between_is_one_line() {
        let (asked, joined) = (Event::Asked { people: 2 }, Event::Supported { people: 3, why: vec![] });
        let events = [
            &joined,
            &joined,
            &asked,
            &asked,
            &asked,
            &Event::Reopened,
            &asked,
            &Event::Reopened,
            &Event::Reopened,
        ];
        let journal: Vec<_> = (0..)
            .zip(events)
            .map(|(at, event)| JournalEntry { at: Instant(at), event: event.clone() })
            .collect();
        let lines: Vec<_> = told(&journal).map(|(entry, times)| (entry.at.0, times)).collect();
        assert_eq!(lines, [(1, 2), (4, 3), (5, 1), (6, 1), (7, 1), (8, 1)]);
    }
}
