//! Words that tell one trouble from another: things that break, and where in a school. French first, with the English
//! that families write. A line is one meaning; its words are folded and begin the words they stand for, those that end
//! in a dot are whole (a plural included). A line that begins with "=" is of things that a school has one of. To teach the judge a word, add it to its line, or add a line.

/// Things. Two reports that each name some and share none are about different things.
pub const THINGS: &[&str] = &[
    // In the yard.
    "balancoir chain siege swing",
    "= tobog slide.",
    "cage. ecureuil filet escalad corde.",
    "= tourniquet trampolin manege",
    "banc. bench",
    "branch tronc",
    "racin",
    "ombr",
    "arbre. plant",
    "potager jardin",
    "trou. troue.",
    "goudron bitum asphalt",
    "portail portillon gate.",
    "gril clotur fence",
    "= interphon visiophon sonnet",
    // Rooms and walls.
    "porte. poigne serrur verrou cle. door lock",
    "fenetr vitr carreau. window",
    "store. volet rideau blind",
    "plafond dalle ceiling",
    "fuit infiltr inond goutte coule. pleut. flaque leak",
    "gouttier",
    "fissur lezard",
    "= algeco prefabri",
    "tuile toiture",
    "= cornich",
    "rambard balcon corps.",
    "rampe. escalier stair",
    "lino. carrelag parquet plancher",
    "amiant",
    "plomb",
    "peintur ecaill",
    "moisi humid",
    "tag. graffit",
    "= ascenseur elevateur lift.",
    // Warm, light, water, air.
    "chauf chofag radiateur chaudier froid. froide. gele. glacial degre temperatur heating cold.",
    "canicul etouff chaleur",
    "neon lumier lampe. lampadair ampoul eclairag light.",
    "prise. socket",
    "fil. cable",
    "= courant electricit disjonct",
    "= gaz. monoxyd",
    "robinet lavabo evier tap.",
    "fontain",
    "marron. rouill potabl",
    "= vmc. ventil aerat",
    "odeur pue. puent puant egout smell",
    "bruit bruyant sonor acoustiq entend inaudible",
    // Fire and shelter.
    "issue. secours.",
    "carton",
    "velo bike",
    "cadena",
    "extincteur",
    "= alarm siren",
    "= commission",
    "exercic",
    // Clean or not.
    "chasse.",
    "lunett cuvett",
    "urinoir",
    "bouch debord blocked",
    "papie pq. paper",
    "savon soap",
    "essuie",
    "menag nettoy sale. salet collant degout",
    "poubell conteneur container ordur benne",
    "rat. souris. rongeur derat mouse mice",
    "cafard blatt",
    "punais",
    "guep frelon",
    "moustiq",
    "poux",
    "gastro",
    "gale.",
    "grippe covid",
    // Furniture, books, screens, sport.
    "chaise chair.",
    "table.",
    "armoir etager placard casier",
    "lit. matelas",
    "manuel livre.",
    "credit budget",
    "videoproj projecteur tbi. tni.",
    "ordinateur tablett",
    "= telephon phone",
    "= internet wifi reseau",
    "imprimant",
    "= piscin natation",
    "basket",
    "javel produit",
    "massicot",
    // Meals and people.
    "portion. faim. manger",
    "viande vegetarien",
    "perime avarie yaourt",
    "malad vomi intoxic",
    "adulte. surveill encadr",
    "atsem",
    "= gardien concierg",
    "entretien",
    "aesh avs.",
    "maitresse maitre. enseignant instit teacher",
    "= psycholog",
    "medical medecin infirmier",
    "fermetur",
    "surcharg effectif",
    "garderi",
    "etude.",
    "mercredi",
    "grev",
    // Around the school.
    "pieton crossing",
    "vite. vitess ralentiss fonce",
    "voitur stationn garees",
    "encombr depot frigo",
    "sering",
    "cigaret fume.",
    "panneau",
    "poussier",
    "barrier",
    "bus.",
];

/// Where: a dimension, then its values, one line each. Two reports that each say where, and share no value of some
/// dimension, are about different places; see [`super::words`] for rooms by number.
pub const SPOTS: &[(Dimension, &[&str])] = &[
    (
        Dimension::Room,
        &[
            "cantin refectoir canteen",
            "cuisin kitchen",
            "gymnas gym.",
            "dortoir sieste",
            "bibliothe bcd.",
            "couloir",
            "hall.",
            "entree.",
            "preau",
            "cour. yard playground",
            "toilet wc. sanitair",
            "sallemaitres",
            "direction directeur directrice",
            "motric",
            "bureau.",
        ],
    ),
    (Dimension::Floor, &["soussol", "rdc rez", "1er 1ere premier", "2e 2eme second. 2nd"]),
    (
        Dimension::Level,
        &["ps. petits.", "ms. moyens.", "gs. grands.", "cp.", "ce1", "ce2", "cm1", "cm2", "ulis"],
    ),
    (Dimension::Part, &["maternel", "elementair primair"]),
    (Dimension::Whose, &["filles. girls.", "garcons. boys.", "adultes."]),
    (Dimension::Side, &["gauche. left.", "droite. droit. right."]),
    (Dimension::Height, &["haut. haute.", "bas. basse."]),
];

/// A way of saying where in a school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Which kind of room.
    Room,
    /// Which room, by its number, or which building, by its letter.
    Number,
    /// Which floor.
    Floor,
    /// Which class.
    Level,
    /// Which school of a group.
    Part,
    /// Whose toilets.
    Whose,
    /// Left or right.
    Side,
    /// Up or down.
    Height,
}

/// Words that say nothing of what or where, or that every report says.
pub const IDLE: &str = "\
a ai au aux avec avons bonjour c ca car ce ces cet cette chez d dans de depuis des deux devant du dit doit donc \
elle elles en encore est et ete etre eu faire fait faut fois ici il ils j je jour jours l la le les leur lui m ma \
mais matin me meme merci mes moi mois mon n ne nos notre nous on ont ou par pas pendant peut plus pour pu qu quand \
que qui rien s sa sans se semaine ses si soir son sont sous sur t toujours tous tout toute toutes tres trop trois un \
une urgent va vers vos votre vous y ya hier \
ecole school enfant enfants eleve eleves probleme danger dangereux attention marche marchent fonctionne panne hs kc \
cass casse cassee cassees casses abime abimee abimees bloque bloquee bloquees \
and are at been broken does for has have in is it not of on since the there this to very with";

/// Read as one word.
pub const ONE_WORD: &[(&str, &str)] = &[
    ("sous sol", "soussol"),
    ("salle des maitres", "sallemaitres"),
    ("petite section", "ps"),
    ("moyenne section", "ms"),
    ("grande section", "gs"),
    ("petites sections", "ps"),
    ("moyennes sections", "ms"),
    ("grandes sections", "gs"),
];

/// Words that say that it is everywhere: where exactly, then, does not matter.
pub const EVERYWHERE: &[&str] =
    &["toute l ecole", "toutes les classe", "partout", "toute l aile", "tout le batiment"];

/// Words by which somebody says that it is one more.
pub const ANOTHER: &[&str] = &["une autre", "un autre", "d autres", "deuxieme", "cette fois"];
