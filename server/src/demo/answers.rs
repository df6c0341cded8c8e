//! What desks answer to the stories, by the links in their mails.

use super::pictures::Scene;
use Scene::Fence;
use Status::{InProgress, Planned};
use shared::reports::status::Status;
use shared::routing::Function;

/// What a desk says by its link.
pub struct Answer {
    /// Index of the story.
    pub story: usize,
    /// Days after the report.
    pub days: i64,
    /// The desk's function.
    pub desk: Function,
    /// In public.
    pub words: &'static str,
    /// To the other desks.
    pub internal: &'static str,
    /// The number of its intervention; empty for none.
    pub intervention: &'static str,
    /// A photo.
    pub picture: Option<Scene>,
    /// A new status, and in how many days where it is planned.
    pub step: Option<(Status, i64)>,
    /// The function whose it is.
    pub to: Option<Function>,
    /// Whose else, in words; empty for nobody's.
    pub whom: &'static str,
}

/// Somebody who says nothing yet.
const SILENT: Answer = Answer {
    story: 0,
    days: 0,
    desk: Function::Mairie,
    words: "",
    internal: "",
    intervention: "",
    picture: None,
    step: None,
    to: None,
    whom: "",
};

/// What desks say by their links.
pub const ANSWERS: &[Answer] = &[
    Answer {
        days: 4,
        words: "La chaîne neuve est commandée. Le portique est condamné d’ici là.",
        intervention: "2026-04512",
        step: Some((InProgress, 0)),
        ..SILENT
    },
    Answer {
        days: 9,
        desk: Function::Direction,
        words: "Merci. Les enfants jouent dans l’autre cour en attendant.",
        internal: "Le ruban ne tient pas au vent, il faudrait une barrière.",
        ..SILENT
    },
    Answer {
        days: 10, words: "Pose prévue avec l’équipe de la régie.", step: Some((Planned, 9)), ..SILENT
    },
    Answer {
        story: 8,
        days: 6,
        words: "Le trottoir relève de la métropole.",
        whom: "la métropole",
        ..SILENT
    },
    Answer { story: 11, days: 13, words: "Voilà le grillage neuf.", picture: Some(Fence), ..SILENT },
    Answer {
        story: 26,
        days: 2,
        desk: Function::Direction,
        words: "La gâche électrique est en panne, nous ne pouvons pas la réparer.",
        to: Some(Function::Mairie),
        ..SILENT
    },
];
