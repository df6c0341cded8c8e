//! What every screen knows: the words, the queue, the schools, the report being made. One value, handed down.

use crate::hooks::{Pack, Queue};
use crate::lang::Words;
pub use crate::markup::text;
use crate::rooms::reports::draft::DraftHandle;
use crate::rooms::reports::drafts::Drafts;
use crate::split::Part;
use shared::ids::PlaceId;
use shared::places::Place;
use std::ops::Deref;
use std::rc::Rc;
use yew::prelude::*;

/// What every screen knows; cheap to hand on.
#[derive(Clone)]
pub struct World(Rc<Known>);

/// What there is to know.
pub struct Known {
    /// The words of the person's language.
    pub words: Words,
    /// What lies on this phone.
    pub queue: Queue,
    /// The schools this phone knows.
    pub pack: Pack,
    /// The report being made.
    pub draft: DraftHandle,
    /// How it is kept, and the others begun.
    pub drafts: Drafts,
    /// The part of the app that draws the report being made.
    pub making: Part,
    /// The part of the app that draws what one reads.
    pub reading: Part,
    /// Asks for another language.
    pub speak: Callback<String>,
}

impl PartialEq for World {
    /// The shell makes a new one whenever something changed.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl From<Known> for World {
    fn from(known: Known) -> Self {
        Self(Rc::new(known))
    }
}

impl Deref for World {
    type Target = Known;
    fn deref(&self) -> &Known {
        &self.0
    }
}

impl Deref for Known {
    type Target = Words;
    fn deref(&self) -> &Words {
        &self.words
    }
}

impl World {
    /// The words for `key`, ready to stand on the screen.
    pub fn t(&self, key: &str) -> Html {
        text(self.words.say(key))
    }

    /// The school of that code, when the phone knows it.
    pub fn place(&self, id: &PlaceId) -> Option<&Place> {
        self.pack.find(id)
    }

    /// Names the screen in the browser's tab and history.
    pub fn title(&self, title: &str) {
        gloo_utils::document().set_title(&self.words.with("page_title", &[("title", title)]));
    }
}
