//! What all phones said and heard. Whatever the server may never answer in trouble is noted the moment it is heard.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::ids::{ParcelId, PhotoHash};
use shared::outbox::{Answer, Content, Parcel};
use shared::problem::Problem;
use shared::reports::Receipt;

use crate::queue::Photo;

#[derive(Debug, Default)]
pub struct Ledger(Mutex<Lines>);

#[derive(Debug, Default)]
pub struct Lines {
    /// Parcels that were put, with their words.
    pub said: BTreeMap<ParcelId, Parcel>,
    /// Photos that were put.
    pub photos: BTreeMap<PhotoHash, Photo>,
    /// The first receipt of each parcel; what is missing left out.
    pub receipts: BTreeMap<ParcelId, Receipt>,
    /// Photos that the server said it has.
    pub kept: BTreeSet<PhotoHash>,
    /// Bytes of each upload that were acknowledged.
    pub offsets: BTreeMap<String, usize>,
    /// How often each kind of answer was heard.
    pub heard: BTreeMap<String, u64>,
    /// What may never be heard.
    pub wrong: Vec<String>,
}

impl Ledger {
    pub fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn put(&self, parcel: &Parcel, photos: &[Photo]) {
        let mut lines = self.lines();
        lines.said.insert(parcel.id.clone(), parcel.clone());
        lines.photos.extend(photos.iter().map(|photo| (photo.hash.clone(), photo.clone())));
    }

    pub fn heard(&self, what: &str) {
        *self.lines().heard.entry(what.to_owned()).or_default() += 1;
    }

    /// A problem came back. In a storm none is the sender's fault, so none may be for good.
    pub fn refused(&self, asked: &str, problem: &Problem) {
        self.heard(problem.code.as_str());
        if problem.code.is_final() {
            self.lines().wrong.push(format!("{asked}: {problem} is a refusal for good"));
        }
    }

    /// Words were answered: a receipt must always be the same one.
    pub fn answered(&self, parcel: &Parcel, answer: &Answer) {
        let Answer::Receipt(receipt) = answer else { return };
        self.heard("receipt");
        let mut lines = self.lines();
        let first = Receipt { missing: vec![], ..receipt.clone() };
        let known = lines.receipts.entry(parcel.id.clone()).or_insert_with(|| first.clone()).clone();
        if known != first || receipt.id != parcel.id {
            lines.wrong.push(format!("two receipts for one parcel: {known:?}, then {first:?}"));
        }
        for hash in receipt.missing.iter().filter(|hash| !parcel.content.photos().contains(hash)) {
            lines.wrong.push(format!("{}: {hash} is asked for and was never named", parcel.id));
        }
        for hash in &receipt.missing {
            if lines.kept.contains(hash) {
                lines.wrong.push(format!("{}: {hash} was acknowledged and is asked for again", parcel.id));
            }
        }
    }

    pub fn photo_kept(&self, hash: &PhotoHash) {
        self.heard("photo kept");
        self.lines().kept.insert(hash.clone());
    }

    /// The server says that an upload is at `at`: never less than it said before.
    pub fn upload_at(&self, address: &str, at: usize) {
        self.heard("upload at");
        let mut lines = self.lines();
        let before = lines.offsets.insert(address.to_owned(), at).unwrap_or(0);
        if at < before {
            lines.wrong.push(format!("{before} bytes were acknowledged, {at} are there"));
        }
    }

    /// The server knows nothing of an upload any more. A day did not pass, so it has no right to.
    pub fn upload_forgotten(&self, address: &str) {
        self.heard("upload forgotten");
        let mut lines = self.lines();
        let at = lines.offsets.get(address).copied().unwrap_or(0);
        lines.wrong.push(format!("an upload of which {at} bytes were acknowledged is forgotten"));
    }

    /// A report that exists, by chance; a phone far away shows it to its owner.
    pub fn any_report(&self, chance: &mut fastrand::Rng) -> Option<ParcelId> {
        let lines = self.lines();
        chance.choice(lines.receipts.values()).map(|receipt| receipt.report.clone())
    }

    /// Words that somebody said, with their photos, for somebody else to say again.
    pub fn any_words(&self, chance: &mut fastrand::Rng) -> Option<(Parcel, Vec<Photo>)> {
        let lines = self.lines();
        let reports = lines.said.values().filter(|parcel| matches!(parcel.content, Content::Report(_)));
        let parcel = chance.choice(reports.collect::<Vec<_>>())?.clone();
        let photos =
            parcel.content.photos().iter().filter_map(|hash| lines.photos.get(hash).cloned()).collect();
        Some((parcel, photos))
    }
}
