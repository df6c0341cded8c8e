//! Forty stories of broken things, in every state.

use super::answers::{ANSWERS, Answer};
use super::pictures::Scene;
use shared::instant::{DAY, HOUR};
use shared::reports::status::Status;

/// Days the stories stretch over, up to today.
pub const DAYS: i64 = 190;

/// What happened to one thing.
pub struct Story {
    /// Days before today on which it was reported.
    ago: i64,
    /// Index of the school.
    pub school: usize,
    /// Category; empty for none.
    pub category: &'static str,
    /// The reporter's words.
    pub words: &'static str,
    /// The photo.
    pub picture: Option<Scene>,
    /// How many others said "moi aussi".
    supporters: i64,
    /// What came of it, with the days after the report.
    then: &'static [(i64, Status, &'static str)],
}

/// One event.
pub enum Turn {
    /// The report.
    Report,
    /// A supporter.
    Support,
    /// A new status, and why.
    Status(Status, &'static str),
    /// An answer by the link in a mail.
    Answer(&'static Answer),
}

/// An event of a story, at its hour.
pub struct Turned {
    /// Milliseconds after the first day.
    pub at: i64,
    /// Index of the story.
    pub story: usize,
    /// What happens.
    pub turn: Turn,
}

/// Every event of every story, in order.
pub fn timeline() -> Vec<Turned> {
    let mut turns: Vec<Turned> =
        STORIES.iter().enumerate().flat_map(|(index, story)| tell(index, story)).collect();
    turns.extend(ANSWERS.iter().filter_map(|answer| {
        let at = begin(answer.story, STORIES.get(answer.story)?) + answer.days * DAY + 3 * HOUR;
        Some(Turned { at, story: answer.story, turn: Turn::Answer(answer) })
    }));
    turns.sort_by_key(|turn| turn.at);
    turns
}

/// When a story is told for the first time.
fn begin(index: usize, story: &Story) -> i64 {
    let hour = 7 + i64::try_from(index).unwrap_or(0) * 5 % 11;
    (DAYS - story.ago) * DAY - 20 * HOUR + hour * HOUR
}

fn tell(index: usize, story: &Story) -> Vec<Turned> {
    let begin = begin(index, story);
    let last = story.then.last().map_or(story.ago, |(days, ..)| *days);
    let step = (last * DAY).max(DAY) / (story.supporters + 2);
    let turned = |at, turn| Turned { at, story: index, turn };
    let report = std::iter::once(turned(begin, Turn::Report));
    let supports = (1..=story.supporters).map(|n| turned(begin + n * step.min(30 * HOUR), Turn::Support));
    let ends = story
        .then
        .iter()
        .map(|(days, to, why)| turned(begin + days * DAY + 2 * HOUR, Turn::Status(*to, why)));
    let today = DAYS * DAY - HOUR;
    report.chain(supports).chain(ends).filter(|turn| turn.at < today).collect()
}

const NOTHING: &[(i64, Status, &str)] = &[];

macro_rules! story {
    ($ago:literal, $school:literal, $category:literal, $words:literal, $picture:expr, $supporters:literal, $then:expr) => {
        Story {
            ago: $ago,
            school: $school,
            category: $category,
            words: $words,
            picture: $picture,
            supporters: $supporters,
            then: $then,
        }
    };
}

use Scene::{
    Bins, Branch, Ceiling, Door, Drip, Exit, Fence, Lamp, Pavement, Radiator, Swing, Tap, Toilets, Window,
};
use Status::{Done, InProgress, Planned, Refused};

/// The stories.
pub const STORIES: &[Story] = &[
    story!(
        12,
        0,
        "cour-jeux",
        "La chaîne de gauche a lâché, le siège est au sol. Les petits jouent avec.",
        Some(Swing),
        6,
        NOTHING
    ),
    story!(
        3,
        0,
        "energie-chauffage",
        "14 degrés ce matin dans la classe des moyens.",
        Some(Radiator),
        2,
        NOTHING
    ),
    story!(
        1,
        1,
        "incendie-issue-bloquee",
        "Des cartons devant l’issue de secours du couloir.",
        Some(Exit),
        0,
        &[(0, InProgress, "Les cartons partent ce soir.")]
    ),
    story!(
        40,
        1,
        "hygiene-toilettes",
        "Deux portes sur quatre ne ferment plus.",
        Some(Toilets),
        9,
        &[(8, InProgress, ""), (15, Planned, "Remplacement pendant les vacances.")]
    ),
    story!(
        95,
        2,
        "bati-fuite-infiltration",
        "L’eau coule le long du mur quand il pleut.",
        Some(Drip),
        4,
        &[(6, InProgress, ""), (21, Done, "Toiture reprise, mur à repeindre au printemps.")]
    ),
    story!(64, 2, "bati-peinture-vetuste", "Le plafond du dortoir s’écaille.", Some(Ceiling), 1, NOTHING),
    story!(
        7,
        3,
        "bati-porte-fenetre-store",
        "La porte claque, un enfant s’est pincé la main.",
        Some(Door),
        3,
        NOTHING
    ),
    story!(
        150,
        3,
        "cour-sol-arbre",
        "Grosse branche fendue au-dessus du banc.",
        Some(Branch),
        5,
        &[(1, InProgress, ""), (2, Done, "Branche coupée le lendemain.")]
    ),
    story!(
        30,
        4,
        "abords-trottoir-chaussee",
        "Trou devant le portail, une poussette s’y est bloquée.",
        Some(Pavement),
        7,
        NOTHING
    ),
    story!(
        22,
        4,
        "hygiene-consommables",
        "Plus de savon depuis la rentrée des vacances.",
        None,
        3,
        &[(4, Done, "Livré.")]
    ),
    story!(
        18,
        5,
        "energie-electricite",
        "Le néon du préau clignote puis s’éteint.",
        Some(Lamp),
        1,
        &[(9, Planned, "Passage de l’électricien jeudi.")]
    ),
    story!(
        120,
        5,
        "cour-cloture-portail",
        "Le grillage est ouvert au fond de la cour.",
        Some(Fence),
        8,
        &[(3, InProgress, ""), (12, Done, "Grillage remplacé.")]
    ),
    story!(9, 6, "hygiene-dechets", "Les conteneurs débordent devant la cantine.", Some(Bins), 2, NOTHING),
    story!(
        55,
        6,
        "energie-eau",
        "Le robinet des maternelles goutte jour et nuit.",
        Some(Tap),
        0,
        &[(11, Done, "Joint changé.")]
    ),
    story!(
        5,
        7,
        "bati-plafond-chute",
        "Une dalle du faux plafond est tombée pendant la sieste. Personne dessous.",
        Some(Ceiling),
        4,
        &[(0, InProgress, "Salle fermée, les enfants sont dans la bibliothèque.")]
    ),
    story!(
        33,
        7,
        "personnel-atsem",
        "Une seule ATSEM pour deux classes depuis trois semaines.",
        None,
        11,
        NOTHING
    ),
    story!(
        26,
        8,
        "energie-chaleur",
        "34 degrés l’après-midi, aucun store côté sud.",
        Some(Window),
        5,
        &[(10, Refused, "Déjà signalé sous le n° 1001 : rejoignez-le.")]
    ),
    story!(
        170,
        8,
        "energie-chaleur",
        "Pas d’ombre dans la cour à midi.",
        None,
        14,
        &[(30, Planned, "Deux voiles d’ombrage cet été.")]
    ),
    story!(
        75,
        9,
        "equipement-mobilier",
        "Trois chaises cassées en CE1.",
        None,
        0,
        &[(14, Done, "Chaises remplacées.")]
    ),
    story!(
        2,
        9,
        "abords-passage-pieton",
        "Le passage piéton n’est plus visible.",
        Some(Pavement),
        3,
        NOTHING
    ),
    story!(
        48,
        10,
        "hygiene-nuisibles",
        "Un rat dans la réserve de la cantine.",
        None,
        6,
        &[(2, InProgress, "Dératisation en cours."), (16, Done, "Deux passages, plus rien vu.")]
    ),
    story!(
        14,
        10,
        "cour-jeux",
        "Le toboggan a une arête coupante.",
        Some(Swing),
        2,
        &[(5, InProgress, "Jeu condamné en attendant la pièce.")]
    ),
    story!(
        4,
        11,
        "energie-chauffage",
        "Radiateurs froids dans toute l’aile nord.",
        Some(Radiator),
        8,
        NOTHING
    ),
    story!(88, 11, "cantine-encadrement", "Deux adultes pour soixante enfants mardi.", None, 5, NOTHING),
    story!(
        110,
        0,
        "bati-sol-escalier",
        "Marche descellée à l’entrée.",
        Some(Door),
        1,
        &[(9, Done, "Marche refaite.")]
    ),
    story!(
        61,
        1,
        "cantine-refectoire",
        "On ne s’entend plus, 92 dB mesurés par un parent.",
        None,
        4,
        &[(20, Planned, "Panneaux acoustiques au budget de l’an prochain.")]
    ),
    story!(16, 2, "", "Le portail reste ouvert après 8 h 30.", Some(Fence), 0, NOTHING),
    story!(
        37,
        3,
        "incendie-alarme-extincteur",
        "Extincteur absent de son support au premier étage.",
        Some(Exit),
        2,
        &[(1, Done, "Remis en place, contrôlé.")]
    ),
    story!(20, 11, "personnel-enseignant", "Maîtresse non remplacée depuis neuf jours.", None, 12, NOTHING),
    story!(
        70,
        5,
        "hygiene-toilettes",
        "Chasse d’eau bloquée chez les grands.",
        Some(Toilets),
        2,
        &[(3, Done, "")]
    ),
    story!(
        6,
        6,
        "abords-stationnement",
        "Voitures sur le trottoir à 8 h 20, on passe sur la route.",
        None,
        9,
        NOTHING
    ),
    story!(
        130,
        7,
        "bati-accessibilite",
        "Pas de rampe vers la cour haute.",
        None,
        3,
        &[(45, Planned, "Rampe amovible commandée.")]
    ),
    story!(
        28,
        8,
        "equipement-numerique",
        "Le vidéoprojecteur du CM2 ne s’allume plus.",
        None,
        0,
        &[(6, Refused, "Relève du contrat de l’école : la direction a la procédure.")]
    ),
    story!(8, 9, "bati-fuite-infiltration", "Flaque dans le couloir à chaque pluie.", Some(Drip), 3, NOTHING),
    story!(52, 10, "cour-ombre-nature", "Et si on plantait trois arbres ?", None, 16, NOTHING),
    story!(11, 11, "abords-proprete", "Dépôt d’encombrants contre la grille.", Some(Bins), 1, NOTHING),
    story!(
        140,
        6,
        "bati-toiture-facade",
        "Un bout de corniche est tombé côté rue.",
        Some(Ceiling),
        6,
        &[(0, InProgress, "Périmètre posé."), (25, Done, "Corniche purgée.")]
    ),
    story!(
        24,
        1,
        "bati-porte-fenetre-store",
        "Fenêtre du premier bloquée ouverte.",
        Some(Window),
        1,
        &[(7, Done, "Crémone changée.")]
    ),
    story!(10, 5, "periscolaire-garderie", "La garderie ferme à 17 h 30 sans prévenir.", None, 4, NOTHING),
    story!(1, 3, "energie-eau", "Eau marron au lavabo de la salle 4.", Some(Tap), 1, NOTHING),
];
