//! How far a report is, which steps lead where, and who may take them.
//!
//! What there is to know of a status is data, kind by kind of report: [`of`].

use super::kind::Kind;
use Actor::{Administrator, Desk, Moderation, Reporter};
use Status::{Done, InProgress, New, Planned, Refused, Sent};
use serde::{Deserialize, Serialize};

/// How far a report is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Received; nobody in charge has been told yet.
    #[default]
    New,
    /// Those in charge have been told.
    Sent,
    /// Somebody takes care of it.
    InProgress,
    /// A date is given.
    Planned,
    /// Solved.
    Done,
    /// Refused by moderation, with a public reason.
    Refused,
}

/// Who changes a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Those in charge, by the link in their mail.
    Desk,
    /// The person who reported it.
    Reporter,
    /// Moderation.
    Moderation,
    /// Whoever runs the server.
    Administrator,
}

impl Actor {
    /// Everybody.
    pub const ALL: [Self; 4] = [Desk, Reporter, Moderation, Administrator];
}

/// A status of one kind of report: what it is called, what it means, what may come next and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// The status.
    pub status: Status,
    /// Key of its name.
    pub label: &'static str,
    /// Key of the sentence that says what it means.
    pub meaning: &'static str,
    /// Where it leads, and who may say so.
    pub next: &'static [(Status, &'static [Actor])],
}

/// Those who do the work, and who stands in for them.
const WORK: &[Actor] = &[Desk, Administrator];
/// Those who see whether it is fixed.
const FIXED: &[Actor] = &[Desk, Reporter, Administrator];
/// Those who judge what is said.
const JUDGE: &[Actor] = &[Moderation, Administrator];

/// What most reports go through.
#[rustfmt::skip]
const COMMON: &[Standing] = &[
    Standing { status: New, label: "status_new", meaning: "site_means_new",
        next: &[(Sent, &[Administrator]), (InProgress, WORK), (Planned, WORK), (Done, FIXED), (Refused, JUDGE)] },
    Standing { status: Sent, label: "status_sent", meaning: "site_means_sent",
        next: &[(InProgress, WORK), (Planned, WORK), (Done, FIXED), (Refused, JUDGE)] },
    Standing { status: InProgress, label: "status_in_progress", meaning: "site_means_in_progress",
        next: &[(Planned, WORK), (Done, FIXED), (Refused, JUDGE)] },
    // To itself: another date.
    Standing { status: Planned, label: "status_planned", meaning: "site_means_planned",
        next: &[(InProgress, WORK), (Planned, WORK), (Done, FIXED), (Refused, JUDGE)] },
    Standing { status: Done, label: "status_done", meaning: "site_means_done", next: &[(Sent, &Actor::ALL)] },
    Standing { status: Refused, label: "status_refused", meaning: "site_means_refused", next: &[(Sent, JUDGE)] },
];

/// Something better than it is: nobody repairs it, it is thought over and kept for a budget.
#[rustfmt::skip]
const WISHED: &[Standing] = &[
    COMMON[0],
    COMMON[1],
    Standing { label: "site_status_considered", meaning: "site_means_considered", ..COMMON[2] },
    Standing { label: "site_status_adopted", meaning: "site_means_adopted", ..COMMON[3] },
    COMMON[4],
    COMMON[5],
];

/// A grave and imminent danger does not wait for a date: somebody is at it until it is over.
#[rustfmt::skip]
const DANGER: &[Standing] = &[
    Standing { next: &[(Sent, &[Administrator]), (InProgress, WORK), (Done, FIXED), (Refused, JUDGE)], ..COMMON[0] },
    Standing { next: &[(InProgress, WORK), (Done, FIXED), (Refused, JUDGE)], ..COMMON[1] },
    Standing { next: &[(Done, FIXED), (Refused, JUDGE)], ..COMMON[2] },
    COMMON[4],
    COMMON[5],
];

/// The statuses that reports of `kind` know, in the order of their life.
pub fn of(kind: Kind) -> &'static [Standing] {
    match kind {
        Kind::Simple | Kind::Intervention | Kind::Sst => COMMON,
        Kind::Improvement => WISHED,
        Kind::Dgi => DANGER,
    }
}

/// A step that the status machine does not know, or not by whoever takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAllowed {
    /// From here…
    pub from: Status,
    /// … there is no way there.
    pub to: Status,
}

impl Status {
    /// Every status, in the order of a report's life.
    pub const ALL: [Self; 6] = [New, Sent, InProgress, Planned, Done, Refused];

    /// The word in the database, on the wire and in message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Sent => "sent",
            Self::InProgress => "in_progress",
            Self::Planned => "planned",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether people still wait.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Done | Self::Refused)
    }

    /// The step from `self` to `to` of a report of `kind`, taken by `who`. Sending never takes a report back; what is
    /// closed opens again only as [`Self::Sent`].
    ///
    /// # Errors
    /// [`NotAllowed`] when there is no such step, or not by them.
    pub fn step(self, to: Self, who: Actor, kind: Kind) -> Result<Self, NotAllowed> {
        let standing = of(kind).iter().find(|standing| standing.status == self);
        let mut next = standing.iter().flat_map(|standing| standing.next);
        let allowed = next.any(|(status, by)| *status == to && by.contains(&who));
        if allowed { Ok(to) } else { Err(NotAllowed { from: self, to }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who may step from the row to the column: d desk, r reporter, m moderation, a administrator.
    #[rustfmt::skip]
    const TABLE: [(Status, [&str; 6]); 6] = [
        //            new  sent    in_prog  planned  done   refused
        (New,        ["",  "a",    "da",    "da",    "dra", "ma"]),
        (Sent,       ["",  "",     "da",    "da",    "dra", "ma"]),
        (InProgress, ["",  "",     "",      "da",    "dra", "ma"]),
        (Planned,    ["",  "",     "da",    "da",    "dra", "ma"]),
        (Done,       ["",  "drma", "",      "",      "",    ""]),
        (Refused,    ["",  "ma",   "",      "",      "",    ""]),
    ];

    fn letter(who: Actor) -> char {
        match who {
            Desk => 'd',
            Reporter => 'r',
            Moderation => 'm',
            Administrator => 'a',
        }
    }

    #[test]
    fn every_pair_and_every_actor_is_as_the_table_says() {
        for kind in Kind::ALL {
            for (from, row) in TABLE {
                for (to, by) in Status::ALL.into_iter().zip(row) {
                    for who in Actor::ALL {
                        let planned = kind == Kind::Dgi && (to == Planned || from == Planned);
                        let expected = !planned && by.contains(letter(who));
                        assert_eq!(
                            from.step(to, who, kind).is_ok(),
                            expected,
                            "{kind:?}: {from:?} to {to:?} by {who:?}"
                        );
                    }
                }
            }
        }
        assert_eq!(Done.step(New, Desk, Kind::Simple), Err(NotAllowed { from: Done, to: New }));
    }

    #[test]
    fn every_status_is_named_and_explained_in_every_language() {
        for file in
            [include_str!("../../../assets/lang/fr.toml"), include_str!("../../../assets/lang/en.toml")]
        {
            let words: toml::Table = toml::from_str(file).unwrap();
            for standing in Kind::ALL.into_iter().flat_map(of) {
                assert!(
                    words.contains_key(standing.label) && words.contains_key(standing.meaning),
                    "{standing:?}"
                );
            }
        }
    }

    #[test]
    fn words_read_back() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
    }
}
