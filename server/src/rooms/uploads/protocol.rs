//! The protocol's headers: reading and writing them. Knows no upload.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use shared::instant::Instant;
use shared::problem::{Code, Problem};

/// The version we speak.
pub const VERSION: &str = "1.0.0";
/// What we do beyond the core.
pub const EXTENSIONS: &str = "creation,checksum,expiration,termination";
/// How pieces may be checked.
pub const ALGORITHMS: &str = "sha1,sha256";
/// What a piece calls itself.
pub const PIECE: &str = "application/offset+octet-stream";

/// Says which version is spoken.
pub const RESUMABLE: &str = "tus-resumable";
/// How many bytes there are.
pub const OFFSET: &str = "upload-offset";
/// How many there will be.
pub const LENGTH: &str = "upload-length";
/// What the client says of them.
pub const METADATA: &str = "upload-metadata";
/// When they are forgotten.
pub const EXPIRES: &str = "upload-expires";
/// The digest of a piece.
pub const CHECKSUM: &str = "upload-checksum";

/// Longest metadata kept, in bytes.
const LONGEST_METADATA: usize = 1024;

/// The whole number in header `name`.
///
/// # Errors
/// `body_invalid` with the header's name.
pub fn number(headers: &HeaderMap, name: &str) -> Result<u64, Problem> {
    let digits = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = headers.get(name).and_then(|value| value.to_str().ok()).filter(digits);
    text.and_then(|text| text.parse().ok()).ok_or_else(|| Problem::of(Code::BodyInvalid, name))
}

/// `Upload-Metadata` as it was written; empty when there is none.
///
/// # Errors
/// `body_invalid` when it is no text or too long.
pub fn metadata(headers: &HeaderMap) -> Result<&str, Problem> {
    let Some(value) = headers.get(METADATA) else { return Ok("") };
    let text = value.to_str().ok().filter(|text| text.len() <= LONGEST_METADATA);
    text.ok_or_else(|| Problem::of(Code::BodyInvalid, METADATA))
}

/// What `metadata` says of `key`: pairs between commas, each a key and, after a space, base64.
///
/// # Errors
/// `body_invalid` when it does not say, or not in base64.
pub fn said(metadata: &str, key: &str) -> Result<String, Problem> {
    let pairs = metadata.split(',').map(|pair| pair.trim().split_once(' ').unwrap_or((pair.trim(), "")));
    let value = pairs.into_iter().find(|(name, _)| *name == key).map(|(_, value)| value);
    let bytes = value.and_then(|value| BASE64_STANDARD.decode(value.trim()).ok());
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| Problem::of(Code::BodyInvalid, METADATA))
}

/// A date as HTTP writes it (RFC 9110): `Tue, 08 Sep 2026 08:00:00 GMT`.
pub fn date(at: Instant) -> String {
    let timestamp = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&timestamp).unwrap_or_default()
}

/// The digest that a piece must have.
#[derive(Debug, PartialEq, Eq)]
pub enum Checksum {
    /// By SHA-1.
    Sha1(Vec<u8>),
    /// By SHA-256.
    Sha256(Vec<u8>),
}

impl Checksum {
    /// `Upload-Checksum`, if there is one.
    ///
    /// # Errors
    /// `body_invalid` for an algorithm that we did not offer, and for what is no base64.
    pub fn read(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let Some(value) = headers.get(CHECKSUM) else { return Ok(None) };
        let pair = value.to_str().ok().and_then(|text| text.trim().split_once(' '));
        let digest = pair.and_then(|(name, digest)| Some((name, BASE64_STANDARD.decode(digest).ok()?)));
        match digest {
            Some(("sha1", digest)) => Ok(Some(Self::Sha1(digest))),
            Some(("sha256", digest)) => Ok(Some(Self::Sha256(digest))),
            _ => Err(Problem::of(Code::BodyInvalid, CHECKSUM)),
        }
    }

    /// Whether `bytes` are those that were meant.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Sha1(digest) => Sha1::digest(bytes).as_slice() == digest,
            Self::Sha256(digest) => Sha256::digest(bytes).as_slice() == digest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        [(http::HeaderName::from_static(name), http::HeaderValue::from_static(value))].into_iter().collect()
    }

    #[test]
    fn metadata_is_pairs_of_which_some_have_no_value() {
        let words = "filename d29ybGQ=,is_confidential, hash aGVsbG8=";
        assert_eq!(said(words, "hash").as_deref(), Ok("hello"));
        assert_eq!(said(words, "is_confidential").as_deref(), Ok(""));
        for (words, key) in [("", "hash"), (words, "name"), ("hash *", "hash")] {
            assert_eq!(said(words, key), Err(Problem::of(Code::BodyInvalid, METADATA)), "{words}");
        }
    }

    #[test]
    fn a_number_is_digits_and_nothing_else() {
        assert_eq!(number(&headers(OFFSET, "1024"), OFFSET), Ok(1024));
        for wrong in ["", "-1", "+1", "1.5", "99999999999999999999"] {
            assert_eq!(number(&headers(OFFSET, wrong), OFFSET), Err(Problem::of(Code::BodyInvalid, OFFSET)));
        }
    }

    #[test]
    fn a_checksum_is_one_we_offered() {
        // The protocol's own example: "hello world".
        let read = |value| Checksum::read(&headers(CHECKSUM, value));
        assert!(read("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=").unwrap().unwrap().holds(b"hello world"));
        let sha256 = read("sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=").unwrap().unwrap();
        assert!(sha256.holds(b"hello world") && !sha256.holds(b"hello World"));
        assert_eq!(Checksum::read(&HeaderMap::new()), Ok(None));
        for wrong in ["md5 XrY7u+Ae7tCTyyK7j1rNww==", "sha1", "sha1 *"] {
            assert_eq!(read(wrong), Err(Problem::of(Code::BodyInvalid, CHECKSUM)), "{wrong}");
        }
    }

    #[test]
    fn dates_are_written_as_http_does() {
        assert_eq!(date(Instant(1_788_768_000_000)), "Mon, 07 Sep 2026 08:00:00 GMT");
    }
}
