//! Which schools may be taken for closed because the files no longer hold them.
//!
//! Promises: an extract closes nothing. A school that is missing is closed only where the files are the full list of schools
//! like it (same département, same degree, public or private): a list that held it before is among them, and at least nine
//! in ten of those known are there. Where more are missing, nothing is closed and the operator is told; `--complete`
//! says that the files are whole for the départements they hold.

use super::facts::Facts;
use super::{Choice, Summary};
use std::collections::{BTreeMap, HashSet};

/// Known schools per one that may be missing.
const KNOWN_PER_MISSING: usize = 10;

/// Schools alike: département (the first three digits of their codes), whether secondary, whether private.
type Group = (String, bool, bool);

/// What of an open place matters here.
pub struct Standing {
    /// UAI.
    pub id: String,
    /// Name, to tell people.
    pub name: String,
    /// INSEE code of its commune.
    pub city_code: String,
    /// Collège or lycée.
    pub secondary: bool,
    /// Private.
    pub private: bool,
    /// Official lists that held it.
    pub lists: i16,
}

/// What the files hold.
#[derive(Default)]
pub struct Held {
    numbers: HashSet<u32>,
    lists: i16,
    groups: HashSet<Group>,
}

impl Held {
    /// A line about that code, whatever becomes of it. A wrong check letter does not make a school disappear.
    pub fn note(&mut self, code: &str, list: i16) {
        self.numbers.extend(number(code));
        self.lists |= list;
    }

    /// A school taken from the files.
    pub fn take(&mut self, facts: &Facts) {
        let group = group(&facts.id, facts.is_secondary(), facts.private);
        if !self.groups.contains(&group) {
            self.groups.insert(group);
        }
    }
}

/// Finds the schools to close among the open ones.
pub struct Missing<'a> {
    held: &'a Held,
    choice: &'a Choice,
    groups: BTreeMap<Group, (usize, Vec<(String, String)>)>,
}

impl<'a> Missing<'a> {
    /// Nothing seen yet.
    pub fn new(held: &'a Held, choice: &'a Choice) -> Self {
        Self { held, choice, groups: BTreeMap::new() }
    }

    /// An open place that is known.
    pub fn see(&mut self, place: Standing) {
        let group = group(&place.id, place.secondary, place.private);
        let ours = self.choice.wants(place.secondary, place.private, &place.city_code)
            && self.held.groups.contains(&group)
            // Those known from before lists were told apart belong to any.
            && (place.lists == 0 || place.lists & self.held.lists != 0);
        if !ours {
            return;
        }
        let (known, missing) = self.groups.entry(group).or_default();
        *known += 1;
        if !number(&place.id).is_some_and(|number| self.held.numbers.contains(&number)) {
            missing.push((place.id, place.name));
        }
    }

    /// The ids to close; what is closed and what is not goes into the summary.
    pub fn close(self, summary: &mut Summary) -> Vec<String> {
        let mut closed = Vec::new();
        for ((department, secondary, private), (known, missing)) in self.groups {
            if missing.is_empty() {
                continue;
            }
            if self.choice.complete || missing.len() * KNOWN_PER_MISSING <= known {
                for (id, name) in missing {
                    summary.closed.push(format!("{id} {name}"));
                    closed.push(id);
                }
            } else {
                let sector = if private { "private" } else { "public" };
                let degree = if secondary { "secondary" } else { "first-degree" };
                summary.doubts.push(format!(
                    "{} of {known} {sector} {degree} schools known in département {department} are not in these files: \
                     too many to take them for closed; --complete says that the files are whole",
                    missing.len()
                ));
            }
        }
        closed
    }
}

fn group(id: &str, secondary: bool, private: bool) -> Group {
    (id.get(..3).unwrap_or(id).to_owned(), secondary, private)
}

fn number(code: &str) -> Option<u32> {
    code.get(..7)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::places::uai_letter;

    fn standing(number: u32) -> Standing {
        Standing {
            id: format!("{number:07}{}", uai_letter(number)),
            name: format!("École {number}"),
            city_code: "13204".into(),
            secondary: false,
            private: false,
            lists: 2,
        }
    }

    /// Twenty public schools known in 013; the files hold those of `held`, from `lists`.
    fn closed(held: &[u32], lists: i16, choice: &Choice) -> (usize, usize) {
        let mut files = Held::default();
        for number in held {
            files.note(&standing(*number).id, lists);
            files.groups.insert(group(&standing(*number).id, false, false));
        }
        let mut missing = Missing::new(&files, choice);
        (130_001..=130_020).for_each(|number| missing.see(standing(number)));
        let mut summary = Summary::default();
        (missing.close(&mut summary).len(), summary.doubts.len())
    }

    #[test]
    fn only_a_full_list_closes_what_it_lacks() {
        let up_to = |last: u32| (130_001..=last).collect::<Vec<_>>();
        let (usual, complete) = (Choice::default(), Choice { complete: true, ..Choice::default() });
        let elsewhere = Choice { commune: "35".into(), complete: true, ..Choice::default() };
        for (what, held, lists, choice, expected) in [
            ("all there", up_to(130_020), 2, &usual, (0, 0)),
            ("one in ten missing", up_to(130_018), 2, &usual, (2, 0)),
            ("more missing: an extract", up_to(130_017), 2, &usual, (0, 1)),
            ("the same, said to be whole", up_to(130_017), 2, &complete, (3, 0)),
            ("another list", up_to(130_018), 1, &usual, (0, 0)),
            ("another département", vec![350_001, 350_002], 2, &complete, (0, 0)),
            ("a commune that was not asked for", up_to(130_018), 2, &elsewhere, (0, 0)),
            ("nothing at all", vec![], 2, &complete, (0, 0)),
        ] {
            assert_eq!(closed(&held, lists, choice), expected, "{what}");
        }
    }

    #[test]
    fn a_wrong_check_letter_does_not_close_a_school() {
        let mut held = Held::default();
        held.note("0130001?", 2);
        assert!(held.numbers.contains(&130_001));
    }
}
