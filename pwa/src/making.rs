//! The report being made: a part of the app that comes by itself as soon as the first screen stands, while the camera is
//! still opening.
//!
//! Owns the seam between the button and the form. Does not keep drafts: these are of the first part, so that a photo is
//! safe before the form is there.

use crate::lang;
use crate::rooms::reports::compose::{Compose, ComposeProps};
use crate::screen::Screen;
use crate::split::Coming;
use crate::ui::skeleton;
use crate::world::World;
use std::any::Any;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// What this part draws.
struct Making {
    screen: fn(&World) -> Screen,
}

static MAKING: Making = Making { screen: draw };

/// What its words are called.
const WORDS: &str = "making";

/// The seam: what is reached only from here leaves the first part.
#[wasm_split(making, fallible)]
fn making_part() -> Result<&'static Making, SplitLoaderError> {
    Ok(&MAKING)
}

/// Fetches the part.
pub fn fetch() -> Coming {
    Box::pin(async {
        lang::call_part(WORDS);
        let making = making_part().await.ok()?;
        lang::of_part(WORDS).await?;
        Some(making as &dyn Any)
    })
}

/// The form, or what stands there until it comes.
pub fn screen(w: &World) -> Screen {
    let shown = match w.making.get::<Making>() {
        Some(making) => (making.screen)(w),
        None => Screen::new("coming", "", w.making.until(w, skeleton(3))),
    };
    Screen { class: "screen compose", ..shown }
}

// From here on: the part.

fn draw(w: &World) -> Screen {
    Screen::of::<Compose>("compose", w.draft.id.as_str(), ComposeProps { world: w.clone() })
}
