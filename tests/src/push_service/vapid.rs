//! Checking who writes (RFC 8292), with another library than the one the server signs with.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;

/// The claims and the public key of an `Authorization` header whose signature is right.
pub(super) fn verify(header: &str) -> Result<(Value, String), String> {
    let parameters = header.strip_prefix("vapid ").ok_or("no vapid")?;
    let find = |name: &str| {
        let found = parameters.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        found.ok_or_else(|| format!("no {name}"))
    };
    let (token, key) = (find("t")?, find("k")?);
    let decode = |text: &str| BASE64.decode(text).map_err(|error| error.to_string());
    let (said, signature) = token.rsplit_once('.').ok_or("no signature")?;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, decode(key)?)
        .verify(said.as_bytes(), &decode(signature)?)
        .map_err(|_| "another signature")?;
    let (head, claims) = said.split_once('.').ok_or("no claims")?;
    let read = |part: &str| -> Result<Value, String> {
        serde_json::from_slice(&decode(part)?).map_err(|error| error.to_string())
    };
    let head = read(head)?;
    if head["alg"] != "ES256" || head["typ"] != "JWT" {
        return Err(format!("signed otherwise: {head}"));
    }
    Ok((read(claims)?, key.to_owned()))
}
