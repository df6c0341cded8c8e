//! Desks that are told once more about a report they know, or for the first time about one that was passed to them.
//!
//! Promises: each desk once for each cause, a job for each of its mailboxes; the journal says that a message left when the
//! first of them took it.

use super::store;
use crate::db::Tx;
use crate::error::Result;
use crate::jobs::{self, New};
use crate::rooms::photos::hex;
use crate::rooms::reports::notices::{self, About};
use crate::rooms::reports::{self, intake};
use crate::rooms::{journal, routing};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::ids::ParcelId;
use shared::instant::{DAY, Instant};
use shared::reports::status::Status;
use shared::reports::{DeskName, Event};
use shared::routing::Desk;

/// Kind of the job that writes to one mailbox.
pub const MAIL: &str = "answers.mail_desk";

/// Why a desk is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// The report was passed to it.
    Transfer {
        /// By the answer or the command of this id.
        id: ParcelId,
        /// The desk that passed it on.
        from: Option<DeskName>,
    },
    /// A rule names it for a status that the report has reached.
    Status {
        /// The status.
        to: Status,
        /// How often the report was opened again before: what is said of each time is said anew.
        #[serde(default)]
        opened: i64,
    },
    /// Somebody entitled to it writes a word.
    Word {
        /// The form's id.
        id: ParcelId,
        /// The desk that wrote it; the administrator where there is none.
        from: Option<DeskName>,
        /// The word.
        words: String,
    },
    /// Somebody there opened a link that opens no more.
    Link {
        /// Days since 1970: one a day.
        day: i64,
    },
}

impl Cause {
    /// What makes it once.
    pub fn key(&self) -> String {
        match self {
            Self::Transfer { id, .. } => format!("transfer:{id}"),
            Self::Status { to, opened: 0 } => format!("status:{}", to.as_str()),
            Self::Status { to, opened } => format!("status:{}:{opened}", to.as_str()),
            Self::Word { id, .. } => format!("word:{id}"),
            Self::Link { day } => format!("link:{day}"),
        }
    }

    /// A new link, asked for at `now`.
    pub fn link(now: Instant) -> Self {
        Self::Link { day: now.0.div_euclid(DAY) }
    }

    /// Whether the journal tells of it when the message leaves; a transfer and a word are told when they are said.
    pub fn is_noted(&self) -> bool {
        matches!(self, Self::Status { .. } | Self::Link { .. } | Self::Transfer { .. })
    }
}

/// One message to one mailbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ToMailbox {
    /// About this report.
    pub report: ParcelId,
    /// To this desk.
    pub desk: String,
    /// At this mailbox.
    pub mailbox: String,
    /// Why.
    pub cause: Cause,
}

/// Tells `desk`, unless it was told because of that before; a desk without mailbox is named in the journal.
pub async fn tell(tx: &mut Tx, (report, desk): (&ParcelId, &str), cause: &Cause, now: Instant) -> Result<()> {
    if !store::open_telling(tx, (report, desk), &cause.key(), now).await? {
        return Ok(());
    }
    if put(tx, (report, desk), cause, now).await? == 0
        && let Some((function, _)) = routing::store::desk_named(&mut **tx, desk).await?
    {
        reports::note(tx, report, now, &Event::NoMailbox { function, refused: false }).await?;
    }
    Ok(())
}

/// Puts a job for each mailbox that the desk holds now; how many those are. One that waits already stays as it is.
pub async fn put(
    tx: &mut Tx,
    (report, desk): (&ParcelId, &str),
    cause: &Cause,
    now: Instant,
) -> Result<usize> {
    let mailboxes = routing::store::mailboxes(&mut **tx, desk, now).await?;
    notices::open(tx, first(report), (desk, false), now).await?;
    for mailbox in &mailboxes {
        let to = ToMailbox {
            report: report.clone(),
            desk: desk.to_owned(),
            mailbox: mailbox.id.clone(),
            cause: cause.clone(),
        };
        let payload = serde_json::to_string(&to)?;
        let new = New { kind: MAIL, about: Some(report.as_str()), payload: &payload, run_at: now };
        jobs::store::put(tx, &job_name(&to), &new).await?;
    }
    Ok(mailboxes.len())
}

/// What a mailbox refuses of these messages is kept with the first one.
pub fn first(report: &ParcelId) -> About<'_> {
    About { report, relance: 0 }
}

/// The same for the same message: a mail that leaves twice is recognisable.
fn job_name(to: &ToMailbox) -> String {
    let text = [to.report.as_str(), &to.mailbox, &to.cause.key()].join(" ");
    hex(Sha256::digest(text).get(..16).unwrap_or_default())
}

/// Rules may name a status: whom they name is told when a report gets there, but for the desk that says so.
pub async fn status_reached(
    tx: &mut Tx,
    report: &ParcelId,
    (from, to, by): (Status, Status, Option<&DeskName>),
    now: Instant,
) -> Result<()> {
    let named = named_for(tx, report, to, now).await?;
    if named.is_empty() {
        return Ok(());
    }
    // The journal does not tell of this step yet.
    let opens = !from.is_open() && to.is_open();
    let opened = journal::opened_again(&mut **tx, report).await? + i64::from(opens);
    for desk in named {
        let speaks = by.is_some_and(|by| by.function == desk.function && by.name == desk.name);
        if !speaks {
            tell(tx, (report, &desk.id), &Cause::Status { to, opened }, now).await?;
        }
    }
    Ok(())
}

/// The first message left, which makes a report a sent one: the same, but for the desks that get that message.
pub async fn first_sent(tx: &mut Tx, report: &ParcelId, now: Instant) -> Result<()> {
    for desk in named_for(tx, report, Status::Sent, now).await? {
        if !store::is_written_to(tx, report, &desk.id).await? {
            tell(tx, (report, &desk.id), &Cause::Status { to: Status::Sent, opened: 0 }, now).await?;
        }
    }
    Ok(())
}

/// The desks that a rule names for a status which the report has.
async fn named_for(tx: &mut Tx, report: &ParcelId, to: Status, now: Instant) -> Result<Vec<Desk>> {
    let route = intake::in_charge(tx, report, now).await?;
    let named = route.why.status == Some(to);
    Ok(route.choices.into_iter().filter_map(|choice| choice.desk).filter(|_| named).collect())
}
