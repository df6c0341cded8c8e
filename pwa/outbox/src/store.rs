//! Parcels and their photos, as page and drain see them.
//!
//! Promises: a parcel and its photos are written, read and settled in one transaction; a row that no longer parses is
//! left where it is, and counted; a row keeps the fields that this version does not know.

use crate::edges;
use crate::idb::{DRAFTS, PARCELS, PHOTOS, Tx};
use crate::json::{Fields, Json};
use crate::rows;
use crate::trouble::Trouble;
use js_sys::{Array, ArrayBuffer};
use shared::ids::{ParcelId, PhotoHash};
use shared::outbox::{Answer, Parcel, State, settle as judge};
use wasm_bindgen::{JsCast, JsValue};

/// A photo that goes with a parcel: a JPEG, shrunk and without metadata.
#[derive(Clone, Debug)]
pub struct Photo {
    /// Its name.
    pub hash: PhotoHash,
    /// Its bytes.
    pub bytes: ArrayBuffer,
}

/// Keeps a parcel and its photos, in one transaction, in which the draft of the same id goes. Only when this is done may
/// the screen say "kept", and only where [`crate::keeps`] says so. Photos that lie with the draft need not be given again.
///
/// # Errors
/// When the browser keeps nothing, or has no room.
pub async fn put(parcel: &Parcel, photos: Vec<Photo>) -> Result<(), Trouble> {
    let tx = Tx::write_at_all().await?;
    drop_others(&tx, &parcel.id, parcel.content.photos()).await?;
    tx.put(PARCELS, &rows::parcel(parcel))?;
    write_photos(&tx, &parcel.id, &photos)?;
    tx.delete(DRAFTS, &key(&parcel.id))?;
    tx.commit().await?;
    tell();
    Ok(())
}

/// Everything kept, newest first; received parcels stay, without the bytes of their photos.
///
/// # Errors
/// When the browser lets nothing be read.
pub async fn all() -> Result<Vec<Parcel>, Trouble> {
    let (mut parcels, _) = read_all().await?;
    parcels.sort_unstable_by(|a, b| (b.sealed_at, &b.id).cmp(&(a.sealed_at, &a.id)));
    Ok(parcels)
}

/// The bytes of a photo that has not left yet, of a parcel or of a draft.
///
/// # Errors
/// When the browser lets nothing be read.
pub async fn photo(id: &ParcelId, hash: &PhotoHash) -> Result<Option<ArrayBuffer>, Trouble> {
    let tx = Tx::read().await?;
    Ok(bytes(&tx.get(PHOTOS, &photo_key(id, hash)).await?))
}

/// Makes a parcel due at once: a refused one too, since its owner asks.
///
/// # Errors
/// When the browser keeps nothing.
pub async fn retry(id: &ParcelId) -> Result<(), Trouble> {
    let tx = Tx::write().await?;
    let row = tx.get(PARCELS, &key(id)).await?;
    if let Some(parcel) = read(&row) {
        let state = match parcel.state {
            State::Refused { .. } => State::Waiting,
            state => state,
        };
        tx.put(PARCELS, &rows::stand(&row, &Parcel { state, not_before: edges::now(), ..parcel }))?;
    }
    tx.commit().await?;
    tell();
    Ok(())
}

/// Forgets a parcel and its photos, because its owner says so. One whose words are public already stays, as received
/// without the photos that have not left: only its row holds the key.
///
/// # Errors
/// When the browser keeps nothing.
pub async fn remove(id: &ParcelId) -> Result<(), Trouble> {
    let tx = Tx::write().await?;
    let row = tx.get(PARCELS, &key(id)).await?;
    match read(&row) {
        Some(parcel) if matches!(parcel.state, State::Partly { .. }) => {
            let receipt = parcel.receipt().cloned();
            let state = receipt.map_or(State::Waiting, |receipt| State::Received { receipt });
            tx.put(PARCELS, &rows::stand(&row, &Parcel { state, ..parcel }))?;
        }
        _ => tx.delete(PARCELS, &key(id))?,
    }
    tx.delete_of(PHOTOS, id.as_str())?;
    tx.commit().await?;
    tell();
    Ok(())
}

/// Readable parcels, and the number of the others.
pub(crate) async fn read_all() -> Result<(Vec<Parcel>, u32), Trouble> {
    let rows = Tx::read().await?.all(PARCELS).await?;
    let parcels: Vec<Parcel> = rows.iter().filter_map(|row| read(&row)).collect();
    let unreadable = rows.length() - u32::try_from(parcels.len()).unwrap_or(0);
    Ok((parcels, unreadable))
}

/// Whether a parcel still has to leave, and the ids of all.
pub(crate) async fn glance(id: &ParcelId) -> Result<(bool, Array), Trouble> {
    let tx = Tx::read().await?;
    Ok((is_wanted(&tx, id).await?, tx.keys(PARCELS).await?))
}

/// A parcel with its row.
pub(crate) struct Kept {
    pub(crate) parcel: Parcel,
    pub(crate) row: JsValue,
}

impl Kept {
    /// Writes where the parcel stands now.
    fn write(&mut self, tx: &Tx, parcel: Parcel) -> Result<(), Trouble> {
        self.row = rows::stand(&self.row, &parcel);
        self.parcel = parcel;
        tx.put(PARCELS, &self.row)
    }
}

/// Takes a parcel out for sending. One whose words still have to leave is marked `Sending`. Nothing when it left, was
/// refused or removed meanwhile.
pub(crate) async fn begin(id: &ParcelId) -> Result<Option<Kept>, Trouble> {
    let tx = Tx::write().await?;
    let row = tx.get(PARCELS, &key(id)).await?;
    let Some(parcel) = read(&row).filter(Parcel::is_unsent) else { return Ok(None) };
    let mut kept = Kept { parcel: parcel.clone(), row };
    if parcel.is_unheard() {
        kept.write(&tx, Parcel { state: State::Sending, ..parcel })?;
        tx.commit().await?;
        tell();
    }
    Ok(Some(kept))
}

/// Writes what became of a parcel; the bytes of a received one's photos go in the same transaction. Where its owner
/// removed it while it left, a receipt brings it back: the report is public now, and only this row holds its key.
pub(crate) async fn settle(kept: &mut Kept, answer: Answer, lost: &[PhotoHash]) -> Result<(), Trouble> {
    let settled = judge(kept.parcel.clone(), answer, lost, edges::now());
    let tx = Tx::write().await?;
    let there = !tx.get(PARCELS, &key(&settled.id)).await?.is_undefined();
    let received = matches!(settled.state, State::Received { .. });
    let heard = settled.receipt().is_some();
    let id = settled.id.clone();
    if there || heard {
        kept.write(&tx, settled)?;
    }
    if received {
        tx.delete_of(PHOTOS, id.as_str())?;
    }
    tx.commit().await?;
    tell();
    Ok(())
}

/// Writes a parcel that stands elsewhere but is not over, unless its owner has decided otherwise meanwhile.
pub(crate) async fn keep(kept: &mut Kept, parcel: Parcel) -> Result<(), Trouble> {
    let tx = Tx::write().await?;
    if is_wanted(&tx, &parcel.id).await? {
        kept.write(&tx, parcel)?;
    }
    tx.commit().await?;
    tell();
    Ok(())
}

/// Whether a parcel still has to leave.
async fn is_wanted(tx: &Tx, id: &ParcelId) -> Result<bool, Trouble> {
    Ok(read(&tx.get(PARCELS, &key(id)).await?).is_some_and(|parcel| parcel.is_unsent()))
}

/// A photo on its way, as it lies here.
pub(crate) enum Lying {
    /// Its parcel does not have to leave any more.
    Unwanted,
    /// Its bytes are gone.
    Lost,
    /// Its row.
    Here(JsValue),
}

/// The row of a photo and whether it still has to leave, in one look.
pub(crate) async fn lying(id: &ParcelId, hash: &PhotoHash) -> Result<Lying, Trouble> {
    let tx = Tx::read().await?;
    let row = tx.get(PHOTOS, &photo_key(id, hash)).await?;
    Ok(match is_wanted(&tx, id).await? {
        false => Lying::Unwanted,
        true if bytes(&row).is_none() => Lying::Lost,
        true => Lying::Here(row),
    })
}

/// Keeps the address under which a photo is being uploaded, before its first byte leaves; without one, forgets it.
pub(crate) async fn note_address(id: &ParcelId, hash: &PhotoHash, address: &str) -> Result<(), Trouble> {
    let tx = Tx::write().await?;
    let row = tx.get(PHOTOS, &photo_key(id, hash)).await?;
    if row.is_object() {
        tx.put(PHOTOS, &Fields::of(&row).set("upload", &address.into()).done())?;
    }
    tx.commit().await
}

/// Sizes of the photos of a parcel, by hash.
pub(crate) async fn sizes(id: &ParcelId) -> Result<Vec<(String, u32)>, Trouble> {
    let rows = Tx::read().await?.all_of(PHOTOS, id.as_str()).await?;
    let size =
        |row: JsValue| (Json::new(row.clone()).words("hash"), bytes(&row).map_or(0, |b| b.byte_length()));
    Ok(rows.iter().map(size).collect())
}

pub(crate) fn key(id: &ParcelId) -> JsValue {
    id.as_str().into()
}

pub(crate) fn photo_key(id: &ParcelId, hash: &PhotoHash) -> JsValue {
    Array::of2(&key(id), &hash.as_str().into()).into()
}

pub(crate) fn read(row: &JsValue) -> Option<Parcel> {
    rows::read_parcel(&Json::new(row.clone()))
}

pub(crate) fn bytes(row: &JsValue) -> Option<ArrayBuffer> {
    Json::new(row.clone()).at("bytes").value().clone().dyn_into().ok()
}

pub(crate) fn write_photos(tx: &Tx, id: &ParcelId, photos: &[Photo]) -> Result<(), Trouble> {
    photos.iter().try_for_each(|photo| tx.put(PHOTOS, &rows::photo_row(id.as_str(), photo)))
}

/// Deletes the photos of a parcel or draft but for those named: what was blurred since must not stay as it was.
pub(crate) async fn drop_others(tx: &Tx, id: &ParcelId, named: &[PhotoHash]) -> Result<(), Trouble> {
    for key in tx.keys_of(PHOTOS, id.as_str()).await?.iter() {
        let hash = Array::from(&key).get(1).as_string();
        if !named.iter().any(|named| Some(named.as_str()) == hash.as_deref()) {
            tx.delete(PHOTOS, &key)?;
        }
    }
    Ok(())
}

/// Tells every tab that something changed. Where there is no such channel, tabs learn it when they are next shown.
pub(crate) fn tell() {
    crate::progress::say(crate::CHANGED, &JsValue::TRUE);
}
