//! Reports on a phone: made, followed, read.

mod category_pick;
mod choices;
pub mod compose;
pub mod draft;
pub mod emergency;
pub mod home;
pub mod kept;
pub mod list;
pub mod me_too;
pub mod mine;
pub mod page;
mod photo_strip;
mod place_pick;
mod send;
pub mod sentence;
pub mod snap;

pub use place_pick::{typed, where_is};
