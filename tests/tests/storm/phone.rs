//! A phone as `pwa/outbox` makes it behave: words first, then photos, whole when small and in pieces that resume when
//! not, then the words again for the last receipt. The rules are the phone's own (`shared::outbox`); a drain may die at
//! any moment, and the next one finds the queue as it was.

use std::sync::Arc;
use std::time::Duration;

use shared::ids::{ParcelId, PhotoHash};
use shared::instant::Instant;
use shared::outbox::{Answer, Hurry, Parcel, State, next_try, order, wanted};
use shared::uploads::{Pace, RESUMABLE_ABOVE};

use crate::clock::Clock;
use crate::queue::{Photo, Queue};
use crate::wire::{Patience, Step, Wire};

/// Milliseconds to wait after each failure in a row, by the phone's clock.
const WAITS: [u64; 5] = [250, 500, 1_000, 2_000, 4_000];
/// How often a parcel's words are asked, in one round, which photos are missing.
const GOES: u8 = 3;

/// What became of a parcel's photos in a round.
#[derive(PartialEq)]
enum Ended {
    /// It was settled, or put off by itself: the next one.
    Parcel,
    /// Nobody is there: the round is over.
    Round,
}

#[derive(Debug)]
pub struct Phone {
    pub queue: Arc<Queue>,
    pub wire: Wire,
    pub clock: Clock,
}

impl Phone {
    /// Sends what is due; in a `hurry` everything. Gives the hour before which another round is not worth it.
    pub async fn round(&self, hurry: bool, patience: Patience) -> Option<Instant> {
        let mut spoken = Vec::new();
        let hurry = if hurry { Hurry::Now } else { Hurry::None };
        for id in order(&self.queue.parcels(), self.clock.now(), hurry) {
            let parcel = self.queue.begin(&id);
            if matches!(parcel.state, State::Partly { .. }) {
                spoken.push(id);
                continue;
            }
            let answer = self.words(&parcel, patience).await;
            let more = !wanted(&parcel, &answer).is_empty();
            let silence = answer == Answer::Nothing;
            let parcel = self.queue.settle(&id, answer, self.clock.now());
            if silence {
                return next_try(&self.queue.parcels(), Some(parcel.not_before));
            }
            if more {
                spoken.push(id);
            }
        }
        let mut pace = Pace::default();
        for id in spoken {
            if self.photos(&id, &mut pace, patience).await == Ended::Round {
                break;
            }
        }
        next_try(&self.queue.parcels(), None)
    }

    /// The words, repeated a few times while nobody answers.
    async fn words(&self, parcel: &Parcel, patience: Patience) -> Answer {
        for wait in WAITS {
            if let Some(answer) = self.wire.words(parcel, patience).await {
                return answer;
            }
            self.rest(wait).await;
        }
        Answer::Nothing
    }

    async fn photos(&self, id: &ParcelId, pace: &mut Pace, patience: Patience) -> Ended {
        let mut parcel = self.queue.begin(id);
        let mut missing = parcel.receipt().map(|receipt| receipt.missing.clone()).unwrap_or_default();
        let mut moved = false;
        for go in 1.. {
            for hash in missing {
                match self.photo(id, &hash, pace, patience).await {
                    Step::Done => {
                        moved = true;
                        self.queue.arrived(id, &hash);
                    }
                    Step::Forgotten => break,
                    Step::No(_) => {
                        self.queue.postpone(id, moved, self.clock.now());
                        return Ended::Parcel;
                    }
                    Step::At(_) | Step::Nothing | Step::Silence => return self.give_up(id, moved),
                }
            }
            parcel = self.queue.begin(id);
            let answer = self.words(&parcel, patience).await;
            if answer == Answer::Nothing {
                return self.give_up(id, moved);
            }
            missing = wanted(&parcel, &answer);
            if missing.is_empty() || go == GOES {
                self.queue.settle(id, answer, self.clock.now());
                break;
            }
        }
        Ended::Parcel
    }

    fn give_up(&self, id: &ParcelId, moved: bool) -> Ended {
        self.queue.postpone(id, moved, self.clock.now());
        Ended::Round
    }

    /// One photo, to its end or to where the line ends.
    async fn photo(&self, id: &ParcelId, hash: &PhotoHash, pace: &mut Pace, patience: Patience) -> Step {
        let photo = self.queue.photo(id, hash);
        let mut failures = WAITS.iter();
        let mut at = None;
        loop {
            let step = if photo.bytes.len() <= RESUMABLE_ABOVE as usize {
                self.wire.photo(hash, &photo.bytes, patience).await
            } else {
                self.upload(id, &photo, &mut at, (pace, patience)).await
            };
            match (step, &mut failures) {
                (Step::At(there), _) if there >= photo.bytes.len() => return Step::Done,
                (Step::At(there), _) => {
                    failures = WAITS.iter();
                    at = Some(there);
                }
                (Step::Silence, waits) => {
                    // After any doubt the server is asked how far it is.
                    at = None;
                    let Some(wait) = waits.next() else { return Step::Silence };
                    self.rest(*wait).await;
                }
                (step, _) => return step,
            }
        }
    }

    /// The next request of an upload: its beginning, how far it is, or a piece.
    async fn upload(
        &self,
        id: &ParcelId,
        photo: &Photo,
        at: &mut Option<usize>,
        (pace, patience): (&mut Pace, Patience),
    ) -> Step {
        let size = photo.bytes.len();
        let Some(address) = self.queue.photo(id, &photo.hash).upload else {
            return match self.wire.create(&photo.hash, size, patience).await {
                Ok((address, there)) => {
                    self.queue.note_address(id, &photo.hash, Some(&address));
                    Step::At(there)
                }
                Err(step) => step,
            };
        };
        let step = match *at {
            None => self.wire.standing(&address, patience).await,
            Some(from) => {
                let end = size.min(from + pace.bytes() as usize);
                let step = self.wire.piece(&address, from, photo.bytes.slice(from..end), patience).await;
                let moved = matches!(step, Step::At(_));
                *pace = if moved { pace.after(pace.bytes(), 1_000) } else { pace.after_loss() };
                step
            }
        };
        if step == Step::Forgotten {
            self.queue.note_address(id, &photo.hash, None);
        }
        step
    }

    async fn rest(&self, millis: u64) {
        tokio::time::sleep(Duration::from_millis(millis) / self.clock.speed()).await;
    }
}
