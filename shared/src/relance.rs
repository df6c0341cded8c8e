//! A *relance*: those in charge hear once more that people wait.
//!
//! A hundred parents are not a hundred mails: one relance a week counts, whoever asks for it; who asks meanwhile is counted
//! in the next. Those in charge first have some days to act, but for what is immediate. Silence widens the circle and firms
//! the tone.

use crate::instant::{DAY, Instant};
use serde::{Deserialize, Serialize};

/// The least time between two relances of one report.
pub const WEEK: i64 = 7 * DAY;
/// The least time between the first message to those in charge and the first relance.
pub const GRACE: i64 = 3 * DAY;
/// The urgency that waits for nothing.
const IMMEDIATE: i16 = 4;
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
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// When those in charge were first told. Where nobody could be, when it came: a first message that does not get
    /// through is not silence either, and people must not wait for ever for one that cannot leave.
    pub told_at: Instant,
    /// How urgent it is.
    pub urgency: i16,
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

impl Facts<'_> {
    /// What the next relance keeps a distance from, and which.
    fn last(&self) -> Option<(Instant, i64)> {
        let first = (self.urgency < IMMEDIATE).then_some((self.told_at, GRACE));
        self.sent.last().map(|last| (*last, WEEK)).or(first)
    }

    /// Before which instant no relance leaves; it may be over.
    pub fn next_at(&self) -> Option<Instant> {
        self.last().map(|(last, distance)| last.plus(distance))
    }
}

/// Decides about a wish of `now`.
pub fn decide(facts: &Facts<'_>, now: Instant) -> Decision {
    if !facts.is_open {
        return Decision::Closed;
    }
    // A clock set back must not hold relances for ever.
    let held = facts.last().is_some_and(|(last, _)| last <= now);
    if let Some(next_at) = facts.next_at().filter(|next_at| held && now < *next_at) {
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

    /// Told a week before the first relance.
    fn open(sent: &[Instant]) -> Facts<'_> {
        Facts { told_at: weeks(-1), urgency: 2, sent, answered_at: None, is_open: true }
    }

    #[test]
    fn one_a_week_leaves_whoever_asks() {
        let first = [weeks(0)];
        assert_eq!(decide(&open(&[]), weeks(0)), Decision::Send { tone: Tone::Plain, wider: 0 });
        assert_eq!(decide(&open(&first), weeks(0).plus(DAY)), Decision::Counted { next_at: weeks(1) });
        assert_eq!(decide(&open(&first), weeks(1)), Decision::Send { tone: Tone::Firm, wider: 0 });
        assert_eq!(decide(&Facts { is_open: false, ..open(&[]) }, weeks(0)), Decision::Closed);
        let ahead = [weeks(5)];
        assert!(matches!(decide(&open(&ahead), weeks(0)), Decision::Send { .. }), "the clock was set back");
    }

    #[test]
    fn those_who_were_told_have_three_days_to_act_unless_it_is_immediate() {
        let (told, leaves) = (weeks(0), Decision::Send { tone: Tone::Plain, wider: 0 });
        let held = Decision::Counted { next_at: told.plus(GRACE) };
        for (urgency, asked, decision) in [
            (1, told, held),
            (2, told.plus(1), held),
            (3, told.plus(GRACE - 1), held),
            (3, told.plus(GRACE), leaves),
            (4, told, leaves),
            // Its clock was set back since.
            (2, told.plus(-1), leaves),
        ] {
            let facts = Facts { told_at: told, urgency, ..open(&[]) };
            assert_eq!(decide(&facts, asked), decision, "{urgency} {asked:?}");
            assert_eq!(facts.next_at(), (urgency < 4).then_some(told.plus(GRACE)));
        }
        // It became immediate: what left before keeps its week.
        let first = [told];
        let facts = Facts { told_at: told, urgency: 4, ..open(&first) };
        assert_eq!(decide(&facts, told.plus(DAY)), Decision::Counted { next_at: weeks(1) });
    }

    #[test]
    fn silence_widens_the_circle_and_an_answer_closes_it_again() {
        let sent: Vec<Instant> = (0..5).map(weeks).collect();
        let silent = |n: usize| open(&sent[..n]);
        for (n, tone, wider) in
            [(0, Tone::Plain, 0), (1, Tone::Firm, 0), (2, Tone::Formal, 1), (4, Tone::Formal, 2)]
        {
            assert_eq!(decide(&silent(n), weeks(9)), Decision::Send { tone, wider }, "{n}");
        }
        let answered = Facts { answered_at: Some(weeks(3).plus(DAY)), ..silent(5) };
        assert_eq!(decide(&answered, weeks(9)), Decision::Send { tone: Tone::Firm, wider: 0 });
    }
}
