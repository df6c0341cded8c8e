//! A made-up country of 65,000 schools in the two forms of the official lists, and what people type there. The same each time.

use std::fmt::Write as _;

/// Schools.
pub const SCHOOLS: u32 = 65_000;
/// Columns beside those that are read: the lists are wide.
const OTHERS: usize = 40;
/// Letters of the check of a school's code.
const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPRSTUVWXYZ";
const FIRST: [&str; 24] = [
    "bel", "char", "mont", "saint ", "ville", "fon", "ro", "cour", "mar", "lan", "pré", "gar", "vau", "cha",
    "ber", "nan", "pon", "tour", "sau", "va", "bois", "haut", "lé", "mou",
];
const MIDDLE: [&str; 20] = [
    "tre", "ne", "ta", "vi", "le", "ri", "go", "za", "pi", "lo", "cé", "ra", "mé", "du", "no", "si", "be",
    "ga", "chi", "va",
];
const LAST: [&str; 20] = [
    "ville", "mont", "reux", "gny", "ac", "in", "elle", "ois", "ard", "eau", "ette", "ières", "on", "court",
    "y", "an", "ole", "ault", "ieu", "enc",
];
const PEOPLE: [&str; 16] = [
    "Jean", "Jules", "Marie", "Louise", "Victor", "Paul", "Jacques", "Anne", "Pierre", "Rosa", "Lucie",
    "Henri", "Claude", "Émile", "Simone", "Georges",
];

/// A sequence of numbers that look like chance.
pub struct Chance(u64);

impl Chance {
    /// The same for the same `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next one below `most`.
    pub fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % most
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    fn word(&mut self) -> String {
        let (first, middle, last) = (self.of(&FIRST), self.of(&MIDDLE), self.of(&LAST));
        let word =
            if self.below(3) == 0 { format!("{first}{last}") } else { format!("{first}{middle}{last}") };
        let mut letters = word.chars();
        letters.next().map(|letter| letter.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }
}

/// A school.
struct School {
    code: String,
    name: String,
    nursery: bool,
    address: String,
    town: u32,
    town_name: String,
    position: (f64, f64),
}

fn school(number: u32) -> School {
    // Two schools or so to a town, seven hundred to a département.
    let town = number / 2;
    let mut chance = Chance::new(u64::from(town));
    let (town_name, lat, lon) = (chance.word(), chance.below(80_000), chance.below(90_000));
    let mut chance = Chance::new(u64::from(number) + 1_000_000);
    let nursery = chance.below(3) == 0;
    let kind = if nursery { "maternelle" } else { "élémentaire" };
    let named = if chance.below(2) == 0 {
        format!("{} {}", chance.of(&PEOPLE), chance.word())
    } else {
        chance.word()
    };
    let aside = |chance: &mut Chance| chance.below(2_000) as f64 / 100_000.0;
    let code = (number / 650 + 1) * 10_000 + number % 650;
    School {
        code: format!("{code:07}{}", char::from(LETTERS[code as usize % 23])),
        name: format!("École {kind} {named}"),
        nursery,
        address: format!("{} rue {}", chance.below(90) + 1, chance.word()),
        town,
        town_name,
        position: (
            42.5 + lat as f64 / 10_000.0 + aside(&mut chance),
            -1.5 + lon as f64 / 10_000.0 + aside(&mut chance),
        ),
    }
}

/// The list of addresses, and the annuaire.
pub fn lists() -> [String; 2] {
    let others = (0..OTHERS).fold(String::new(), |names, n| names + ";autre_" + &n.to_string());
    let blank = ";SANS OBJET".repeat(OTHERS);
    let mut addresses = format!(
        "\u{feff}numero_uai;appellation_officielle;secteur_public_prive_libe;adresse_uai;code_postal_uai;libelle_commune;latitude;\
         longitude;localisation;nature_uai;etat_etablissement_libe;code_commune{others}\r\n"
    );
    let mut annuaire = format!(
        "\u{feff}Identifiant_de_l_etablissement;Nom_etablissement;Statut_public_prive;Adresse_1;Code_postal;Code_commune;\
         Nom_commune;Ecole_maternelle;Ecole_elementaire;Mail;nom_circonscription;latitude;longitude;precision_localisation;etat;\
         code_nature{others}\r\n"
    );
    for number in 0..SCHOOLS {
        let School { code, name, nursery, address, town, town_name, position: (lat, lon) } = school(number);
        let (nature, small, big) = if nursery { (101, 1, 0) } else { (151, 0, 1) };
        let precise = if number % 8 == 0 { "Rue" } else { "Numéro de rue" };
        // Writing to a string does not fail.
        let _ = write!(
            addresses,
            "{code};{name};Public;{address};{town:05};{town_name};{lat:.6};{lon:.6};{precise};{nature};OUVERT;{town:05}{blank}\r\n"
        );
        let _ = write!(
            annuaire,
            "{code};{name};Public;{address};{town:05};{town:05};{town_name};{small};{big};ecole.{code}@example.org;\
             Circonscription d'inspection du 1er degré de {};{lat:.6};{lon:.6};{precise};OUVERT;{nature}{blank}\r\n",
            Chance::new(u64::from(town / 30)).word(),
        );
    }
    [addresses, annuaire]
}

/// The annuaire of the demonstration's city, grown to so many schools, and their codes.
pub fn city(schools: u32) -> (String, Vec<String>) {
    let mut list = "Identifiant_de_l_etablissement;Nom_etablissement;Statut_public_prive;Adresse_1;Code_postal;Code_commune;\
         Nom_commune;Ecole_maternelle;Ecole_elementaire;Mail;nom_circonscription;latitude;longitude;etat;code_nature\r\n"
        .to_owned();
    let mut codes = Vec::new();
    for number in 0..schools {
        let School { name, address, .. } = school(number);
        let code = 9_991_000 + number;
        let code = format!("{code}{}", char::from(LETTERS[code as usize % 23]));
        let (lat, lon) = (43.3 + f64::from(number % 22) / 200.0, 5.4 + f64::from(number / 22) / 200.0);
        let _ = write!(
            list,
            "{code};{name};Public;{address};99999;99901;Port-Vigie;0;1;ecole.{code}@example.org;\
             Circonscription d'inspection du 1er degré de Port-Vigie Phare;{lat:.6};{lon:.6};OUVERT;151\r\n"
        );
        codes.push(code);
    }
    (list, codes)
}

/// What somebody types who looks for the school of that number: words of its name and town, a beginning, a postal code, a
/// typing error.
pub fn typed(chance: &mut Chance) -> String {
    let school = school(u32::try_from(chance.below(SCHOOLS as usize)).unwrap_or(0));
    let own = school.name.split_once(' ').map_or("", |(_, rest)| rest).to_owned();
    let word = own.rsplit(' ').next().unwrap_or_default().to_owned();
    let without = |word: &str, at: usize| {
        word.chars().enumerate().filter(|(n, _)| *n != at).map(|(_, c)| c).collect::<String>()
    };
    match chance.below(8) {
        0 => own,
        1 => format!("ecole {word}"),
        2 => format!("{word} {}", school.town_name),
        3 => word.chars().take(3 + chance.below(3)).collect(),
        4 => format!("{:05}", school.town),
        5 => without(&word, 1 + chance.below(3)),
        6 => format!("{} {}", without(&school.town_name, 2), without(&word, 2)),
        _ => format!("mat {}", school.town_name.to_lowercase()),
    }
}

/// Where somebody may stand: latitude and longitude.
pub fn standing(chance: &mut Chance) -> (f64, f64) {
    (42.5 + chance.below(80_000) as f64 / 10_000.0, -1.5 + chance.below(90_000) as f64 / 10_000.0)
}
