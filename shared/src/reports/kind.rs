//! What a person asks for with a report. Today the phone sends simple reports; rules know every kind.

use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ReportKind))]
pub enum Kind {
    /// "Look": what most people send.
    #[default]
    Simple,
    /// A repair.
    Intervention,
    /// Something better than it is.
    Improvement,
    /// A sheet of the health and safety register (RSST), open to everybody.
    Sst,
    /// A grave and imminent danger: agents and their representatives only.
    Dgi,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Simple, Self::Intervention, Self::Improvement, Self::Sst, Self::Dgi];

    /// The word in data files, on the wire and in message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Intervention => "intervention",
            Self::Improvement => "improvement",
            Self::Sst => "sst",
            Self::Dgi => "dgi",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}
