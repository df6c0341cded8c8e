//! Web push: one message to one browser's push service (RFC 8030), encrypted for that browser (RFC 8291), signed by this
//! server (RFC 8292).
//!
//! Owns the way out. Promises: an endpoint is judged again when something leaves, and so is the very address that is
//! connected to; no redirect is followed and no proxy asked; every attempt ends in time. Does not: know reports, decide
//! whom to tell, or try again.
//!
//! `web-push-native` encrypts: it is Rust all the way down. `web-push` (by its `ece`) wants OpenSSL at run time, and the
//! server is one file to copy. Its signature is not used: it drops the port of the audience.

pub mod connect;
pub mod vapid;

use anyhow::Result;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use connect::Client;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use shared::instant::Instant;
use shared::push::Subscription;
use shared::push::endpoint::Policy;
use shared::push::payload::Topic;
use std::time::Duration;
use tokio::time::timeout;
use vapid::Vapid;
use web_push_native::{Auth, encrypt};

/// How long one message may take, from the name's resolution to the last byte of the answer.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read, so that its connection can be used again.
const MOST_ANSWER: usize = 16 * 1024;

/// How soon a phone is woken for a message (RFC 8030 §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// When it is charging on Wi-Fi.
    VeryLow,
    /// When it is charging or on Wi-Fi.
    Low,
    /// When it is used or charging.
    Normal,
    /// At once.
    High,
}

impl Urgency {
    fn as_str(self) -> &'static str {
        match self {
            Self::VeryLow => "very-low",
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

/// How a message travels.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Takes the place of an earlier one of this name that has not arrived.
    pub topic: Topic,
    /// How soon.
    pub urgency: Urgency,
    /// For how many milliseconds the service keeps it for a phone that is off.
    pub ttl: i64,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The service has it.
    Taken,
    /// The browser gave this subscription up (404, 410).
    Gone,
    /// The message is too long for this service (413).
    TooLong,
    /// Not now; perhaps the service said for how many milliseconds.
    Later(Option<i64>, String),
    /// Never as it is: why, without the address.
    Refused(String),
}

/// The way out.
pub struct Pusher {
    client: Client,
    vapid: Vapid,
    policy: Policy,
    patience: Duration,
}

impl Pusher {
    /// A way out under `policy`, for a server that signs as `vapid`.
    pub fn new(vapid: Vapid, policy: Policy, patience: Duration) -> Result<Self> {
        Ok(Self { client: connect::client(policy.loopback)?, vapid, policy, patience })
    }

    /// The key that browsers subscribe with.
    pub fn public_key(&self) -> &str {
        self.vapid.public_key()
    }

    /// Whether a message could be sent to `subscription`: its endpoint is allowed and its keys are keys.
    pub fn accepts(&self, subscription: &Subscription) -> Result<(), Unusable> {
        self.policy.origin(&subscription.endpoint).map_err(|_| Unusable::Endpoint)?;
        recipient(subscription).map(drop).ok_or(Unusable::Keys)
    }

    /// Sends `text` at `now`.
    pub async fn send(&self, to: &Subscription, envelope: &Envelope, text: &str, now: Instant) -> Answer {
        let request = match self.request(to, envelope, text, now) {
            Ok(request) => request,
            Err(reason) => return Answer::Refused(reason),
        };
        match timeout(self.patience, self.converse(request)).await {
            Ok(answer) => answer,
            Err(_) => Answer::Later(None, "silence".into()),
        }
    }

    fn request(
        &self,
        to: &Subscription,
        envelope: &Envelope,
        text: &str,
        now: Instant,
    ) -> Result<Request<Full<bytes::Bytes>>, String> {
        let origin = self.policy.origin(&to.endpoint).map_err(|why| format!("endpoint {why:?}"))?;
        let (public, auth) = recipient(to).ok_or("keys of no browser")?;
        let sealed = encrypt(text.into(), &public, &auth).map_err(|_| "cannot be encrypted")?;
        let request = Request::post(&to.endpoint)
            .header(header::AUTHORIZATION, self.vapid.authorization(&origin, now))
            .header(header::CONTENT_ENCODING, "aes128gcm")
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header("ttl", envelope.ttl.max(0) / 1_000)
            .header("urgency", envelope.urgency.as_str())
            .header("topic", envelope.topic.as_str());
        request.body(Full::new(sealed.into())).map_err(|_| "no address".to_owned())
    }

    async fn converse(&self, request: Request<Full<bytes::Bytes>>) -> Answer {
        let response = match self.client.request(request).await {
            Ok(response) => response,
            Err(error) => return connect::failure(&error),
        };
        let status = response.status();
        let wait = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        // Seconds only: a date would need the service's clock to be ours.
        let wait = wait.and_then(|seconds| seconds.trim().parse::<i64>().ok());
        let wait = wait.map(|seconds| seconds.saturating_mul(1_000));
        let _ = Limited::new(response.into_body(), MOST_ANSWER).collect().await;
        judge(status, wait)
    }
}

/// Why a subscription is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// Its endpoint is not allowed.
    Endpoint,
    /// Its keys are none.
    Keys,
}

/// What an answer of a push service means.
fn judge(status: StatusCode, wait: Option<i64>) -> Answer {
    match status.as_u16() {
        200..=299 => Answer::Taken,
        404 | 410 => Answer::Gone,
        413 => Answer::TooLong,
        408 | 425 | 429 | 500..=599 => Answer::Later(wait, status.as_str().to_owned()),
        _ => Answer::Refused(status.as_str().to_owned()),
    }
}

fn recipient(subscription: &Subscription) -> Option<(p256::PublicKey, Auth)> {
    let read = |text: &str| BASE64.decode(text.trim_end_matches('=')).ok();
    let public = p256::PublicKey::from_sec1_bytes(&read(&subscription.keys.p256dh)?).ok()?;
    Some((public, Auth::from_exact_iter(read(&subscription.keys.auth)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_says_has_one_meaning() {
        for (status, expected) in [
            (201, Answer::Taken),
            (202, Answer::Taken),
            (302, Answer::Refused("302".into())),
            (307, Answer::Refused("307".into())),
            (400, Answer::Refused("400".into())),
            (401, Answer::Refused("401".into())),
            (403, Answer::Refused("403".into())),
            (404, Answer::Gone),
            (410, Answer::Gone),
            (413, Answer::TooLong),
            (429, Answer::Later(Some(5), "429".into())),
            (500, Answer::Later(Some(5), "500".into())),
            (503, Answer::Later(Some(5), "503".into())),
        ] {
            assert_eq!(judge(StatusCode::from_u16(status).unwrap(), Some(5)), expected, "{status}");
        }
    }
}
