//! Photos: those that still lie on this phone, and those of the server.

use crate::dom::ObjectUrl;
use crate::markup;
use shared::ids::{ParcelId, PhotoHash};
use shared::outbox::{Parcel, State};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The address of a photo on the server, `side` one of [`shared::photos::SIZES`].
pub fn server_photo(hash: &PhotoHash, side: &str) -> String {
    ["/photos/", hash.as_str(), "/", side, ".jpg"].concat()
}

/// A parcel's picture.
#[derive(Properties, PartialEq)]
pub struct ThumbProps {
    /// The parcel.
    pub id: ParcelId,
    /// Its first photo.
    pub photo: Option<PhotoHash>,
    /// Whether the server has it.
    pub received: bool,
    /// The pictogram where there is no photo.
    pub sign: &'static str,
}

impl ThumbProps {
    /// The picture of `parcel`.
    pub fn of(parcel: &Parcel, sign: &'static str) -> Self {
        Self {
            id: parcel.id.clone(),
            photo: parcel.content.photos().first().cloned(),
            received: matches!(parcel.state, State::Received { .. }),
            sign,
        }
    }
}

/// The first photo of a parcel: from the queue while it has the bytes, from the server afterwards.
#[component]
pub fn Thumb(props: &ThumbProps) -> Html {
    let local = use_state(|| None::<Rc<ObjectUrl>>);
    let setter = local.setter();
    use_effect_with((props.id.clone(), props.photo.clone(), props.received), move |(id, photo, _)| {
        let alive = Rc::new(Cell::new(true));
        if let Some(photo) = photo.clone() {
            let (id, alive) = (id.clone(), alive.clone());
            spawn_local(async move {
                let bytes = outbox::photo(&id, &photo).await.ok().flatten();
                // What has been shown stays shown when the queue gives its bytes up.
                if let (true, Some(bytes)) = (alive.get(), bytes) {
                    setter.set(ObjectUrl::of_jpeg(&bytes).map(Rc::new));
                }
            });
        }
        move || alive.set(false)
    });
    let src = match (&*local, &props.photo) {
        (Some(url), _) => url.as_str().to_owned(),
        (None, Some(photo)) if props.received => server_photo(photo, "320"),
        _ => return markup! { <span class="thumb">{ icon(props.sign) }</span> },
    };
    markup! { <img class="thumb" {src} alt="" width="88" height="88" /> }
}
