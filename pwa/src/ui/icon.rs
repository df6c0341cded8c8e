//! Pictograms, from the one sprite. Always beside a word, so never read aloud.

use crate::boot;
use crate::markup;
use shared::reports::category;
use yew::prelude::*;

/// A pictogram, by its name in the sprite without `i-`.
pub fn icon(name: &'static str) -> Html {
    drawn("i", name)
}

/// A pictogram with a direction: mirrored where one reads from the right.
pub fn flip(name: &'static str) -> Html {
    drawn("i flip", name)
}

fn drawn(class: &'static str, name: &'static str) -> Html {
    let href = [&*boot::sprite(), "#i-", name].concat();
    markup! { <svg {class} aria-hidden="true"><use href={href} /></svg> }
}

/// Categories with a pictogram of their own; the others wear that of their group.
const OWN: &[(&str, &str)] = &[
    ("bati-fuite-infiltration", "fuite"),
    ("bati-plafond-chute", "plafond"),
    ("bati-toiture-facade", "toit"),
    ("bati-porte-fenetre-store", "porte"),
    ("bati-amiante-plomb", "toxique"),
    ("bati-peinture-vetuste", "peinture"),
    ("bati-accessibilite", "accessibility"),
    ("energie-chauffage", "froid"),
    ("energie-chaleur", "chaleur"),
    ("energie-electricite", "electricite"),
    ("energie-gaz-co", "flamme"),
    ("energie-eau", "verre"),
    ("energie-air-bruit", "vent"),
    ("incendie-issue-bloquee", "sortie"),
    ("incendie-commission", "avis"),
    ("incendie-ppms", "bell"),
    ("hygiene-toilettes", "toilettes"),
    ("hygiene-menage", "menage"),
    ("hygiene-nuisibles", "nuisibles"),
    ("hygiene-dechets", "trash"),
    ("hygiene-epidemie", "virus"),
    ("equipement-pedagogique", "livre"),
    ("equipement-numerique", "ecran"),
    ("equipement-sport-piscine", "piscine"),
    ("equipement-produit-dangereux", "crane"),
    ("cour-jeux", "jeux"),
    ("cour-cloture-portail", "cloture"),
    ("cour-ombre-nature", "pousse"),
    ("cantine-intoxication", "virus"),
    ("cantine-refectoire", "bruit"),
    ("cantine-encadrement", "users"),
    ("personnel-atsem", "atsem"),
    ("personnel-agents", "absent"),
    ("personnel-enseignant", "tableau"),
    ("personnel-aesh-inclusion", "aide"),
    ("personnel-effectif-classe", "users"),
    ("personnel-sante-rased", "soin"),
    ("periscolaire-fermeture-greve", "ferme"),
    ("abords-passage-pieton", "route"),
    ("abords-trottoir-chaussee", "route"),
    ("abords-stationnement", "parking"),
    ("abords-proprete", "seringue"),
    ("abords-eclairage-signalisation", "panneau"),
    ("abords-transport", "bus"),
    ("securite-intrusion", "intrus"),
    ("securite-violence", "poing"),
    ("securite-harcelement-eleve", "triste"),
    ("securite-accident", "pansement"),
    ("citoyen-document", "file"),
    ("citoyen-conseil-ecole", "conseil"),
    ("citoyen-donnee-erreur", "pencil"),
    ("citoyen-idee", "idee"),
];

/// The pictogram of a category: its own where there is one, else that of its group.
pub fn category_icon(slug: Option<&str>) -> &'static str {
    let Some(slug) = slug else { return "autre" };
    let own = OWN.iter().find(|(of, _)| *of == slug).map(|(_, name)| *name);
    own.or_else(|| category::find(slug).map(|category| category.group)).unwrap_or("autre")
}

/// The pictogram of an urgency: the pace it asks for.
pub fn urgency_icon(urgency: i16) -> &'static str {
    match urgency {
        1 => "turtle",
        2 => "footprints",
        3 => "timer",
        _ => "siren",
    }
}
