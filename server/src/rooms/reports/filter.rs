//! What a list of reports can be asked for, read and checked. Knows no SQL.

use crate::error::Result;
use serde::Deserialize;
use shared::geo::Position;
use shared::ids::{ParcelId, PlaceId};
use shared::instant::Instant;
use shared::problem::{Code, Problem};
use shared::reports::category;
use shared::reports::status::Status;
use shared::text::fold;
use utoipa::IntoParams;

/// Reports on a page, where nobody says how many.
pub const PAGE: usize = 30;
/// Most reports on a page.
pub const MOST: usize = 100;
/// Words of a search that count; more say nothing more.
pub const MOST_WORDS: usize = 6;
/// Characters of a search.
pub const LONGEST: usize = 200;
/// Metres around a position, where nobody says how far.
const RADIUS: f64 = 500.0;
/// Most metres around a position.
const FARTHEST: f64 = 50_000.0;
/// Metres of a degree of latitude.
pub const DEGREE: f64 = 111_195.0;

/// What is asked, as it stands in the address; what is absent or empty lets everything through.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Query {
    /// On this place.
    pub place: Option<String>,
    /// On places of this zone: a city, an arrondissement, a circonscription…
    pub zone: Option<String>,
    /// Of this category, or of this group of categories.
    pub category: Option<String>,
    /// `open` (people wait), `closed` (done or refused), or one status.
    pub status: Option<String>,
    /// On places in a box: west, south, east, north in degrees. Where west is beyond east, it crosses the antimeridian;
    /// south and north may change places.
    pub bbox: Option<String>,
    /// On places around a position: latitude, longitude in degrees.
    pub near: Option<String>,
    /// Metres around `near`.
    pub radius: Option<String>,
    /// Received or changed at this instant or later; the latest change comes first then.
    pub since: Option<String>,
    /// Saying words that begin so: all of them, accents aside. The first six words count.
    pub q: Option<String>,
    /// Most reports on the page.
    pub limit: Option<String>,
    /// `next` of the page before, asked with the same filters.
    pub before: Option<String>,
}

/// A list's question, checked.
#[derive(Debug, Default)]
pub struct Filter {
    /// On this place.
    pub place: Option<PlaceId>,
    /// On places of this zone.
    pub zone: Option<String>,
    /// On places there.
    pub area: Option<Area>,
    /// Of one of these categories.
    pub categories: Vec<&'static str>,
    /// That far.
    pub standing: Option<Standing>,
    /// Received or changed since; the list is in the order of changes then.
    pub since: Option<Instant>,
    /// Saying words that begin so; folded.
    pub words: Vec<String>,
    /// How many.
    pub limit: usize,
    /// After this one.
    pub before: Option<Cursor>,
}

/// How far a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// People still wait.
    Open,
    /// They don't.
    Closed,
    /// Exactly there.
    At(Status),
}

/// Where a page ended: the instant it was sorted by, and the report's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Received, or changed.
    pub at: i64,
    /// The last report.
    pub id: String,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.at, self.id)
    }
}

/// A box in degrees, and the circle in it that counts. Where west is beyond east it crosses the antimeridian
/// (RFC 7946 §5.2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Southern edge.
    pub south: f64,
    /// Northern edge.
    pub north: f64,
    /// Western edge.
    pub west: f64,
    /// Eastern edge.
    pub east: f64,
    /// Middle and metres.
    pub around: Option<(Position, f64)>,
}

impl Area {
    const EARTH: Self = Self { south: -90.0, north: 90.0, west: -180.0, east: 180.0, around: None };
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
            area: self.area()?,
            categories: optional(&self.category, "category", categories)?.unwrap_or_default(),
            standing: optional(&self.status, "status", standing)?,
            since: optional(&self.since, "since", instant)?,
            words: optional(&self.q, "q", words)?.unwrap_or_default(),
            limit: optional(&self.limit, "limit", limit)?.unwrap_or(PAGE),
            before: optional(&self.before, "before", cursor)?,
        })
    }

    fn area(&self) -> Result<Option<Area>, Problem> {
        let area = optional(&self.bbox, "bbox", bbox)?;
        let near = optional(&self.near, "near", near)?;
        let radius = optional(&self.radius, "radius", radius)?.unwrap_or(RADIUS);
        let Some(middle) = near else { return Ok(area) };
        let area = area.unwrap_or(Area::EARTH);
        let reach = radius / DEGREE;
        let (south, north) = (area.south.max(middle.lat - reach), area.north.min(middle.lat + reach));
        // Where box and circle do not meet there is nothing, and nothing lies beyond the pole.
        let (south, north) = if south <= north { (south, north) } else { (91.0, 91.0) };
        Ok(Some(Area { south, north, around: Some((middle, radius)), ..area }))
    }
}

fn wrong(name: &str) -> Problem {
    Problem::of(Code::QueryInvalid, name)
}

/// What `read` makes of the text, if there is one.
pub fn optional<T>(
    text: &Option<String>,
    name: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let said = text.as_deref().filter(|text| !text.is_empty());
    said.map(|text| read(text).ok_or_else(|| wrong(name))).transpose()
}

/// The id of a zone.
pub fn zone(text: &str) -> Option<String> {
    let (kind, name) = text.split_once(':')?;
    let word = |text: &str, more: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    (text.len() <= 120 && word(kind, b"_") && word(name, b"_.-")).then(|| text.to_owned())
}

/// The category of that slug, or those of the group of that name.
fn categories(text: &str) -> Option<Vec<&'static str>> {
    let meant: Vec<_> = category::ALL
        .iter()
        .filter(|category| category.slug == text || category.group == text)
        .map(|category| category.slug)
        .collect();
    (!meant.is_empty()).then_some(meant)
}

fn standing(text: &str) -> Option<Standing> {
    match text {
        "open" => Some(Standing::Open),
        "closed" => Some(Standing::Closed),
        word => Status::parse(word).map(Standing::At),
    }
}

/// An instant as people and programs write it (RFC 3339).
pub fn instant(text: &str) -> Option<Instant> {
    text.parse::<jiff::Timestamp>().ok().map(|at| Instant(at.as_millisecond()))
}

/// The words of `text`, folded, each once.
fn words(text: &str) -> Option<Vec<String>> {
    if text.chars().count() > LONGEST {
        return None;
    }
    let mut words: Vec<String> = Vec::new();
    for word in fold(text).split_whitespace().map(str::to_owned) {
        if words.len() < MOST_WORDS && !words.contains(&word) {
            words.push(word);
        }
    }
    Some(words)
}

/// How many at most.
pub fn limit(text: &str) -> Option<usize> {
    text.parse().ok().filter(|limit| (1..=MOST).contains(limit))
}

fn cursor(text: &str) -> Option<Cursor> {
    let (at, id) = text.split_at_checked(text.len().checked_sub(36)?)?;
    let at = at.strip_suffix('-')?.parse().ok()?;
    Some(Cursor { at, id: ParcelId::parse(id).ok()?.into() })
}

fn bbox(text: &str) -> Option<Area> {
    let [west, south, east, north] = numbers(text)?;
    let on_earth = [west, east].iter().all(|lon| lon.abs() <= 180.0)
        && [south, north].iter().all(|lat| lat.abs() <= 90.0);
    let (south, north) = (south.min(north), south.max(north));
    on_earth.then_some(Area { south, north, west, east, around: None })
}

fn near(text: &str) -> Option<Position> {
    let [lat, lon] = numbers(text)?;
    Position::new(lat, lon)
}

fn radius(text: &str) -> Option<f64> {
    text.parse().ok().filter(|metres| (1.0..=FARTHEST).contains(metres))
}

fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let numbers: Option<Vec<f64>> =
        text.split(',').map(|part| part.parse().ok().filter(|number: &f64| number.is_finite())).collect();
    numbers?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(name: &str, value: &str) -> Query {
        serde_json::from_value(serde_json::json!({ name: value })).unwrap()
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (name, value) in [
            ("place", ".."),
            ("zone", "marseille"),
            ("zone", "city:\0"),
            ("category", "piscine"),
            ("status", "lost"),
            ("bbox", "5,43,6"),
            ("bbox", "5,43,181,44"),
            ("bbox", "5,43,6,91"),
            ("bbox", "NaN,43,6,44"),
            ("near", "43.3"),
            ("near", "91,5"),
            ("near", "0,-0.0"),
            ("radius", "0"),
            ("radius", "1e9"),
            ("since", "yesterday"),
            ("limit", "0"),
            ("limit", "101"),
            ("before", "yesterday"),
            ("before", "5"),
        ] {
            match query(name, value).read() {
                Err(crate::error::Error::Problem(problem)) => assert_eq!(problem, wrong(name), "{value}"),
                other => panic!("{name}={value}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_group_means_all_of_its_categories() {
        let cour = query("category", "cour").read().unwrap().categories;
        assert_eq!(cour, ["cour-jeux", "cour-sol-arbre", "cour-cloture-portail", "cour-ombre-nature"]);
        assert_eq!(query("category", "cour-jeux").read().unwrap().categories, ["cour-jeux"]);
    }

    #[test]
    fn a_circle_lies_in_its_band() {
        let query =
            Query { near: Some("43.3,5.4".into()), radius: Some("111195".into()), ..Query::default() };
        assert!(query.read().is_err(), "farther than we look");
        let area = Query { radius: Some("11119.5".into()), ..query }.read().unwrap().area.unwrap();
        assert!((area.south - 43.2).abs() < 1e-9 && (area.north - 43.4).abs() < 1e-9, "{area:?}");
    }

    #[test]
    fn a_cursor_reads_back() {
        let cursor = Cursor { at: -5, id: "01890000-0000-7000-8000-000000000000".into() };
        assert_eq!(super::cursor(&cursor.to_string()), Some(cursor));
    }
}
