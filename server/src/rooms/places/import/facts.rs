//! What one line of the register says, whatever the year and the form of the file: columns by alias.

use super::Choice;
use super::file::Record;
use super::names;
use shared::geo::Position;
use shared::places::{Kind, is_uai};
use shared::text::{self, fold};
use std::borrow::Cow;

/// The official lists, as they are told apart and added.
mod list {
    /// Addresses and positions.
    pub const ADDRESSES: i16 = 1;
    /// The annuaire.
    pub const ANNUAIRE: i16 = 2;
}

/// Columns of the code, of the address list and of the annuaire.
const ADDRESSES_CODE: [&str; 2] = ["numero uai", "code etablissement"];
const ANNUAIRE_CODE: [&str; 1] = ["identifiant de l etablissement"];

/// What the register says of one place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// UAI.
    pub id: String,
    /// Name on screen.
    pub name: String,
    /// What sort.
    pub kind: Kind,
    /// Street and number.
    pub address: String,
    /// Postal code.
    pub postcode: String,
    /// City or arrondissement.
    pub city: String,
    /// INSEE code of the commune or arrondissement.
    pub city_code: String,
    /// Inspection district, as written.
    pub circonscription: String,
    /// Official mailbox.
    pub mail: String,
    /// Where it is.
    pub position: Option<Position>,
    /// Whether that is only approximate.
    pub approximate: bool,
    /// Whether it is closed.
    pub closed: bool,
    /// Whether it is private.
    pub private: bool,
    /// The official lists that held it, added.
    pub lists: i16,
}

impl Facts {
    /// Fills what this file does not know from `other`.
    pub fn complete(&mut self, other: &Self) {
        let texts = [
            (&mut self.name, &other.name),
            (&mut self.address, &other.address),
            (&mut self.postcode, &other.postcode),
            (&mut self.city, &other.city),
            (&mut self.city_code, &other.city_code),
            (&mut self.circonscription, &other.circonscription),
            (&mut self.mail, &other.mail),
        ];
        for (mine, theirs) in texts {
            if mine.is_empty() {
                mine.clone_from(theirs);
            }
        }
        // "Primaire" is said by the annuaire only: the address list calls the same school elementary.
        if self.kind == Kind::Elementaire && other.kind == Kind::Primaire {
            self.kind = Kind::Primaire;
        }
        if self.position.is_none() || self.approximate && other.position.is_some() && !other.approximate {
            self.position = other.position;
            self.approximate = other.approximate;
        }
        self.lists |= other.lists;
    }

    /// Whether it is a collège or a lycée.
    pub fn is_secondary(&self) -> bool {
        !matches!(self.kind, Kind::Maternelle | Kind::Elementaire | Kind::Primaire)
    }
}

/// What a line is.
pub enum Line {
    /// A place.
    Place(Box<Facts>),
    /// The inspection of a district, with its mailbox.
    Inspection {
        /// The district, as written.
        name: String,
        /// Its mailbox.
        mail: String,
    },
    /// Nothing that was asked for.
    SetAside,
    /// Something that cannot be used, and why.
    Refused(String),
}

/// Which official list the file of this record is, or 0 when it is none.
pub fn list(record: &Record) -> i16 {
    match (record.has(&ADDRESSES_CODE), record.has(&ANNUAIRE_CODE)) {
        (true, _) => list::ADDRESSES,
        (_, true) => list::ANNUAIRE,
        _ => 0,
    }
}

/// The code that the line is about, as it should be written.
pub fn code(record: &Record) -> String {
    let code = [ADDRESSES_CODE.as_slice(), &ANNUAIRE_CODE].map(|names| record.get(names));
    code.into_iter().find(|code| !code.is_empty()).unwrap_or_default().to_uppercase()
}

/// Reads a line.
pub fn read(record: &Record, choice: &Choice) -> Line {
    let id = code(record);
    let name = one_space(record.get(&["appellation officielle", "nom etablissement"]));
    if !is_uai(&id) {
        return Line::Refused(format!("“{id}” is not a UAI: seven digits and their check letter"));
    }
    if is_inspection(record) {
        return Line::Inspection { name, mail: record.get(&["mail"]).to_lowercase() };
    }
    let nature = nature(record);
    if nature.is_empty() {
        return Line::Refused(format!("{id} has no code of its nature"));
    }
    let first_degree = nature.len() == 3 && nature.starts_with('1');
    let second_degree = matches!(
        &*nature,
        "300" | "301" | "302" | "306" | "310" | "320" | "340" | "350" | "352" | "370" | "390"
    );
    let wanted = choice.wants(second_degree, is_private(record), record.get(&["code commune"]));
    if !wanted || !first_degree && !second_degree {
        return Line::SetAside;
    }
    if name.is_empty() {
        return Line::Refused(format!("{id} has no name"));
    }
    Line::Place(Box::new(facts(record, id, &name, &nature)))
}

fn facts(record: &Record, id: String, name: &str, nature: &str) -> Facts {
    let mail = record.get(&["mail"]).to_lowercase();
    let state = fold(record.get(&["etat etablissement libe", "etat etablissement", "etat"]));
    Facts {
        id,
        kind: kind(record, nature, name),
        name: names::readable(name),
        address: one_space(record.get(&["adresse uai", "adresse", "adresse 1"])),
        postcode: record.get(&["code postal uai", "code postal"]).to_owned(),
        city: one_space(record.get(&["libelle commune", "commune", "nom commune"])),
        city_code: record.get(&["code commune"]).to_owned(),
        circonscription: one_space(record.get(&["nom circonscription"])),
        mail: if text::is_mail(&mail) { mail } else { String::new() },
        position: position(record),
        approximate: is_approximate(record),
        closed: state.starts_with("ferme"),
        private: is_private(record),
        lists: list(record),
    }
}

/// The code of its nature; where a file of earlier years has none, what the type of the establishment says.
fn nature(record: &Record) -> Cow<'_, str> {
    let code = record.get(&["nature uai", "code nature"]);
    if !code.is_empty() {
        return code.into();
    }
    let nursery_alone = is_yes(record, "ecole maternelle") && !is_yes(record, "ecole elementaire");
    match fold(record.get(&["type etablissement"])).as_str() {
        "ecole" if nursery_alone => "101".into(),
        "ecole" => "151".into(),
        "college" => "340".into(),
        "lycee" => "300".into(),
        "" => code.into(),
        // Something, but no school.
        _ => "0".into(),
    }
}

fn is_private(record: &Record) -> bool {
    fold(record.get(&["secteur public prive libe", "secteur public prive", "statut public prive"])) == "prive"
}

fn is_yes(record: &Record, column: &str) -> bool {
    record.get(&[column]) == "1"
}

/// The annuaire holds the inspections as rows of their own.
fn is_inspection(record: &Record) -> bool {
    fold(record.get(&["libelle nature", "nature uai libe", "nature"])).starts_with("circonscription")
}

fn kind(record: &Record, nature: &str, name: &str) -> Kind {
    match nature {
        "101" | "102" | "103" | "111" => Kind::Maternelle,
        "340" | "350" | "352" | "390" => Kind::College,
        "370" => Kind::Other,
        _ if nature.starts_with('3') => Kind::Lycee,
        _ if is_yes(record, "ecole maternelle") && is_yes(record, "ecole elementaire")
            || fold(name).contains("primaire") =>
        {
            Kind::Primaire
        }
        _ if nature.starts_with('1') => Kind::Elementaire,
        _ => Kind::Other,
    }
}

fn position(record: &Record) -> Option<Position> {
    let number = |text: &str| text.trim().replace(',', ".").parse::<f64>().ok();
    let columns = number(record.get(&["latitude"])).zip(number(record.get(&["longitude"])));
    let joined = || {
        let (lat, lon) = record.get(&["position"]).split_once(',')?;
        number(lat).zip(number(lon))
    };
    columns.or_else(joined).and_then(|(lat, lon)| Position::new(lat, lon))
}

/// DOMAIN 2.2: a street, a place name or a city is no precise position; nor is a poor match.
fn is_approximate(record: &Record) -> bool {
    let place = fold(record.get(&["localisation", "precision localisation"]));
    let matched = fold(record.get(&["qualite d appariement", "appariement"]));
    matches!(place.as_str(), "rue" | "ville" | "commune" | "lieu dit")
        || ["moyenne", "mauvaise", "erreur"].contains(&matched.as_str())
}

fn one_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
