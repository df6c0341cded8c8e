//! From the text of the file to what it says, or to everything that is wrong with it, line by line.

use super::{Desk, Known, Routing, Term, dates};
use crate::rooms::routing::GIVEN;
use shared::instant::Instant;
use shared::reports::category;
use shared::reports::kind::Kind;
use shared::reports::status::Status;
use shared::routing::rules::{Criteria, Rule};
use shared::routing::{Function, Target, desk_id};
use shared::text;
use std::collections::BTreeSet;
use std::fmt::Display;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What the text says.
///
/// # Errors
/// A sentence for each thing that is wrong, with its line and its key.
pub fn text(text: &str, known: &Known) -> Result<Routing, Vec<String>> {
    let mut reader = Reader { text, known, named: BTreeSet::new(), refused: Vec::new() };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        reader.refuse(at, "TOML", error.message());
    }
    let routing =
        if reader.refused.is_empty() { reader.routing(table.get_ref()) } else { Routing::default() };
    if reader.refused.is_empty() {
        return Ok(routing);
    }
    reader.refused.sort_by_key(|(line, _)| *line);
    Err(reader.refused.into_iter().map(|(line, why)| format!("line {line}, {why}")).collect())
}

struct Reader<'t> {
    text: &'t str,
    known: &'t Known,
    /// Desks of the file.
    named: BTreeSet<String>,
    /// What is wrong, by line.
    refused: Vec<(usize, String)>,
}

type Value<'t> = Spanned<DeValue<'t>>;

/// A table, where it begins, and what it is called.
struct Place<'a, 't> {
    table: &'a DeTable<'t>,
    at: usize,
    name: &'a str,
}

impl<'t> Reader<'t> {
    fn routing(&mut self, table: &DeTable<'t>) -> Routing {
        let top = Place { table, at: 0, name: "" };
        self.only(&top, &["rules", "desk"]);
        let mut desks = Vec::new();
        self.each(&top, "desk", |reader, place| desks.extend(reader.desk(place)));
        let mut rules = Vec::new();
        self.each(&top, "rules", |reader, place| rules.extend(reader.rule(place, &rules)));
        let has_rules = table.contains_key("rules");
        if has_rules && rules.is_empty() && self.refused.is_empty() {
            self.refuse(0, "rules", "a city needs one; without `rules` they stay as they are");
        }
        rules.sort_by_key(order);
        desks.sort_by(|a: &Desk, b| (a.function, &a.zone).cmp(&(b.function, &b.zone)));
        Routing { rules: has_rules.then_some(rules), desks }
    }

    fn desk(&mut self, place: &Place<'_, 't>) -> Option<Desk> {
        self.only(place, &["function", "zone", "name", "holders", "mailboxes"]);
        let function = self.word(place, "function", true).and_then(|(word, at)| {
            let function = Function::parse(&word);
            function.or_else(|| self.none(at, "desk.function", format_args!("“{word}” is no function")))
        });
        let zone = self.word(place, "zone", true).and_then(|(zone, at)| self.zone(zone, at, "desk.zone"));
        let name = self.word(place, "name", false).map(|(name, _)| text::clean(&name)).unwrap_or_default();
        let holders = self.terms(place, "holders", "name");
        let mailboxes = self.terms(place, "mailboxes", "mail");
        let (function, zone) = (function?, zone?);
        if !self.named.insert(desk_id(function, &zone)) {
            self.refuse(place.at, "desk", format_args!("{} stands here twice", desk_id(function, &zone)));
        }
        Some(Desk { function, zone, name, holders, mailboxes })
    }

    fn terms(&mut self, place: &Place<'_, 't>, list: &'static str, who: &'static str) -> Vec<Term> {
        let mut terms: Vec<Term> = Vec::new();
        let name = format!("desk.{list}");
        self.each(&Place { name: "desk", ..*place }, list, |reader, place| {
            let Some(term) = reader.term(place, who) else { return };
            let same = |known: &Term| (&known.who, known.from) == (&term.who, term.from);
            if terms.iter().any(same) {
                reader.refuse(place.at, &name, "stands here twice");
            }
            terms.push(term);
        });
        terms.sort();
        terms
    }

    fn term(&mut self, place: &Place<'_, 't>, who: &'static str) -> Option<Term> {
        let is_mail = who == "mail";
        self.only(
            place,
            if is_mail { &["mail", "from", "until", "source"] } else { &["name", "from", "until"] },
        );
        let (named, at) = self.word(place, who, true)?;
        let named = text::clean(&named);
        if named.is_empty() || (is_mail && !text::is_mail(&named)) {
            return self.none(at, &format!("{}.{who}", place.name), "is none");
        }
        let from = self.date(place, "from").unwrap_or(Instant(0));
        let until = self.date(place, "until");
        if until.is_some_and(|until| until <= from) {
            return self.none(place.at, &format!("{}.until", place.name), "ends before it begins");
        }
        let given = if is_mail { GIVEN } else { "" };
        let source = self.word(place, "source", false).map_or(given.to_owned(), |(source, _)| source);
        Some(Term { who: named, from, until, source })
    }

    fn rule(&mut self, place: &Place<'_, 't>, others: &[Rule]) -> Option<Rule> {
        self.only(place, &["kind", "category", "urgency", "status", "zone", "to"]);
        let before = self.refused.len();
        let when = Criteria {
            kind: self.parsed(place, "kind", Kind::parse),
            category: self.parsed(place, "category", |word| {
                let known = category::find(word).is_some() || category::GROUPS.contains(&word);
                known.then(|| word.to_owned())
            }),
            urgency: self.urgency(place),
            status: self.parsed(place, "status", Status::parse),
            zone: self.word(place, "zone", false).and_then(|(zone, at)| self.zone(zone, at, "rules.zone")),
        };
        let to = self.targets(place)?;
        if others.iter().any(|other| other.when == when) {
            return self.none(place.at, "rules", "another rule asks for the same: write both as one");
        }
        (self.refused.len() == before).then_some(Rule { when, to })
    }

    fn targets(&mut self, place: &Place<'_, 't>) -> Option<Vec<Target>> {
        let Some(list) = place.table.get("to") else { return self.none(place.at, "rules.to", "is missing") };
        let Some(items) = list.get_ref().as_array() else {
            return self.none(list.span().start, "rules.to", "is no list");
        };
        let mut targets = Vec::with_capacity(items.len());
        for item in items.iter() {
            let (word, at) = (item.get_ref().as_str().unwrap_or_default(), item.span().start);
            let target = Target::parse(word);
            let held = |target: &Target| {
                target.zone.is_none() || self.named.contains(word) || self.known.desks.contains(word)
            };
            match target {
                Some(target) if held(&target) => targets.push(target),
                Some(_) => self.refuse(at, "rules.to", format_args!("there is no desk “{word}”")),
                None => self.refuse(at, "rules.to", format_args!("“{word}” is no function")),
            }
        }
        targets.sort();
        targets.dedup();
        Some(targets)
    }

    fn urgency(&mut self, place: &Place<'_, 't>) -> Option<i16> {
        let value = place.table.get("urgency")?;
        let number = value.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
        let known = number.filter(|urgency| shared::reports::URGENCIES.contains(urgency));
        known.or_else(|| self.none(value.span().start, "rules.urgency", "is none: 1 to 4"))
    }

    fn zone(&mut self, zone: String, at: usize, key: &str) -> Option<String> {
        if self.known.zones.contains(&zone) {
            return Some(zone);
        }
        self.none(at, key, format_args!("there is no zone “{zone}”"))
    }

    /// A word of a rule that `parse` knows.
    fn parsed<T>(
        &mut self,
        place: &Place<'_, 't>,
        key: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let (word, at) = self.word(place, key, false)?;
        parse(&word).or_else(|| self.none(at, &format!("rules.{key}"), format_args!("“{word}” is none")))
    }

    /// The text of `key`, and where it stands.
    fn word(&mut self, place: &Place<'_, 't>, key: &str, needed: bool) -> Option<(String, usize)> {
        let name = [place.name, key].join(".");
        match place.table.get(key) {
            None if needed => self.none(place.at, &name, "is missing"),
            None => None,
            Some(value) => match value.get_ref().as_str() {
                Some(word) => Some((word.to_owned(), value.span().start)),
                None => self.none(value.span().start, &name, "is no text"),
            },
        }
    }

    fn date(&mut self, place: &Place<'_, 't>, key: &str) -> Option<Instant> {
        let value = place.table.get(key)?;
        let date = match value.get_ref() {
            DeValue::Datetime(date) => dates::read(date, &self.known.time_zone),
            _ => None,
        };
        let name = format!("{}.{key}", place.name);
        date.or_else(|| self.none(value.span().start, &name, "is no date, such as 2026-09-01"))
    }

    /// Every table of the list `key`.
    fn each(&mut self, place: &Place<'_, 't>, key: &str, mut take: impl FnMut(&mut Self, &Place<'_, 't>)) {
        let name = if place.name.is_empty() { key.to_owned() } else { [place.name, key].join(".") };
        let Some(list) = place.table.get(key) else { return };
        let Some(items) = list.get_ref().as_array() else {
            self.refuse(list.span().start, &name, "is no list");
            return;
        };
        for item in items.iter() {
            match item.get_ref().as_table() {
                Some(table) => take(self, &Place { table, at: start(item), name: &name }),
                None => self.refuse(start(item), &name, "is no table"),
            }
        }
    }

    /// Refuses keys that mean nothing here.
    fn only(&mut self, place: &Place<'_, 't>, keys: &[&str]) {
        for key in place.table.keys().filter(|key| !keys.contains(&key.get_ref().as_ref())) {
            let name = [place.name, key.get_ref()].join(".");
            self.refuse(
                key.span().start,
                name.trim_start_matches('.'),
                format_args!("means nothing here: {}", keys.join(", ")),
            );
        }
    }

    fn refuse(&mut self, at: usize, key: &str, why: impl Display) {
        let before = self.text.get(..at).unwrap_or_default();
        self.refused.push((before.matches('\n').count() + 1, format!("{key}: {why}")));
    }

    /// Refuses, where a value was wanted.
    fn none<T>(&mut self, at: usize, key: &str, why: impl Display) -> Option<T> {
        self.refuse(at, key, why);
        None
    }
}

fn start(value: &Value<'_>) -> usize {
    value.span().start
}

/// Rules in the order of the file: the general one first, then by category.
pub fn order(rule: &Rule) -> impl Ord + use<> {
    let Criteria { kind, category, urgency, status, zone } = rule.when.clone();
    (category, kind.map(Kind::as_str), urgency, status.map(Status::as_str), zone)
}
