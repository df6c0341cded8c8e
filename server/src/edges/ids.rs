//! Chance: ids and secrets of the server's own making.

use shared::ids::{Key, ParcelId, mint};
use shared::instant::Instant;

/// A new id (UUIDv7) for something that happens at `at`.
pub fn id(at: Instant) -> ParcelId {
    mint(at, rand::random())
}

/// A name that nobody guesses: 128 bits, in hexadecimal.
pub fn unguessable() -> String {
    key().reveal().to_owned()
}

/// A number that tells two apart who do the same at the same time.
pub fn nonce() -> u32 {
    rand::random()
}

/// A new secret, as a phone mints one: for the demonstration city, which has no phones.
pub fn key() -> Key {
    Key::from_bytes(rand::random())
}

/// What makes hashes of ours unlike those of others.
pub fn salt() -> [u8; 16] {
    rand::random()
}

/// A word to quote, of 64 bits: unlike the others of its time.
pub fn short() -> String {
    format!("{:016x}", rand::random::<u64>())
}
