//! What a report's page shows of its follow-up: relances and wishes to everybody, one's own follow to oneself.

use super::{relances, store, wishes};
use crate::error::Result;
use shared::followup::{Follow, SaidFixed};
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::relance::{Facts, Relances};
use shared::reports::status::Status;
use sqlx::AnyPool;

/// What everybody sees.
#[derive(Debug, Default)]
pub struct Shown {
    /// How it stands with relances.
    pub relances: Relances,
    /// Supporters say that it is fixed.
    pub said_fixed: Option<SaidFixed>,
    /// Until when it opens again by one tap.
    pub reopen_until: Option<Instant>,
}

/// What is known of a report whose follow-up is shown.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// How far it is.
    pub status: Status,
    /// How urgent it is.
    pub urgency: i16,
    /// When it came.
    pub received_at: Instant,
    /// When it was closed.
    pub closed_at: Option<Instant>,
}

/// What everybody sees of `report`. Facts only: whether an hour is over is for the reader to know, who may read without
/// network.
pub async fn shown(db: &AnyPool, report: &ParcelId, known: Known) -> Result<Shown> {
    let Known { status, urgency, received_at, closed_at } = known;
    let sent = relances::sent(db, report).await?;
    let mut shown = Shown::default();
    shown.relances.sent = i64::try_from(sent.len()).unwrap_or(i64::MAX);
    if !status.is_open() {
        shown.reopen_until = wishes::reopen_until(status, closed_at);
        return Ok(shown);
    }
    shown.relances.asked = relances::wishes(db, report).await?;
    let told_at = relances::told_at(db, report).await?.unwrap_or(received_at);
    let facts = Facts { told_at, urgency, sent: &sent, answered_at: None, is_open: true };
    shown.relances.next_at = facts.next_at();
    shown.said_fixed = store::said_fixed(db, report).await?;
    Ok(shown)
}

/// How the owner of `proof` follows `report`, and whether it is theirs.
pub async fn mine(db: &AnyPool, report: &ParcelId, proof: &str) -> Result<(bool, Option<Follow>)> {
    let part = store::part(db, report, proof).await?;
    let follow = store::follow(db, report, proof).await?;
    Ok((part.is_some_and(|part| part.waits && part.parcel == *report), follow))
}
