//! Reports on a phone: made, followed, read.

mod alike;
mod ask;
mod category_pick;
mod choices;
pub mod compose;
mod details;
pub mod draft;
pub mod drafts;
pub mod emergency;
mod facts;
mod fields;
pub mod follow;
pub mod home;
mod keeper;
pub mod kept;
pub mod list;
pub mod me_too;
pub mod mine;
pub mod page;
mod photo_blur;
mod photo_strip;
mod photo_tools;
mod place_pick;
mod plan;
mod send;
pub mod sentence;
pub mod share;
pub mod snap;
mod spot;
mod unfinished;
mod urgency;

pub use place_pick::{typed, where_is};
