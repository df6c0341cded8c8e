//! The words and rules that the phone and the server have in common.
//!
//! Owns: wire types, and every rule that both sides must judge alike.
//! Promises: pure functions over values; no clock, no randomness, no IO; builds for the host and for wasm32.
//! Does not: know HTTP, SQL, the browser, or a language spoken on screen.

pub mod calendar;
pub mod digest;
pub mod followup;
pub mod geo;
pub mod ids;
pub mod instant;
pub mod lang;
pub mod outbox;
pub mod photos;
pub mod places;
pub mod problem;
pub mod push;
pub mod relance;
pub mod reports;
pub mod routing;
pub mod text;
pub mod uploads;
