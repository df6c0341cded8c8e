//! Screens by concept, named as on the other sides.

pub mod me;
pub mod outbox;
pub mod photos;
pub mod places;
pub mod push;
pub mod reports;
#[cfg(debug_assertions)]
pub mod styleguide;
