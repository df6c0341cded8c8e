//! One request and what came back, judged as `pwa/outbox/src/http.rs` does, and written into the ledger.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::ids::PhotoHash;
use shared::outbox::{Answer, Content, Parcel, Reading, reading};
use shared::problem::{Code, Problem};

use crate::ledger::Ledger;

/// How long a phone waits: for words, for a photo or a piece. What takes longer is an answer that nobody hears.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub words: Duration,
    pub photo: Duration,
}

impl Patience {
    /// What the app waits.
    pub const USUAL: Self = Self { words: Duration::from_secs(15), photo: Duration::from_secs(20) };
    /// Somebody who puts the phone away at once.
    pub const NONE: Self = Self { words: Duration::from_millis(150), photo: Duration::from_millis(250) };
}

/// What one request brought.
#[derive(Debug)]
pub enum Said {
    Yes(Value),
    No(Problem),
    Nothing,
    Silence,
}

/// What one request about a photo brought.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// The server is at so many bytes.
    At(usize),
    Done,
    Forgotten,
    No(Problem),
    Nothing,
    Silence,
}

/// A phone's way to the server.
#[derive(Debug)]
pub struct Wire {
    client: Client,
    base: String,
    ledger: Arc<Ledger>,
}

impl Wire {
    pub fn new(base: String, ledger: Arc<Ledger>) -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        Self { client: client.expect("a client"), base, ledger }
    }

    async fn send(&self, what: &str, request: RequestBuilder, patience: Duration) -> Option<Response> {
        let answer = request.timeout(patience).send().await.ok();
        if answer.is_none() {
            self.ledger.heard(&format!("{what}: silence"));
        }
        answer
    }

    async fn judge(&self, what: &str, response: Response) -> Said {
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        let kind = reading(status, kind.unwrap_or_default());
        let Ok(body) = response.bytes().await else {
            self.ledger.heard(&format!("{what}: half an answer"));
            return Said::Silence;
        };
        match kind {
            Reading::Yes => serde_json::from_slice(&body).map_or(Said::Nothing, Said::Yes),
            Reading::Problem => match serde_json::from_slice::<Problem>(&body) {
                Ok(problem) => {
                    self.ledger.refused(what, &problem);
                    Said::No(problem)
                }
                Err(_) => Said::Nothing,
            },
            Reading::Nothing => {
                self.ledger.heard(&format!("{what}: {status} that means nothing"));
                Said::Nothing
            }
        }
    }

    async fn ask(&self, what: &str, request: RequestBuilder, patience: Duration) -> Said {
        match self.send(what, request, patience).await {
            Some(response) => self.judge(what, response).await,
            None => Said::Silence,
        }
    }

    /// The words of a parcel; `None` when nobody answered.
    pub async fn words(&self, parcel: &Parcel, patience: Patience) -> Option<Answer> {
        let (room, body) = match &parcel.content {
            Content::Report(report) => ("reports", serde_json::to_value(report)),
            Content::FollowUp(wish) => ("follow-ups", serde_json::to_value(wish)),
            Content::Support { report } => ("supports", Ok(serde_json::json!({ "report": report }))),
        };
        let request = self.client.put(format!("{}/api/v1/{room}/{}", self.base, parcel.id));
        let request = request.bearer_auth(parcel.key.reveal()).json(&body.expect("words"));
        let answer = match self.ask(&format!("PUT {room}"), request, patience.words).await {
            Said::Yes(json) => serde_json::from_value(json).map_or(Answer::Nothing, Answer::Receipt),
            Said::No(problem) => Answer::Problem(problem),
            Said::Nothing => Answer::Nothing,
            Said::Silence => return None,
        };
        self.ledger.answered(parcel, &answer);
        Some(answer)
    }

    /// A whole photo. A "yes" is one that names it.
    pub async fn photo(&self, hash: &PhotoHash, bytes: &bytes::Bytes, patience: Patience) -> Step {
        let request = self.client.put(format!("{}/api/v1/photos/{hash}", self.base));
        let request = request.header("content-type", "image/jpeg").body(bytes.clone());
        match self.ask("PUT photo", request, patience.photo).await {
            Said::Yes(json) if json["hash"] == hash.as_str() => {
                self.ledger.photo_kept(hash);
                Step::Done
            }
            Said::No(problem) => Step::No(problem),
            Said::Yes(_) | Said::Nothing => Step::Nothing,
            Said::Silence => Step::Silence,
        }
    }

    /// Begins an upload; gives its address and how far it is.
    pub async fn create(
        &self,
        hash: &PhotoHash,
        size: usize,
        patience: Patience,
    ) -> Result<(String, usize), Step> {
        let name = format!("hash {}", BASE64_STANDARD.encode(hash.as_str()));
        let request =
            self.client.post(format!("{}/api/v1/uploads", self.base)).header("tus-resumable", "1.0.0");
        let request = request.header("upload-length", size).header("upload-metadata", name);
        let Some(response) = self.send("POST upload", request, patience.photo).await else {
            return Err(Step::Silence);
        };
        let address = header(&response, "location").unwrap_or_default();
        if response.status() == 201 && !address.is_empty() {
            return Ok((address, offset(&response).unwrap_or(0)));
        }
        Err(self.judge_step("POST upload", response).await)
    }

    /// How far is it?
    pub async fn standing(&self, address: &str, patience: Patience) -> Step {
        let request = self.client.head(format!("{}{address}", self.base)).header("tus-resumable", "1.0.0");
        let Some(response) = self.send("HEAD upload", request, patience.photo).await else {
            return Step::Silence;
        };
        match (response.status().as_u16(), offset(&response)) {
            (200 | 204, Some(at)) => {
                self.ledger.upload_at(address, at);
                Step::At(at)
            }
            (403 | 404 | 410, _) => {
                self.ledger.upload_forgotten(address);
                Step::Forgotten
            }
            (status, _) => {
                self.ledger.heard(&format!("HEAD upload: {status}"));
                Step::Nothing
            }
        }
    }

    /// The piece that begins at `at`.
    pub async fn piece(&self, address: &str, at: usize, piece: bytes::Bytes, patience: Patience) -> Step {
        let end = at + piece.len();
        let request = self.client.patch(format!("{}{address}", self.base)).header("tus-resumable", "1.0.0");
        let request = request.header("content-type", "application/offset+octet-stream");
        let sum = format!("sha256 {}", BASE64_STANDARD.encode(Sha256::digest(&piece)));
        let request = request.header("upload-offset", at).header("upload-checksum", sum).body(piece);
        let Some(response) = self.send("PATCH upload", request, patience.photo).await else {
            return Step::Silence;
        };
        if response.status() == 204 && offset(&response) == Some(end) {
            self.ledger.upload_at(address, end);
            return Step::At(end);
        }
        match self.judge_step("PATCH upload", response).await {
            Step::Forgotten => {
                self.ledger.upload_forgotten(address);
                Step::Forgotten
            }
            Step::No(problem) if problem.code == Code::UploadOffset => Step::Silence,
            step => step,
        }
    }

    async fn judge_step(&self, what: &str, response: Response) -> Step {
        match self.judge(what, response).await {
            Said::No(problem) if problem.code == Code::UploadUnknown => Step::Forgotten,
            Said::No(problem) => Step::No(problem),
            Said::Yes(_) | Said::Nothing => Step::Nothing,
            Said::Silence => Step::Silence,
        }
    }
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

fn offset(response: &Response) -> Option<usize> {
    header(response, "upload-offset")?.parse().ok()
}
