//! A browser's half of the encryption (RFC 8291 with RFC 8188), written from the text of the RFC: what the server's library
//! encrypts must open here.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{PublicKey, SecretKey};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};

/// A subscription, with the secrets that only a browser has.
#[derive(Clone)]
pub struct Receiver {
    pub(super) token: String,
    endpoint: String,
    secret: SecretKey,
    auth: [u8; 16],
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Receiver({})", self.token)
    }
}

impl Receiver {
    pub(super) fn new(origin: &str) -> Self {
        let token = BASE64.encode(random::<16>());
        let endpoint = format!("{origin}/p/{token}");
        let secret = std::iter::repeat_with(|| SecretKey::from_slice(&random::<32>())).find_map(Result::ok);
        Self { token, endpoint, secret: secret.expect("a key"), auth: random() }
    }

    /// What `PushSubscription.toJSON()` gives.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let public = self.secret.public_key().to_encoded_point(false);
        json!({
            "endpoint": self.endpoint, "expirationTime": null,
            "keys": { "p256dh": BASE64.encode(public), "auth": BASE64.encode(self.auth) },
        })
    }

    /// Whether a post came to this subscription.
    #[must_use]
    pub fn is_for(&self, post: &super::Post) -> bool {
        post.token == self.token
    }

    /// The words inside a body.
    ///
    /// # Panics
    /// When it is not for this subscription, or not of one record.
    #[must_use]
    pub fn open(&self, body: &[u8]) -> Vec<u8> {
        let (salt, rest) = body.split_at(16);
        let record_size = u32::from_be_bytes(rest[..4].try_into().expect("four bytes"));
        let (sender, sealed) = rest[5..].split_at(usize::from(rest[4]));
        assert!(sealed.len() <= usize::try_from(record_size).expect("a size"), "one record");
        let sender_key = PublicKey::from_sec1_bytes(sender).expect("the sender's key");
        let shared = p256::ecdh::diffie_hellman(self.secret.to_nonzero_scalar(), sender_key.as_affine());
        let own = self.secret.public_key().to_encoded_point(false);
        let info: &[&[u8]] = &[b"WebPush: info\0", own.as_bytes(), sender];
        let key_material: [u8; 32] = derive(&self.auth, shared.raw_secret_bytes(), info);
        let key: [u8; 16] = derive(salt, &key_material, &[b"Content-Encoding: aes128gcm\0"]);
        let nonce: [u8; 12] = derive(salt, &key_material, &[b"Content-Encoding: nonce\0"]);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).expect("a key"));
        let mut opened = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let plain = key.open_in_place(nonce, Aad::empty(), &mut opened).expect("sealed for us");
        let end = plain.iter().rposition(|byte| *byte != 0).expect("a delimiter");
        assert_eq!(plain[end], 2, "the last record");
        plain[..end].to_vec()
    }

    /// The message inside a body.
    ///
    /// # Panics
    /// When it is no JSON.
    #[must_use]
    pub fn read(&self, body: &[u8]) -> Value {
        serde_json::from_slice(&self.open(body)).expect("JSON")
    }

    #[cfg(test)]
    pub(super) fn of(secret: &str, auth: &str) -> Self {
        let read = |text: &str| BASE64.decode(text).expect("base64url");
        let secret = SecretKey::from_slice(&read(secret)).expect("a key");
        Self {
            token: String::new(),
            endpoint: String::new(),
            secret,
            auth: read(auth).try_into().expect("16 bytes"),
        }
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(salt: &[u8], secret: &[u8], info: &[&[u8]]) -> [u8; N] {
    let mut out = [0; N];
    let key = Salt::new(HKDF_SHA256, salt).extract(secret);
    key.expand(info, Length(N)).and_then(|okm| okm.fill(&mut out)).expect("a short key");
    out
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("chance");
    bytes
}
