//! Addresses in mails to readers, signed by a secret of their own that no phone knows: whoever typed an address in cannot
//! agree in its place. One to agree to a follow, one to see and end all of them; neither opens anything else.

use super::store::Reader;
use crate::app::App;
use crate::rooms::photos::hex;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Bytes of a signature that stand in the address.
const SIGNED: usize = 16;

/// What an address allows.
#[derive(Clone, Copy, Debug)]
pub enum To {
    /// Agreeing to a follow.
    Confirm,
    /// Seeing and ending what an address follows.
    Manage,
}

impl To {
    fn word(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Manage => "manage",
        }
    }
}

/// Where `reader` agrees to `follow`.
pub fn confirm(app: &App, reader: &Reader, follow: &str) -> String {
    let signed = sign(reader, To::Confirm, follow);
    format!("{}/abonnements/{follow}/confirmer/{signed}", app.config.public_url)
}

/// Where `reader` sees and ends what they follow.
pub fn manage(app: &App, reader: &Reader) -> String {
    format!("{}/abonnements/{}/{}", app.config.public_url, reader.id, sign(reader, To::Manage, &reader.id))
}

/// Whether `signed` is ours.
pub fn holds(reader: &Reader, to: To, id: &str, signed: &str) -> bool {
    let (Some(mac), Some(signed)) = (mac(reader, to, id), bytes(signed)) else { return false };
    signed.len() == SIGNED && mac.verify_truncated_left(&signed).is_ok()
}

fn sign(reader: &Reader, to: To, id: &str) -> String {
    let tag = mac(reader, to, id).map(|mac| mac.finalize().into_bytes());
    tag.as_ref().and_then(|tag| tag.get(..SIGNED)).map(hex).unwrap_or_default()
}

fn mac(reader: &Reader, to: To, id: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(reader.secret.as_bytes()).ok()?;
    mac.update(format!("digest {} {id}", to.word()).as_bytes());
    Some(mac)
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs =
        hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}
