//! Finding a school by what a hurried person types: the one rule of phone and server.
//!
//! Owns which words count and how well one fits another. Promises: accents, case, punctuation, the order of words and the
//! usual abbreviations make no difference; what fits as typed comes before what is likely meant. Does not know how a list
//! of places is walked fast: the server's index asks the same questions of each word once instead of each place.

use super::Place;
use crate::text::{fold, is_likely};

/// Words that nearly every school has, or none needs: left aside where others say more.
const COMMON: [&str; 15] =
    ["a", "au", "aux", "d", "de", "des", "du", "ecole", "et", "groupe", "l", "la", "le", "les", "scolaire"];
/// Words of a query that are looked at.
const MOST: usize = 8;
/// The rank of what does not fit; that of what does is below.
const WORST: u32 = 100;
/// Below so many places found as typed, what is likely meant is shown as well.
pub const FEW: usize = 3;
/// What a word outside the name costs: somebody looks for a name before a street.
const ELSEWHERE: u32 = 3;

/// How words are written out that people and registers shorten.
const SHORT: [(&str, &str); 26] = [
    ("all", "allee"),
    ("av", "avenue"),
    ("ave", "avenue"),
    ("bd", "boulevard"),
    ("bld", "boulevard"),
    ("blvd", "boulevard"),
    ("bvd", "boulevard"),
    ("cdt", "commandant"),
    ("ch", "chemin"),
    ("chem", "chemin"),
    ("dr", "docteur"),
    ("ec", "ecole"),
    ("elem", "elementaire"),
    ("fbg", "faubourg"),
    ("fg", "faubourg"),
    ("gal", "general"),
    ("gs", "groupe"),
    ("imp", "impasse"),
    ("mal", "marechal"),
    ("mat", "maternelle"),
    ("pdt", "president"),
    ("pl", "place"),
    ("rte", "route"),
    ("sq", "square"),
    ("st", "saint"),
    ("ste", "sainte"),
];

/// A word written out.
pub fn meant(word: &str) -> &str {
    if let Some((_, long)) = SHORT.iter().find(|(short, _)| *short == word) {
        return long;
    }
    // "4ème" is "4e".
    match word.strip_suffix("eme") {
        Some(number) if number.ends_with(|last: char| last.is_ascii_digit()) => {
            word.get(..=number.len()).unwrap_or(word)
        }
        _ => word,
    }
}

/// How well a word that was typed fits a word of a place, less being better: the word, its beginning, and (where likely
/// words are `wanted`) one typed wrong.
pub fn fit(typed: &str, word: &str, likely: bool) -> Option<u32> {
    if typed == word || meant(typed) == word {
        Some(0)
    } else if word.starts_with(typed) {
        Some(1)
    } else {
        (likely && is_likely(typed, word)).then_some(4)
    }
}

/// The words of a query that count.
pub fn asked(query: &str) -> Vec<String> {
    let folded = folded(query);
    let words = |common: bool| -> Vec<String> {
        let counts = |word: &&str| !word.is_empty() && (common || !COMMON.contains(word));
        folded.split(' ').filter(counts).take(MOST).map(str::to_owned).collect()
    };
    let telling = words(false);
    if telling.is_empty() { words(true) } else { telling }
}

/// Gives every word of `place` and what finding it there costs: the name first, then where it stands and its code. Nobody
/// looks for the number of a house: "3" is an arrondissement.
pub fn each_word(place: &Place, mut word: impl FnMut(&str, u32)) {
    let fields = [&place.name, &place.city, &place.postcode, place.id.as_str(), &place.address];
    for (field, text) in fields.into_iter().enumerate() {
        let number = |each: &&str| field == 4 && each.starts_with(|first: char| first.is_ascii_digit());
        for each in folded(text).split(' ').filter(|word| !word.is_empty() && !number(word)) {
            word(meant(each), if field == 0 { 0 } else { ELSEWHERE });
        }
    }
}

/// How well `place` fits all that was `asked`, less being better; nothing when a word fits nowhere.
pub fn rank(asked: &[String], place: &Place, likely: bool) -> Option<u32> {
    let mut best = [WORST; MOST];
    each_word(place, |word, cost| {
        for (best, typed) in best.iter_mut().zip(asked) {
            let fit = fit(typed, word, likely).map_or(WORST, |fit| fit + cost);
            *best = fit.min(*best);
        }
    });
    let sum = best.iter().take(asked.len()).sum();
    (sum < WORST).then_some(sum)
}

/// The places that fit `query`, best first, then as they came; at most `most`. Where few fit as typed, those follow that
/// are likely meant.
pub fn search<'a>(places: impl IntoIterator<Item = &'a Place>, query: &str, most: usize) -> Vec<&'a Place> {
    let asked = asked(query);
    let mut found = vec![];
    let mut others: Vec<&'a Place> = places.into_iter().collect();
    for likely in [false, true] {
        // Ranks are few and small: place by place into its own, then one rank after the other.
        let ranks: Vec<_> = others.iter().map(|place| rank(&asked, place, likely).unwrap_or(WORST)).collect();
        for wanted in 0..WORST {
            let of = others.iter().zip(&ranks).filter(|(_, rank)| **rank == wanted);
            found.extend(of.map(|(place, _)| *place));
        }
        if found.len() >= FEW {
            break;
        }
        others.retain(|place| !found.iter().any(|known| known.id == place.id));
    }
    found.truncate(most);
    found
}

/// Folded, with initials in one word: "H.B.M." is "hbm", "A.Briand" is not.
fn folded(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut before = "";
    for piece in text.split('.') {
        let alone = |letter: Option<&u8>, beside: Option<&u8>| {
            letter.is_some_and(u8::is_ascii_alphabetic)
                && beside.is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric())
        };
        let (mut end, mut start) = (before.as_bytes().iter().rev(), piece.as_bytes().iter());
        if !(alone(end.next(), end.next()) && alone(start.next(), start.next())) {
            joined.push(' ');
        }
        joined.push_str(piece);
        before = piece;
    }
    fold(&joined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::PlaceId;
    use crate::places::Kind;

    const SCHOOLS: [(&str, &str, &str, &str); 9] = [
        (
            "École maternelle Chartreux H.B.M.",
            "12 bd de la Blancarde",
            "13004",
            "Marseille 4e Arrondissement",
        ),
        (
            "École élémentaire Chartreux Eugène Cas",
            "3 rue Eugène Cas",
            "13004",
            "Marseille 4e Arrondissement",
        ),
        ("Groupe scolaire Arenc Bachas", "9 rue de Ruffi", "13003", "Marseille 3e Arrondissement"),
        ("École primaire Belle de Mai", "", "13003", "Marseille 3e Arrondissement"),
        ("École élémentaire St-Charles", "rue Levat", "13003", "Marseille 3e Arrondissement"),
        ("École élémentaire Belleville", "4 place de l’Église", "13010", "Marseille 10e Arrondissement"),
        ("École maternelle Sainte-Anne", "Bd. Verne", "13008", "Marseille 8e Arrondissement"),
        ("École primaire A.Briand", "", "13002", "Marseille 2e Arrondissement"),
        ("École maternelle Les Hirondelles", "rue d’Arène", "13015", "Marseille 15e Arrondissement"),
    ];

    fn places() -> Vec<Place> {
        let place = |(n, (name, address, postcode, city)): (usize, &(&str, &str, &str, &str))| Place {
            id: PlaceId::parse(&format!("013000{n}A")).unwrap(),
            name: (*name).into(),
            kind: Kind::Primaire,
            address: (*address).into(),
            postcode: (*postcode).into(),
            city: (*city).into(),
            position: None,
            approximate: false,
        };
        SCHOOLS.iter().enumerate().map(place).collect()
    }

    fn found(query: &str) -> Vec<usize> {
        let places = places();
        let at = |found: &&Place| places.iter().position(|place| place.id == found.id);
        search(&places, query, 20).iter().filter_map(at).collect()
    }

    #[test]
    fn what_a_hurried_person_types_finds_the_school() {
        for (query, schools) in [
            ("chartreux hbm", &[0][..]),
            ("HBM Chartreux", &[0]),
            ("h.b.m", &[0]),
            ("chartreu", &[0, 1]),
            ("ecole arenc", &[2]),
            ("ARENC école", &[2]),
            ("13004", &[0, 1]),
            ("mat. chartreux", &[0]),
            ("elem chartreux", &[1]),
            ("belle de mai", &[3]),
            ("saint charles", &[4]),
            ("St Charles", &[4]),
            ("ste anne", &[6]),
            ("bd verne", &[6]),
            ("boulevard blancarde", &[0]),
            ("briand", &[7]),
            ("marseille 10eme", &[5]),
            ("0130002a", &[2]),
            ("eglise", &[5]),
        ] {
            assert!(found(query).starts_with(schools), "{query}: {:?}", found(query));
        }
        assert_eq!(found("chartreux hbm").len(), 1, "no other school fits");
    }

    #[test]
    fn a_typing_error_finds_what_is_likely_meant() {
        for (query, school) in [
            ("beleville", 5),
            ("bellevile", 5),
            ("chatreux hbm", 0),
            ("chartruex hbm", 0),
            ("hirondeles", 8),
            ("irondelles", 8),
            ("ecole arnec", 2),
            ("saint charle", 4),
        ] {
            assert_eq!(found(query).first(), Some(&school), "{query}: {:?}", found(query));
        }
        for query in ["zoo", "13999", "0130009z", "lycée"] {
            assert_eq!(found(query), [0; 0], "{query}");
        }
    }

    #[test]
    fn what_is_typed_right_comes_before_what_is_alike() {
        // Arenc as typed; Arène, one letter away, in a street.
        assert_eq!(found("arenc"), [2, 8]);
        // Three fit as typed: no guess joins them.
        assert_eq!(found("marseille 3"), [2, 3, 4]);
    }

    #[test]
    fn a_name_comes_before_a_street() {
        assert_eq!(found("eugene")[0], 1);
        assert_eq!(found("belle")[..2], [3, 5], "a whole word before the beginning of one");
    }

    #[test]
    fn without_words_the_places_come_as_they_are() {
        assert_eq!(found(" !?").len(), 9);
        assert_eq!(search(&places(), "", 2).len(), 2);
        assert_eq!(found("ecole").len(), 8, "a common word alone is a word");
    }
}
