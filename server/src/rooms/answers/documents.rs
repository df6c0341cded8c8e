//! Documents: PDF files that came with answers. Named by the hash of their bytes, handed out as files to keep, never
//! opened on our pages: what is inside is not ours to judge.

use super::store;
use crate::app::App;
use crate::error::Result;
use crate::rooms::photos::hex;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderName, header};
use sha2::{Digest, Sha256};
use shared::ids::PhotoHash;
use shared::problem::Code;
use shared::reports::Document;

/// Most bytes of one.
pub const MAX_BYTES: usize = 5 * 1024 * 1024;
/// Where they lie in the blob store.
pub const SHELF: &str = "documents";
/// How far from its end a PDF says that it ends (ISO 32000-1, implementation note 18).
const TAIL: usize = 1024;

/// Whether `bytes` say at both ends that they are a PDF.
pub fn is_pdf(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default();
    bytes.starts_with(b"%PDF-") && tail.windows(5).any(|five| five == b"%%EOF")
}

/// The name of a document in the blob store.
pub fn blob_name(hash: &PhotoHash) -> String {
    format!("{SHELF}/{hash}.pdf")
}

/// Keeps the PDF `bytes`; an answer names it afterwards.
pub async fn keep(app: &App, bytes: Bytes) -> Result<Document> {
    let hash = PhotoHash::parse(&hex(&Sha256::digest(&bytes)))?;
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    app.blobs.put(&blob_name(&hash), bytes).await?;
    Ok(Document { hash, bytes: length })
}

/// `GET /documents/{hash}.pdf`: to keep, not to look at here. Whoever knows the hash was shown it, as with photos.
pub async fn show(State(app): State<App>, Path(name): Path<String>) -> Result<Response> {
    let hash =
        name.strip_suffix(".pdf").and_then(|hash| PhotoHash::parse(hash).ok()).ok_or(Code::NotFound)?;
    if !store::is_document(app.db.read(), &hash).await? {
        return Err(Code::NotFound.into());
    }
    let bytes = app.blobs.get(&blob_name(&hash)).await?.ok_or(Code::NotFound)?;
    let file = format!("attachment; filename=\"vigie-{}.pdf\"", hash.as_str().get(..8).unwrap_or_default());
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, file),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        (HeaderName::from_static("x-robots-tag"), "noindex".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pdf_says_so_at_both_ends() {
        for (bytes, expected) in [
            (&b"%PDF-1.7\n...\n%%EOF\n"[..], true),
            (b"%PDF-1.7\n...", false),
            (b"<html>%PDF-1.7 %%EOF", false),
            (b"", false),
        ] {
            assert_eq!(is_pdf(bytes), expected);
        }
    }
}
