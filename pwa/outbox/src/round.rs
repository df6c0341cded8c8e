//! One round: all words, then photos, piece by piece, then the words of each parcel again, for its last receipt.
//!
//! Promises: `Sending` is written before the first byte leaves; one bad parcel does not stop the others; what is put
//! while photos leave does not wait for them; a line that broke is tried again a few times, a missing one ends the round.

use crate::edges;
use crate::progress;
use crate::send;
use crate::store::{self, Kept, Lying};
use crate::trouble::Trouble;
use crate::upload::{Step, Upload};
use js_sys::Set;
use shared::ids::{ParcelId, PhotoHash};
use shared::instant::Instant;
use shared::outbox::{Answer, Hurry, State, arrived, is_lost, order, postpone, wanted};
use shared::problem::Code;
use shared::uploads::Pace;
use std::collections::VecDeque;
use wasm_bindgen::JsValue;

/// Milliseconds to wait after each failure in a row; then the round is over.
const WAITS: [u32; 5] = [250, 500, 1_000, 2_000, 4_000];
/// Milliseconds without any answer after which the round is over.
const SILENCE: u32 = 30_000;
/// How often a parcel's words are asked, in one round, which photos are missing.
const GOES: u8 = 3;

/// Parcels received, and the wait of the parcel on which the round ended for want of a network.
pub(crate) async fn round(hurry: Hurry) -> Result<(u32, Option<Instant>), Trouble> {
    let (parcels, _) = store::read_all().await?;
    let seen = Set::new(&JsValue::UNDEFINED);
    for parcel in &parcels {
        seen.add(&store::key(&parcel.id));
    }
    let mut round = Round {
        words: order(&parcels, edges::now(), hurry).into(),
        photos: VecDeque::new(),
        seen,
        sent: 0,
        pause: None,
        failures: 0,
        heard: edges::now(),
        pace: Pace::default(),
    };
    while round.pause.is_none() && round.go_on().await? {}
    Ok((round.sent, round.pause))
}

struct Round {
    /// Parcels whose words are next.
    words: VecDeque<ParcelId>,
    /// Parcels whose words are there.
    photos: VecDeque<Work>,
    /// Every parcel known of.
    seen: Set,
    sent: u32,
    pause: Option<Instant>,
    /// Failures in a row.
    failures: usize,
    /// When the server was last heard.
    heard: Instant,
    pace: Pace,
}

/// A parcel whose photos leave.
struct Work {
    kept: Kept,
    /// Photos that still have to leave.
    wanted: Vec<PhotoHash>,
    /// Photos that never will.
    lost: Vec<PhotoHash>,
    upload: Option<Upload>,
    /// Whether any byte arrived in this round.
    moved: bool,
    /// How often its words were asked again.
    goes: u8,
    /// Bytes of its photos, and those of them that arrived.
    total: u32,
    there: u32,
}

impl Round {
    /// The next request; whether there was one to make.
    async fn go_on(&mut self) -> Result<bool, Trouble> {
        if let Some(id) = self.words.pop_front() {
            self.say(&id).await?;
            return Ok(true);
        }
        let Some(mut work) = self.photos.pop_front() else { return Ok(false) };
        if work.upload.is_some() && !self.look(&work).await? {
            return Ok(true);
        }
        if self.step(&mut work).await? {
            self.photos.push_front(work);
        }
        Ok(true)
    }

    /// Whether the parcel whose photos leave is still wanted; what was put meanwhile goes first.
    async fn look(&mut self, work: &Work) -> Result<bool, Trouble> {
        let (is_wanted, ids) = store::glance(&work.kept.parcel.id).await?;
        for id in ids.iter().filter(|id| !self.seen.has(id)) {
            self.seen.add(&id);
            if let Some(id) = id.as_string().and_then(|id| ParcelId::parse(&id).ok()) {
                self.words.push_back(id);
            }
        }
        Ok(is_wanted)
    }

    /// Words of one parcel, for the first time in this round.
    async fn say(&mut self, id: &ParcelId) -> Result<(), Trouble> {
        let Some(mut kept) = store::begin(id).await? else { return Ok(()) };
        if let State::Partly { receipt } = &kept.parcel.state {
            let wanted = receipt.missing.clone();
            self.photos.push_back(Work::of(kept, wanted));
            return Ok(());
        }
        let answer = loop {
            match send::words(&kept).await {
                Some(answer) => break answer,
                None if self.again().await => {}
                None => break Answer::Nothing,
            }
        };
        let is_nothing = answer == Answer::Nothing;
        let wanted = wanted(&kept.parcel, &answer);
        // An older server first wants the photos: it has not answered yet.
        if wanted.is_empty() || matches!(answer, Answer::Receipt(_)) {
            self.settle(&mut kept, answer, &[]).await?;
        }
        if is_nothing {
            // The others would find the same, each after its own time-out.
            self.pause = Some(kept.parcel.not_before);
        } else if !wanted.is_empty() {
            self.photos.push_back(Work::of(kept, wanted));
        }
        Ok(())
    }

    async fn settle(&mut self, kept: &mut Kept, answer: Answer, lost: &[PhotoHash]) -> Result<(), Trouble> {
        if answer != Answer::Nothing {
            self.hear();
        }
        store::settle(kept, answer, lost).await?;
        if matches!(kept.parcel.state, State::Received { .. }) {
            self.sent += 1;
        }
        Ok(())
    }

    /// One step of a parcel's photos; whether more are to follow.
    async fn step(&mut self, work: &mut Work) -> Result<bool, Trouble> {
        let Some(mut upload) = work.upload.take() else { return self.next_photo(work).await };
        let id = work.kept.parcel.id.clone();
        let before = upload.at;
        match upload.step(&id, &mut self.pace).await? {
            Step::More => {
                self.hear();
                work.moved |= upload.at > before;
                progress::tell(&id, work.there + upload.at, work.total);
                work.upload = Some(upload);
                Ok(true)
            }
            Step::Done => {
                self.hear();
                work.arrived(&upload).await?;
                Ok(true)
            }
            Step::Forgotten => {
                self.hear();
                self.ask_words(work).await
            }
            Step::No(problem) => {
                self.hear();
                let damaged = problem.code == Code::PhotoHashMismatch && !upload.is_sound().await;
                if damaged || is_lost(problem.code) {
                    work.lose(&upload.hash);
                    return Ok(true);
                }
                work.postpone().await?;
                Ok(false)
            }
            Step::Silence if self.again().await => {
                work.upload = Some(upload);
                Ok(true)
            }
            Step::Silence | Step::Nothing => self.give_up(work).await,
        }
    }

    async fn next_photo(&mut self, work: &mut Work) -> Result<bool, Trouble> {
        let Some(hash) = work.wanted.first().cloned() else { return self.ask_words(work).await };
        match store::lying(&work.kept.parcel.id, &hash).await? {
            Lying::Unwanted => return Ok(false),
            Lying::Lost => work.lose(&hash),
            Lying::Here(row) => {
                work.weigh().await?;
                work.upload = Upload::of(hash, &row);
            }
        }
        Ok(true)
    }

    /// The words once more: the receipt says what is still missing, and ends the parcel when that is nothing.
    async fn ask_words(&mut self, work: &mut Work) -> Result<bool, Trouble> {
        let answer = match send::words(&work.kept).await {
            Some(answer) => answer,
            None if self.again().await => return Ok(true),
            None => return self.give_up(work).await,
        };
        if answer == Answer::Nothing {
            return self.give_up(work).await;
        }
        work.goes += 1;
        let mut missing = wanted(&work.kept.parcel, &answer);
        missing.retain(|hash| !work.lost.contains(hash));
        if !missing.is_empty() && work.goes < GOES {
            self.hear();
            work.wanted = missing;
            return Ok(true);
        }
        self.settle(&mut work.kept, answer, &work.lost).await?;
        progress::tell(&work.kept.parcel.id, work.total, work.total);
        Ok(false)
    }

    /// Ends the round: nobody is there.
    async fn give_up(&mut self, work: &mut Work) -> Result<bool, Trouble> {
        work.postpone().await?;
        self.pause = Some(work.kept.parcel.not_before);
        Ok(false)
    }

    fn hear(&mut self) {
        self.failures = 0;
        self.heard = edges::now();
    }

    /// After a failure: waits a little, and says whether trying again is worth it.
    async fn again(&mut self) -> bool {
        let Some(wait) = WAITS.get(self.failures) else { return false };
        let offline = edges::navigator().at("onLine").value() == &JsValue::FALSE;
        if offline || edges::since(self.heard) > SILENCE {
            return false;
        }
        self.failures += 1;
        edges::rest(*wait).await;
        true
    }
}

impl Work {
    fn of(kept: Kept, wanted: Vec<PhotoHash>) -> Self {
        Self { kept, wanted, lost: vec![], upload: None, moved: false, goes: 0, total: 0, there: 0 }
    }

    /// Learns how many bytes there are to send.
    async fn weigh(&mut self) -> Result<(), Trouble> {
        if self.total == 0 {
            for (hash, size) in store::sizes(&self.kept.parcel.id).await? {
                self.total += size;
                if !self.wanted.iter().any(|wanted| wanted.as_str() == hash) {
                    self.there += size;
                }
            }
            progress::tell(&self.kept.parcel.id, self.there, self.total);
        }
        Ok(())
    }

    async fn arrived(&mut self, upload: &Upload) -> Result<(), Trouble> {
        self.moved = true;
        self.there += upload.size();
        self.wanted.retain(|hash| *hash != upload.hash);
        progress::tell(&self.kept.parcel.id, self.there, self.total);
        if self.kept.parcel.receipt().is_some() {
            let parcel = arrived(self.kept.parcel.clone(), &upload.hash);
            store::keep(&mut self.kept, parcel).await?;
        }
        Ok(())
    }

    fn lose(&mut self, hash: &PhotoHash) {
        self.wanted.retain(|wanted| wanted != hash);
        self.lost.push(hash.clone());
    }

    async fn postpone(&mut self) -> Result<(), Trouble> {
        let parcel = postpone(self.kept.parcel.clone(), self.moved, edges::now());
        store::keep(&mut self.kept, parcel).await
    }
}
