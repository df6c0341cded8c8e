//! The one that writes drafts: the report in hand, and those put aside whose photos are not ready or not written yet.
//!
//! Promises: one write at a time; what could not be written stays in memory; a draft that became a parcel is not
//! written again. Does not: read drafts back, or know of screens (`drafts.rs` does).

use super::draft::{Draft, Edit, Kept};
use super::drafts::{Drafts, Keeping, News, Unfinished};
use super::plan::{Mood, Plan, is_same, plan};
use gloo_timers::callback::Timeout;
use outbox::{Photo, Trouble, edges};
use shared::ids::ParcelId;
use shared::instant::Instant;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Milliseconds of calm after a change before it is written.
const CALM: u32 = 500;
/// Milliseconds after which a change is written even where no calm comes.
const LONGEST: i64 = 5_000;

thread_local! {
    static KEEPER: RefCell<Keeper> = RefCell::default();
}

/// Works on the keeper; not from within.
pub fn with<T>(work: impl FnOnce(&mut Keeper) -> T) -> T {
    KEEPER.with(|keeper| work(&mut keeper.borrow_mut()))
}

/// Where the keeper says what is, and changes the draft in hand.
#[derive(Clone)]
pub struct Hands {
    /// The draft in hand.
    pub draft: UseReducerDispatcher<Draft>,
    /// What screens know of drafts.
    pub drafts: UseStateSetter<Drafts>,
}

/// What it knows.
#[derive(Default)]
pub struct Keeper {
    /// Since the shell stands.
    pub hands: Option<Hands>,
    /// The draft in hand, as last shown.
    pub current: Option<Draft>,
    /// Drafts the person left before all of them was written.
    pub aside: Vec<Draft>,
    /// What is written, as far as known.
    pub rows: Vec<Kept>,
    /// Becomes a parcel just now, or was the last to do so.
    pub sealing: Option<ParcelId>,
    /// Thrown away, as long as that can be undone.
    pub thrown: Option<(ParcelId, Timeout)>,
    /// The next reading of what is written.
    pub renewal: Option<Timeout>,
    /// Thrown away for good.
    pub doomed: Vec<ParcelId>,
    /// Whether a photo is being blurred.
    pub blurring: bool,
    leaving: bool,
    running: bool,
    timer: Option<Timeout>,
    unwritten_since: Option<Instant>,
    trouble: Option<Keeping>,
}

/// One write.
enum Job {
    Keep(Kept, Vec<Photo>),
    Drop(ParcelId),
}

/// Writes what is to be written now; when the person is `leaving`, all of it.
pub fn run(leaving: bool) {
    let begins = with(|keeper| {
        keeper.timer = None;
        keeper.leaving |= leaving;
        !std::mem::replace(&mut keeper.running, true)
    });
    if begins {
        spawn_local(async {
            while let Some(job) = with(Keeper::job) {
                let result = match &job {
                    Job::Keep(row, photos) => outbox::keep_draft(row, photos).await,
                    Job::Drop(id) => outbox::drop_draft(id).await,
                };
                if !with(|keeper| keeper.done(&job, &result)) {
                    break;
                }
            }
            with(Keeper::rest);
            publish();
        });
    }
}

/// Tells the screens.
pub fn publish() {
    let told = with(|keeper| keeper.hands.clone().map(|hands| (hands, keeper.drafts())));
    if let Some((hands, drafts)) = told {
        hands.drafts.set(drafts);
    }
}

/// Changes the draft in hand.
pub fn edit(edit: Edit) {
    if let Some(hands) = with(|keeper| keeper.hands.clone()) {
        hands.draft.dispatch(edit);
    }
}

impl Keeper {
    /// Takes note of the draft in hand, and writes it once calm comes.
    pub fn note(&mut self, draft: &Draft) {
        if self.sealing.as_ref() == Some(&draft.id) {
            return;
        }
        let before = self.current.replace(draft.clone());
        let same = |before: Draft| {
            before.id == draft.id && before.kept() == draft.kept() && before.fresh() == draft.fresh()
        };
        if !before.is_some_and(same) {
            self.wake();
        }
    }

    /// Sets the timer for what is not written yet.
    pub fn wake(&mut self) {
        if self.current.as_ref().is_none_or(|draft| self.plan(draft).row.is_none()) {
            return;
        }
        let now = edges::now();
        let since = *self.unwritten_since.get_or_insert(now);
        if self.timer.is_none() || now.0 - since.0 < LONGEST {
            self.timer = Some(Timeout::new(CALM, || run(false)));
        }
    }

    /// The draft in hand is left for another: it stays in memory until all of it is written.
    pub fn put_aside(&mut self) {
        self.aside.extend(self.current.take());
        self.tidy();
    }

    /// Forgets what was put aside once there is nothing more to write of it.
    fn tidy(&mut self) {
        let aside = std::mem::take(&mut self.aside);
        self.aside =
            aside.into_iter().filter(|draft| draft.is_busy() || self.plan(draft).row.is_some()).collect();
    }

    /// Gives back a draft put aside.
    pub fn take_back(&mut self, id: &ParcelId) -> Option<Draft> {
        let at = self.aside.iter().position(|draft| draft.id == *id)?;
        Some(self.aside.swap_remove(at))
    }

    /// What is written of that draft.
    pub fn row(&self, id: &ParcelId) -> Option<&Kept> {
        self.rows.iter().find(|row| row.id == *id)
    }

    /// Whether all of it is written.
    pub fn is_written(&self, draft: &Draft) -> bool {
        !draft.is_busy() && self.row(&draft.id).is_some_and(|row| is_same(row, draft.kept()))
    }

    /// Whether the draft in hand is still as it was written.
    pub fn is_untouched(&self, row: &Kept) -> bool {
        let same = |draft: &Draft| draft.id == row.id && !draft.is_busy() && is_same(row, draft.kept());
        self.current.as_ref().is_some_and(same)
    }

    /// Takes note of what is written now. Of the draft in hand it goes on believing what it wrote itself, until the news
    /// of it are dealt with.
    pub fn compare(&mut self, mut rows: Vec<Kept>) -> News {
        let mut news = News::None;
        let before = self.current.as_ref().and_then(|draft| self.row(&draft.id)).cloned();
        if let Some(before) = before.filter(|before| self.sealing.as_ref() != Some(&before.id)) {
            let after = rows.iter().position(|row| row.id == before.id).map(|n| rows[n].clone());
            match after {
                _ if self.running => {}
                None => news = News::Gone(before.clone()),
                Some(after) if is_same(&before, &after) => {}
                Some(after) if self.is_untouched(&before) => news = News::Changed(before.clone(), after),
                Some(_) => {
                    self.rows = rows;
                    return News::None;
                }
            }
            rows.retain(|row| row.id != before.id);
            rows.push(before);
        }
        self.rows = rows;
        news
    }

    fn is_current(&self, draft: &Draft) -> bool {
        self.current.as_ref().is_some_and(|current| current.id == draft.id)
    }

    fn plan(&self, draft: &Draft) -> Plan {
        let mood = match (self.is_current(draft), self.blurring, self.leaving) {
            (true, true, _) => Mood::Blurring,
            (true, false, false) => Mood::Calm,
            _ => Mood::Leaving,
        };
        plan(draft.kept(), &draft.fresh(), self.row(&draft.id), mood)
    }

    fn job(&mut self) -> Option<Job> {
        if let Some(id) = self.doomed.pop() {
            return Some(Job::Drop(id));
        }
        let mine = self.aside.iter().chain(&self.current);
        let mut mine = mine.filter(|draft| self.sealing.as_ref() != Some(&draft.id));
        mine.find_map(|draft| {
            let Plan { row, new, .. } = self.plan(draft);
            let row = row?;
            if row.is_empty() {
                return Some(Job::Drop(row.id));
            }
            let shots = draft.shots().filter(|shot| new.contains(&shot.hash));
            let photos = shots.map(|shot| Photo { hash: shot.hash.clone(), bytes: shot.bytes.clone() });
            Some(Job::Keep(row, photos.collect()))
        })
    }

    /// Takes note of what became of a write; whether to go on.
    fn done(&mut self, job: &Job, result: &Result<(), Trouble>) -> bool {
        self.trouble = match result {
            Ok(()) => None,
            Err(Trouble::Full) => Some(Keeping::Full),
            Err(Trouble::Storage(_)) => Some(Keeping::Forbidden),
        };
        if self.trouble.is_none() {
            let (Job::Keep(Kept { id, .. }, _) | Job::Drop(id)) = job;
            self.rows.retain(|row| row.id != *id);
            if let Job::Keep(row, _) = job {
                self.rows.push(row.clone());
            }
        }
        self.trouble.is_none()
    }

    /// Until the next change.
    fn rest(&mut self) {
        (self.running, self.leaving, self.unwritten_since) = (false, false, None);
        self.tidy();
        if self.trouble.is_none() {
            self.wake();
        }
    }

    fn drafts(&self) -> Drafts {
        let written = |draft: &&Draft| Some(&draft.id) != self.sealing.as_ref();
        let memory = self.current.iter().chain(&self.aside).filter(written);
        let memory = memory.filter(|draft| !draft.is_empty());
        let mut list: Vec<Unfinished> = memory
            .map(|draft| Unfinished {
                draft: draft.kept().clone(),
                picture: draft.shots().next().map(|shot| shot.url.clone()),
            })
            .collect();
        for row in &self.rows {
            if list.iter().all(|known| known.draft.id != row.id) {
                list.push(Unfinished { draft: row.clone(), picture: None });
            }
        }
        let thrown = self.thrown.as_ref().map(|(id, _)| id.clone());
        list.retain(|one| Some(&one.draft.id) != thrown.as_ref());
        list.sort_by_key(|one| std::cmp::Reverse(one.draft.changed_at));
        let keeping = self.keeping();
        let at_risk = !self.aside.is_empty() || !matches!(keeping, Keeping::Nothing | Keeping::Kept);
        Drafts { list: Rc::new(list), keeping, at_risk, thrown: thrown.is_some() }
    }

    fn keeping(&self) -> Keeping {
        let Some(draft) = &self.current else { return Keeping::Nothing };
        if self.is_written(draft) {
            Keeping::Kept
        } else if draft.is_empty() {
            Keeping::Nothing
        } else if let Some(trouble) = self.trouble {
            trouble
        } else if draft.is_busy() || self.plan(draft).row.is_some() {
            Keeping::Busy
        } else {
            Keeping::Fresh
        }
    }
}
