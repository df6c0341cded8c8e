//! The link in a mail to a desk: it opens one report for one desk, until a day, for whoever reads that mailbox.
//!
//! All it says stands in it, signed by a secret of the server: report, mailbox, last day, generation. It dies with its
//! mailbox, so whoever leaves a desk leaves their links behind; `vigie answers revoke` begins a new generation. Nothing of
//! it is ever logged: requests are logged by pattern.

use super::store;
use crate::app::App;
use crate::db::Db;
use crate::edges::ids;
use crate::error::Result;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use shared::ids::ParcelId;
use shared::instant::{DAY, Instant};

/// How many days a link opens its report.
pub const DAYS: i64 = 180;

/// Bytes of an id, of a number, of the signature.
const ID: usize = 16;
const NUMBER: usize = 4;
const SIGNED: usize = 16;
/// Bytes of what is signed.
const SAID: usize = 2 * ID + 2 * NUMBER;

/// What signs links; lies in the database, so that a backup has it and links in old mails go on opening.
pub struct Secret(Vec<u8>);

/// The secret that lies in the database: made here the first time.
pub async fn secret(db: &Db) -> anyhow::Result<Secret> {
    let mut tx = db.write().await?;
    let new = URL_SAFE_NO_PAD.encode([ids::salt(), ids::salt()].concat());
    let kept = store::secret(&mut tx, "answers", &new).await?;
    tx.commit().await?;
    Ok(Secret(URL_SAFE_NO_PAD.decode(kept)?))
}

/// Whoever holds the link: a desk that may speak about a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The report.
    pub report: ParcelId,
    /// The desk.
    pub desk: String,
}

/// What a link is worth.
#[derive(Debug)]
pub enum Worth {
    /// It opens.
    Open(Grant),
    /// It was ours, and opens no more.
    Lapsed(Grant, Lapse),
    /// It was ours, and the mailbox that it was written to is known no more.
    Gone,
    /// Nobody here made it, or what it was made for is gone.
    None,
}

/// Why a link opens no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// Its days are over.
    Expired,
    /// It was revoked.
    Revoked,
    /// The mailbox that it was written to is closed.
    Closed,
}

impl Lapse {
    /// The end of its message's key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Closed => "closed",
        }
    }
}

/// What stands in a link.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    report: ParcelId,
    mailbox: ParcelId,
    last_day: u32,
    generation: u32,
}

/// The address that opens `report` for the desk whose mailbox is `mailbox`; none where that has no id of ours.
pub async fn address(app: &App, report: &ParcelId, desk: &str, mailbox: &str) -> Result<Option<String>> {
    let Ok(mailbox) = ParcelId::parse(mailbox) else { return Ok(None) };
    let generation = store::generation(app.db.read(), report, desk).await?;
    let said = Said {
        report: report.clone(),
        mailbox,
        last_day: day(app.clock.now().plus(DAYS * DAY)),
        generation: u32::try_from(generation).unwrap_or(u32::MAX),
    };
    Ok(said.sign(&app.answers).map(|text| format!("{}/repondre/{text}", app.config.public_url)))
}

/// What the link `text` is worth now.
pub async fn read(app: &App, text: &str) -> Result<Worth> {
    let Some(said) = Said::read(&app.answers, text) else { return Ok(Worth::None) };
    let now = app.clock.now();
    let Some(mailbox) = store::mailbox(app.db.read(), said.mailbox.as_str(), now).await? else {
        return Ok(Worth::Gone);
    };
    let Some(report) = store::readable(app.db.read(), &said.report, &mailbox.desk).await? else {
        return Ok(Worth::None);
    };
    let generation = store::generation(app.db.read(), &said.report, &mailbox.desk).await?;
    let grant = Grant { report, desk: mailbox.desk };
    Ok(if i64::from(said.generation) != generation {
        Worth::Lapsed(grant, Lapse::Revoked)
    } else if !mailbox.open {
        Worth::Lapsed(grant, Lapse::Closed)
    } else if said.last_day < day(now) {
        Worth::Lapsed(grant, Lapse::Expired)
    } else {
        Worth::Open(grant)
    })
}

fn day(at: Instant) -> u32 {
    u32::try_from(at.0 / DAY).unwrap_or(u32::MAX)
}

impl Said {
    fn sign(&self, secret: &Secret) -> Option<String> {
        let mut bytes = Vec::with_capacity(SAID + SIGNED);
        bytes.extend(raw(&self.report)?);
        bytes.extend(raw(&self.mailbox)?);
        bytes.extend(self.last_day.to_be_bytes());
        bytes.extend(self.generation.to_be_bytes());
        let tag = mac(secret, &bytes)?.finalize().into_bytes();
        bytes.extend(tag.iter().take(SIGNED));
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads what we signed, and nothing else: base64url in its one canonical form, the signature compared in constant
    /// time.
    fn read(secret: &Secret, text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == SAID + SIGNED)?;
        let (said, tag) = bytes.split_at(SAID);
        mac(secret, said)?.verify_truncated_left(tag).ok()?;
        let (report, rest) = said.split_at(ID);
        let (mailbox, rest) = rest.split_at(ID);
        let (last_day, generation) = rest.split_at(NUMBER);
        let number = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_be_bytes);
        Some(Self {
            report: id(report)?,
            mailbox: id(mailbox)?,
            last_day: number(last_day)?,
            generation: number(generation)?,
        })
    }
}

fn mac(secret: &Secret, said: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret.0).ok()?;
    mac.update(b"answer ");
    mac.update(said);
    Some(mac)
}

fn raw(id: &ParcelId) -> Option<[u8; ID]> {
    let digits: String = id.as_str().chars().filter(|c| *c != '-').collect();
    Some(u128::from_str_radix(&digits, 16).ok()?.to_be_bytes())
}

fn id(bytes: &[u8]) -> Option<ParcelId> {
    let digits = format!("{:032x}", u128::from_be_bytes(bytes.try_into().ok()?));
    let part = |from: usize, to: usize| digits.get(from..to);
    let text = [part(0, 8)?, part(8, 12)?, part(12, 16)?, part(16, 20)?, part(20, 32)?].join("-");
    ParcelId::parse(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said() -> Said {
        let id = |n| shared::ids::mint(Instant(1_788_768_000_000), [n; 10]);
        Said { report: id(1), mailbox: id(2), last_day: 20_883, generation: 3 }
    }

    #[test]
    fn what_was_signed_reads_back_and_no_other_text_does() {
        let secret = Secret(vec![7; 32]);
        let text = said().sign(&secret).unwrap();
        assert_eq!(Said::read(&secret, &text), Some(said()));
        assert_eq!(Said::read(&Secret(vec![8; 32]), &text), None, "another server");
        for at in 0..text.len() {
            for bit in 0..7 {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let altered = String::from_utf8(bytes).unwrap();
                assert_eq!(Said::read(&secret, &altered), None, "byte {at}, bit {bit}: {altered}");
            }
        }
        for other in [format!("{text}="), format!("{text}A"), text[1..].to_owned(), String::new()] {
            assert_eq!(Said::read(&secret, &other), None, "{other}");
        }
    }
}
