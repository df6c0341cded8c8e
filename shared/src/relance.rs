//! A *relance*: those in charge hear once more that people wait.
//!
//! A hundred parents are not a hundred mails: one relance a week counts, whoever asks for it; who asks meanwhile is counted
//! in the next. Silence widens the circle and firms the tone.

use crate::instant::{DAY, Instant};
use serde::{Deserialize, Serialize};

/// The least time between two relances of one report.
pub const WEEK: i64 = 7 * DAY;
/// Relances without an answer after which the next desk up the zones is put in copy, and again after as many more.
pub const PATIENCE: usize = 2;

/// How a relance speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// The facts.
    Plain,
    /// The facts, and that nobody answered.
    Firm,
    /// The facts, the silence, and who is told of it.
    Formal,
}

impl Tone {
    /// Every tone, the softest first.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Firm, Self::Formal];

    /// The word in the database, on the wire and in message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Firm => "firm",
            Self::Formal => "formal",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tone| tone.as_str() == word)
    }
}

/// How it stands with the relances of a report, for whoever reads its page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Relances {
    /// Sent so far.
    pub sent: i64,
    /// People whose wish waits for the next one.
    pub asked: i64,
    /// Before this instant none leaves; it may be over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Instant>,
}

impl Relances {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is known of a report when somebody asks for a relance.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// Relances sent so far, oldest first.
    pub sent: &'a [Instant],
    /// When those in charge last answered in any way.
    pub answered_at: Option<Instant>,
    /// Whether people still wait.
    pub is_open: bool,
}

/// What becomes of the wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It leaves now.
    Send {
        /// How it speaks.
        tone: Tone,
        /// How many desks further up are put in copy.
        wider: usize,
    },
    /// It is counted, and leaves with the next one.
    Counted {
        /// From when on the next one may leave.
        next_at: Instant,
    },
    /// Nobody waits any more.
    Closed,
}

/// Decides about a wish of `now`.
pub fn decide(facts: &Facts<'_>, now: Instant) -> Decision {
    if !facts.is_open {
        return Decision::Closed;
    }
    // A clock set back must not hold relances for ever.
    let last = facts.sent.last().filter(|last| **last <= now);
    if let Some(next_at) = last.map(|last| last.plus(WEEK)).filter(|next_at| now < *next_at) {
        return Decision::Counted { next_at };
    }
    let since = facts.answered_at.unwrap_or(Instant(i64::MIN));
    let unanswered = facts.sent.iter().filter(|sent| **sent > since).count();
    let tone = match unanswered {
        0 => Tone::Plain,
        1 => Tone::Firm,
        _ => Tone::Formal,
    };
    Decision::Send { tone, wider: unanswered / PATIENCE }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weeks(n: i64) -> Instant {
        Instant(1_800_000_000_000).plus(n * WEEK)
    }

    #[test]
    fn one_a_week_leaves_whoever_asks() {
        let open = |sent| Facts { sent, answered_at: None, is_open: true };
        let first = [weeks(0)];
        assert_eq!(decide(&open(&[]), weeks(0)), Decision::Send { tone: Tone::Plain, wider: 0 });
        assert_eq!(decide(&open(&first), weeks(0).plus(DAY)), Decision::Counted { next_at: weeks(1) });
        assert_eq!(decide(&open(&first), weeks(1)), Decision::Send { tone: Tone::Firm, wider: 0 });
        assert_eq!(decide(&Facts::default(), weeks(0)), Decision::Closed);
        let ahead = [weeks(5)];
        assert!(matches!(decide(&open(&ahead), weeks(0)), Decision::Send { .. }), "the clock was set back");
    }

    #[test]
    fn silence_widens_the_circle_and_an_answer_closes_it_again() {
        let sent: Vec<Instant> = (0..5).map(weeks).collect();
        let silent = |n: usize| Facts { sent: &sent[..n], answered_at: None, is_open: true };
        for (n, tone, wider) in
            [(0, Tone::Plain, 0), (1, Tone::Firm, 0), (2, Tone::Formal, 1), (4, Tone::Formal, 2)]
        {
            assert_eq!(decide(&silent(n), weeks(9)), Decision::Send { tone, wider }, "{n}");
        }
        let answered = Facts { answered_at: Some(weeks(3).plus(DAY)), ..silent(5) };
        assert_eq!(decide(&answered, weeks(9)), Decision::Send { tone: Tone::Firm, wider: 0 });
    }
}
