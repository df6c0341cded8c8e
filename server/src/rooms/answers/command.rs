//! What the administrator does by a command: a transfer, a word to a desk, links that open no more.

use super::telling::{self, Cause};
use super::{charge, hands, link, store, transfer};
use crate::app::App;
use crate::db::Tx;
use crate::edges::ids;
use crate::error::{Error, Result};
use crate::rooms::reports::note;
use crate::rooms::routing;
use anyhow::{Context, bail};
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::reports::{DeskName, Event, MAX_TEXT};
use shared::routing::{Desk, Target};
use shared::text;
use std::fmt::Write as _;

/// Passes report `number` to `desk`. The desks that said that it is not theirs are no longer in charge. The sentence to
/// print.
///
/// # Errors
/// No such report, no such desk.
pub async fn transfer(app: &App, number: i64, desk: &str) -> anyhow::Result<String> {
    let (now, id) = (app.clock.now(), ids::id(app.clock.now()));
    let mut tx = app.db.write().await?;
    let (report, desk) = found(&mut tx, number, desk, now).await?;
    let mut from = None;
    for spoke in hands::decide(&mut tx, &report, None, now).await? {
        if spoke != desk.id {
            hands::send_away(&mut tx, &report, &spoke).await?;
            from = named(&mut tx, &spoke).await?;
        }
    }
    let who = from
        .as_ref()
        .map_or_else(String::new, |from| format!(", no longer {} ({})", from.function.as_str(), from.name));
    let name = DeskName { function: desk.function, name: desk.name.clone() };
    let handed = transfer::hand_over(&mut tx, (&report, &desk.id), (from, name), (&id, now)).await;
    handed.map_err(plain)?;
    tx.commit().await?;
    app.jobs_put.notify_one();
    Ok(format!("report {number} is in charge of {} ({}){who}", desk.id, desk.name))
}

/// Sends `desk` a message about report `number` with a word of one's own. The sentence to print.
///
/// # Errors
/// No such report, no such desk, no word.
pub async fn notice(app: &App, number: i64, desk: &str, words: &str) -> anyhow::Result<String> {
    let now = app.clock.now();
    let words = text::clean(words);
    if words.is_empty() || words.chars().count() > MAX_TEXT {
        bail!("--word holds 1 to {MAX_TEXT} characters");
    }
    let mut tx = app.db.write().await?;
    let (report, desk) = found(&mut tx, number, desk, now).await?;
    if !desk.has_mailbox {
        bail!("nobody can be written to at {} ({}): vigie import desks FILE", desk.id, desk.name);
    }
    let name = DeskName { function: desk.function, name: desk.name.clone() };
    word(&mut tx, (&report, &desk.id), (ids::id(now), None, name, &words), now).await.map_err(plain)?;
    tx.commit().await?;
    app.jobs_put.notify_one();
    Ok(format!("report {number}: the word goes to {} ({})", desk.id, desk.name))
}

/// Makes the links of `desk` to report `number` open no more; the next mail holds a new one. The sentence to print.
///
/// # Errors
/// No such report, no such desk.
pub async fn revoke(app: &App, number: i64, desk: &str) -> anyhow::Result<String> {
    let mut tx = app.db.write().await?;
    let (report, desk) = found(&mut tx, number, desk, app.clock.now()).await?;
    store::revoke(&mut tx, &report, &desk.id).await?;
    tx.commit().await?;
    Ok(format!("the links of {} to report {number} open no more", desk.id))
}

/// A link by which `desk` answers about report `number`, for whoever asks on the telephone; the same as its next mail holds.
///
/// # Errors
/// No such report, no such desk, or one without a mailbox: links die with theirs.
pub async fn link(app: &App, number: i64, desk: &str) -> anyhow::Result<String> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let (report, desk) = found(&mut tx, number, desk, now).await?;
    let mailboxes = routing::store::mailboxes(&mut *tx, &desk.id, now).await?;
    tx.rollback().await?;
    for mailbox in mailboxes {
        if let Some(address) = link::address(app, &report, &desk.id, &mailbox.id).await.map_err(plain)? {
            return Ok(address);
        }
    }
    bail!("nobody can be written to at {} ({}): vigie import desks FILE", desk.id, desk.name)
}

/// What waits for the administrator.
pub async fn waiting(app: &App) -> anyhow::Result<String> {
    let mut text = String::new();
    for transfer in hands::waiting(app.db.read()).await? {
        let to = transfer.to.unwrap_or_else(|| format!("“{}”", transfer.words));
        writeln!(text, "report {}: {} says it is {to}", transfer.number, transfer.from)?;
    }
    Ok(if text.is_empty() { "no transfer waits".to_owned() } else { text })
}

/// Sends a word to a desk, once, and says so in the journal.
pub async fn word(
    tx: &mut Tx,
    (report, desk): (&ParcelId, &str),
    (id, from, to, words): (ParcelId, Option<DeskName>, DeskName, &str),
    now: Instant,
) -> Result<()> {
    let cause = Cause::Word { id, from: from.clone(), words: words.to_owned() };
    if store::is_opened(tx, (report, desk), &cause.key()).await? {
        return Ok(());
    }
    note(tx, report, now, &Event::WordSent { from, to, words: words.to_owned() }).await?;
    telling::tell(tx, (report, desk), &cause, now).await
}

/// The report of that number, its row locked, and the desk of that id; or of that function, the nearest.
async fn found(tx: &mut Tx, number: i64, desk: &str, now: Instant) -> anyhow::Result<(ParcelId, Desk)> {
    let report =
        store::numbered(tx, number).await?.with_context(|| format!("there is no report {number}"))?;
    let place = store::lock(tx, &report).await?.place;
    let target = Target::parse(desk).with_context(|| {
        format!("“{desk}” is no desk: give its id, such as mairie@city:13055, or its function")
    })?;
    let found = match target.zone {
        Some(_) => charge::desk_at(tx, &place, desk, now).await?,
        None => {
            let mut near = routing::store::desks_of(&mut **tx, &place, now).await?;
            near.retain(|near| near.function == target.function);
            near.into_iter().min_by_key(|near| (near.rank, !near.has_mailbox))
        }
    };
    let found = found.with_context(|| format!("there is no desk {desk}: vigie routing export -"))?;
    Ok((report, found))
}

async fn named(tx: &mut Tx, desk: &str) -> sqlx::Result<Option<DeskName>> {
    let known = routing::store::desk_named(&mut **tx, desk).await?;
    Ok(known.map(|(function, name)| DeskName { function, name }))
}

fn plain(error: Error) -> anyhow::Error {
    match error {
        Error::Internal(error) => error,
        Error::Problem(problem) | Error::Under(_, problem) => problem.into(),
    }
}
