//! How far a report is, and which steps lead where.

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

/// A step that the status machine does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAllowed {
    /// From here…
    pub from: Status,
    /// … there is no way there.
    pub to: Status,
}

impl Status {
    /// Every status, in the order of a report's life.
    pub const ALL: [Self; 6] =
        [Self::New, Self::Sent, Self::InProgress, Self::Planned, Self::Done, Self::Refused];

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

    /// The step from `self` to `to`. Sending never takes a report back; what is closed opens again only as [`Self::Sent`].
    ///
    /// # Errors
    /// [`NotAllowed`] when there is no such step.
    pub fn step(self, to: Self) -> Result<Self, NotAllowed> {
        let allowed = match (self, to) {
            (from, to) if from == to => false,
            (_, Self::New) => false,
            (Self::New, _) => true,
            (Self::Done | Self::Refused, to) => to == Self::Sent,
            (_, to) => to != Self::Sent,
        };
        if allowed { Ok(to) } else { Err(NotAllowed { from: self, to }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Done, InProgress, New, Planned, Refused, Sent};

    #[test]
    fn a_report_goes_forward_and_may_open_again() {
        for (from, to) in [
            (New, Sent),
            (Sent, InProgress),
            (InProgress, Planned),
            (Planned, Done),
            (Done, Sent),
            (Refused, Sent),
        ] {
            assert_eq!(from.step(to), Ok(to));
        }
    }

    #[test]
    fn impossible_steps_are_named() {
        for (from, to) in [(Sent, New), (Sent, Sent), (InProgress, Sent), (Done, Planned), (Done, Refused)] {
            assert_eq!(from.step(to), Err(NotAllowed { from, to }));
        }
    }

    #[test]
    fn words_read_back() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
    }
}
