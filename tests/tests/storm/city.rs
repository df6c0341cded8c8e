//! What there is to report: a made-up city of many schools, and what its people say.
//!
//! A subject is one trouble at one school; whoever reports it uses the same words, so that any judge must see that it is
//! the same. Two subjects of one school have nothing in common.

use std::fmt::Write as _;

use bytes::Bytes;
use jpeg_encoder::{ColorType, Encoder};
use sha2::{Digest, Sha256};
use shared::ids::{Key, PhotoHash, PlaceId, mint};
use shared::instant::Instant;
use shared::outbox::{Content, Parcel};
use shared::reports::NewReport;

use crate::queue::Photo;

pub const SCHOOLS: usize = 300;
/// Subjects there are in all.
pub const SUBJECTS: usize = SCHOOLS * TROUBLES.len();
const TROUBLES: [(&str, &str); 2] = [
    ("cour-jeux", "La chaîne de la balançoire a lâché ce matin."),
    ("hygiene-toilettes", "Plus une chasse d'eau ne marche au premier étage."),
];

/// The register's file: schools some hundred metres apart, each with a mailbox.
pub fn places() -> String {
    let mut csv = String::from(
        "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Statut_public_prive;Adresse_1;Code_postal;\
         Code_commune;Nom_commune;Mail;latitude;longitude;precision_localisation;etat;code_nature;libelle_nature;\
         nom_circonscription\n",
    );
    for n in 0..SCHOOLS {
        let (row, column) = (n / 20, n % 20);
        let _ = writeln!(
            csv,
            "{};École élémentaire n° {n};Ecole;Public;{n} rue des Mâts;99100;99901;Port-Exemple;ecole-{n}@example.org;\
             43.{:04};5.{:04};Numéro de rue;OUVERT;151;ECOLE DE NIVEAU ELEMENTAIRE;Port-Exemple Nord",
            place(n),
            1_000 + row * 40,
            1_000 + column * 60,
        );
    }
    csv
}

/// Seven digits and their check letter.
fn place(n: usize) -> String {
    let code = |letter| format!("999{n:04}{letter}");
    ('A'..='Z').map(code).find(|code| shared::places::is_uai(code)).expect("a letter fits")
}

/// A sealed report about subject `n`, in somebody's own envelope.
pub fn report(n: usize, photos: &[Photo], at: Instant, chance: &mut fastrand::Rng) -> Parcel {
    let (category, words) = TROUBLES[n / SCHOOLS % TROUBLES.len()];
    let mail = (chance.u8(..100) < 15).then(|| format!("parent-{}@example.org", chance.u32(..)));
    seal(
        Content::Report(NewReport {
            place: PlaceId::parse(&place(n % SCHOOLS)).expect("a place"),
            category: Some(category.into()),
            description: words.into(),
            photos: photos.iter().map(|photo| photo.hash.clone()).collect(),
            captions: vec![],
            urgency: None,
            spot: String::new(),
            position: None,
            ask_at: None,
            follow: None,
            same_as: None,
            unlike: vec![],
            mail,
            observed_at: at,
            lang: "fr".into(),
        }),
        at,
        chance,
    )
}

/// Closes an envelope with an id and a secret of its own.
pub fn seal(content: Content, at: Instant, chance: &mut fastrand::Rng) -> Parcel {
    let mut random = [0; 26];
    chance.fill(&mut random);
    let (id, key) = random.split_at(10);
    let id = mint(at, id.try_into().expect("ten bytes"));
    Parcel::seal(content, id, Key::from_bytes(key.try_into().expect("sixteen bytes")), at)
}

/// A picture of coloured grain, unlike any other: a small one leaves whole, a large one in pieces.
pub fn photo(large: bool, chance: &mut fastrand::Rng) -> Photo {
    let (width, height) = if large { (480_u16, 360_u16) } else { (200, 150) };
    let paint: [u8; 3] = std::array::from_fn(|_| chance.u8(..200));
    let mut pixels = vec![0; usize::from(width) * usize::from(height) * 3];
    chance.fill(&mut pixels);
    for (n, value) in pixels.iter_mut().enumerate() {
        *value = paint[n % 3] + *value % 56;
    }
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 92)
        .encode(&pixels, width, height, ColorType::Rgb)
        .expect("a picture that encodes");
    Photo { hash: name(&jpeg), bytes: Bytes::from(jpeg), upload: None }
}

fn name(jpeg: &[u8]) -> PhotoHash {
    let hash: String = Sha256::digest(jpeg).iter().map(|byte| format!("{byte:02x}")).collect();
    PhotoHash::parse(&hash).expect("a hash")
}
