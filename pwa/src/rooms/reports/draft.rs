//! The report being made, as the screen holds it: what is kept of it (`shared::reports::draft`), and its photos, of which
//! some are still being made ready. Keeping it on the phone is `drafts.rs`.

use super::{drafts, keeper};
use crate::rooms::photos::{Shot, Unusable, shrink};
use outbox::edges;
use shared::followup::Rhythm;
use shared::ids::{Key, ParcelId, PhotoHash, PlaceId, mint};
use shared::reports::MAX_PHOTOS;
pub use shared::reports::draft::Draft as Kept;
use shared::reports::draft::DraftPhoto;
use std::cell::Cell;
use std::ops::Deref;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

/// Where one photo stands.
#[derive(Clone)]
pub enum Slot {
    /// Being made ready.
    Busy,
    /// Ready.
    Ready(Rc<Shot>),
    /// Not to be had.
    Bad(Unusable),
}

/// A photo of the draft.
#[derive(Clone)]
pub struct Photo {
    /// Its own number, never used twice.
    pub number: u32,
    /// Where it stands.
    pub slot: Slot,
    /// Words under it; may be empty.
    pub caption: String,
    /// Whether the person has not gone on since it came. It is not kept until then: who blurs it first leaves nothing
    /// unblurred behind.
    pub is_fresh: bool,
}

/// The report being made.
#[derive(Clone)]
pub struct Draft {
    /// What is kept of it; its photos are the ready ones of [`Self::photos`], in their order.
    kept: Kept,
    /// Its photos in the person's order.
    pub photos: Vec<Photo>,
}

impl Default for Draft {
    fn default() -> Self {
        let now = edges::now();
        let kept = Kept::begin(mint(now, edges::random()), Key::from_bytes(edges::random()), now);
        Self { kept, photos: vec![] }
    }
}

impl Deref for Draft {
    type Target = Kept;
    fn deref(&self) -> &Kept {
        &self.kept
    }
}

impl PartialEq for Draft {
    /// Every edit makes a new value; comparing photos byte by byte would say no more.
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// A change to a draft. Photos go by their number.
pub enum Edit {
    /// A photo is chosen.
    Add(u32),
    /// A photo is ready, or never will be.
    Settle(u32, Result<Shot, Unusable>),
    /// Other pixels for a photo, the person having blurred some; its caption stays.
    Replace(u32, Shot),
    /// The person looked closely at a photo and leaves it as it is.
    Seen(u32),
    /// A photo goes.
    Drop(u32),
    /// A photo changes places with the one before it, or after it.
    Move(u32, Way),
    /// The words under a photo.
    Caption(u32, String),
    /// The school.
    Place(Option<PlaceId>),
    /// The category; the same again takes it away.
    Category(&'static str),
    /// The words.
    Description(String),
    /// How urgent it is; nothing: as its category says.
    Urgency(Option<i16>),
    /// Where in the school.
    Spot(String),
    /// The address.
    Mail(String),
    /// When to ask again.
    Follow(Rhythm),
    /// "It is this one", or not any more.
    SameAs(Option<ParcelId>),
    /// "Not this one."
    Unlike(ParcelId),
    /// Whether the photo's date is taken away.
    WithoutDate(bool),
    /// Whether the photo's place is taken away.
    WithoutPosition(bool),
    /// Another draft takes its place.
    Open(Box<Draft>),
    /// All of it goes; another one begins.
    Clear,
}

impl Edit {
    /// Whether it is about photos: after any other, the person has gone on from them.
    fn is_of_photos(&self) -> bool {
        matches!(
            self,
            Self::Add(_)
                | Self::Settle(..)
                | Self::Replace(..)
                | Self::Seen(_)
                | Self::Drop(_)
                | Self::Move(..)
                | Self::Caption(..)
        )
    }
}

/// Towards the first photo or the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// One place towards the first.
    Earlier,
    /// One place towards the last.
    Later,
}

impl Reducible for Draft {
    type Action = Edit;

    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        Rc::new(self.with(edit))
    }
}

impl Draft {
    /// A draft with nothing in it but the school, when one was carried over.
    pub fn begin(place: Option<PlaceId>) -> Self {
        let mut draft = Self::default();
        draft.kept.place = place;
        draft
    }

    /// The draft after `edit`; its date changes when something kept did.
    pub fn with(&self, edit: Edit) -> Self {
        let mut draft = match edit {
            Edit::Open(other) => return *other,
            Edit::Clear => return Self::default(),
            edit => {
                let mut draft = self.clone();
                draft.apply(edit);
                draft
            }
        };
        draft.kept.photos = draft.photos.iter().filter_map(Photo::kept).collect();
        if draft.kept != self.kept {
            draft.kept.changed_at = edges::now();
        }
        draft
    }

    fn apply(&mut self, edit: Edit) {
        if !edit.is_of_photos() {
            self.photos.iter_mut().for_each(|photo| photo.is_fresh = false);
        }
        let kept = &mut self.kept;
        match edit {
            Edit::Place(place) => {
                // What was said of the reports of one school says nothing of another's.
                if kept.place != place {
                    kept.same_as = None;
                }
                kept.place = place;
            }
            Edit::Category(slug) => {
                kept.category = (kept.category.as_deref() != Some(slug)).then(|| slug.to_owned());
            }
            Edit::Description(words) => kept.description = words,
            Edit::Urgency(urgency) => kept.urgency = urgency,
            Edit::Spot(words) => kept.spot = words,
            Edit::Mail(mail) => kept.mail = Some(mail),
            Edit::Follow(rhythm) => kept.follow = Some(rhythm),
            Edit::SameAs(report) => kept.same_as = report,
            Edit::Unlike(report) => kept.unlike.push(report),
            Edit::WithoutDate(without) => kept.without_date = without,
            Edit::WithoutPosition(without) => kept.without_position = without,
            edit => self.apply_to_photos(edit),
        }
    }

    fn apply_to_photos(&mut self, edit: Edit) {
        let at = |photos: &[Photo], number: u32| photos.iter().position(|photo| photo.number == number);
        let photos = &mut self.photos;
        match edit {
            Edit::Add(number) => {
                photos.retain(|photo| !matches!(photo.slot, Slot::Bad(_)));
                photos.push(Photo::new(number, Slot::Busy, String::new()));
                photos.truncate(MAX_PHOTOS);
            }
            Edit::Settle(number, result) => {
                if let Some(n) = at(photos, number) {
                    photos[n].slot = result.map_or_else(Slot::Bad, |shot| Slot::Ready(Rc::new(shot)));
                    photos[n].is_fresh = true;
                }
            }
            Edit::Replace(number, shot) => {
                if let Some(n) = at(photos, number) {
                    photos[n].slot = Slot::Ready(Rc::new(shot));
                    photos[n].is_fresh = false;
                }
            }
            Edit::Seen(number) => {
                if let Some(n) = at(photos, number) {
                    photos[n].is_fresh = false;
                }
            }
            Edit::Drop(number) => photos.retain(|photo| photo.number != number),
            Edit::Move(number, way) => {
                let Some(n) = at(photos, number) else { return };
                let other = if way == Way::Earlier { n.checked_sub(1) } else { Some(n + 1) };
                if let Some(other) = other.filter(|other| *other < photos.len()) {
                    photos.swap(n, other);
                }
            }
            Edit::Caption(number, words) => {
                if let Some(n) = at(photos, number) {
                    photos[n].caption = words;
                    photos[n].is_fresh = false;
                }
            }
            _ => {}
        }
    }

    /// A draft read again. A photo whose bytes are lost is left out.
    pub fn open(mut kept: Kept, shots: Vec<Shot>) -> Self {
        let photos: Vec<Photo> = shots
            .into_iter()
            .map(|shot| {
                let known = kept.photos.iter().find(|photo| photo.hash == shot.hash);
                let caption = known.map(|photo| photo.caption.clone()).unwrap_or_default();
                Photo::new(next_number(), Slot::Ready(Rc::new(shot)), caption)
            })
            .collect();
        kept.photos = photos.iter().filter_map(Photo::kept).collect();
        Self { kept, photos }
    }

    /// What is kept of it.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Photos that are ready.
    pub fn shots(&self) -> impl Iterator<Item = &Rc<Shot>> {
        self.photos.iter().filter_map(Photo::shot)
    }

    /// Photos from which the person has not gone on.
    pub fn fresh(&self) -> Vec<PhotoHash> {
        let fresh = self.photos.iter().filter(|photo| photo.is_fresh);
        fresh.filter_map(|photo| Some(photo.shot()?.hash.clone())).collect()
    }

    /// Whether a photo is still being made ready.
    pub fn is_busy(&self) -> bool {
        self.photos.iter().any(|photo| matches!(photo.slot, Slot::Busy))
    }

    /// Whether the photo of that number is among its own.
    pub fn has(&self, number: u32) -> bool {
        self.photos.iter().any(|photo| photo.number == number)
    }

    /// Whether something would be lost, photos on their way included.
    pub fn is_empty(&self) -> bool {
        !self.is_busy() && self.kept.is_empty()
    }

    /// What it is about, if the person said.
    pub fn slug(&self) -> Option<&str> {
        self.kept.category.as_deref()
    }
}

impl Photo {
    fn new(number: u32, slot: Slot, caption: String) -> Self {
        Self { number, slot, caption, is_fresh: false }
    }

    /// Its bytes, when they are ready.
    pub fn shot(&self) -> Option<&Rc<Shot>> {
        match &self.slot {
            Slot::Ready(shot) => Some(shot),
            _ => None,
        }
    }

    fn kept(&self) -> Option<DraftPhoto> {
        let shot = self.shot()?;
        let (hash, caption) = (shot.hash.clone(), self.caption.clone());
        Some(DraftPhoto { hash, caption, position: shot.position, taken_at: shot.taken_at })
    }
}

/// Numbers are never used twice: a photo made ready too late for one draft must not land in the next.
fn next_number() -> u32 {
    thread_local! {
        static NEXT: Cell<u32> = const { Cell::new(0) };
    }
    NEXT.replace(NEXT.get() + 1)
}

/// Makes photos of files and adds them to the draft in hand. One after the other: two cameras' worth of pixels at once is more
/// than a small phone has.
pub fn take(files: Vec<File>) {
    let numbered: Vec<(u32, File)> =
        files.into_iter().take(MAX_PHOTOS).map(|file| (next_number(), file)).collect();
    for (number, _) in &numbered {
        keeper::edit(Edit::Add(*number));
    }
    spawn_local(async move {
        for (number, file) in numbered {
            drafts::settle(number, shrink(&file).await);
        }
    });
}

/// The draft and its edits.
pub type DraftHandle = UseReducerHandle<Draft>;
