//! Precision, as a table of cases.

use super::*;
use Function::{Circonscription, Direction, Mairie, Metropole};

/// A rule in few words: `"kind=sst category=cour zone=city"`; the function tells it from the others.
fn rule(when: &str, function: Function) -> Rule {
    let mut criteria = Criteria::default();
    for word in when.split_whitespace() {
        let (name, value) = word.split_once('=').unwrap();
        match name {
            "kind" => criteria.kind = Kind::parse(value),
            "category" => criteria.category = Some(value.to_owned()),
            "urgency" => criteria.urgency = value.parse().ok(),
            "status" => criteria.status = Status::parse(value),
            "zone" => criteria.zone = Some(value.to_owned()),
            _ => panic!("{word}"),
        }
    }
    Rule { when: criteria, to: vec![function.into()] }
}

/// A school in two sectors of two trees equally near, in a city.
fn zones() -> Vec<Zone> {
    let zone = |id: &str, rank| Zone { id: id.into(), name: id.into(), rank };
    vec![zone("place", 0), zone("sector-b", 2), zone("sector-a", 2), zone("city", 5)]
}

/// A broken swing, urgent.
const SWING: Subject<'_> =
    Subject { kind: Kind::Simple, category: Some("cour-jeux"), urgency: 3, status: Status::New };

fn winner(rules: &[Rule], subject: &Subject<'_>) -> Option<Function> {
    decide(rules, subject, &zones()).winner.map(|rule| rule.to[0].function)
}

#[test]
fn the_more_precise_of_two_wins_in_either_order() {
    for (precise, vague) in [
        // To name a criterion is more precise than not to.
        ("kind=simple", ""),
        ("category=cour", ""),
        ("category=cour-jeux", ""),
        ("urgency=1", ""),
        ("status=new", ""),
        ("zone=city", ""),
        // Within one criterion.
        ("category=cour-jeux", "category=cour"),
        ("urgency=3", "urgency=2"),
        ("zone=place", "zone=sector-a"),
        ("zone=sector-a", "zone=city"),
        // Kind before category before urgency before status before zone, whatever comes after.
        ("kind=simple", "category=cour-jeux urgency=3 status=new zone=place"),
        ("category=cour-jeux", "category=cour urgency=3 status=new zone=place"),
        ("category=cour", "urgency=3 status=new zone=place"),
        ("urgency=1", "status=new zone=place"),
        ("status=new", "zone=place"),
        // What comes after decides where all before is equal.
        ("category=cour urgency=3 zone=city", "category=cour urgency=3"),
        ("kind=simple zone=place", "kind=simple zone=city"),
    ] {
        let (precise, vague) = (rule(precise, Direction), rule(vague, Mairie));
        for rules in [[precise.clone(), vague.clone()], [vague.clone(), precise.clone()]] {
            assert_eq!(winner(&rules, &SWING), Some(Direction), "{:?} / {:?}", precise.when, vague.when);
        }
    }
}

#[test]
fn a_rule_that_does_not_fit_never_wins_and_says_why() {
    for (when, why) in [
        ("kind=sst category=cour-jeux", Criterion::Kind),
        ("category=bati", Criterion::Category),
        ("category=cour-cloture-portail", Criterion::Category),
        ("category=cour-jeux urgency=4", Criterion::Urgency),
        ("status=done", Criterion::Status),
        ("category=cour-jeux zone=sector-c", Criterion::Zone),
    ] {
        let rules = [rule(when, Direction), rule("", Mairie)];
        let decision = decide(&rules, &SWING, &zones());
        assert_eq!(decision.winner, Some(&rules[1]), "{when}");
        assert_eq!(decision.considered[1], (&rules[0], Err(why)), "{when}");
    }
    assert_eq!(winner(&[rule("kind=dgi", Direction)], &SWING), None);
}

#[test]
fn a_report_without_category_or_with_an_unknown_one_has_no_group() {
    let rules = [rule("category=cour", Metropole), rule("", Mairie)];
    for category in [None, Some("not-a-category")] {
        assert_eq!(winner(&rules, &Subject { category, ..SWING }), Some(Mairie));
    }
}

#[test]
fn two_zones_equally_near_are_told_apart_by_name_and_it_is_said() {
    let rules = [rule("zone=sector-b", Mairie), rule("", Metropole), rule("zone=sector-a", Direction)];
    let decision = decide(&rules, &SWING, &zones());
    assert_eq!(decision.winner, Some(&rules[2]));
    assert_eq!(decision.tied, [&rules[0]]);
}

#[test]
fn what_made_a_rule_win_is_the_first_criterion_that_differs() {
    let precision = |when| fit(&rule(when, Mairie).when, &SWING, &zones()).unwrap();
    let precise = precision("category=cour-jeux zone=city");
    assert_eq!(precise.beats(precision("category=cour urgency=3")), Some(Criterion::Category));
    assert_eq!(precise.beats(precision("category=cour-jeux")), Some(Criterion::Zone));
    assert_eq!(precise.beats(precise), None);
    assert_eq!(precision("").beats(precise), None);
}

#[test]
fn the_defaults_follow_the_category_tree() {
    let rules = default_rules();
    for (category, expected) in [
        (Some("cour-jeux"), vec![Direction, Mairie]),
        (Some("energie-chauffage"), vec![Direction, Mairie, Circonscription]),
        (Some("abords-trottoir-chaussee"), vec![Mairie, Metropole]),
        (Some("securite-rps"), vec![Circonscription]),
        (Some("citoyen-donnee-erreur"), vec![]),
        (None, vec![Direction, Mairie]),
    ] {
        let decision = decide(&rules, &Subject { category, ..SWING }, &[]);
        let told: Vec<_> = decision.winner.unwrap().to.iter().map(|target| target.function).collect();
        assert_eq!(told, expected, "{category:?}");
    }
}
