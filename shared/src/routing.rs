//! Who a report is sent to. A rule names targets; a function is held by a desk in a zone; a desk has holders and mailboxes.
//!
//! All of it is data (the server's tables). This module owns only the judgement: which rule ([`rules`]), then which desk.

pub mod rules;
pub mod transfer;

use serde::{Deserialize, Serialize};
use std::fmt;

/// A function in charge (DOMAIN 3: D, M, C, T).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// Head of the school.
    Direction,
    /// City hall: owns, builds and maintains schools (code de l'éducation L212-4).
    Mairie,
    /// Inspection of the first-degree district (IEN).
    Circonscription,
    /// Metropolitan authority: streets and cleaning.
    Metropole,
}

impl Function {
    /// Every function, in the order they are named to people.
    pub const ALL: [Self; 4] = [Self::Direction, Self::Mairie, Self::Circonscription, Self::Metropole];

    /// The word in data files, on the wire and in message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direction => "direction",
            Self::Mairie => "mairie",
            Self::Circonscription => "circonscription",
            Self::Metropole => "metropole",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.as_str() == word)
    }
}

/// Whom a rule names: whoever holds a function nearest to the place, or one desk wherever it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The function.
    pub function: Function,
    /// The zone of the one desk meant; none for the nearest.
    pub zone: Option<String>,
}

impl Target {
    /// Reads `mairie`, or a desk's id, `mairie@city:13055`.
    pub fn parse(text: &str) -> Option<Self> {
        let (function, zone) =
            text.split_once('@').map_or((text, None), |(function, zone)| (function, Some(zone)));
        let named = zone.is_none_or(|zone| !zone.is_empty());
        Some(Self { function: Function::parse(function).filter(|_| named)?, zone: zone.map(str::to_owned) })
    }
}

impl From<Function> for Target {
    fn from(function: Function) -> Self {
        Self { function, zone: None }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.function.as_str())?;
        self.zone.as_ref().map_or(Ok(()), |zone| write!(f, "@{zone}"))
    }
}

/// The id of the desk that holds `function` in `zone`: there is one at most.
pub fn desk_id(function: Function, zone: &str) -> String {
    format!("{}@{zone}", function.as_str())
}

/// A desk that may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// Its id.
    pub id: String,
    /// Its function.
    pub function: Function,
    /// The zone or place it is named after, for people.
    pub name: String,
    /// How far out its zone is: 0 the place itself, then outwards. None when the place does not stand in it: such a desk
    /// is told only where a rule names it.
    pub rank: Option<i64>,
    /// Whether a mailbox is held today.
    pub has_mailbox: bool,
}

/// One line of the choice: a function, and the desk that holds it there, if any does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The function that the rule named.
    pub function: Function,
    /// The desk.
    pub desk: Option<Desk>,
}

/// For each target its desk: the one named, or of that function the one with the most precise zone; among equals one with
/// a mailbox, then by id, so that the choice is the same every time. A desk is told once, by whatever names it is called.
pub fn choose(targets: &[Target], desks: &[Desk]) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::with_capacity(targets.len());
    for target in targets {
        let desk = find(target, desks).cloned();
        if desk.is_none() || choices.iter().all(|choice| choice.desk != desk) {
            choices.push(Choice { function: target.function, desk });
        }
    }
    choices
}

fn find<'a>(target: &Target, desks: &'a [Desk]) -> Option<&'a Desk> {
    let held = desks.iter().filter(|desk| desk.function == target.function);
    match &target.zone {
        Some(zone) => held.into_iter().find(|desk| desk.id == desk_id(target.function, zone)),
        None => held
            .filter(|desk| desk.rank.is_some())
            .min_by_key(|desk| (desk.rank, !desk.has_mailbox, desk.id.as_str())),
    }
}

/// Up to `most` desks further up than the nearest of those `told`, the nearest first: who hears that nobody answers. Only
/// desks with a mailbox, in whose zone the place stands.
pub fn further<'a>(told: &[String], desks: &'a [Desk], most: usize) -> Vec<&'a Desk> {
    let is_told = |desk: &&Desk| told.contains(&desk.id);
    let from = desks.iter().filter(is_told).filter_map(|desk| desk.rank).min();
    let mut up: Vec<_> = desks
        .iter()
        .filter(|desk| !is_told(desk) && desk.has_mailbox && desk.rank.is_some_and(|rank| Some(rank) > from))
        .collect();
    up.sort_by_key(|desk| (desk.rank, desk.function, desk.id.as_str()));
    up.truncate(most);
    up
}

#[cfg(test)]
mod tests {
    use super::*;
    use Function::{Direction, Mairie, Metropole};

    fn desk(id: &str, function: Function, rank: Option<i64>, has_mailbox: bool) -> Desk {
        Desk { id: id.into(), function, name: id.into(), rank, has_mailbox }
    }

    fn chosen(targets: &[&str], desks: &[Desk]) -> Vec<Option<String>> {
        let targets: Vec<_> = targets.iter().map(|target| Target::parse(target).unwrap()).collect();
        choose(&targets, desks).into_iter().map(|choice| choice.desk.map(|desk| desk.id)).collect()
    }

    #[test]
    fn the_nearest_desk_is_chosen_and_an_absent_one_is_said() {
        let desks = [
            desk("mairie@city", Mairie, Some(5), true),
            desk("mairie@sector", Mairie, Some(2), false),
            desk("direction@school", Direction, Some(0), true),
            desk("metropole@elsewhere", Metropole, None, true),
        ];
        let found = chosen(&["direction", "mairie", "metropole"], &desks);
        assert_eq!(found, [Some("direction@school".into()), Some("mairie@sector".into()), None]);
    }

    #[test]
    fn of_two_equally_near_the_one_with_a_mailbox_then_the_first_by_name() {
        let twins = |first, second| {
            [desk("mairie@b", Mairie, Some(2), first), desk("mairie@a", Mairie, Some(2), second)]
        };
        assert_eq!(chosen(&["mairie"], &twins(true, false)), [Some("mairie@b".into())]);
        assert_eq!(chosen(&["mairie"], &twins(true, true)), [Some("mairie@a".into())]);
    }

    #[test]
    fn a_desk_that_a_rule_names_is_told_wherever_it_is_and_once() {
        let desks = [desk("mairie@near", Mairie, Some(2), true), desk("mairie@far", Mairie, None, true)];
        assert_eq!(
            chosen(&["mairie@far", "mairie"], &desks),
            [Some("mairie@far".into()), Some("mairie@near".into())]
        );
        assert_eq!(chosen(&["mairie", "mairie@near"], &desks), [Some("mairie@near".into())]);
    }

    #[test]
    fn silence_is_heard_further_up_and_nowhere_else() {
        let desks = [
            desk("direction@school", Direction, Some(0), true),
            desk("mairie@city", Mairie, Some(5), true),
            desk("metropole@city", Metropole, Some(5), true),
            desk("mairie@sector", Mairie, Some(2), true),
            desk("mairie@quarter", Mairie, Some(1), false),
            desk("metropole@far", Metropole, None, true),
        ];
        for (told, most, up) in [
            (vec!["direction@school", "mairie@sector"], 1, vec!["mairie@city"]),
            (vec!["direction@school", "mairie@sector"], 9, vec!["mairie@city", "metropole@city"]),
            (vec!["mairie@sector"], 9, vec!["mairie@city", "metropole@city"]),
            (vec!["direction@school"], 1, vec!["mairie@sector"]),
            (vec!["mairie@city"], 9, vec![]),
            (vec![], 1, vec!["direction@school"]),
            (vec!["direction@school"], 0, vec![]),
        ] {
            let told: Vec<_> = told.into_iter().map(str::to_owned).collect();
            let found: Vec<_> = further(&told, &desks, most).iter().map(|desk| desk.id.as_str()).collect();
            assert_eq!(found, up, "{told:?} {most}");
        }
    }

    #[test]
    fn a_target_reads_back() {
        for word in ["mairie", "metropole@city:13055"] {
            assert_eq!(Target::parse(word).unwrap().to_string(), word);
        }
        for word in ["", "maire", "mairie@", "@city:13055"] {
            assert_eq!(Target::parse(word), None, "{word}");
        }
    }
}
