//! One photo on its way: whole when it is small, else in pieces that resume (tus 1.0: core, creation, checksum).
//!
//! Promises: the address of an upload is kept before its first byte leaves; after any doubt the server is asked how far
//! it is; a piece carries its checksum. One call is one request, so that the round may do something else in between.
//! Does not: wait, repeat, or decide what a refusal means for the parcel.

use crate::edges;
use crate::http::{Ask, Said, header, judge, send};
use crate::json::Json;
use crate::send::photo;
use crate::store::{self, note_address};
use crate::trouble::Trouble;
use js_sys::ArrayBuffer;
use shared::ids::{ParcelId, PhotoHash};
use shared::problem::{Code, Problem};
use shared::uploads::{LAST_PATIENCE, PATIENCE, Pace, RESUMABLE_ABOVE};
use wasm_bindgen::prelude::*;
use web_sys::Response;

const UPLOADS: &str = "/api/v1/uploads";
/// A piece was damaged on its way (tus, checksum extension).
const CHECKSUM_MISMATCH: u16 = 460;
const TUS: (&str, &str) = ("tus-resumable", "1.0.0");

#[wasm_bindgen]
extern "C" {
    /// Base 64 of a text whose characters stand for bytes.
    fn btoa(bytes: &str) -> String;
}

/// A photo on its way.
pub(crate) struct Upload {
    pub(crate) hash: PhotoHash,
    bytes: ArrayBuffer,
    /// Where its pieces go.
    address: Option<String>,
    /// Whether the server is known to be at `at`.
    sure: bool,
    /// Bytes that arrived.
    pub(crate) at: u32,
    /// Whether the server takes no pieces (an older one).
    whole: bool,
}

/// What one request brought.
pub(crate) enum Step {
    /// It goes on.
    More,
    /// The server has the photo.
    Done,
    /// The server knows nothing of this upload: it ended, or the photo is there.
    Forgotten,
    /// Refused.
    No(Problem),
    /// Somebody else answered.
    Nothing,
    /// Nobody answered, or a piece did not arrive as it left: worth asking again.
    Silence,
}

impl From<Said> for Step {
    fn from(said: Said) -> Self {
        match said {
            Said::Yes(_) => Self::Done,
            Said::No(problem) => match problem.code {
                Code::UploadUnknown => Self::Forgotten,
                _ => Self::No(problem),
            },
            Said::Nothing => Self::Nothing,
            Said::Silence => Self::Silence,
        }
    }
}

impl Upload {
    /// Goes on with a photo where its row says.
    pub(crate) fn of(hash: PhotoHash, row: &JsValue) -> Option<Self> {
        let bytes = store::bytes(row)?;
        let address = Json::new(row.clone()).text("upload").filter(|address| !address.is_empty());
        Some(Self { hash, address, sure: false, at: 0, whole: bytes.byte_length() <= RESUMABLE_ABOVE, bytes })
    }

    pub(crate) fn size(&self) -> u32 {
        self.bytes.byte_length()
    }

    /// Whether the bytes are still those that were named.
    pub(crate) async fn is_sound(&self) -> bool {
        edges::sha256(&self.bytes).await.is_ok_and(|hash| hash == self.hash)
    }

    /// The next request.
    pub(crate) async fn step(&mut self, parcel: &ParcelId, pace: &mut Pace) -> Result<Step, Trouble> {
        if self.whole {
            return Ok(photo(&self.hash, &self.bytes).await.into());
        }
        match self.address.clone() {
            None => self.create(parcel).await,
            Some(address) => {
                let step =
                    if self.sure { self.piece(&address, pace).await } else { self.ask(&address).await };
                if matches!(step, Step::Forgotten) {
                    self.address = None;
                    self.at = 0;
                    note_address(parcel, &self.hash, "").await?;
                }
                Ok(step)
            }
        }
    }

    async fn create(&mut self, parcel: &ParcelId) -> Result<Step, Trouble> {
        let length = self.size().to_string();
        let name = ["hash ", &btoa(self.hash.as_str())].concat();
        let headers = [TUS, ("upload-length", &length), ("upload-metadata", &name)];
        let ask = Ask {
            method: "POST",
            url: UPLOADS,
            headers: &headers,
            body: &JsValue::UNDEFINED,
            patience: PATIENCE,
        };
        let Some(response) = send(&ask).await else { return Ok(Step::Silence) };
        let address = header(&response, "location");
        if response.status() == 201 && !address.is_empty() {
            note_address(parcel, &self.hash, &address).await?;
            self.address = Some(address);
            // A photo that the server knows already is at its end at once.
            (self.sure, self.at) = (true, offset(&response).unwrap_or(0));
            return Ok(self.on());
        }
        Ok(match judge(&response).await.into() {
            // An older server, without uploads.
            Step::No(problem) if problem.code == Code::NotFound => {
                self.whole = true;
                Step::More
            }
            Step::Done => Step::Nothing,
            step => step,
        })
    }

    /// How far is it?
    async fn ask(&mut self, address: &str) -> Step {
        let ask = Ask {
            method: "HEAD",
            url: address,
            headers: &[TUS],
            body: &JsValue::UNDEFINED,
            patience: PATIENCE,
        };
        let Some(response) = send(&ask).await else { return Step::Silence };
        match (response.status(), offset(&response)) {
            (200 | 204, Some(at)) if at <= self.size() => {
                (self.sure, self.at) = (true, at);
                self.on()
            }
            // An answer to HEAD has no body: the status must do.
            (403 | 404 | 410, _) => Step::Forgotten,
            _ => Step::Nothing,
        }
    }

    /// At its end an upload is a photo of the server's.
    fn on(&self) -> Step {
        if self.at >= self.size() { Step::Done } else { Step::More }
    }

    async fn piece(&mut self, address: &str, pace: &mut Pace) -> Step {
        let end = self.size().min(self.at.saturating_add(pace.bytes()));
        let piece = self.bytes.slice_with_end(self.at, end);
        let Ok(digest) = edges::digest_of(&piece).await else { return Step::Nothing };
        let digest: String = digest.into_iter().map(char::from).collect();
        let (at, checksum) = (self.at.to_string(), ["sha256 ", &btoa(&digest)].concat());
        let headers = [
            TUS,
            ("content-type", "application/offset+octet-stream"),
            ("upload-offset", &at),
            ("upload-checksum", &checksum),
        ];
        let patience = if end == self.size() { LAST_PATIENCE } else { PATIENCE };
        let begun = edges::now();
        // Whatever comes but the expected answer leaves a doubt.
        self.sure = false;
        let response =
            send(&Ask { method: "PATCH", url: address, headers: &headers, body: &piece, patience }).await;
        let Some(response) = response else {
            *pace = pace.after_loss();
            return Step::Silence;
        };
        if response.status() == 204 && offset(&response) == Some(end) {
            *pace = pace.after(end - self.at, edges::since(begun));
            (self.sure, self.at) = (true, end);
            return self.on();
        }
        if response.status() == CHECKSUM_MISMATCH {
            return Step::Silence;
        }
        match judge(&response).await.into() {
            Step::No(problem) if problem.code == Code::UploadOffset => Step::Silence,
            Step::Done => Step::Nothing,
            step => step,
        }
    }
}

fn offset(response: &Response) -> Option<u32> {
    header(response, "upload-offset").parse().ok()
}
