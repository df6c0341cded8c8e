//! The outbox: what was written on this phone and has still to reach the server, photos included.
//!
//! Owns: the IndexedDB database of parcels, their sending, the Web Lock around it. Nobody else writes there.
//! Promises: the same code runs in the page and in the service worker; a parcel and its photos are written, read and
//! settled in one transaction; two drains at once send each parcel once; nothing written is dropped before a receipt.
//! Does not: decide when to drain (page and worker do), show anything, shrink photos.

mod drain;
pub mod edges;
mod send;
mod store;
mod trouble;

pub use drain::{Left, drain, wake};
pub use store::{Photo, all, photo, put, remove, retry};
pub use trouble::Trouble;

/// Name of the BroadcastChannel that says "something changed" after every change, from the page or the worker.
pub const CHANGED: &str = "outbox";
