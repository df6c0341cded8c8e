//! What a category says of time and number: how long one such trouble lasts, and whether a school has several.

/// How long after a report of this kind another one may still mean the same occurrence, in days, while it is open.
/// What comes and goes (a meal, a strike, rubbish, a missing teacher) is soon another one; a crack stays itself.
pub fn lasts(slug: Option<&str>) -> i64 {
    match slug.unwrap_or_default() {
        "cantine-repas" | "cantine-intoxication" | "periscolaire-fermeture-greve" | "securite-accident" => 7,
        "hygiene-epidemie" | "periscolaire-garderie" | "securite-violence" | "securite-intrusion" => 14,
        "hygiene-consommables"
        | "hygiene-menage"
        | "hygiene-dechets"
        | "abords-proprete"
        | "personnel-enseignant"
        | "incendie-issue-bloquee"
        | "energie-chaleur"
        | "cantine-encadrement" => 30,
        "hygiene-nuisibles"
        | "energie-chauffage"
        | "energie-eau"
        | "personnel-atsem"
        | "bati-fuite-infiltration" => 60,
        "bati-accessibilite" | "bati-fissure-structure" | "incendie-commission" | "cour-ombre-nature" => 730,
        _ => 365,
    }
}

/// How long after a report was closed another one may be about the same, come back or never mended, in days: as long
/// as it lasts, but at least a fortnight and at most three months.
pub fn lately(slug: Option<&str>) -> i64 {
    lasts(slug).clamp(14, 90)
}

/// Whether a school has so few of them that the category and the place say which one is meant, unless words or photos
/// say otherwise. Doors, lamps, chairs, toilets are many; "other" may be anything.
pub fn is_single(slug: &str) -> bool {
    matches!(
        slug,
        "bati-amiante-plomb"
            | "bati-fissure-structure"
            | "bati-plafond-chute"
            | "energie-chauffage"
            | "energie-chaleur"
            | "energie-eau"
            | "energie-gaz-co"
            | "incendie-alarme-extincteur"
            | "incendie-commission"
            | "incendie-issue-bloquee"
            | "hygiene-consommables"
            | "hygiene-dechets"
            | "hygiene-menage"
            | "hygiene-nuisibles"
            | "cour-cloture-portail"
            | "cour-jeux"
            | "cour-sol-arbre"
            | "cantine-intoxication"
            | "personnel-agents"
            | "personnel-atsem"
            | "periscolaire-fermeture-greve"
            | "periscolaire-garderie"
            | "abords-eclairage-signalisation"
            | "abords-passage-pieton"
            | "abords-proprete"
            | "abords-stationnement"
            | "abords-transport"
            | "abords-travaux"
            | "abords-trottoir-chaussee"
    )
}

/// Whether two such troubles in two rooms may have one cause: a leak, a boiler, rats. Two doors have two.
pub fn spreads(slug: &str) -> bool {
    is_single(slug) || matches!(slug, "bati-fuite-infiltration" | "energie-electricite" | "energie-air-bruit")
}

/// Whether such a trouble lies outdoors, where two neighbouring places may both see it.
pub fn is_outdoors(slug: &str) -> bool {
    slug.starts_with("abords") || slug.starts_with("cour")
}

/// The room that goes without saying in a category, as the lexicon begins it; "-" where there is none.
pub fn room(slug: Option<&str>) -> &'static str {
    match slug.unwrap_or_default() {
        "hygiene-toilettes" | "hygiene-consommables" => "toilet",
        slug if slug.starts_with("cantine") => "cantin",
        slug if slug.starts_with("cour") => "cour.",
        _ => "-",
    }
}
