//! Wishes about a report: kept like any parcel, by a page or by the worker behind a notification.
//!
//! Promises: a wish leaves under the secret by which this phone is part of the report, and takes the place of the one it
//! replaces while that has not left, in one transaction. Does not: judge what may be wished (the server does).

use crate::edges;
use crate::idb::{PARCELS, PHOTOS, Tx};
use crate::rows;
use crate::store::{Photo, key, read, tell, write_photos};
use crate::trouble::Trouble;
use shared::followup::{FollowUp, Wish};
use shared::ids::{Key, ParcelId, mint};
use shared::outbox::{Content, Parcel, State};

/// Keeps a wish and its photos; `held`: it may be taken back for a moment. `shown`: the secret of the address, for a phone that is no part
/// of the report by itself. Nothing where there is neither, unless somebody only wants to be asked: that begins with a
/// secret of its own.
///
/// # Errors
/// When the browser keeps nothing.
pub async fn wish(
    follow_up: FollowUp,
    photos: Vec<Photo>,
    shown: Option<Key>,
    held: bool,
) -> Result<Option<ParcelId>, Trouble> {
    let now = edges::now();
    let tx = Tx::write_at_all().await?;
    let parcels: Vec<Parcel> = tx.all(PARCELS).await?.iter().filter_map(|row| read(&row)).collect();
    let FollowUp { report, wish, .. } = &follow_up;
    let fresh = || matches!(wish, Wish::Ask(_)).then(|| Key::from_bytes(edges::random()));
    let Some(secret) = secret(&parcels, report).cloned().or(shown).or_else(fresh) else { return Ok(None) };
    for earlier in parcels.iter().filter(|parcel| is_replaced(parcel, &follow_up)) {
        tx.delete(PARCELS, &key(&earlier.id))?;
        tx.delete_of(PHOTOS, earlier.id.as_str())?;
    }
    let sealed = Parcel::seal(Content::FollowUp(follow_up), mint(now, edges::random()), secret, now);
    let parcel = if held { sealed.held() } else { sealed };
    tx.put(PARCELS, &rows::parcel(&parcel))?;
    write_photos(&tx, &parcel.id, &photos)?;
    tx.commit().await?;
    tell();
    Ok(Some(parcel.id))
}

/// The secret by which this phone is part of `report`: that of its own report before that of a "moi aussi", and both
/// before that of who only follows.
pub fn secret<'a>(parcels: &'a [Parcel], report: &ParcelId) -> Option<&'a Key> {
    let about = |parcel: &&Parcel| match (&parcel.content, parcel.receipt()) {
        (_, Some(receipt)) if receipt.report == *report => true,
        (Content::Report(_), _) => parcel.id == *report,
        (Content::Support { report: to }, _) => to == report,
        (Content::FollowUp(FollowUp { report: to, .. }), _) => to == report,
    };
    let rank = |parcel: &&Parcel| match &parcel.content {
        Content::Report(_) => 0,
        Content::Support { .. } => 1,
        Content::FollowUp(_) => 2,
    };
    let heard = parcels.iter().filter(|parcel| !matches!(parcel.state, State::Refused { .. }));
    heard.filter(about).min_by_key(rank).map(|parcel| &parcel.key)
}

/// One that is on its way just now is left alone: the server hears both, in order.
fn is_replaced(parcel: &Parcel, by: &FollowUp) -> bool {
    let wish = parcel.content.wish().filter(|(report, _)| **report == by.report);
    let undecided = matches!(parcel.state, State::Waiting | State::Refused { .. });
    undecided && wish.is_some_and(|(_, earlier)| by.wish.replaces(earlier))
}
