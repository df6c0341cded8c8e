//! What one line of the register says, whatever the year and the form of the file: columns by alias.

use super::Choice;
use super::file::Record;
use super::names;
use shared::geo::Position;
use shared::places::{Kind, is_uai};
use shared::text::{self, fold};

/// What the register says of one place.
#[derive(Clone, Debug, PartialEq)]
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

/// Reads a line.
pub fn read(record: &Record, choice: &Choice) -> Line {
    let id =
        record.get(&["numero uai", "code etablissement", "identifiant de l etablissement"]).to_uppercase();
    let nature = record.get(&["nature uai", "code nature"]);
    let name = one_space(record.get(&["appellation officielle", "nom etablissement"]));
    let mail = record.get(&["mail"]).to_lowercase();
    if !is_uai(&id) {
        return Line::Refused(format!("“{id}” is not a UAI: seven digits and their check letter"));
    }
    if is_inspection(record) {
        return Line::Inspection { name, mail };
    }
    let first_degree = nature.len() == 3 && nature.starts_with('1');
    let second_degree = matches!(
        nature,
        "300" | "301" | "302" | "306" | "310" | "320" | "340" | "350" | "352" | "370" | "390"
    );
    if nature.is_empty() {
        return Line::Refused(format!("{id} has no code of its nature"));
    }
    let private =
        fold(record.get(&["secteur public prive libe", "secteur public prive", "statut public prive"]))
            == "prive";
    let city_code = record.get(&["code commune"]);
    let wanted = (first_degree || second_degree && choice.secondary)
        && (!private || choice.private)
        && city_code.starts_with(&choice.commune);
    if !wanted {
        return Line::SetAside;
    }
    if name.is_empty() {
        return Line::Refused(format!("{id} has no name"));
    }
    Line::Place(Box::new(facts(record, id, &name, nature)))
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
        closed: state == "ferme",
    }
}

/// The annuaire holds the inspections as rows of their own.
fn is_inspection(record: &Record) -> bool {
    fold(record.get(&["libelle nature", "nature uai libe", "nature"])).starts_with("circonscription")
}

fn kind(record: &Record, nature: &str, name: &str) -> Kind {
    let flag = |name| record.get(&[name]) == "1";
    match nature {
        "101" | "102" | "103" | "111" => Kind::Maternelle,
        "340" | "350" | "352" | "390" => Kind::College,
        "370" => Kind::Other,
        _ if nature.starts_with('3') => Kind::Lycee,
        _ if flag("ecole maternelle") && flag("ecole elementaire") || fold(name).contains("primaire") => {
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
