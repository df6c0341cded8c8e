//! The category tree (DOMAIN 3): stable slugs in two levels. Labels are in `assets/lang` (`category_<slug>`, with `_`
//! for `-`), with the other words people use (`category_words_<slug>`); recipients here are only the defaults of
//! [`crate::routing::rules::default_rules`].

use crate::routing::Function;
use crate::text;
use Function::{Circonscription as C, Direction as D, Mairie as M, Metropole as T};
use Sst::{No, Perhaps, Yes};

/// Whether a sheet of the health and safety register (RSST) is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sst {
    /// Offered, ticked for staff.
    Yes,
    /// Offered.
    Perhaps,
    /// Not offered.
    No,
}

/// A kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Category {
    /// Stable name.
    pub slug: &'static str,
    /// The group it stands in (level 1).
    pub group: &'static str,
    /// Who is told by default.
    pub to: &'static [Function],
    /// 1 improvement, 2 normal, 3 high, 4 immediate.
    pub urgency: i16,
    /// The health and safety sheet.
    pub sst: Sst,
    /// Whether an agent may be shown the questions of a grave and imminent danger.
    pub dgi: bool,
    /// Never shown in public.
    pub private: bool,
}

/// Urgency of a report without category.
pub const DEFAULT_URGENCY: i16 = 2;

/// The groups, in the order of the screen.
pub const GROUPS: &[&str] = &[
    "bati",
    "energie",
    "incendie",
    "hygiene",
    "equipement",
    "cour",
    "cantine",
    "personnel",
    "periscolaire",
    "abords",
    "securite",
    "citoyen",
    "autre",
];

/// Every category, group by group.
#[rustfmt::skip]
pub const ALL: &[Category] = &[
    Category { slug: "bati-fuite-infiltration", group: "bati", to: &[D, M], urgency: 3, sst: Yes, dgi: true, private: false },
    Category { slug: "bati-plafond-chute", group: "bati", to: &[D, M, C], urgency: 4, sst: Yes, dgi: true, private: false },
    Category { slug: "bati-fissure-structure", group: "bati", to: &[D, M, C], urgency: 4, sst: Yes, dgi: true, private: false },
    Category { slug: "bati-toiture-facade", group: "bati", to: &[D, M], urgency: 3, sst: Yes, dgi: true, private: false },
    Category { slug: "bati-porte-fenetre-store", group: "bati", to: &[D, M], urgency: 2, sst: Perhaps, dgi: false, private: false },
    Category { slug: "bati-sol-escalier", group: "bati", to: &[D, M], urgency: 3, sst: Yes, dgi: true, private: false },
    Category { slug: "bati-amiante-plomb", group: "bati", to: &[D, M, C], urgency: 4, sst: Yes, dgi: true, private: false },
    Category { slug: "bati-peinture-vetuste", group: "bati", to: &[D, M], urgency: 2, sst: Perhaps, dgi: false, private: false },
    Category { slug: "bati-accessibilite", group: "bati", to: &[D, M, C], urgency: 2, sst: Perhaps, dgi: false, private: false },
    Category { slug: "energie-chauffage", group: "energie", to: &[D, M, C], urgency: 3, sst: Yes, dgi: false, private: false },
    Category { slug: "energie-chaleur", group: "energie", to: &[D, M, C], urgency: 3, sst: Yes, dgi: true, private: false },
    Category { slug: "energie-electricite", group: "energie", to: &[D, M], urgency: 3, sst: Yes, dgi: true, private: false },
    Category { slug: "energie-gaz-co", group: "energie", to: &[D, M, C], urgency: 4, sst: Yes, dgi: true, private: false },
    Category { slug: "energie-eau", group: "energie", to: &[D, M], urgency: 3, sst: Yes, dgi: false, private: false },
    Category { slug: "energie-air-bruit", group: "energie", to: &[D, M, C], urgency: 2, sst: Yes, dgi: false, private: false },
    Category { slug: "incendie-issue-bloquee", group: "incendie", to: &[D, M, C], urgency: 4, sst: Yes, dgi: true, private: false },
    Category { slug: "incendie-alarme-extincteur", group: "incendie", to: &[D, M, C], urgency: 4, sst: Yes, dgi: true, private: false },
    Category { slug: "incendie-commission", group: "incendie", to: &[D, M, C], urgency: 3, sst: Yes, dgi: false, private: false },
    Category { slug: "incendie-ppms", group: "incendie", to: &[D, M, C], urgency: 3, sst: Yes, dgi: false, private: false },
    Category { slug: "hygiene-toilettes", group: "hygiene", to: &[D, M], urgency: 3, sst: Yes, dgi: false, private: false },
    Category { slug: "hygiene-consommables", group: "hygiene", to: &[D, M], urgency: 2, sst: Yes, dgi: false, private: false },
    Category { slug: "hygiene-menage", group: "hygiene", to: &[D, M, C], urgency: 2, sst: Yes, dgi: false, private: false },
    Category { slug: "hygiene-nuisibles", group: "hygiene", to: &[D, M, C], urgency: 3, sst: Yes, dgi: false, private: false },
    Category { slug: "hygiene-dechets", group: "hygiene", to: &[D, M], urgency: 2, sst: Perhaps, dgi: false, private: false },
    Category { slug: "hygiene-epidemie", group: "hygiene", to: &[D, M, C], urgency: 3, sst: Yes, dgi: true, private: false },
    Category { slug: "equipement-mobilier", group: "equipement", to: &[D, M], urgency: 2, sst: Perhaps, dgi: false, private: false },
    Category { slug: "equipement-pedagogique", group: "equipement", to: &[D, M, C], urgency: 1, sst: No, dgi: false, private: false },
    Category { slug: "equipement-numerique", group: "equipement", to: &[D, M, C], urgency: 2, sst: Perhaps, dgi: false, private: false },
    Category { slug: "equipement-sport-piscine", group: "equipement", to: &[D, M], urgency: 2, sst: No, dgi: false, private: false },
    Category { slug: "equipement-produit-dangereux", group: "equipement", to: &[D, M], urgency: 3, sst: Yes, dgi: true, private: false },
    Category { slug: "cour-jeux", group: "cour", to: &[D, M], urgency: 3, sst: Yes, dgi: true, private: false },
    Category { slug: "cour-sol-arbre", group: "cour", to: &[D, M], urgency: 3, sst: Yes, dgi: true, private: false },
    Category { slug: "cour-cloture-portail", group: "cour", to: &[D, M, C], urgency: 3, sst: Yes, dgi: true, private: false },
    Category { slug: "cour-ombre-nature", group: "cour", to: &[D, M], urgency: 1, sst: Perhaps, dgi: false, private: false },
    Category { slug: "cantine-repas", group: "cantine", to: &[D, M], urgency: 2, sst: No, dgi: false, private: false },
    Category { slug: "cantine-intoxication", group: "cantine", to: &[D, M], urgency: 4, sst: Yes, dgi: true, private: false },
    Category { slug: "cantine-refectoire", group: "cantine", to: &[D, M], urgency: 2, sst: Perhaps, dgi: false, private: false },
    Category { slug: "cantine-encadrement", group: "cantine", to: &[D, M], urgency: 3, sst: Yes, dgi: false, private: false },
    Category { slug: "personnel-atsem", group: "personnel", to: &[D, M, C], urgency: 3, sst: Yes, dgi: false, private: false },
    Category { slug: "personnel-agents", group: "personnel", to: &[D, M], urgency: 3, sst: Yes, dgi: false, private: false },
    Category { slug: "personnel-enseignant", group: "personnel", to: &[D, C], urgency: 3, sst: Perhaps, dgi: false, private: false },
    Category { slug: "personnel-aesh-inclusion", group: "personnel", to: &[D, C], urgency: 3, sst: Yes, dgi: false, private: false },
    Category { slug: "personnel-effectif-classe", group: "personnel", to: &[D, C], urgency: 2, sst: Perhaps, dgi: false, private: false },
    Category { slug: "personnel-sante-rased", group: "personnel", to: &[D, C], urgency: 2, sst: No, dgi: false, private: false },
    Category { slug: "periscolaire-garderie", group: "periscolaire", to: &[D, M], urgency: 2, sst: No, dgi: false, private: false },
    Category { slug: "periscolaire-fermeture-greve", group: "periscolaire", to: &[D, M, C], urgency: 2, sst: No, dgi: false, private: false },
    Category { slug: "abords-passage-pieton", group: "abords", to: &[D, M, T], urgency: 3, sst: Perhaps, dgi: false, private: false },
    Category { slug: "abords-stationnement", group: "abords", to: &[D, M, T], urgency: 2, sst: No, dgi: false, private: false },
    Category { slug: "abords-trottoir-chaussee", group: "abords", to: &[M, T], urgency: 2, sst: Perhaps, dgi: false, private: false },
    Category { slug: "abords-proprete", group: "abords", to: &[M, T], urgency: 3, sst: Perhaps, dgi: false, private: false },
    Category { slug: "abords-eclairage-signalisation", group: "abords", to: &[M, T], urgency: 2, sst: No, dgi: false, private: false },
    Category { slug: "abords-travaux", group: "abords", to: &[D, M, T], urgency: 3, sst: Yes, dgi: true, private: false },
    Category { slug: "abords-transport", group: "abords", to: &[M, T], urgency: 1, sst: No, dgi: false, private: false },
    Category { slug: "securite-intrusion", group: "securite", to: &[D, M, C], urgency: 4, sst: Yes, dgi: true, private: true },
    Category { slug: "securite-violence", group: "securite", to: &[D, C], urgency: 4, sst: Yes, dgi: true, private: true },
    Category { slug: "securite-harcelement-eleve", group: "securite", to: &[D, C], urgency: 3, sst: No, dgi: false, private: true },
    Category { slug: "securite-accident", group: "securite", to: &[D, M, C], urgency: 3, sst: Yes, dgi: true, private: true },
    Category { slug: "securite-rps", group: "securite", to: &[C], urgency: 2, sst: Yes, dgi: true, private: true },
    Category { slug: "citoyen-document", group: "citoyen", to: &[M, C], urgency: 1, sst: No, dgi: false, private: false },
    Category { slug: "citoyen-conseil-ecole", group: "citoyen", to: &[D, C], urgency: 1, sst: No, dgi: false, private: false },
    Category { slug: "citoyen-donnee-erreur", group: "citoyen", to: &[], urgency: 1, sst: No, dgi: false, private: false },
    Category { slug: "citoyen-idee", group: "citoyen", to: &[D, M], urgency: 1, sst: No, dgi: false, private: false },
    Category { slug: "autre", group: "autre", to: &[D, M], urgency: 2, sst: Perhaps, dgi: false, private: false },
];

/// The category of that slug.
pub fn find(slug: &str) -> Option<&'static Category> {
    ALL.iter().find(|category| category.slug == slug)
}

/// The urgency of a report of this category, 1 to 4.
pub fn urgency(slug: Option<&str>) -> i16 {
    slug.and_then(find).map_or(DEFAULT_URGENCY, |category| category.urgency)
}

/// Whether a report of this category is never shown in public: the one place where that is decided.
pub fn is_private(slug: Option<&str>) -> bool {
    slug.and_then(find).is_some_and(|category| category.private)
}

/// The categories somebody may mean by `query`, best first; at most `most`. `named` gives what a category is called: its
/// label, then its other names. `idle`: words that say nothing ("pas", "de").
///
/// Forgives what hurried people type: accents, plurals, doubled letters, words begun and words too many.
pub fn search(
    query: &str,
    idle: &str,
    named: impl Fn(&Category) -> String,
    most: usize,
) -> Vec<&'static Category> {
    let wanted = wanted(query, idle);
    let mut found: Vec<_> =
        ALL.iter().filter_map(|category| Some((hit(&wanted, &plain(&named(category)))?, category))).collect();
    // A longer word says more than a short one; the further behind the best, the less likely meant.
    let best = found.iter().map(|((letters, _), _)| *letters).max().unwrap_or(0);
    found.retain(|((letters, _), _)| letters * 5 >= best * 3);
    found.sort_by_key(|((letters, at), _)| (best - letters, *at));
    found.into_iter().take(most).map(|(_, category)| category).collect()
}

/// The words of a query that say something, without the marks of a plural; all of them where none does.
fn wanted(query: &str, idle: &str) -> Vec<String> {
    let (query, idle) = (plain(query), plain(idle));
    let all = || query.split(' ').filter(|word| !word.is_empty());
    let mut words: Vec<_> = all().filter(|word| !idle.split(' ').any(|idle| idle == *word)).collect();
    if words.is_empty() {
        words = all().collect();
    }
    words
        .into_iter()
        .map(|word| (if word.len() > 3 { word.trim_end_matches(['s', 'x']) } else { word }).to_owned())
        .collect()
}

/// How many letters of the words wanted start words of `names`, and where the first of these stands; nothing for none.
fn hit(wanted: &[String], names: &str) -> Option<(usize, usize)> {
    let hits: Vec<_> = wanted.iter().filter(|word| text::matches(word, names)).collect();
    let first = names.split(' ').position(|name| hits.iter().any(|word| name.starts_with(word.as_str())))?;
    Some((hits.iter().map(|word| word.len()).sum(), first))
}

/// Folded, and each run of one letter as that letter: few know which word doubles which.
fn plain(words: &str) -> String {
    let mut letters: Vec<char> = text::fold(words).chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FR: &str = include_str!("../../../assets/lang/fr.toml");
    const EN: &str = include_str!("../../../assets/lang/en.toml");

    /// The first category found by these words in that language.
    fn first(file: &str, query: &str) -> Option<&'static str> {
        let words: toml::Table = toml::from_str(file).unwrap();
        let say = |key: &str| words[key].as_str().unwrap().to_owned();
        let idle = say("category_search_idle");
        let named = |category: &Category| {
            let key = category.slug.replace('-', "_");
            [say(&format!("category_{key}")), say(&format!("category_words_{key}"))].join(" ")
        };
        search(query, &idle, named, 8).first().map(|category| category.slug)
    }

    #[test]
    fn what_people_type_finds_what_they_mean() {
        for (query, slug) in [
            ("chauffage", "energie-chauffage"),
            ("chaufage cassé", "energie-chauffage"),
            ("il fait froid dans la classe", "energie-chauffage"),
            ("rats", "hygiene-nuisibles"),
            ("souris", "hygiene-nuisibles"),
            ("odeur de gaz", "energie-gaz-co"),
            ("toilettes bouchées", "hygiene-toilettes"),
            ("WC", "hygiene-toilettes"),
            ("plus de papier", "hygiene-consommables"),
            ("il n’y a plus d’eau", "energie-eau"),
            ("ça fuit", "bati-fuite-infiltration"),
            ("BALANCOIRE", "cour-jeux"),
            ("portail", "cour-cloture-portail"),
            ("vitre cassée", "bati-toiture-facade"),
            ("ampoule", "energie-electricite"),
            ("wifi", "equipement-numerique"),
            ("maitresse absente", "personnel-enseignant"),
            ("atsem", "personnel-atsem"),
            ("punaises de lit", "hygiene-nuisibles"),
            ("seringues", "abords-proprete"),
            ("harcelement", "securite-harcelement-eleve"),
            ("trop d’élèves", "personnel-effectif-classe"),
            ("moisissure", "bati-peinture-vetuste"),
            ("sortie de secours", "incendie-issue-bloquee"),
        ] {
            assert_eq!(first(FR, query), Some(slug), "{query}");
        }
        for (query, slug) in [
            ("heating", "energie-chauffage"),
            ("it is freezing", "energie-chauffage"),
            ("rats", "hygiene-nuisibles"),
            ("smell of gas", "energie-gaz-co"),
            ("blocked toilets", "hygiene-toilettes"),
            ("no teacher", "personnel-enseignant"),
            ("swing", "cour-jeux"),
        ] {
            assert_eq!(first(EN, query), Some(slug), "{query}");
        }
    }

    #[test]
    fn nothing_is_found_for_nonsense_and_nothing_asked() {
        assert_eq!((first(FR, "xyzzy"), first(FR, "  "), first(FR, "!")), (None, None, None));
    }

    #[test]
    fn every_category_stands_in_a_group_under_its_name() {
        for category in ALL {
            assert!(GROUPS.contains(&category.group), "{}", category.slug);
            assert!(
                category.slug == category.group || category.slug.starts_with(&format!("{}-", category.group))
            );
            assert!((1..=4).contains(&category.urgency));
        }
    }

    #[test]
    fn the_safety_of_people_is_never_public() {
        assert!(ALL.iter().all(|category| category.private == (category.group == "securite")));
        assert!(!is_private(None));
    }
}
