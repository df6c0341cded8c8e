//! What the styleguide shows: a report of each status, a parcel of each state, a journal with every kind of line.

use crate::rooms::reports::follow::standing::{Answer, Stage, Standing};
use outbox::edges;
use shared::calendar::Day;
use shared::followup::{Rhythm, Wish};
use shared::ids::{Key, ParcelId, PlaceId, mint};
use shared::instant::{DAY, Instant};
use shared::outbox::{Content, Parcel, State};
use shared::problem::{Code, Problem};
use shared::push::{Family, Other};
use shared::relance::Tone;
use shared::reports::status::Status;
use shared::reports::{DeskName, Event, JournalEntry, Outcome, Receipt, ReportBrief};
use shared::routing::Function;
use shared::routing::rules::Criteria;

fn ago(days: i64) -> Instant {
    edges::now().plus(-days * DAY)
}

fn id() -> ParcelId {
    mint(edges::now(), edges::random())
}

/// A report in a list, as far as `status`.
pub fn brief(status: Status) -> ReportBrief {
    let category = (status != Status::New).then(|| "cour-jeux".to_owned());
    ReportBrief {
        id: id(),
        number: 1042,
        place: PlaceId::try_from("9990001X".to_owned()).unwrap_or_else(|_| unreachable!()),
        place_name: "École maternelle les Goélands".to_owned(),
        category,
        excerpt: "La chaîne de la balançoire a cédé, le siège pend par un seul côté".to_owned(),
        status,
        people: 7,
        photo: None,
        received_at: ago(12),
    }
}

/// Some report.
pub fn report() -> ParcelId {
    id()
}

/// Somebody who is asked in a week.
pub fn standing() -> Standing {
    let ask_at = Some(ago(-7));
    Standing { rhythm: Some(Rhythm::In(7)), ask_at, unsent: false, asked: false, answer: None }
}

/// Every answer at every stage that looks different.
pub fn answers() -> Vec<Answer> {
    let stages = [
        (Wish::Fixed, Stage::Here(true)),
        (Wish::Relance, Stage::Here(false)),
        (Wish::NotFixed, Stage::Leaving),
        (Wish::Relance, Stage::Heard(receipt(&id()))),
        (Wish::NotYet, Stage::Heard(receipt(&id()))),
        (Wish::Fixed, Stage::Refused(Code::KeyMissing.into())),
    ];
    stages.map(|(wish, stage)| Answer { wish, id: id(), stage }).into()
}

/// A phone of each family.
pub fn devices() -> Vec<Other> {
    let families = [Family::Chrome, Family::Firefox, Family::Safari, Family::Edge, Family::Other];
    families.map(|family| Other { id: id(), family, since: ago(40) }).into()
}

/// A journal with every kind of line.
pub fn journal() -> Vec<JournalEntry> {
    let why = Criteria { category: Some("cour-jeux".to_owned()), ..Criteria::default() };
    let sent = Event::NoticeSent { function: Function::Mairie, name: "Marseille".to_owned(), why: Some(why) };
    let events = [
        Event::Received,
        sent,
        Event::NoMailbox { function: Function::Circonscription, refused: false },
        Event::NoMailbox { function: Function::Direction, refused: true },
        Event::Supported { people: 7, why: vec![] },
        changed(Status::InProgress, None),
        changed(Status::Planned, Some("Pièce commandée")),
        changed(Status::Refused, Some("Déjà réglé en septembre")),
        changed(Status::Done, None),
        Event::Reopened,
        Event::Asked { people: 3 },
        Event::Relance { people: 5, tone: Tone::Firm, wider: 1 },
        Event::SaidFixed { reporter: false },
        Event::Repaired { photos: vec![] },
        Event::Unknown,
    ];
    let events = events.into_iter().chain(of_desks());
    (0..).zip(events).map(|(n, event)| JournalEntry { at: ago(12 - n), event }).collect()
}

fn changed(to: Status, reason: Option<&str>) -> Event {
    Event::StatusChanged { to, reason: reason.map(str::to_owned), on: None, by: None }
}

/// What those in charge do by the link in their mail.
fn of_desks() -> [Event; 7] {
    let mairie = DeskName { function: Function::Mairie, name: "Marseille".to_owned() };
    let metropole = DeskName { function: Function::Metropole, name: "Aix-Marseille".to_owned() };
    let (function, name) = (mairie.function, mairie.name.clone());
    let on = Some(Day(edges::now().0 / DAY + 20));
    [
        Event::StatusChanged { to: Status::Planned, reason: None, on, by: Some(mairie.clone()) },
        Event::Answered {
            function,
            name: name.clone(),
            words: "La pièce arrive lundi.
Le jeu est condamné d’ici là."
                .to_owned(),
            intervention: Some("2026-04512".to_owned()),
            photos: vec![],
            document: None,
        },
        Event::InternalWord { function, name },
        Event::TransferProposed { from: mairie.clone(), to: Some(metropole.clone()), words: String::new() },
        Event::TransferProposed { from: mairie.clone(), to: None, words: "le bailleur".to_owned() },
        Event::Transferred { from: Some(mairie.clone()), to: metropole.clone() },
        Event::WordSent { from: Some(mairie), to: metropole, words: "Le trottoir est à vous.".to_owned() },
    ]
}

fn receipt(id: &ParcelId) -> Receipt {
    let (outcome, sent_to) = (Outcome::New, vec![]);
    Receipt {
        id: id.clone(),
        report: id.clone(),
        number: 1042,
        outcome,
        people: 1,
        sent_to,
        at: ago(0),
        missing: vec![],
        ask_at: None,
    }
}

/// A parcel of each state, and whether its bytes are on their way.
pub fn parcels() -> Vec<(Parcel, bool)> {
    let parcel = |state: fn(&ParcelId) -> State, moves: bool| {
        let id = id();
        let content = Content::Support { report: id.clone() };
        let sealed = Parcel::seal(content, id.clone(), Key::from_bytes(edges::random()), ago(1));
        (Parcel { state: state(&id), ..sealed }, moves)
    };
    vec![
        parcel(|_| State::Waiting, false),
        parcel(|_| State::Sending, true),
        parcel(|id| State::Partly { receipt: receipt(id) }, true),
        parcel(|_| State::Refused { problem: Problem::of(Code::PlaceClosed, "place") }, false),
        parcel(|id| State::Received { receipt: receipt(id) }, false),
    ]
}
