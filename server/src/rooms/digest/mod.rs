//! The digest: whoever follows a school gets one message a week, not ten, and none where nothing happened.
//!
//! Owns who follows a school (`place_follows`) and the addresses that are written to (`digest_readers`). Promises: an
//! address is written to once whoever reads it agreed, by a button behind the link of one mail (opening a link changes
//! nothing); one that says no more is forgotten at once, with a single press or by the mail program; one message a week
//! however many schools one follows, to the address or else to the phones. It leaves on Thursdays, when school is over,
//! and not in holidays: the next one tells what happened since. A worker that dies between sending and recording sends
//! once more, under the same Message-ID. Does not: know what happened at a school; `reports/week.rs` does.

pub mod http;
pub mod jobs;
mod letters;
mod links;
pub mod site;
mod store;
pub mod week;

use crate::app::App;
use crate::edges::ids;
use crate::error::Result;
use crate::rooms::places;
use shared::digest::PlaceFollow;
use shared::ids::{ParcelId, PlaceId};
use shared::instant::{DAY, Instant};
use shared::problem::{Code, Problem};

/// How long an address may think about it before it is forgotten, in milliseconds.
const UNSURE_FOR: i64 = 7 * DAY;
/// Mails a day that ask one address whether it wants to be written to, whoever types it in.
const MOST_ASKED: i64 = 5;

/// Whose follow it is.
pub struct Own<'a> {
    /// Its id.
    pub id: &'a ParcelId,
    /// Proof of the secret minted with it.
    pub proof: &'a str,
    /// Asked for on a page, by an address alone.
    pub by_mail: bool,
    /// When.
    pub at: Instant,
}

/// Follows a school from now on; an address is asked first whether that is wanted. Repeating it is harmless.
///
/// # Errors
/// `place_unknown`, `place_closed`, `id_taken`: that id follows another school, or is somebody else's.
pub async fn follow(app: &App, own: &Own<'_>, wish: &PlaceFollow) -> Result<()> {
    open_place(app, &wish.place).await?;
    if let (true, Some(mail)) = (own.by_mail, &wish.mail)
        && store::is_followed(app.db.read(), mail, &wish.place, own.at.plus(-DAY)).await?
    {
        return Ok(());
    }
    let mut tx = app.db.write().await?;
    let Some(before) = store::put(&mut tx, own, &wish.place).await? else {
        return Err(Problem::of(Code::IdTaken, "id").into());
    };
    let reader = match &wish.mail {
        Some(mail) => Some(store::reader(&mut tx, &ids::id(own.at), (mail, &wish.lang), own.at).await?),
        None => None,
    };
    if reader != before {
        store::set_reader(&mut tx, own.id, reader.as_deref()).await?;
        if let Some(before) = &before {
            store::forget_idle(&mut tx, before).await?;
        }
        if let Some(reader) = &reader
            && store::asked_since(&mut tx, reader, own.at.plus(-DAY)).await? < MOST_ASKED
        {
            store::mark_asked(&mut tx, own.id, own.at).await?;
            jobs::put_confirm(&mut tx, own.id, own.at).await?;
        }
    }
    tx.commit().await?;
    app.jobs_put.notify_one();
    Ok(())
}

async fn open_place(app: &App, id: &PlaceId) -> Result<()> {
    let found = places::store::find(app.db.read(), id).await?;
    let found = found.ok_or_else(|| Problem::of(Code::PlaceUnknown, "place"))?;
    match found.closed_at {
        Some(_) => Err(Problem::of(Code::PlaceClosed, "place").into()),
        None => Ok(()),
    }
}
