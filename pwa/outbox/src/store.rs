//! The outbox in IndexedDB: parcels by id, photos by parcel and hash.
//!
//! Promises: a parcel and its photos are written, read and settled in one transaction; photos are kept as ArrayBuffer
//! (a Blob is refused in private WebKit windows); a row that no longer parses is left where it is, and counted.
//! Does not: hold a connection open. One that lives long is lost when a phone wakes up, and stands in the way of the next
//! schema.

use crate::edges;
use crate::trouble::Trouble;
use js_sys::{Array, ArrayBuffer, Object, Reflect};
use rexie::{KeyRange, ObjectStore, Rexie, Transaction, TransactionMode};
use serde::Serialize;
use shared::ids::{ParcelId, PhotoHash};
use shared::outbox::{Answer, Parcel, State, settle as judge};
use wasm_bindgen::{JsCast, JsValue};

const DATABASE: &str = "outbox";
/// Raise it with each change of the stores below. All stores stay declared: on an upgrade rexie deletes the others.
const SCHEMA: u32 = 1;
const PARCELS: &str = "parcels";
const PHOTOS: &str = "photos";

/// A photo that goes with a parcel: a JPEG, shrunk and without metadata.
#[derive(Clone, Debug)]
pub struct Photo {
    /// Its name.
    pub hash: PhotoHash,
    /// Its bytes.
    pub bytes: ArrayBuffer,
}

/// Keeps a parcel and its photos, in one transaction. Only when this is done may the screen say "kept".
///
/// # Errors
/// When the browser keeps nothing, or has no room.
pub async fn put(parcel: &Parcel, photos: Vec<Photo>) -> Result<(), Trouble> {
    let tx = open(TransactionMode::ReadWrite).await?;
    write(&tx, parcel).await?;
    let store = tx.store(PHOTOS)?;
    for photo in &photos {
        store.put(&photo_row(&parcel.id, photo)?, None).await?;
    }
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

/// The bytes of a photo that has not left yet.
///
/// # Errors
/// When the browser lets nothing be read.
pub async fn photo(id: &ParcelId, hash: &PhotoHash) -> Result<Option<ArrayBuffer>, Trouble> {
    let tx = open(TransactionMode::ReadOnly).await?;
    bytes_of(&tx, id, hash).await
}

/// Makes a parcel due at once: a refused one too, since its owner asks.
///
/// # Errors
/// When the browser keeps nothing.
pub async fn retry(id: &ParcelId) -> Result<(), Trouble> {
    let tx = open(TransactionMode::ReadWrite).await?;
    if let Some(parcel) = read(&tx, id).await?
        && !matches!(parcel.state, State::Received { .. })
    {
        write(&tx, &Parcel { state: State::Waiting, not_before: edges::now(), ..parcel }).await?;
    }
    tx.commit().await?;
    tell();
    Ok(())
}

/// Forgets a parcel and its photos, because its owner says so.
///
/// # Errors
/// When the browser keeps nothing.
pub async fn remove(id: &ParcelId) -> Result<(), Trouble> {
    let tx = open(TransactionMode::ReadWrite).await?;
    tx.store(PARCELS)?.delete(id.as_str().into()).await?;
    drop_photos(&tx, id).await?;
    tx.commit().await?;
    tell();
    Ok(())
}

/// Readable parcels, and the number of the others.
pub(crate) async fn read_all() -> Result<(Vec<Parcel>, u32), Trouble> {
    let tx = open(TransactionMode::ReadOnly).await?;
    let rows = tx.store(PARCELS)?.get_all(None, None).await?;
    let mut unreadable = 0;
    let mut parcels = Vec::with_capacity(rows.len());
    for row in rows {
        match serde_wasm_bindgen::from_value(row) {
            Ok(parcel) => parcels.push(parcel),
            Err(_) => unreadable += 1,
        }
    }
    Ok((parcels, unreadable))
}

/// Takes a parcel out for sending: marks it `Sending` and reads its photos, in one transaction, so that no other drain
/// can see the row without its photos. `None` when it left, was refused or removed meanwhile.
pub(crate) async fn begin(id: &ParcelId) -> Result<Option<(Parcel, Vec<Photo>)>, Trouble> {
    let tx = open(TransactionMode::ReadWrite).await?;
    let Some(parcel) = read(&tx, id).await?.filter(Parcel::is_unsent) else { return Ok(None) };
    let mut photos = Vec::with_capacity(parcel.content.photos().len());
    for hash in parcel.content.photos() {
        if let Some(bytes) = bytes_of(&tx, id, hash).await? {
            photos.push(Photo { hash: hash.clone(), bytes });
        }
    }
    let parcel = Parcel { state: State::Sending, ..parcel };
    write(&tx, &parcel).await?;
    tx.commit().await?;
    tell();
    Ok(Some((parcel, photos)))
}

/// Writes what became of a parcel; the bytes of a received one's photos go in the same transaction. Where its owner
/// removed it while it left, a receipt brings it back: the report is public now, and only this row holds its key.
pub(crate) async fn settle(parcel: Parcel, answer: Answer) -> Result<Parcel, Trouble> {
    let settled = judge(parcel, answer, edges::now());
    let received = matches!(settled.state, State::Received { .. });
    let tx = open(TransactionMode::ReadWrite).await?;
    let there = tx.store(PARCELS)?.key_exists(settled.id.as_str().into()).await?;
    if there || received {
        write(&tx, &settled).await?;
    }
    if received {
        drop_photos(&tx, &settled.id).await?;
    }
    tx.commit().await?;
    tell();
    Ok(settled)
}

/// A transaction over both stores. Its connection closes by itself when the transaction is over.
async fn open(mode: TransactionMode) -> Result<Transaction, Trouble> {
    let database = Rexie::builder(DATABASE)
        .version(SCHEMA)
        .add_object_store(ObjectStore::new(PARCELS).key_path("id"))
        .add_object_store(ObjectStore::new(PHOTOS).key_path_array(["parcel", "hash"]))
        .build()
        .await?;
    let tx = database.transaction(&[PARCELS, PHOTOS], mode)?;
    database.close();
    Ok(tx)
}

async fn read(tx: &Transaction, id: &ParcelId) -> Result<Option<Parcel>, Trouble> {
    let row = tx.store(PARCELS)?.get(id.as_str().into()).await?;
    Ok(row.and_then(|row| serde_wasm_bindgen::from_value(row).ok()))
}

async fn write(tx: &Transaction, parcel: &Parcel) -> Result<(), Trouble> {
    let row = parcel.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?;
    tx.store(PARCELS)?.put(&row, None).await?;
    Ok(())
}

async fn bytes_of(tx: &Transaction, id: &ParcelId, hash: &PhotoHash) -> Result<Option<ArrayBuffer>, Trouble> {
    let key = Array::of2(&id.as_str().into(), &hash.as_str().into());
    let Some(row) = tx.store(PHOTOS)?.get(key.into()).await? else { return Ok(None) };
    let bytes = Reflect::get(&row, &"bytes".into()).map_err(|e| Trouble::of(&e))?;
    Ok(bytes.dyn_into().ok())
}

async fn drop_photos(tx: &Transaction, id: &ParcelId) -> Result<(), Trouble> {
    // In IndexedDB's order of keys an array comes after every string: the range holds each [id, hash].
    let id: JsValue = id.as_str().into();
    let (first, last) = (Array::of1(&id), Array::of2(&id, &Array::new()));
    let range = KeyRange::bound(&first, &last, None, None).map_err(rexie::Error::from)?;
    let photos = tx.store(PHOTOS)?;
    for key in photos.get_all_keys(Some(range), None).await? {
        photos.delete(key).await?;
    }
    Ok(())
}

fn photo_row(parcel: &ParcelId, photo: &Photo) -> Result<JsValue, Trouble> {
    let row = Object::new();
    let fields: [(&str, &JsValue); 4] = [
        ("parcel", &parcel.as_str().into()),
        ("hash", &photo.hash.as_str().into()),
        ("mime", &"image/jpeg".into()),
        ("bytes", &photo.bytes),
    ];
    for (name, value) in fields {
        Reflect::set(&row, &name.into(), value).map_err(|e| Trouble::of(&e))?;
    }
    Ok(row.into())
}

/// Tells every tab that something changed. Where there is no such channel, tabs learn it when they are next shown.
fn tell() {
    if let Ok(channel) = web_sys::BroadcastChannel::new(crate::CHANGED) {
        let _ = channel.post_message(&JsValue::TRUE);
        channel.close();
    }
}
