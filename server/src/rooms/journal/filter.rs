//! What the list of lines can be asked for, read and checked. Knows no SQL.

use crate::error::Result;
use crate::rooms::reports::filter::{PAGE, instant, limit, optional, zone};
use serde::Deserialize;
use shared::ids::{ParcelId, PlaceId};
use shared::instant::Instant;
use utoipa::IntoParams;

/// What a line can be about, as it is offered to people. Others may be asked for by their names.
pub const KINDS: [&str; 18] = [
    "received",
    "supported",
    "notice_sent",
    "asked",
    "relance",
    "answered",
    "internal_word",
    "status_changed",
    "said_fixed",
    "repaired",
    "reopened",
    "transfer_proposed",
    "transferred",
    "word_sent",
    "no_mailbox",
    "urgency_raised",
    "joined",
    "parted",
];

/// What is asked, as it stands in the address; what is absent or empty lets everything through.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Query {
    /// About reports on this place.
    pub place: Option<String>,
    /// About reports on places of this zone: a city, an arrondissement, a circonscription…
    pub zone: Option<String>,
    /// About this report; lines that no seal closes yet are there too.
    pub report: Option<String>,
    /// Of this kind: the name of an event.
    pub kind: Option<String>,
    /// Written at this instant or later.
    pub since: Option<String>,
    /// Most lines on the page.
    pub limit: Option<String>,
    /// `next` of the page before, asked with the same filters.
    pub before: Option<String>,
}

/// A list's question, checked.
#[derive(Debug, Default)]
pub struct Filter {
    /// About reports on this place.
    pub place: Option<PlaceId>,
    /// About reports on places of this zone.
    pub zone: Option<String>,
    /// About this report.
    pub report: Option<ParcelId>,
    /// How events begin that are meant.
    pub kind: Option<String>,
    /// Written since.
    pub since: Option<Instant>,
    /// How many.
    pub limit: usize,
    /// Before this place in the order of all; of one report: before this line of it.
    pub before: Option<i64>,
}

impl Query {
    /// The question.
    ///
    /// # Errors
    /// `query_invalid` with the parameter's name.
    pub fn read(&self) -> Result<Filter> {
        Ok(Filter {
            place: optional(&self.place, "place", |text| PlaceId::parse(text).ok())?,
            zone: optional(&self.zone, "zone", zone)?,
            report: optional(&self.report, "report", |text| ParcelId::parse(text).ok())?,
            kind: optional(&self.kind, "kind", kind)?,
            since: optional(&self.since, "since", instant)?,
            limit: optional(&self.limit, "limit", limit)?.unwrap_or(PAGE),
            before: optional(&self.before, "before", before)?,
        })
    }
}

/// How a line of that kind begins: an event's name is written first.
fn kind(text: &str) -> Option<String> {
    let name = text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    name.then(|| format!(r#"{{"event":"{text}""#))
}

fn before(text: &str) -> Option<i64> {
    let digits = text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use shared::problem::{Code, Problem};
    use shared::reports::Event;

    #[test]
    fn what_cannot_be_read_is_named() {
        for (name, value) in [
            ("place", ".."),
            ("zone", "marseille"),
            ("report", "1001"),
            ("kind", "Received"),
            ("kind", "a\""),
            ("since", "yesterday"),
            ("limit", "0"),
            ("before", "-1"),
            ("before", "+1"),
            ("before", "9999999999999999999"),
        ] {
            let query: Query = serde_json::from_value(serde_json::json!({ name: value })).unwrap();
            match query.read() {
                Err(Error::Problem(problem)) => {
                    assert_eq!(problem, Problem::of(Code::QueryInvalid, name), "{value}");
                }
                other => panic!("{name}={value}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_kind_is_how_its_lines_begin() {
        let received = serde_json::to_string(&Event::Received).unwrap();
        let supported = serde_json::to_string(&Event::Supported { people: 2, why: vec![] }).unwrap();
        assert!(received.starts_with(&kind("received").unwrap()));
        assert!(supported.starts_with(&kind("supported").unwrap()));
        assert!(!supported.starts_with(&kind("support").unwrap()));
    }
}
