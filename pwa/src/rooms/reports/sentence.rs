//! A report's state as sentences a person would say. Pure.

use shared::instant::{Age, Instant};
use shared::lang::Catalog;
use shared::problem::Problem;
use shared::reports::status::Status;
use shared::reports::{Event, ReportPage};
use shared::routing::Function;

/// "à la direction et à la mairie".
pub fn to_functions(words: &Catalog, functions: &[Function]) -> String {
    list(words, "function_to_", functions)
}

/// "la direction et la mairie".
pub fn functions(words: &Catalog, functions: &[Function]) -> String {
    list(words, "function_", functions)
}

fn list(words: &Catalog, prefix: &str, functions: &[Function]) -> String {
    let named = Function::ALL.into_iter().filter(|function| functions.contains(function));
    words.list(&named.map(|function| words.say(&[prefix, function.as_str()].concat())).collect::<Vec<_>>())
}

/// Why something was refused.
pub fn why(words: &Catalog, problem: &Problem) -> String {
    words.say(&["problem_", problem.code.as_str()].concat())
}

/// The functions a message has left for.
pub fn told(page: &ReportPage) -> Vec<Function> {
    page.journal
        .iter()
        .filter_map(|entry| match entry.event {
            Event::NoticeSent { function, .. } => Some(function),
            _ => None,
        })
        .collect()
}

/// "Signalé il y a 12 jours par 7 personnes. Envoyé à la mairie. Pas encore de réponse."
pub fn story(words: &Catalog, page: &ReportPage, people: i64, now: Instant) -> String {
    let (unit, n) = Age::of(page.brief.received_at, now).key();
    let ago = words.count(&["ago_", unit].concat(), n);
    let people = words.count("people", people);
    let mut sentences = vec![words.with("report_told", &[("ago", &ago), ("people", &people)])];
    let told = told(page);
    if !told.is_empty() {
        sentences.push(words.with("report_sent_to", &[("list", &to_functions(words, &told))]));
    }
    sentences.push(status(words, page, now));
    sentences.join(" ")
}

/// How far it is; a refusal with its reason.
fn status(words: &Catalog, page: &ReportPage, now: Instant) -> String {
    let status = page.brief.status;
    if status == Status::Sent {
        let days = now.0.saturating_sub(page.brief.received_at.0) / shared::instant::DAY;
        if days >= 2 {
            return words.with("status_say_waiting", &[("age", &words.count("age_days", days))]);
        }
    }
    let reason = page.journal.iter().rev().find_map(|entry| match &entry.event {
        Event::StatusChanged { to: Status::Refused, reason, .. } => reason.as_deref(),
        _ => None,
    });
    match reason {
        Some(reason) if status == Status::Refused => words.with("journal_refused", &[("reason", reason)]),
        _ => words.say(&["status_say_", status.as_str()].concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ids::{PlaceId, mint};
    use shared::instant::DAY;
    use shared::lang::Message;
    use shared::reports::{JournalEntry, ReportBrief};
    use std::collections::BTreeMap;

    const NOW: Instant = Instant(1_800_000_000_000);

    fn words() -> Catalog {
        let plain = |key: &str, text: &str| (key.to_owned(), Message::Plain(text.to_owned()));
        let messages: BTreeMap<_, _> = [
            plain("ago_days", "il y a {n} jours"),
            plain("age_days", "{n} jours"),
            plain("people", "{n} personnes"),
            plain("report_told", "Signalé {ago} par {people}."),
            plain("report_sent_to", "Envoyé {list}."),
            plain("status_say_waiting", "Pas encore de réponse, {age}."),
            plain("journal_refused", "Refusé : {reason}"),
            plain("function_to_direction", "à la direction"),
            plain("function_to_mairie", "à la mairie"),
            plain("list_and", " et "),
        ]
        .into();
        Catalog::new("fr", messages, |_, _| "other".to_owned())
    }

    fn page(status: Status, events: Vec<Event>) -> ReportPage {
        ReportPage {
            brief: ReportBrief {
                id: mint(NOW, [1; 10]),
                number: 1042,
                place: PlaceId::parse("A01").unwrap(),
                place_name: "École".into(),
                category: None,
                excerpt: String::new(),
                status,
                people: 7,
                photo: None,
                received_at: NOW.plus(-12 * DAY),
            },
            urgency: 2,
            voices: vec![],
            desks: vec![],
            alike: vec![],
            relances: shared::relance::Relances::default(),
            said_fixed: None,
            reopen_until: None,
            journal: events.into_iter().map(|event| JournalEntry { at: NOW, event }).collect(),
            mine: None,
        }
    }

    #[test]
    fn a_report_tells_its_story() {
        let sent = |function| Event::NoticeSent { function, name: String::new(), why: None };
        let page = page(Status::Sent, vec![sent(Function::Mairie), sent(Function::Direction)]);
        assert_eq!(
            story(&words(), &page, 7, NOW),
            "Signalé il y a 12 jours par 7 personnes. Envoyé à la direction et à la mairie. Pas encore de réponse, 12 jours."
        );
    }

    #[test]
    fn a_refusal_says_why() {
        let refused = Event::StatusChanged {
            to: Status::Refused,
            reason: Some("Déjà réglé.".into()),
            on: None,
            by: None,
        };
        let told = story(&words(), &page(Status::Refused, vec![refused]), 1, NOW);
        assert!(told.ends_with("Refusé : Déjà réglé."), "{told}");
    }
}
