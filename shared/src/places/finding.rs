//! Finding a school by what a hurried person types: the one rule of phone and server.
//!
//! Owns which words count and how well one fits another. Promises: accents, case, punctuation, the order of words and the
//! usual abbreviations make no difference; what fits as typed comes before what is likely meant. Does not know how a list
//! of places is walked fast: the server's index asks the same questions of each word once instead of each place.

use super::Place;
use crate::text::{fold, is_likely};
use std::borrow::Cow;

/// Words that nearly every school has, or none needs: left aside where others say more.
const COMMON: [&str; 15] =
    ["a", "au", "aux", "d", "de", "des", "du", "ecole", "et", "groupe", "l", "la", "le", "les", "scolaire"];
/// Words of a query that are looked at.
const MOST: usize = 8;
/// Below so many places found as typed, what is likely meant is shown as well.
pub const FEW: usize = 3;
/// What a word outside the name costs: somebody looks for a name before a street.
const ELSEWHERE: u32 = 3;

/// How a word is written out, where people and registers shorten it.
pub fn meant(word: &str) -> &str {
    match word {
        "all" => "allee",
        "av" | "ave" => "avenue",
        "bd" | "bld" | "blvd" | "boul" | "bvd" => "boulevard",
        "cdt" => "commandant",
        "ch" | "che" | "chem" => "chemin",
        "dr" => "docteur",
        "ec" => "ecole",
        "elem" => "elementaire",
        "fbg" | "fg" => "faubourg",
        "gal" | "gen" => "general",
        "gs" => "groupe",
        "imp" => "impasse",
        "mal" => "marechal",
        "mat" => "maternelle",
        "pdt" => "president",
        "pl" => "place",
        "prim" => "primaire",
        "rte" => "route",
        "sq" => "square",
        "st" => "saint",
        "ste" => "sainte",
        // "4ème" is "4e".
        _ if word.ends_with("eme") && word.starts_with(|first: char| first.is_ascii_digit()) => {
            &word[..word.len() - 2]
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
    let all = || folded.split(' ').filter(|word| !word.is_empty());
    let telling: Vec<_> = all().filter(|word| !COMMON.contains(word)).map(str::to_owned).collect();
    let mut asked = if telling.is_empty() { all().map(str::to_owned).collect() } else { telling };
    asked.truncate(MOST);
    asked
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
    let mut best = vec![None; asked.len()];
    each_word(place, |word, cost| {
        for (best, typed) in best.iter_mut().zip(asked) {
            let fit = fit(typed, word, likely).map(|fit| fit + cost);
            *best = match (*best, fit) {
                (Some(before), Some(now)) => Some(u32::min(before, now)),
                (before, now) => before.or(now),
            };
        }
    });
    best.into_iter().sum()
}

/// The places that fit `query`, best first, then as they came; at most `most`. Where few fit as typed, those follow that
/// are likely meant.
pub fn search<'a>(places: impl IntoIterator<Item = &'a Place>, query: &str, most: usize) -> Vec<&'a Place> {
    let asked = asked(query);
    if asked.is_empty() {
        return places.into_iter().take(most).collect();
    }
    let (mut typed, mut likely) = (vec![], vec![]);
    for place in places {
        match rank(&asked, place, false) {
            Some(rank) => typed.push((rank, place)),
            None => likely.push((0, place)),
        }
    }
    typed.sort_by_key(|(rank, _)| *rank);
    if typed.len() < FEW {
        let mut likely: Vec<_> =
            likely.into_iter().filter_map(|(_, place)| Some((rank(&asked, place, true)?, place))).collect();
        likely.sort_by_key(|(rank, _)| *rank);
        typed.extend(likely);
    }
    typed.into_iter().map(|(_, place)| place).take(most).collect()
}

/// Folded, with initials in one word: "H.B.M." is "hbm".
fn folded(text: &str) -> String {
    fold(&initials(text))
}

fn initials(text: &str) -> Cow<'_, str> {
    if !text.contains('.') {
        return text.into();
    }
    let letters: Vec<char> = text.chars().collect();
    let alone = |at: usize, beyond: Option<usize>| {
        let free = |at: usize| letters.get(at).is_none_or(|letter| !letter.is_alphanumeric());
        letters.get(at).is_some_and(|letter| letter.is_alphabetic()) && beyond.is_none_or(free)
    };
    let joins = |at: usize| at > 0 && alone(at - 1, at.checked_sub(2)) && alone(at + 1, Some(at + 2));
    let kept = letters.iter().enumerate().filter(|(at, letter)| **letter != '.' || !joins(*at));
    kept.map(|(_, letter)| letter).collect::<String>().into()
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
