//! The screens one reads: the app's second part.
//!
//! Owns the seam between what snaps a report and the rest. Does not decide which screens are read: [`crate::app`] does.

use crate::lang;
use crate::markup::component;
use crate::rooms::reports::list::{Reports, ReportsProps};
use crate::rooms::{me, outbox, places, push, reports};
use crate::route::{Filter, Route, wished};
use crate::screen::Screen;
use crate::split::Coming;
use crate::ui::skeleton;
use crate::world::World;
use shared::ids::PlaceId;
use std::any::Any;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use yew::prelude::*;

/// Questions put on the page of something else.
const ASKED: usize = 2;
/// Reports shown on the page of something else.
const ASIDE: usize = 4;

/// What the second part draws.
struct Reading {
    screen: fn(&World, &Route) -> Screen,
    open_at: fn(&World, PlaceId) -> Html,
    news: fn(&World) -> Html,
    asked: fn(&World, usize) -> Html,
}

static READING: Reading =
    Reading { screen: draw, open_at: draw_open_at, news: push::aside, asked: reports::mine::asked };

/// What its words are called.
const WORDS: &str = "reading";

/// The seam: what is reached only from here leaves the first part.
#[wasm_split(reading, fallible)]
fn second_part() -> Result<&'static Reading, SplitLoaderError> {
    push::keep_fresh();
    Ok(&READING)
}

/// Fetches the second part.
pub fn fetch() -> Coming {
    Box::pin(async {
        lang::call_part(WORDS);
        let reading = second_part().await.ok()?;
        lang::of_part(WORDS).await?;
        Some(reading as &dyn Any)
    })
}

/// A screen of the second part, or what stands there until it comes.
pub fn screen(w: &World, route: &Route) -> Screen {
    match w.reading.get::<Reading>() {
        Some(reading) => (reading.screen)(w, route),
        None => Screen::new("coming", "screen", w.reading.until(w, skeleton(5))),
    }
}

/// What is open at a school, on the page of something else.
pub fn open_at(w: &World, place: PlaceId) -> Html {
    match w.reading.get::<Reading>() {
        Some(reading) => (reading.open_at)(w, place),
        None => w.reading.until(w, skeleton(2)),
    }
}

/// The question whether this phone may tell the news, on the page of something else; nothing until its part is here.
pub fn news(w: &World) -> Html {
    w.reading.get::<Reading>().map(|reading| (reading.news)(w)).unwrap_or_default()
}

/// What this person is asked now, on the page of something else; nothing until its part is here.
pub fn asked(w: &World) -> Html {
    w.reading.get::<Reading>().map(|reading| (reading.asked)(w, ASKED)).unwrap_or_default()
}

// From here on: the second part.

fn draw(w: &World, route: &Route) -> Screen {
    let world = w.clone();
    match route.clone() {
        Route::Mine => Screen::new("mine", "screen", reports::mine::mine(w)),
        Route::Outbox => {
            let props = outbox::page::OutboxPageProps { world };
            Screen::of::<outbox::page::OutboxPage>("other", "", props)
        }
        Route::Me => Screen::of::<me::MePage>("me", "", me::MePageProps { world }),
        Route::Places => {
            Screen::of::<places::list::PlacesPage>("places", "", places::list::PlacesPageProps { world })
        }
        Route::Place(id) => {
            let props = places::page::PlaceScreenProps { world, id: id.clone() };
            Screen::of::<places::page::PlaceScreen>("place", id.as_str(), props)
        }
        Route::Reports(filter) => Screen::new("reports", "screen", reports::list::list(w, &filter)),
        Route::Report(id, secret) => {
            let search = gloo_utils::window().location().search().unwrap_or_default();
            let wished = wished(&search);
            let props = reports::page::ReportScreenProps { world, id: id.clone(), secret, wished };
            Screen::of::<reports::page::ReportScreen>("report", id.as_str(), props)
        }
        #[cfg(debug_assertions)]
        Route::Styleguide => Screen::new("styleguide", "screen", crate::rooms::styleguide::styleguide(w)),
        _ => Screen::new("other", "screen", me::lost(w)),
    }
}

fn draw_open_at(w: &World, place: PlaceId) -> Html {
    let key = place.to_string();
    let filter = Filter { place: Some(place), closed: false };
    component::<Reports>(&key, ReportsProps { world: w.clone(), filter, most: Some(ASIDE) })
}
