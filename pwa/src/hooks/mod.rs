//! What has a memory: the queue, the schools, an answer of the server, where the phone is.

mod fetch;
mod pack;
mod position;
mod queue;

pub use fetch::{Fetched, decode, use_get};
pub use pack::{Pack, use_pack_source};
pub use position::{Whereabouts, use_allowed_position, use_position};
pub use queue::{Bytes, Queue, Stance, use_progress, use_queue_source};
