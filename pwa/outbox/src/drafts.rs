//! Drafts: reports being made, kept from their first photo on.
//!
//! Promises: a draft and its photos are written, read and given up in one transaction; the photos lie where its parcel's
//! will lie, so that sealing moves none. Does not: decide when a draft is worth keeping.

use crate::idb::{DRAFTS, PARCELS, PHOTOS, Tx};
use crate::json::Json;
use crate::rows;
use crate::store::{self, Photo, key, photo_key};
use crate::trouble::Trouble;
use shared::ids::{ParcelId, PhotoHash};
use shared::instant::Instant;
use shared::outbox::{Parcel, State};
use shared::reports::draft::Draft;
use wasm_bindgen::JsValue;

/// Keeps a draft and the photos given (those that are new); bytes of photos it no longer names go. One that has become a
/// parcel, in another tab perhaps, is left alone.
///
/// # Errors
/// When the browser keeps nothing, or has no room.
pub async fn keep_draft(draft: &Draft, photos: &[Photo]) -> Result<(), Trouble> {
    let tx = Tx::write().await?;
    if !tx.get(PARCELS, &key(&draft.id)).await?.is_undefined() {
        return Ok(());
    }
    let named: Vec<PhotoHash> = draft.photos.iter().map(|photo| photo.hash.clone()).collect();
    store::drop_others(&tx, &draft.id, &named).await?;
    tx.put(DRAFTS, &rows::draft(draft))?;
    store::write_photos(&tx, &draft.id, photos)?;
    tx.commit().await?;
    store::tell();
    Ok(())
}

/// Every draft, the one changed last first.
///
/// # Errors
/// When the browser lets nothing be read.
pub async fn drafts() -> Result<Vec<Draft>, Trouble> {
    let rows = Tx::read().await?.all(DRAFTS).await?;
    let mut drafts: Vec<Draft> = rows.iter().filter_map(|row| rows::read_draft(&Json::new(row))).collect();
    drafts.sort_unstable_by(|a, b| (b.changed_at, &b.id).cmp(&(a.changed_at, &a.id)));
    Ok(drafts)
}

/// The photos of a draft, in its order; those whose bytes are lost are left out.
///
/// # Errors
/// When the browser lets nothing be read.
pub async fn draft_photos(draft: &Draft) -> Result<Vec<Photo>, Trouble> {
    let tx = Tx::read().await?;
    let hashes = draft.photos.iter().map(|photo| &photo.hash);
    photos(&tx, &draft.id, hashes).await
}

async fn photos(
    tx: &Tx,
    id: &ParcelId,
    hashes: impl Iterator<Item = &PhotoHash>,
) -> Result<Vec<Photo>, Trouble> {
    let mut photos = vec![];
    for hash in hashes {
        let row: JsValue = tx.get(PHOTOS, &photo_key(id, hash)).await?;
        if let Some(bytes) = store::bytes(&row) {
            photos.push(Photo { hash: hash.clone(), bytes });
        }
    }
    Ok(photos)
}

/// Forgets a draft and its photos, because its owner says so. One that has become a parcel loses nothing.
///
/// # Errors
/// When the browser keeps nothing.
pub async fn drop_draft(id: &ParcelId) -> Result<(), Trouble> {
    let tx = Tx::write().await?;
    let is_parcel = !tx.get(PARCELS, &key(id)).await?.is_undefined();
    tx.delete(DRAFTS, &key(id))?;
    if !is_parcel {
        tx.delete_of(PHOTOS, id.as_str())?;
    }
    tx.commit().await?;
    store::tell();
    Ok(())
}

/// Makes a parcel that waits or was refused a draft again, under `new_id`, with its photos. Nothing when it is on its
/// way, received, gone, or no report.
///
/// # Errors
/// When the browser keeps nothing, or has no room.
pub async fn take_back(id: &ParcelId, new_id: ParcelId, at: Instant) -> Result<Option<Draft>, Trouble> {
    let tx = Tx::write().await?;
    let parcel = store::read(&tx.get(PARCELS, &key(id)).await?).filter(can_be_taken_back);
    let Some(draft) = parcel.and_then(|parcel| Draft::reopen(&parcel, new_id, at)) else { return Ok(None) };
    let photos = photos(&tx, id, draft.photos.iter().map(|photo| &photo.hash)).await?;
    tx.put(DRAFTS, &rows::draft(&draft))?;
    store::write_photos(&tx, &draft.id, &photos)?;
    tx.delete_of(PHOTOS, id.as_str())?;
    tx.delete(PARCELS, &key(id))?;
    tx.commit().await?;
    store::tell();
    Ok(Some(draft))
}

fn can_be_taken_back(parcel: &Parcel) -> bool {
    matches!(parcel.state, State::Waiting | State::Refused { .. })
}
