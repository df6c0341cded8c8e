//! Web push: how a phone asks to be told, and what it is told (RFC 8030, 8291, 8292).
//!
//! Owns the wire types, and the rules: where a push may be sent ([`endpoint`]), at what hour and how often it is tried
//! ([`hours`]), what it says ([`payload`]). Does not: encrypt, sign, send, or know whom it is for.

pub mod endpoint;
pub mod hours;
pub mod payload;

use crate::ids::{Key, ParcelId};
use crate::problem::{Code, Problem};
use serde::{Deserialize, Serialize};

/// Most reports and "moi aussi" of one phone that it is told about: the newest.
pub const MOST_KEYS: usize = 500;

/// What a phone needs to subscribe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PushOffer))]
pub struct Offer {
    /// The server's public key for `applicationServerKey`, base64url; none where the server sends no push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
}

/// What the browser gave for this phone, as `PushSubscription.toJSON()` writes it. Its `Debug` says nothing: whoever
/// knows all of it can write to the phone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PushSubscription))]
pub struct Subscription {
    /// Where to send.
    #[cfg_attr(feature = "schema", schema(format = "uri", max_length = 2048, pattern = "^https://"))]
    pub endpoint: String,
    /// For whom to encrypt.
    pub keys: Keys,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscription(…)")
    }
}

/// The browser's keys, base64url.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PushKeys))]
pub struct Keys {
    /// Its public key: a point of P-256, uncompressed.
    #[cfg_attr(feature = "schema", schema(pattern = "^B[A-P][0-9A-Za-z_-]{85}=?$"))]
    pub p256dh: String,
    /// The secret it shares with who may write: 16 bytes.
    #[cfg_attr(feature = "schema", schema(pattern = "^[0-9A-Za-z_-]{21}[AQgw](==)?$"))]
    pub auth: String,
}

/// A phone that wants to be told, as it says so. Sent whole each time; the last word holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PushDevice))]
pub struct Device {
    /// Where, and for whom.
    pub subscription: Subscription,
    /// Language of the person (BCP 47).
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 35))]
    pub lang: String,
    /// Their time zone (IANA, `Europe/Paris`); the schools' where it is not known.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 64))]
    pub zone: String,
    /// The secrets of its reports and "moi aussi": of these it is told, 500 at most.
    #[serde(default)]
    pub follows: Vec<Key>,
}

impl Device {
    /// The device within its limits.
    ///
    /// # Errors
    /// `text_too_long` with the field.
    pub fn checked(mut self) -> Result<Self, Problem> {
        if self.lang.len() > 35 {
            return Err(Problem::of(Code::TextTooLong, "lang"));
        }
        if self.zone.len() > 64 {
            return Err(Problem::of(Code::TextTooLong, "zone"));
        }
        self.follows.truncate(MOST_KEYS);
        Ok(self)
    }
}

/// Whose browser a phone has, as far as its push service shows; the endpoint itself is told to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PushFamily))]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Chrome, and others that go by Google's service.
    Chrome,
    /// Firefox.
    Firefox,
    /// Safari, and every browser of an iPhone.
    Safari,
    /// Edge.
    Edge,
    /// Not to be told.
    Other,
}

impl Family {
    /// The family that a push service serves.
    pub fn of(endpoint: &str) -> Self {
        let host = endpoint.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let below =
            |name: &str| host == name || host.strip_suffix(name).is_some_and(|start| start.ends_with('.'));
        match () {
            () if below("googleapis.com") => Self::Chrome,
            () if below("push.services.mozilla.com") => Self::Firefox,
            () if below("push.apple.com") => Self::Safari,
            () if below("notify.windows.com") => Self::Edge,
            () => Self::Other,
        }
    }
}

/// Another phone of the same person: one that is told by a secret which both hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PushOther))]
pub struct Other {
    /// Its id.
    pub id: ParcelId,
    /// Whose browser it has.
    pub family: Family,
    /// Since when it is told.
    pub since: crate::instant::Instant,
}

/// The other phones of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PushOthers))]
pub struct Others {
    /// The newest first.
    pub devices: Vec<Other>,
}

/// What is known of a phone that is told, for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PushTold))]
pub struct Told {
    /// Since when.
    pub since: crate::instant::Instant,
    /// How many of its reports and "moi aussi" it is told about.
    pub follows: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_writes_is_read() {
        let json = r#"{"subscription":{"endpoint":"https://fcm.googleapis.com/fcm/send/x","expirationTime":null,
                       "keys":{"p256dh":"BA","auth":"aa"}},"follows":["00000000000000000000000000000001"]}"#;
        let device: Device = serde_json::from_str(json).unwrap();
        assert_eq!((device.lang.as_str(), device.follows.len()), ("", 1));
        assert!(!format!("{device:?}").contains("fcm"), "an endpoint never shows in a log");
    }

    #[test]
    fn a_service_tells_the_family_and_a_name_that_only_looks_like_one_does_not() {
        for (endpoint, family) in [
            ("https://fcm.googleapis.com/fcm/send/x", Family::Chrome),
            ("https://updates.push.services.mozilla.com/wpush/v2/x", Family::Firefox),
            ("https://web.push.apple.com/x", Family::Safari),
            ("https://wns2-par02p.notify.windows.com/w/?token=x", Family::Edge),
            ("https://notpush.apple.com.example.org/x", Family::Other),
            ("https://evilpush.apple.com/x", Family::Other),
            ("", Family::Other),
        ] {
            assert_eq!(Family::of(endpoint), family, "{endpoint}");
        }
    }

    #[test]
    fn limits_are_said_with_their_field() {
        let keys = Keys { p256dh: String::new(), auth: String::new() };
        let subscription = Subscription { endpoint: String::new(), keys };
        let device = Device {
            subscription,
            lang: "fr".into(),
            zone: "Europe/Paris".into(),
            follows: vec![Key::from_bytes([1; 16]); MOST_KEYS + 1],
        };
        assert_eq!(device.clone().checked().unwrap().follows.len(), MOST_KEYS);
        let long = Device { zone: "x".repeat(65), ..device };
        assert_eq!(long.checked(), Err(Problem::of(Code::TextTooLong, "zone")));
    }
}
