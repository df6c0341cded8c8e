//! "It is not ours, it is theirs": whether a report changes hands at once, and who is in charge of it then.

use super::{Choice, Desk};

/// A desk that passed a report on so often does not get it back without a human's word.
pub const MOST_RETURNS: i64 = 2;

/// The desk that is said to be in charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// The desk.
    pub desk: &'a Desk,
    /// Whether it is the very one that speaks.
    pub itself: bool,
    /// How often it passed this report on itself.
    pub passed: i64,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handover {
    /// The report changes hands now.
    AtOnce,
    /// The administrator decides.
    Waits,
    /// That says nothing: it is the desk that speaks.
    Itself,
}

/// Judges what a desk says; nobody named means that it said so in words of its own.
pub fn judge(named: Option<&Named<'_>>) -> Handover {
    match named {
        None => Handover::Waits,
        Some(named) if named.itself => Handover::Itself,
        // Out of the place's zones, or nobody would read it: a report is not passed into the dark.
        Some(named) if named.desk.rank.is_none() || !named.desk.has_mailbox => Handover::Waits,
        Some(named) if named.passed >= MOST_RETURNS => Handover::Waits,
        Some(_) => Handover::AtOnce,
    }
}

/// Who is in charge: whom the rules chose, but for the desks that passed it on, and those it was passed to.
pub fn apply(choices: Vec<Choice>, away: &[String], added: Vec<Desk>) -> Vec<Choice> {
    let gone = |desk: &Desk| away.contains(&desk.id);
    let mut left: Vec<Choice> =
        choices.into_iter().filter(|choice| !choice.desk.as_ref().is_some_and(gone)).collect();
    for desk in added.into_iter().filter(|desk| !gone(desk)) {
        if left.iter().all(|choice| choice.desk.as_ref().is_none_or(|other| other.id != desk.id)) {
            left.push(Choice { function: desk.function, desk: Some(desk) });
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::Function::{Direction, Mairie, Metropole};

    fn desk(id: &str, function: crate::routing::Function, rank: Option<i64>, has_mailbox: bool) -> Desk {
        Desk { id: id.into(), function, name: id.into(), rank, has_mailbox }
    }

    #[test]
    fn a_report_changes_hands_at_once_where_nobody_need_decide() {
        use Handover::{AtOnce, Itself, Waits};
        #[rustfmt::skip]
        let table = [
            // near, has a mailbox, itself, passed on, what becomes of it
            (true,  true,  false, 0, AtOnce),
            (true,  true,  false, 1, AtOnce),
            (true,  true,  false, 2, Waits),
            (true,  true,  false, 9, Waits),
            (false, true,  false, 0, Waits),
            (true,  false, false, 0, Waits),
            (true,  true,  true,  0, Itself),
            (false, false, true,  5, Itself),
        ];
        for (near, has_mailbox, itself, passed, expected) in table {
            let desk = desk("metropole@city", Metropole, near.then_some(3), has_mailbox);
            let named = Named { desk: &desk, itself, passed };
            assert_eq!(judge(Some(&named)), expected, "{named:?}");
        }
        assert_eq!(judge(None), Waits);
    }

    #[test]
    fn whoever_passed_it_on_is_out_and_whoever_got_it_is_in_once() {
        let (direction, mairie) =
            (desk("d", Direction, Some(0), true), desk("mairie@city", Mairie, Some(3), true));
        let metropole = desk("metropole@city", Metropole, Some(4), true);
        let rules = || {
            let choice = |desk: &Desk| Choice { function: desk.function, desk: Some(desk.clone()) };
            vec![choice(&direction), choice(&mairie), Choice { function: Metropole, desk: None }]
        };
        let ids = |choices: Vec<Choice>| {
            let id = |choice: Choice| choice.desk.map_or_else(|| "-".to_owned(), |desk| desk.id);
            choices.into_iter().map(id).collect::<Vec<_>>()
        };
        let away = ["mairie@city".to_owned()];
        assert_eq!(ids(apply(rules(), &[], vec![])), ["d", "mairie@city", "-"]);
        assert_eq!(ids(apply(rules(), &away, vec![metropole.clone()])), ["d", "-", "metropole@city"]);
        assert_eq!(ids(apply(rules(), &[], vec![mairie.clone()])), ["d", "mairie@city", "-"], "told once");
        assert_eq!(ids(apply(rules(), &away, vec![mairie])), ["d", "-"], "it passed it on again");
    }
}
