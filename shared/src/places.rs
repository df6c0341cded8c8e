//! Places: the objects people observe. Today schools; the type is open.

pub mod finding;

use crate::geo::Position;
use crate::ids::PlaceId;
use crate::instant::Instant;
use crate::routing::Function;
pub use finding::search;
use serde::{Deserialize, Serialize};

/// What sort of school, as people say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PlaceKind))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nursery school.
    Maternelle,
    /// Elementary school.
    Elementaire,
    /// Both under one roof.
    Primaire,
    /// Lower secondary.
    College,
    /// Upper secondary.
    Lycee,
    /// Anything else that the register holds.
    #[default]
    Other,
}

/// A place as the phone keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Place {
    /// Its code in the register (UAI for a school).
    pub id: PlaceId,
    /// Its name on screen.
    pub name: String,
    /// What sort.
    pub kind: Kind,
    /// Street and number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// Postal code.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub postcode: String,
    /// City, or arrondissement.
    pub city: String,
    /// Where it is, when the register knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Whether the register itself says that the position is approximate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approximate: bool,
}

/// A place's public page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PlacePage {
    /// The place.
    pub place: Place,
    /// When the register closed it, if it did.
    pub closed_at: Option<Instant>,
    /// Reports still open.
    pub open: i64,
    /// Reports solved.
    pub solved: i64,
    /// Median of days from report to solution, when something was solved.
    pub median_days: Option<i64>,
    /// Who is in charge, and whether they have a mailbox.
    pub desks: Vec<DeskView>,
    /// File the facts come from, and when they were read.
    pub source: String,
    /// When the facts were read.
    pub read_at: Instant,
}

/// A desk as the public sees it: a function, never an address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DeskView {
    /// Its function.
    pub function: Function,
    /// The zone or place it is in charge of.
    pub name: String,
    /// Whether a message can reach it.
    pub has_mailbox: bool,
}

/// What the phone keeps to find a school without network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PlacePack {
    /// Open places, by name.
    pub places: Vec<Place>,
}

/// Places found, the likeliest or nearest first; which one is meant is for a person to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PlaceList {
    /// The places.
    pub places: Vec<PlaceFound>,
}

/// A place found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PlaceFound {
    /// The place.
    pub place: Place,
    /// Metres from the position asked about, when both are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metres: Option<i64>,
}

/// The check letter of a UAI (ex-RNE): the seven digits modulo 23 in this alphabet (DOMAIN 2.2; holds for every code
/// of the official lists).
const UAI_LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPRSTUVWXYZ";

/// Whether `code` is a UAI: seven digits and the right letter.
pub fn is_uai(code: &str) -> bool {
    let bytes = code.as_bytes();
    let digits = bytes.get(..7).filter(|d| d.iter().all(u8::is_ascii_digit));
    let number = digits.map(|d| d.iter().fold(0_usize, |n, digit| n * 10 + usize::from(digit - b'0')));
    bytes.len() == 8 && number.and_then(|n| UAI_LETTERS.get(n % 23)) == bytes.last()
}

/// The check letter that belongs to a number of seven digits.
pub fn uai_letter(number: u32) -> char {
    UAI_LETTERS.get((number % 23) as usize).map_or('?', |letter| char::from(*letter))
}

/// A place and its distance in metres.
pub type Near<'a> = (&'a Place, f64);

/// The `most` nearest places to `from`, nearest first; places without a position are left out. Never one silently
/// chosen: half of the schools have another within 71 m (DOMAIN 0.3).
pub fn near<'a>(places: impl IntoIterator<Item = &'a Place>, from: Position, most: usize) -> Vec<Near<'a>> {
    let mut found: Vec<Near<'a>> =
        places.into_iter().filter_map(|place| Some((place, place.position?.metres_to(from)))).collect();
    found.sort_by(|a, b| a.1.total_cmp(&b.1));
    found.truncate(most);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(id: &str, name: &str, position: Option<(f64, f64)>) -> Place {
        Place {
            id: PlaceId::parse(id).unwrap(),
            name: name.into(),
            kind: Kind::Primaire,
            address: String::new(),
            postcode: "13004".into(),
            city: "Ville".into(),
            position: position.and_then(|(lat, lon)| Position::new(lat, lon)),
            approximate: false,
        }
    }

    #[test]
    fn the_letter_of_a_uai_is_checked() {
        for good in ["0130136C", "0350017D", "0350122T", "0134158Z"] {
            assert!(is_uai(good), "{good}");
        }
        for bad in ["0130136D", "130136C", "0130136c", "01301360C", "", "ééé"] {
            assert!(!is_uai(bad), "{bad}");
        }
        assert_eq!(uai_letter(130_136), 'C');
    }

    #[test]
    fn near_gives_a_short_list_nearest_first() {
        let places = [
            place("A01", "Loin", Some((43.31, 5.4))),
            place("A02", "Sans position", None),
            place("A03", "Ici", Some((43.3, 5.4))),
        ];
        let found = near(&places, Position { lat: 43.3, lon: 5.4 }, 3);
        assert_eq!(found.iter().map(|(p, _)| p.name.as_str()).collect::<Vec<_>>(), ["Ici", "Loin"]);
        assert!((found[1].1 - 1112.0).abs() < 1.0);
    }
}
