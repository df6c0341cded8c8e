//! What a phone keeps: `pwa/outbox/src/store.rs` in memory. Every change of a row is one step, as its transaction is
//! there; a phone that dies finds here what it had written, and nothing else.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use shared::ids::{ParcelId, PhotoHash};
use shared::instant::Instant;
use shared::outbox::{Answer, Parcel, State, arrived, postpone, settle};

/// A photo that goes with a parcel.
#[derive(Clone, Debug)]
pub struct Photo {
    pub hash: PhotoHash,
    pub bytes: Bytes,
    /// Where its pieces go, once that is known.
    pub upload: Option<String>,
}

#[derive(Debug)]
struct Row {
    parcel: Parcel,
    photos: Vec<Photo>,
}

#[derive(Debug, Default)]
pub struct Queue(Mutex<BTreeMap<ParcelId, Row>>);

impl Queue {
    fn rows(&self) -> MutexGuard<'_, BTreeMap<ParcelId, Row>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn put(&self, parcel: Parcel, photos: Vec<Photo>) {
        self.rows().insert(parcel.id.clone(), Row { parcel, photos });
    }

    pub fn parcels(&self) -> Vec<Parcel> {
        self.rows().values().map(|row| row.parcel.clone()).collect()
    }

    pub fn is_empty(&self) -> bool {
        !self.rows().values().any(|row| row.parcel.is_unsent())
    }

    /// Takes a parcel out for sending; `Sending` is written before the first byte leaves.
    pub fn begin(&self, id: &ParcelId) -> Parcel {
        self.change(id, |parcel| {
            let state = if parcel.is_unheard() { State::Sending } else { parcel.state.clone() };
            Parcel { state, ..parcel }
        })
    }

    pub fn settle(&self, id: &ParcelId, answer: Answer, now: Instant) -> Parcel {
        self.change(id, |parcel| settle(parcel, answer, &[], now))
    }

    pub fn postpone(&self, id: &ParcelId, moved: bool, now: Instant) -> Parcel {
        self.change(id, |parcel| postpone(parcel, moved, now))
    }

    pub fn arrived(&self, id: &ParcelId, hash: &PhotoHash) {
        self.change(id, |parcel| arrived(parcel, hash));
    }

    pub fn photo(&self, id: &ParcelId, hash: &PhotoHash) -> Photo {
        let rows = self.rows();
        let photo = rows[id].photos.iter().find(|photo| photo.hash == *hash);
        photo.expect("a photo asked for is one of the parcel's").clone()
    }

    pub fn note_address(&self, id: &ParcelId, hash: &PhotoHash, address: Option<&str>) {
        let mut rows = self.rows();
        let photos = rows.get_mut(id).into_iter().flat_map(|row| &mut row.photos);
        for photo in photos.filter(|photo| photo.hash == *hash) {
            photo.upload = address.map(str::to_owned);
        }
    }

    fn change(&self, id: &ParcelId, to: impl FnOnce(Parcel) -> Parcel) -> Parcel {
        let mut rows = self.rows();
        let row = rows.get_mut(id).expect("a parcel that is kept");
        row.parcel = to(row.parcel.clone());
        row.parcel.clone()
    }
}
