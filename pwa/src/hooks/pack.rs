//! The schools the phone keeps, so that one is found without network.

use super::fetch::use_get;
use shared::ids::PlaceId;
use shared::places::{Place, PlacePack};
use std::rc::Rc;
use yew::prelude::*;

/// The schools, when the phone has them.
#[derive(Clone)]
pub struct Pack {
    /// Open places, by name; nothing before they came for the first time.
    pub pack: Option<Rc<PlacePack>>,
    /// Whether asking failed.
    pub failed: bool,
    /// Asks again.
    pub again: Callback<()>,
}

impl PartialEq for Pack {
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.pack, &other.pack) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        same && self.failed == other.failed
    }
}

impl Pack {
    /// The school of that code.
    pub fn find(&self, id: &PlaceId) -> Option<&Place> {
        self.pack.as_ref()?.places.iter().find(|place| place.id == *id)
    }

    /// All schools; none before they came.
    pub fn all(&self) -> &[Place] {
        self.pack.as_ref().map_or(&[], |pack| pack.places.as_slice())
    }
}

/// Asks for the schools once per start; for the shell alone.
#[hook]
pub fn use_pack_source() -> Pack {
    let fetched = use_get::<PlacePack>("/api/v1/places", None, 0);
    Pack { pack: fetched.value, failed: fetched.failure.is_some(), again: fetched.again }
}
