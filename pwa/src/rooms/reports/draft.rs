//! A report being made. Lives in memory above all screens: going away and coming back loses nothing.

use crate::rooms::photos::{Shot, Unusable, shrink};
use shared::geo::Position;
use shared::ids::PlaceId;
use shared::instant::Instant;
use shared::reports::MAX_PHOTOS;
use std::cell::Cell;
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

/// What the person has put together so far.
#[derive(Clone, Default)]
pub struct Draft {
    /// Photos in their order, each with a number that stays its own.
    pub photos: Vec<(u32, Slot)>,
    /// Which school.
    pub place: Option<PlaceId>,
    /// What.
    pub category: Option<&'static str>,
    /// In their words.
    pub description: String,
    /// Where to write; nothing: as remembered.
    pub mail: Option<String>,
}

impl PartialEq for Draft {
    /// Every edit makes a new value; comparing photos byte by byte would say no more.
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// A change to a draft.
pub enum Edit {
    /// A photo is chosen.
    Add(u32),
    /// A photo is ready, or never will be.
    Settle(u32, Result<Shot, Unusable>),
    /// A photo goes.
    Drop(u32),
    /// The school.
    Place(Option<PlaceId>),
    /// The category; the same again takes it away.
    Category(&'static str),
    /// The words.
    Description(String),
    /// The address.
    Mail(String),
    /// All of it goes.
    Clear,
}

impl Reducible for Draft {
    type Action = Edit;

    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        let mut draft = (*self).clone();
        match edit {
            Edit::Add(number) => {
                draft.photos.retain(|(_, slot)| !matches!(slot, Slot::Bad(_)));
                draft.photos.push((number, Slot::Busy));
                draft.photos.truncate(MAX_PHOTOS);
            }
            Edit::Settle(number, result) => {
                if let Some((_, slot)) = draft.photos.iter_mut().find(|(own, _)| *own == number) {
                    *slot = result.map_or_else(Slot::Bad, |shot| Slot::Ready(Rc::new(shot)));
                }
            }
            Edit::Drop(number) => draft.photos.retain(|(own, _)| *own != number),
            Edit::Place(place) => draft.place = place,
            Edit::Category(slug) => draft.category = (draft.category != Some(slug)).then_some(slug),
            Edit::Description(words) => draft.description = words,
            Edit::Mail(mail) => draft.mail = Some(mail),
            Edit::Clear => draft = Self::default(),
        }
        Rc::new(draft)
    }
}

impl Draft {
    /// Photos that are ready.
    pub fn shots(&self) -> impl Iterator<Item = &Rc<Shot>> {
        self.photos.iter().filter_map(|(_, slot)| match slot {
            Slot::Ready(shot) => Some(shot),
            _ => None,
        })
    }

    /// Whether a photo is still being made ready.
    pub fn is_busy(&self) -> bool {
        self.photos.iter().any(|(_, slot)| matches!(slot, Slot::Busy))
    }

    /// Whether something would be lost.
    pub fn is_empty(&self) -> bool {
        self.photos.is_empty() && self.category.is_none() && self.description.trim().is_empty()
    }

    /// Where the photos were taken, if one says.
    pub fn position(&self) -> Option<Position> {
        self.shots().find_map(|shot| shot.position)
    }

    /// When the first photo was taken, if one says.
    pub fn taken_at(&self) -> Option<Instant> {
        self.shots().filter_map(|shot| shot.taken_at).min()
    }
}

/// Makes photos of files and adds them to the draft. One after the other: two cameras' worth of pixels at once is more
/// than a small phone has.
pub fn take(files: Vec<File>, draft: UseReducerDispatcher<Draft>) {
    thread_local! {
        /// Numbers are never used twice: a photo made ready too late for one draft must not land in the next.
        static NEXT: Cell<u32> = const { Cell::new(0) };
    }
    let numbered: Vec<(u32, File)> =
        files.into_iter().take(MAX_PHOTOS).map(|file| (NEXT.replace(NEXT.get() + 1), file)).collect();
    for (number, _) in &numbered {
        draft.dispatch(Edit::Add(*number));
    }
    spawn_local(async move {
        for (number, file) in numbered {
            draft.dispatch(Edit::Settle(number, shrink(&file).await));
        }
    });
}

/// The draft and its edits.
pub type DraftHandle = UseReducerHandle<Draft>;
