//! The judge by table of cases; how it does on real sentences is in `shared/tests/duplicates.rs`.

use super::*;
use crate::ids::mint;
use crate::instant::DAY;

const NOW: Instant = Instant(1_800_000_000_000);

fn facts(seed: u8, place: &str, category: Option<&str>) -> Facts {
    Facts {
        id: mint(NOW, [seed; 10]),
        place: PlaceId::parse(place).ok(),
        position: None,
        category: category.map(str::to_owned),
        words: String::new(),
        at: NOW,
        closed_at: None,
        looks: vec![],
    }
}

fn same(known: &Facts) -> Option<ParcelId> {
    Some(known.id.clone())
}

/// The report that `draft` joins.
fn joined(draft: &Facts, said: Said<'_>, known: &[&Facts]) -> Option<ParcelId> {
    match judge(draft, said, known.iter().copied()) {
        Verdict::Same(link) => Some(link.with),
        _ => None,
    }
}

#[test]
fn the_same_swing_is_the_same_report() {
    let draft = facts(0, "A01", Some("cour-jeux"));
    for (known, merged) in [
        (facts(1, "A01", Some("cour-jeux")), true),
        (facts(1, "A02", Some("cour-jeux")), false),
        (facts(1, "A01", Some("cour-sol-arbre")), false),
        (Facts { closed_at: Some(NOW), ..facts(1, "A01", Some("cour-jeux")) }, false),
        (Facts { at: NOW.plus(-400 * DAY), ..facts(1, "A01", Some("cour-jeux")) }, false),
        (facts(1, "A01", None), false),
        (facts(0, "A01", Some("cour-jeux")), false),
    ] {
        let expected = if merged { same(&known) } else { None };
        assert_eq!(joined(&draft, Said::default(), &[&known]), expected, "{known:?}");
    }
}

#[test]
fn without_category_and_words_nothing_is_merged_nor_linked() {
    let draft = facts(0, "A01", None);
    assert_eq!(judge(&draft, Said::default(), [&facts(1, "A01", None)]), Verdict::New);
}

#[test]
fn the_persons_word_comes_first() {
    let draft = facts(0, "A01", Some("cour-jeux"));
    let swing = facts(1, "A01", Some("cour-jeux"));
    let gate = facts(2, "A01", Some("bati-porte-fenetre-store"));
    let elsewhere = facts(3, "A02", Some("cour-jeux"));
    let known = [&swing, &gate, &elsewhere];
    let say = |id: &ParcelId| joined(&draft, Said { same_as: Some(id), unlike: &[] }, &known);
    assert_eq!(say(&gate.id), same(&gate));
    assert_eq!(say(&elsewhere.id), same(&swing), "another place is never the same");
    let unlike = [swing.id.clone()];
    assert_eq!(judge(&draft, Said { same_as: None, unlike: &unlike }, known), Verdict::New);
}

#[test]
fn what_concerns_the_safety_of_people_stands_alone() {
    let (draft, known) =
        (facts(0, "A01", Some("securite-violence")), facts(1, "A01", Some("securite-violence")));
    assert_eq!(judge(&draft, Said::default(), [&known]), Verdict::New);
}

#[test]
fn a_verdict_gives_its_reasons() {
    let told = |seed, words: &str| Facts { words: words.into(), ..facts(seed, "A01", Some("cour-jeux")) };
    let (left, right) = (told(1, "Balançoire de gauche cassée"), told(0, "balancoire de droite cassée"));
    let why = vec![
        Reason::SamePlace,
        Reason::SameCategory,
        Reason::SameThing,
        Reason::AlikeWords,
        Reason::OtherSpot,
    ];
    let link = Link { with: left.id.clone(), why };
    assert_eq!(judge(&right, Said::default(), [&left]), Verdict::Perhaps(vec![link]));
    for reason in Reason::ALL {
        assert_eq!(Reason::parse(reason.as_str()), Some(reason));
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
    }
}

#[test]
fn the_most_alike_are_suggested_first() {
    let closed = Facts { closed_at: Some(NOW), ..facts(5, "A01", Some("cour-jeux")) };
    let known = [
        facts(1, "A01", None),
        facts(2, "A01", Some("cour-sol-arbre")),
        facts(3, "A01", Some("cour-jeux")),
        facts(4, "A01", Some("energie-eau")),
        closed,
    ];
    let ids = |category: Option<&str>, unlike: &[ParcelId]| {
        let draft = facts(0, "A01", category);
        suggest(&draft, Said { same_as: None, unlike }, &known, 3)
    };
    let id = |n: usize| known[n - 1].id.clone();
    assert_eq!(ids(Some("cour-jeux"), &[]), [id(3), id(2), id(1)]);
    assert_eq!(ids(Some("cour-jeux"), &[id(3)]), [id(2), id(1)]);
    assert_eq!(ids(None, &[]), [id(2), id(3), id(4)], "what says what it is comes before what does not");
}

#[test]
fn the_lexicon_is_written_as_it_is_read() {
    let lines = lexicon::THINGS.iter().chain(lexicon::SPOTS.iter().flat_map(|(_, values)| *values));
    for line in lines {
        let plain = line.trim_start_matches("= ").replace('.', "");
        assert_eq!(crate::text::fold(&plain), plain, "{line}");
    }
    assert!(lexicon::THINGS.len() <= 128);
}
