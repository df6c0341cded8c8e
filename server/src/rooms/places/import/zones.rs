//! What follows from a place's facts: the zones it stands in, and the desks that these have by nature. Pure.

use super::facts::Facts;
use shared::routing::Function;
use shared::text::fold;

/// How far out a zone is: the nearest desk of a function wins.
pub mod rank {
    /// The place itself.
    pub const PLACE: i16 = 0;
    /// Inside whose borders it stands (`import zones`).
    pub const QUARTIER: i16 = 1;
    /// Arrondissement.
    pub const ARRONDISSEMENT: i16 = 2;
    /// Sector, with a town hall of its own.
    pub const SECTOR: i16 = 3;
    /// Inspection district.
    pub const CIRCONSCRIPTION: i16 = 4;
    /// City.
    pub const CITY: i16 = 5;
}

/// Cities of arrondissements (code officiel géographique, INSEE): first and last arrondissement, city, name.
const ARRONDISSEMENTS: [(u32, u32, u32, &str); 3] =
    [(13201, 13216, 13055, "Marseille"), (69381, 69389, 69123, "Lyon"), (75101, 75120, 75056, "Paris")];

/// Sectors with a town hall of their own (CGCT L2511-3 and its table; Paris Centre since 2020): arrondissements, number,
/// name. Elsewhere each arrondissement has its own.
const SECTORS: [(&[u32], u32, &str); 9] = [
    (&[13201, 13207], 1, "Marseille, 1er secteur (1er et 7e)"),
    (&[13202, 13203], 2, "Marseille, 2e secteur (2e et 3e)"),
    (&[13204, 13205], 3, "Marseille, 3e secteur (4e et 5e)"),
    (&[13206, 13208], 4, "Marseille, 4e secteur (6e et 8e)"),
    (&[13209, 13210], 5, "Marseille, 5e secteur (9e et 10e)"),
    (&[13211, 13212], 6, "Marseille, 6e secteur (11e et 12e)"),
    (&[13213, 13214], 7, "Marseille, 7e secteur (13e et 14e)"),
    (&[13215, 13216], 8, "Marseille, 8e secteur (15e et 16e)"),
    (&[75101, 75102, 75103, 75104], 1, "Paris Centre"),
];

/// A zone that a place stands in.
#[derive(Debug, PartialEq)]
pub struct Zone {
    /// Its id.
    pub id: String,
    /// What sort.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// How far out.
    pub rank: i16,
}

impl Zone {
    fn new(kind: &'static str, rank: i16, code: &str, name: &str) -> Self {
        Self { id: format!("{kind}:{code}"), kind, name: name.to_owned(), rank }
    }

    /// The function that has a desk there by nature.
    pub fn function(&self) -> Option<Function> {
        match self.rank {
            rank::PLACE => Some(Function::Direction),
            rank::CIRCONSCRIPTION => Some(Function::Circonscription),
            rank::CITY => Some(Function::Mairie),
            _ => None,
        }
    }
}

/// The zones that a place stands in by what the register says.
pub fn of(facts: &Facts) -> Vec<Zone> {
    let mut zones = vec![Zone::new("place", rank::PLACE, &facts.id, &facts.name)];
    let code: u32 = facts.city_code.parse().unwrap_or(0);
    let whole = ARRONDISSEMENTS.iter().find(|(first, last, ..)| (*first..=*last).contains(&code));
    if let Some((_, _, city, name)) = whole {
        zones.push(Zone::new("arrondissement", rank::ARRONDISSEMENT, &facts.city_code, &facts.city));
        if let Some((_, number, name)) = SECTORS.iter().find(|(inside, ..)| inside.contains(&code)) {
            // An operator's own sectors are `sector:…`: these come and go with the register.
            let id = format!("secteur:{city}-{number}");
            zones.push(Zone { id, kind: "sector", name: (*name).to_owned(), rank: rank::SECTOR });
        }
        zones.push(Zone::new("city", rank::CITY, &city.to_string(), name));
    } else if facts.city_code.is_empty() {
        zones.push(Zone::new("city", rank::CITY, &slug(&facts.city), &facts.city));
    } else {
        zones.push(Zone::new("city", rank::CITY, &facts.city_code, &facts.city));
    }
    zones.extend(district(&facts.circonscription));
    zones
}

/// The zone of a district, under its short name. The register writes "Circonscription d'inspection du 1er degré de X" in half a
/// dozen ways, from year to year and from one academy to the next; X is what they share.
pub fn district(written: &str) -> Option<Zone> {
    let long = fold(written).starts_with("circonscription");
    let after = |word: &str| written.to_lowercase().find(word).and_then(|at| written.get(at + word.len()..));
    let mut short = after("degré").or_else(|| after("degre")).filter(|_| long).unwrap_or(written).trim();
    for link in ["de ", "d'", "d’", "du "] {
        short = if long { short.strip_prefix(link).unwrap_or(short) } else { short };
    }
    let id = slug(short);
    (!id.is_empty()).then(|| Zone::new("circonscription", rank::CIRCONSCRIPTION, &id, short.trim()))
}

fn slug(text: &str) -> String {
    fold(text).replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_district_has_one_name_in_every_file() {
        let expected = Some(Zone {
            id: "circonscription:marseille-13-longchamp".into(),
            kind: "circonscription",
            name: "Marseille 13 longchamp".into(),
            rank: rank::CIRCONSCRIPTION,
        });
        assert_eq!(district("Circonscription d'inspection du 1er degré de Marseille 13 longchamp"), expected);
        assert_eq!(district("Marseille 13 longchamp"), expected);
        let id = |written| district(written).map(|zone| zone.id).unwrap_or_default();
        for (written, short) in [
            ("Circonscription d'inspection du 1er degré d'Aix-en-Provence sud", "aix-en-provence-sud"),
            ("CIRCONSCRIPTION D'INSPECTION 1ER DEGRE GAP-EMBRUN", "gap-embrun"),
        ] {
            assert_eq!(id(written), format!("circonscription:{short}"));
        }
        assert_eq!(district(" "), None);
    }

    #[test]
    fn zones_follow_from_the_commune() {
        for (code, city, expected) in [
            ("13204", "Marseille 4e Arrondissement", "arrondissement:13204 secteur:13055-3 city:13055"),
            ("13207", "Marseille 7e Arrondissement", "arrondissement:13207 secteur:13055-1 city:13055"),
            ("69387", "Lyon 7e Arrondissement", "arrondissement:69387 city:69123"),
            ("75103", "Paris 3e Arrondissement", "arrondissement:75103 secteur:75056-1 city:75056"),
            ("35016", "Baulon", "city:35016"),
            ("2A004", "Ajaccio", "city:2A004"),
            ("", "L’Île-Nue", "city:l-ile-nue"),
        ] {
            let facts = Facts { city_code: code.into(), city: city.into(), ..Facts::default() };
            let zones = of(&facts);
            let ids: Vec<_> = zones.iter().skip(1).map(|zone| zone.id.as_str()).collect();
            assert_eq!(ids.join(" "), expected);
        }
    }
}
