//! Who a report is sent to. Rules name functions; a function is held by a desk in a zone; a desk has mailboxes.
//!
//! All of it is data (the server's tables). This module owns only the judgement: which rule, then which desk.

use crate::reports::category;
use serde::{Deserialize, Serialize};

/// A function in charge (DOMAIN 3: D, M, C, T).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

/// "Reports of this category go to this function." No category: the rule for all that no other rule names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// A category, a group of categories, or everything.
    pub category: Option<String>,
    /// Who gets it.
    pub function: Function,
}

/// The rules a new city starts with: DOMAIN 3, and direction and mairie for what has no category.
pub fn default_rules() -> Vec<Rule> {
    let fallback = [Function::Direction, Function::Mairie].map(|function| Rule { category: None, function });
    let by_category = category::ALL.iter().flat_map(|category| {
        category
            .to
            .iter()
            .map(|function| Rule { category: Some(category.slug.to_owned()), function: *function })
    });
    fallback.into_iter().chain(by_category).collect()
}

/// The functions that `rules` name for a report of `category`: the rules of the category itself, else those of its
/// group, else those for everything. In the order of [`Function::ALL`], each once.
pub fn functions(rules: &[Rule], category: Option<&str>) -> Vec<Function> {
    let group = category.and_then(category::find).map(|category| category.group);
    let level = |name: Option<&str>| {
        let named: Vec<Function> =
            rules.iter().filter(|rule| rule.category.as_deref() == name).map(|rule| rule.function).collect();
        (!named.is_empty()).then_some(named)
    };
    let named = category
        .and_then(|slug| level(Some(slug)))
        .or_else(|| group.and_then(|group| level(Some(group))))
        .or_else(|| level(None))
        .unwrap_or_default();
    Function::ALL.into_iter().filter(|function| named.contains(function)).collect()
}

/// A desk that may be in charge of a place. `rank` says how precise its zone is: 0 the place itself, then outwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// Its id.
    pub id: String,
    /// Its function.
    pub function: Function,
    /// The zone or place it is named after, for people.
    pub name: String,
    /// How far out its zone is: 0 the place itself.
    pub rank: i64,
    /// Whether a mailbox is held today.
    pub has_mailbox: bool,
}

/// One line of the choice: a function, and the desk that holds it there, if any does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The function the rules named.
    pub function: Function,
    /// The nearest desk of that function.
    pub desk: Option<Desk>,
}

/// For each function the desk with the most precise zone; among equals one with a mailbox, then by id, so that the
/// choice is the same every time.
pub fn choose(functions: &[Function], desks: &[Desk]) -> Vec<Choice> {
    let nearest = |function: Function| {
        desks
            .iter()
            .filter(|desk| desk.function == function)
            .min_by_key(|desk| (desk.rank, !desk.has_mailbox, desk.id.clone()))
            .cloned()
    };
    functions.iter().map(|function| Choice { function: *function, desk: nearest(*function) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Function::{Circonscription, Direction, Mairie, Metropole};

    fn desk(id: &str, function: Function, rank: i64, has_mailbox: bool) -> Desk {
        Desk { id: id.into(), function, name: id.into(), rank, has_mailbox }
    }

    #[test]
    fn the_defaults_follow_the_category_tree() {
        let rules = default_rules();
        for (category, expected) in [
            (Some("cour-jeux"), vec![Direction, Mairie]),
            (Some("energie-chauffage"), vec![Direction, Mairie, Circonscription]),
            (Some("abords-trottoir-chaussee"), vec![Mairie, Metropole]),
            (Some("securite-rps"), vec![Circonscription]),
            (None, vec![Direction, Mairie]),
        ] {
            assert_eq!(functions(&rules, category), expected, "{category:?}");
        }
    }

    #[test]
    fn the_most_precise_rule_wins() {
        let rule =
            |category: Option<&str>, function| Rule { category: category.map(str::to_owned), function };
        let rules = [rule(None, Mairie), rule(Some("cour"), Metropole), rule(Some("cour-jeux"), Direction)];
        assert_eq!(functions(&rules, Some("cour-jeux")), [Direction]);
        assert_eq!(functions(&rules, Some("cour-sol-arbre")), [Metropole]);
        assert_eq!(functions(&rules, Some("bati-fuite-infiltration")), [Mairie]);
        assert_eq!(functions(&rules, Some("not-a-category")), [Mairie]);
    }

    #[test]
    fn the_nearest_desk_is_chosen_and_an_absent_one_is_said() {
        let desks = [
            desk("city", Mairie, 3, true),
            desk("sector", Mairie, 2, false),
            desk("school", Direction, 0, true),
        ];
        let choices = choose(&[Direction, Mairie, Metropole], &desks);
        let ids: Vec<_> =
            choices.iter().map(|choice| choice.desk.as_ref().map(|desk| desk.id.as_str())).collect();
        assert_eq!(ids, [Some("school"), Some("sector"), None]);
    }
}
