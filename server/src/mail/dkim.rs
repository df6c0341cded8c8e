//! Signing mails (DKIM, RFC 6376), so that receivers know that they come from whom they say.
//!
//! RSA with SHA-256: what every receiver verifies. The key is a PEM file of the administrator's; its public half goes into
//! the DNS, and `vigie doctor` says what to write there.

use anyhow::{Context, Result, anyhow};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lettre::Message;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::HeaderName;
use rsa::RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey, LineEnding};
use rsa::pkcs8::{DecodePrivateKey, EncodePublicKey};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Headers that are signed; those absent may not be added on the way either. The last two because RFC 8058 asks for it.
const SIGNED: [&str; 9] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

/// Signs mails.
#[derive(Clone)]
pub struct Signer {
    config: Arc<DkimConfig>,
    /// Where in the DNS the public key is looked for.
    pub name: String,
    /// What has to stand there, as TXT.
    pub record: String,
}

impl Signer {
    /// A signer with the private key of the PEM file `key`, PKCS #1 or PKCS #8.
    ///
    /// # Errors
    /// The file cannot be read, or holds no RSA key.
    pub fn read(key: &Path, selector: &str, domain: &str) -> Result<Self> {
        let pem = std::fs::read_to_string(key).with_context(|| format!("cannot read {}", key.display()))?;
        let key = RsaPrivateKey::from_pkcs8_pem(&pem)
            .ok()
            .or_else(|| RsaPrivateKey::from_pkcs1_pem(&pem).ok())
            .with_context(|| format!("no RSA private key in {}", key.display()))?;
        let public = key.to_public_key().to_public_key_der().map_err(|error| anyhow!("{error}"))?;
        let pem = key.to_pkcs1_pem(LineEnding::LF).map_err(|error| anyhow!("{error}"))?;
        let signing =
            DkimSigningKey::new(&pem, DkimSigningAlgorithm::Rsa).map_err(|error| anyhow!("{error}"))?;
        let relaxed = DkimCanonicalization {
            header: DkimCanonicalizationType::Relaxed,
            body: DkimCanonicalizationType::Relaxed,
        };
        let headers = SIGNED.map(HeaderName::new_from_ascii_str).to_vec();
        Ok(Self {
            config: Arc::new(DkimConfig::new(selector.into(), domain.into(), signing, headers, relaxed)),
            name: format!("{selector}._domainkey.{domain}"),
            record: format!("v=DKIM1; k=rsa; p={}", BASE64_STANDARD.encode(public)),
        })
    }

    /// Adds the signature.
    pub fn sign(&self, message: &mut Message) {
        message.sign(&self.config);
    }
}

/// Without the key.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("name", &self.name).finish_non_exhaustive()
    }
}
