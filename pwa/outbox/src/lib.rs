//! The outbox: what was written on this phone and has still to reach the server, photos included.
//!
//! Owns: the IndexedDB database of parcels and drafts, their sending, the Web Lock around it. Nobody else writes there.
//! Promises: the same code runs in the page and in the service worker; words leave before photos, and photos resume where
//! they were cut; a parcel and its photos are written, read and settled in one transaction; two drains at once send each
//! parcel once; nothing written is dropped before a receipt.
//! Does not: decide when to drain (page and worker do), show anything, shrink photos.

mod drafts;
mod drain;
pub mod edges;
mod http;
mod idb;
pub mod json;
mod memory;
mod progress;
mod round;
mod rows;
mod send;
mod store;
mod trouble;
mod upload;
mod wishes;

pub use drafts::{draft_photos, drafts, drop_draft, keep_draft, take_back};
pub use drain::{Left, drain, finish, wake};
pub use idb::{keeps, let_go};
pub use progress::badge;
pub use rows::read_problem;
pub use store::{Photo, all, photo, put, remove, retry};
pub use trouble::Trouble;
pub use wishes::{secret, wish};

/// Name of the BroadcastChannel that says "something changed" after every change, from the page or the worker.
pub const CHANGED: &str = "outbox";

/// Name of the BroadcastChannel that says how far the photos of a parcel are: `{id, sent, total}`, in bytes.
pub const PROGRESS: &str = "outbox-progress";
