//! Verifying a DKIM signature (RFC 6376) as a receiver does: with none of the code that signs.
//!
//! Owns relaxed canonicalisation and RSA with SHA-256, which is what big receivers see most. Does not ask the DNS: the
//! record is given.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::{digest, signature};

use crate::mail::Mail;

/// Bytes of a SubjectPublicKeyInfo before the key itself, for RSA of 2048 bits.
const BEFORE_KEY: usize = 24;

/// A signature that holds: who signed, and what.
#[derive(Debug, PartialEq, Eq)]
pub struct Signed {
    /// Domain and selector: where the key was looked for.
    pub key_name: String,
    /// Headers covered, in lower case.
    pub headers: Vec<String>,
}

/// Verifies `mail` by the TXT `record` of the signing domain.
///
/// # Errors
/// What does not hold.
pub fn verify(mail: &Mail, record: &str) -> Result<Signed, String> {
    let text = String::from_utf8(mail.raw.clone()).map_err(|_| "not ASCII")?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or("no body")?;
    let headers = unfold(head);
    let (name, value) =
        headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("DKIM-Signature")).ok_or("not signed")?;
    let tags = tags(value);
    let tag = |name: &str| tags.get(name).cloned().ok_or(format!("no {name}="));
    for (name, wanted) in [("v", "1"), ("a", "rsa-sha256"), ("c", "relaxed/relaxed")] {
        if tag(name)? != wanted {
            return Err(format!("{name}={}", tag(name)?));
        }
    }
    let hash = digest::digest(&digest::SHA256, relaxed_body(body).as_bytes());
    if BASE64_STANDARD.encode(hash) != tag("bh")? {
        return Err("the body was changed".into());
    }
    let covered: Vec<String> = tag("h")?.split(':').map(|name| name.trim().to_lowercase()).collect();
    let mut said = String::new();
    for wanted in &covered {
        // Of several the last; one that is absent counts as nothing.
        if let Some((name, value)) = headers.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(wanted))
        {
            said.push_str(&relaxed_header(name, value));
        }
    }
    let signed = tag("b")?;
    // The signature stands last; what is signed says nothing there.
    let (before, _) = value.rsplit_once(';').ok_or("one tag alone")?;
    said.push_str(relaxed_header(name, &format!("{before}; b=")).trim_end());
    let key = BASE64_STANDARD.decode(tags_of_record(record)).map_err(|_| "no key in the record")?;
    let key = signature::UnparsedPublicKey::new(
        &signature::RSA_PKCS1_2048_8192_SHA256,
        key.get(BEFORE_KEY..).ok_or("a short key")?,
    );
    let signed = BASE64_STANDARD.decode(signed).map_err(|_| "b= is no base64")?;
    key.verify(said.as_bytes(), &signed).map_err(|_| "the headers were changed, or another key signed")?;
    Ok(Signed { key_name: format!("{}._domainkey.{}", tag("s")?, tag("d")?), headers: covered })
}

fn tags_of_record(record: &str) -> String {
    tags(record).remove("p").unwrap_or_default()
}

/// Headers as name and value, folded lines joined as they are.
fn unfold(head: &str) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        match (line.starts_with([' ', '\t']), headers.last_mut()) {
            (true, Some((_, value))) => {
                value.push_str("\r\n");
                value.push_str(line);
            }
            _ => {
                let (name, value) = line.split_once(':').unwrap_or((line, ""));
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    headers
}

/// `v=1; a=…` with every white space gone.
fn tags(value: &str) -> BTreeMap<String, String> {
    let pairs = value.split(';').filter_map(|pair| pair.split_once('='));
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    pairs.map(|(name, value)| (bare(name), bare(value))).collect()
}

/// RFC 6376 §3.4.2.
fn relaxed_header(name: &str, value: &str) -> String {
    let words: Vec<_> = value.split_ascii_whitespace().collect();
    format!("{}:{}\r\n", name.trim().to_lowercase(), words.join(" "))
}

/// RFC 6376 §3.4.4.
fn relaxed_body(body: &str) -> String {
    let line = |line: &str| {
        let mut squeezed = String::with_capacity(line.len());
        for c in line.trim_end_matches([' ', '\t']).chars() {
            match c {
                ' ' | '\t' if squeezed.ends_with(' ') => {}
                ' ' | '\t' => squeezed.push(' '),
                _ => squeezed.push(c),
            }
        }
        squeezed
    };
    let lines: Vec<String> = body.split("\r\n").map(line).collect();
    let whole = lines.join("\r\n");
    let trimmed = whole.trim_end_matches("\r\n");
    if trimmed.is_empty() { String::new() } else { format!("{trimmed}\r\n") }
}
