//! Names of things on the wire: checked when read, so that nobody downstream asks again.
//!
//! An id minted on the phone is a UUIDv7 (RFC 9562 §5.7): sortable by time, unique without asking the server.

use crate::instant::Instant;
use crate::problem::{Code, Problem};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Makes a checked text type: `parse` is the only way in, serde goes through it.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $field:literal, $pattern:literal, $valid:expr) => {
        $(#[$doc])*
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(pattern = $pattern))]
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks `text`; a [`Problem`] with code `id_invalid` and the field's name when it is not one.
            pub fn parse(text: &str) -> Result<Self, Problem> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(Problem::of(Code::IdInvalid, $field))
                }
            }

            /// The text as it stands on the wire and in the database.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Problem;
            fn try_from(text: String) -> Result<Self, Problem> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

checked_text!(
    /// The id of a change made on a phone; a report keeps it for life.
    ParcelId, "id", "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$", is_uuid_v7
);
checked_text!(
    /// SHA-256 of the bytes that left the phone, in lower-case hexadecimal: the photo's name.
    PhotoHash, "photo", "^[0-9a-f]{64}$", |t| t.len() == 64 && t.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
);
checked_text!(
    /// The code of an observed place: a school's UAI, another register's code for other places.
    PlaceId, "place", "^[0-9A-Za-z-]{3,40}$", |t| (3..=40).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
);

/// The secret a phone mints with a report: proves that a later word comes from the same person, and opens the
/// follow link. 128 bits, 32 hexadecimal characters. Its `Debug` says nothing, so that no log can.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(pattern = "^[0-9a-f]{32}$"))]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key(String);

impl Key {
    /// Writes 16 random bytes as a key.
    pub fn from_bytes(random: [u8; 16]) -> Self {
        Self(random.iter().map(|b| format!("{b:02x}")).collect())
    }

    /// Checks `text`; `key_missing` when it is not a key.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let valid = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if valid { Ok(Self(text.to_owned())) } else { Err(Problem::of(Code::KeyMissing, "key")) }
    }

    /// The secret itself: for the `Authorization` header and the follow link only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl TryFrom<String> for Key {
    type Error = Problem;
    fn try_from(text: String) -> Result<Self, Problem> {
        Self::parse(&text)
    }
}

impl From<Key> for String {
    fn from(key: Key) -> String {
        key.0
    }
}

/// Mints a UUIDv7 from an instant and ten random bytes (time and chance are parameters).
pub fn mint(at: Instant, random: [u8; 10]) -> ParcelId {
    let millis = u64::try_from(at.0).unwrap_or(0);
    ParcelId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string())
}

fn is_uuid_v7(text: &str) -> bool {
    text.len() == 36
        && !text.bytes().any(|b| b.is_ascii_uppercase())
        && uuid::Uuid::try_parse(text).is_ok_and(|id| id.get_version_num() == 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minted_id_parses_and_sorts_by_time() {
        let early = mint(Instant(1_700_000_000_000), [9; 10]);
        let late = mint(Instant(1_700_000_000_001), [0; 10]);
        assert!(early < late);
        assert_eq!(ParcelId::parse(early.as_str()).as_ref(), Ok(&early));
    }

    #[test]
    fn what_is_not_an_id_is_refused_with_its_field() {
        for text in
            ["", "1042", "6E0D4A50-0000-7000-8000-000000000000", "00000000-0000-4000-8000-000000000000"]
        {
            assert_eq!(ParcelId::parse(text), Err(Problem::of(Code::IdInvalid, "id")), "{text}");
        }
        assert!(PhotoHash::parse(&"a".repeat(63)).is_err());
        assert!(PlaceId::parse("../etc").is_err());
        assert!(Key::parse("short").is_err());
    }

    #[test]
    fn a_key_never_shows_in_a_log() {
        assert_eq!(format!("{:?}", Key::from_bytes([7; 16])), "Key(…)");
    }
}
