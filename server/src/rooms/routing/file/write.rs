//! From what is known to the text of the file.

use super::{Desk, Routing, Term, dates};
use crate::rooms::routing::GIVEN;
use jiff::tz::TimeZone;
use shared::instant::Instant;
use shared::routing::Function;
use shared::routing::rules::Rule;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const HEAD: &str = "\
# Who is told. Change it, then: vigie routing import FILE --check, and without --check.
#
# rules    Reports that fit go to those of `to`; the most precise rule speaks alone. Criteria, in the order in which they
#          decide: kind (simple, intervention, improvement, sst, dgi), category (or its group), urgency (this one or a
#          higher one, 1 to 4), status, zone. `to` holds functions (direction, mairie, circonscription, metropole: the
#          nearest desk), or one desk, as \"mairie@city:13055\". vigie route --explain PLACE says which rule speaks, and why.
# [[desk]] A function held in a zone. Without `name` it is called as its zone.
# from     The first day that counts; absent: since ever. until: the first day that no longer does; absent: until further
#          notice. An address or a holder that changes: give the old one its `until`, add the new one.
";

/// The text; `names` tells zones to whoever reads it, days are those of `schools`.
pub fn text(routing: &Routing, names: &BTreeMap<String, String>, schools: &TimeZone) -> String {
    let mut text = HEAD.to_owned();
    if let Some(rules) = &routing.rules {
        text.push_str("\nrules = [\n");
        for rule in rules {
            text.push_str(&format!("  {{ {} }},\n", criteria(rule)));
        }
        text.push_str("]\n");
    }
    let (heads, others): (Vec<_>, Vec<_>) =
        routing.desks.iter().partition(|desk| desk.function == Function::Direction);
    for desk in others.into_iter().chain(heads) {
        let known = names.get(&desk.zone).map(|name| name.replace(char::is_control, " "));
        // Writing to a string does not fail.
        let _ = write!(text, "\n# {}\n{}", known.unwrap_or_default(), desk_table(desk, schools));
    }
    text
}

fn criteria(rule: &Rule) -> String {
    let when = &rule.when;
    let word = |name: &str, value: Option<&str>| value.map(|value| format!("{name} = {}", quoted(value)));
    let targets: Vec<_> = rule.to.iter().map(|target| quoted(&target.to_string())).collect();
    [
        word("kind", when.kind.map(shared::reports::kind::Kind::as_str)),
        word("category", when.category.as_deref()),
        when.urgency.map(|urgency| format!("urgency = {urgency}")),
        word("status", when.status.map(shared::reports::status::Status::as_str)),
        word("zone", when.zone.as_deref()),
        Some(format!("to = [{}]", targets.join(", "))),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(", ")
}

fn desk_table(desk: &Desk, schools: &TimeZone) -> String {
    let mut text =
        format!("[[desk]]\nfunction = {}\nzone = {}\n", quoted(desk.function.as_str()), quoted(&desk.zone));
    if !desk.name.is_empty() {
        text.push_str(&format!("name = {}\n", quoted(&desk.name)));
    }
    for (key, who, terms) in [("holders", "name", &desk.holders), ("mailboxes", "mail", &desk.mailboxes)] {
        if !terms.is_empty() {
            let lines: Vec<_> =
                terms.iter().map(|term| format!("  {{ {} }},\n", term_fields(who, term, schools))).collect();
            text.push_str(&format!("{key} = [\n{}]\n", lines.concat()));
        }
    }
    text
}

fn term_fields(who: &str, term: &Term, schools: &TimeZone) -> String {
    let mut fields = vec![format!("{who} = {}", quoted(&term.who))];
    if term.from != Instant(0) {
        fields.push(format!("from = {}", dates::write(term.from, schools)));
    }
    fields.extend(term.until.map(|until| format!("until = {}", dates::write(until, schools))));
    if !matches!(term.source.as_str(), "" | GIVEN) {
        fields.push(format!("source = {}", quoted(&term.source)));
    }
    fields.join(", ")
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
