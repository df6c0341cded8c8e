//! VAPID (RFC 8292): this server says who it is, so that a push service can write to its keepers and lets nobody else
//! write to its phones.
//!
//! Owns the key and the subject. Promises: the audience keeps a port that does not go without saying; a signature is used
//! again for some hours, and never longer than services take it for. Does not keep the key: `rooms/push` does, with the data.

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use p256::SecretKey;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use shared::instant::{HOUR, Instant};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How long a signature holds, in milliseconds; services take 24 hours at most.
const LIFE: i64 = 12 * HOUR;
/// Audiences remembered: as many as there are services, and some.
const MOST_KNOWN: usize = 64;

/// Who this server is to push services.
pub struct Vapid {
    key: SigningKey,
    public: String,
    subject: String,
    /// By audience: until when, and the header.
    signed: Mutex<BTreeMap<String, (Instant, String)>>,
}

/// A new secret key, as it is kept.
pub fn new_key() -> String {
    loop {
        // All but a vanishing part of 32 random bytes is a key of the curve.
        if let Ok(key) = SecretKey::from_slice(&rand::random::<[u8; 32]>()) {
            return BASE64.encode(key.to_bytes());
        }
    }
}

impl Vapid {
    /// Reads the key that was kept; `subject` is a `mailto:` or `https:` address of who runs this server.
    pub fn read(key: &str, subject: &str) -> Result<Self> {
        let bytes = BASE64.decode(key).context("the key of push cannot be read")?;
        let key = SecretKey::from_slice(&bytes).context("the key of push is none")?;
        let public = BASE64.encode(key.public_key().to_encoded_point(false));
        Ok(Self { key: key.into(), public, subject: subject.to_owned(), signed: Mutex::default() })
    }

    /// The public key, for browsers.
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// The header for a service at `now`.
    pub fn authorization(&self, origin: &str, now: Instant) -> String {
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        match signed.get(origin) {
            Some((until, header)) if (now.plus(LIFE / 2)..=now.plus(LIFE)).contains(until) => header.clone(),
            _ => {
                let until = now.plus(LIFE);
                let header = self.sign(origin, until);
                if signed.len() >= MOST_KNOWN {
                    signed.clear();
                }
                signed.insert(origin.to_owned(), (until, header.clone()));
                header
            }
        }
    }

    fn sign(&self, origin: &str, until: Instant) -> String {
        let claims = serde_json::json!({ "aud": origin, "exp": until.0 / 1_000, "sub": self.subject });
        let head = BASE64.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let said = format!("{head}.{}", BASE64.encode(claims.to_string()));
        let signature: Signature = self.key.sign(said.as_bytes());
        format!("vapid t={said}.{}, k={}", BASE64.encode(signature.to_bytes()), self.public)
    }
}

/// Checks a subject: Apple answers 403 to one that nobody could be reached by.
///
/// # Errors
/// What was expected.
pub fn check_subject(subject: &str) -> Result<()> {
    const EXPECTED: &str = "expected mailto:NAME@DOMAIN or https://HOST that people elsewhere can reach (no localhost, no number)";
    let reachable = |host: &str| {
        let host = host.to_ascii_lowercase();
        let label = |label: &str| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let last = host.rsplit('.').next().unwrap_or_default();
        host.contains('.')
            && host.split('.').all(label)
            && !last.starts_with(|first: char| first.is_ascii_digit())
            && !matches!(last, "localhost" | "local" | "internal" | "localdomain")
    };
    let good = match subject.split_once(':') {
        Some(("mailto", mail)) => {
            let domain = mail.rsplit_once('@').map(|(_, domain)| domain);
            shared::text::is_mail(mail) && domain.is_some_and(reachable)
        }
        Some(("https", _)) => {
            let host = url::Url::parse(subject).ok();
            host.as_ref().and_then(url::Url::host_str).is_some_and(reachable)
        }
        _ => false,
    };
    ensure!(good, EXPECTED);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_that_apple_refuses_is_refused_here() {
        for good in
            ["mailto:vigie@example.org", "https://vigie.example.org", "https://vigie.example.org/contact"]
        {
            assert!(check_subject(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "vigie@example.org",
            "mailto:",
            "mailto:vigie",
            "mailto:vigie@localhost",
            "mailto:vigie@app.localhost",
            "mailto:<vigie@example.org>",
            "mailto: vigie@example.org",
            "mailto:vigie@127.0.0.1",
            "mailto:vigie@[127.0.0.1]",
            "http://vigie.example.org",
            "https://localhost",
            "https://127.0.0.1",
            "https://",
            "https://vigie",
        ] {
            assert!(check_subject(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_signature_is_used_again_and_made_anew_in_time() {
        let vapid = Vapid::read(&new_key(), "mailto:vigie@example.org").unwrap();
        let now = Instant(1_800_000_000_000);
        let first = vapid.authorization("https://a.example", now);
        assert_eq!(vapid.authorization("https://a.example", now.plus(5 * HOUR)), first);
        assert_ne!(vapid.authorization("https://a.example", now.plus(7 * HOUR)), first);
        assert_ne!(vapid.authorization("https://b.example", now), first);
        assert_eq!(
            vapid.authorization("https://a.example", now.plus(-HOUR)).split('.').next(),
            first.split('.').next()
        );
    }
}
