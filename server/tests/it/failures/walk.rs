//! The walk of a report, told as what people and phones do: every step is repeated until it is done, whatever fails.

use super::process::Process;
use crate::answers::{Form, MAIRIE};
use crate::app::{MORNING, Parcel, SCHOOL, parcel, sha256, swing};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::instant::{DAY, HOUR, Instant};
use shared::relance::GRACE;
use std::collections::BTreeMap;
use testkit::photo;
use vigie::jobs::{LEASE, back_off, runner, store};
use vigie::rooms::answers::link;

/// Bytes of a piece.
const PIECE: usize = 100_000;

/// The steps, in order.
pub const STEPS: [Step; 17] = [
    Step::Words,
    Step::SmallPhoto,
    Step::UploadBegins,
    Step::Pieces,
    Step::LastReceipt,
    Step::SameWords,
    Step::MeToo,
    Step::Jobs,
    Step::Sweep,
    Step::Relance,
    Step::Relances,
    Step::Answer,
    Step::Questions,
    Step::Fixed,
    Step::Repaired,
    Step::RepairedPhoto,
    Step::LastJobs,
];

/// One step: a request that is repeated, or work that comes with time.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Words,
    SmallPhoto,
    UploadBegins,
    Pieces,
    LastReceipt,
    SameWords,
    MeToo,
    Jobs,
    Sweep,
    Relance,
    Relances,
    Answer,
    Questions,
    Fixed,
    Repaired,
    RepairedPhoto,
    LastJobs,
}

/// What the phones remember between two attempts.
#[derive(Clone, Default)]
pub struct Memory {
    upload: Option<String>,
    /// The form of a desk's page, filled in.
    form: Option<Form>,
}

/// The photos of the report: one leaves whole, one in pieces; and one of what was repaired.
pub struct Photos {
    pub small: Vec<u8>,
    pub large: Vec<u8>,
    pub repaired: Vec<u8>,
}

impl Photos {
    pub fn draw() -> Self {
        let small = photo::tiny().bytes;
        // A comment weighs on its way and costs nothing to decode.
        let comment = [&[0xFF, 0xFE, 0xEA, 0x60][..], &vec![b' '; 0xEA60 - 2]].concat();
        let with = |comments: usize| [&small[..2], &comment.repeat(comments), &small[2..]].concat();
        Self { large: with(4), repaired: with(1), small }
    }

    /// Names for what would be long in the dump.
    pub fn names(&self) -> BTreeMap<String, String> {
        let mut names = BTreeMap::from([
            (sha256(&self.small), "SMALL".to_owned()),
            (sha256(&self.large), "LARGE".to_owned()),
            (sha256(&self.repaired), "MENDED".to_owned()),
        ]);
        for (seed, name) in (1..).zip(["FIRST", "SECOND", "THIRD", "RELANCE", "FIXED", "REPAIRED"]) {
            names.insert(parcel(seed).id.to_string(), name.into());
            names.insert(parcel(seed).key.reveal().to_owned(), format!("KEY-{name}"));
        }
        names
    }
}

impl Step {
    /// One attempt; whether that was all.
    pub async fn attempt(self, process: &Process, photos: &Photos, memory: &mut Memory) -> bool {
        let server = Server { client: Client::new(), url: &process.url };
        match self {
            Self::Words => server.report(&parcel(1), &words(photos)).await.is_some(),
            Self::SmallPhoto => server.photo(&photos.small).await,
            Self::UploadBegins => {
                memory.upload = server.begin(&photos.large).await;
                memory.upload.is_some()
            }
            Self::Pieces => server.piece(photos, memory).await,
            Self::LastReceipt => {
                let receipt = server.report(&parcel(1), &words(photos)).await;
                receipt.is_some_and(|receipt| receipt["missing"] == Value::Null)
            }
            Self::SameWords => {
                let receipt = server.report(&parcel(2), &swing()).await;
                receipt.is_some_and(|receipt| receipt["people"] == 2)
            }
            Self::MeToo => {
                let put = server.client.put(format!("{}/api/v1/supports/{}", server.url, parcel(3).id));
                let put = put.bearer_auth(parcel(3).key.reveal()).json(&json!({ "report": parcel(1).id }));
                json_of(put.send().await).await.is_some_and(|receipt| receipt["people"] == 3)
            }
            Self::Jobs | Self::LastJobs => work(process).await && is_idle(process).await,
            Self::Sweep => {
                process.app.clock.advance(DAY + HOUR);
                let left =
                    sqlx::query_scalar("SELECT COUNT(*) FROM uploads").fetch_one(process.app.db.read());
                work(process).await && is_idle(process).await && matches!(left.await, Ok(0_i64))
            }
            Self::Relance => server.wish(4, "relance", &[]).await,
            Self::Relances => {
                // Those in charge had their days.
                let grace = Instant(MORNING.0 + GRACE + DAY);
                process.app.clock.advance((grace.0 - process.now().0).max(0));
                work(process).await && is_idle(process).await
            }
            Self::Answer => server.answer(process, memory).await == Some(303),
            Self::Questions => {
                // The hour of all three: a fortnight and more after they came, at 17 h in Paris.
                let hour = Instant(MORNING.0 + 18 * DAY + 7 * HOUR);
                process.app.clock.advance((hour.0 - process.now().0).max(0));
                let sql = "SELECT COUNT(*) FROM follows WHERE asked_at IS NULL";
                let left = sqlx::query_scalar(sql).fetch_one(process.app.db.read());
                work(process).await && is_idle(process).await && matches!(left.await, Ok(0_i64))
            }
            Self::Fixed => server.wish(5, "fixed", &[]).await,
            Self::Repaired => server.wish(6, "repaired", &[sha256(&photos.repaired)]).await,
            Self::RepairedPhoto => server.photo(&photos.repaired).await,
        }
    }
}

/// Nobody waits for a job, and none was set aside.
async fn is_idle(process: &Process) -> bool {
    matches!(store::counts(process.app.db.read(), process.now()).await, Ok((0, 0)))
}

/// What was put off or is in dead hands is due; then a worker runs.
async fn work(process: &Process) -> bool {
    process.app.clock.advance(LEASE.max(back_off(3)));
    let app = process.app.clone();
    process.spawn(async move { runner::run_due(&app).await.is_ok() }).await
}

fn words(photos: &Photos) -> Value {
    let mut body = swing();
    assert_eq!(body["place"], SCHOOL);
    body["photos"] = json!([sha256(&photos.small), sha256(&photos.large)]);
    body["mail"] = json!("parent@example.org");
    body
}

struct Server<'a> {
    client: Client,
    url: &'a str,
}

impl Server<'_> {
    async fn report(&self, parcel: &Parcel, body: &Value) -> Option<Value> {
        let put = self.client.put(format!("{}/api/v1/reports/{}", self.url, parcel.id));
        json_of(put.bearer_auth(parcel.key.reveal()).json(body).send().await).await
    }

    /// A photo in one piece.
    async fn photo(&self, photo: &[u8]) -> bool {
        let hash = sha256(photo);
        let put = self.client.put(format!("{}/api/v1/photos/{hash}", self.url));
        json_of(put.body(photo.to_vec()).send().await).await.is_some_and(|kept| kept["hash"] == hash)
    }

    /// A wish of the reporter's, with what shows it.
    async fn wish(&self, seed: u8, wish: &str, photos: &[String]) -> bool {
        let put = self.client.put(format!("{}/api/v1/follow-ups/{}", self.url, parcel(seed).id));
        let put = put.bearer_auth(parcel(1).key.reveal());
        let heard = put.json(&json!({ "report": parcel(1).id, "wish": wish, "photos": photos })).send().await;
        json_of(heard).await.is_some_and(|receipt| receipt["outcome"] == "noted")
    }

    /// The mairie's form, by the link in its mail: filled in once, sent until it is taken. Gives the status.
    async fn answer(&self, process: &Process, memory: &mut Memory) -> Option<u16> {
        let app = &process.app;
        let (mailbox, desk): (String, String) =
            sqlx::query_as("SELECT id, desk_id FROM mailboxes WHERE mail = $1")
                .bind(MAIRIE)
                .fetch_one(app.db.read())
                .await
                .unwrap();
        let link = link::address(app, &parcel(1).id, &desk, &mailbox).await.unwrap().expect("a link");
        let url = link.replace(&app.config.public_url, self.url);
        if memory.form.is_none() {
            let page = self.client.get(&url).send().await.ok()?.error_for_status().ok()?;
            let page = page.text().await.ok()?;
            let form = Form::of(&page).with("step", "in_progress").with("words", "Un technicien passe.");
            memory.form = Some(form);
        }
        let answer = memory.form.as_ref()?.try_send(&url).await.ok()?;
        let status = answer.status().as_u16();
        assert!(status == 303 || status >= 500, "{status}");
        Some(status)
    }

    async fn begin(&self, photo: &[u8]) -> Option<String> {
        let name = format!("hash {}", BASE64_STANDARD.encode(sha256(photo)));
        let post = self.client.post(format!("{}/api/v1/uploads", self.url)).header("tus-resumable", "1.0.0");
        let post = post.header("upload-length", photo.len()).header("upload-metadata", name);
        let created = post.send().await.ok().filter(|created| created.status() == 201)?;
        Some(created.headers()["location"].to_str().ok()?.to_owned())
    }

    /// Asks how far it is, and sends the next piece; what is forgotten begins anew.
    async fn piece(&self, photos: &Photos, memory: &mut Memory) -> bool {
        let address = memory.upload.clone().expect("an upload that was begun");
        let url = format!("{}{address}", self.url);
        let head = self.client.head(&url).header("tus-resumable", "1.0.0").send().await;
        let Some(head) = head.ok() else { return false };
        assert_ne!(head.status(), 404, "an upload is not forgotten");
        let Some(at) = offset(&head) else { return false };
        let end = photos.large.len().min(at + PIECE);
        if at < end {
            let patch = self.client.patch(&url).header("tus-resumable", "1.0.0").header("upload-offset", at);
            let patch = patch.header("content-type", "application/offset+octet-stream");
            let piece = &photos.large[at..end];
            let sum = format!("sha256 {}", BASE64_STANDARD.encode(Sha256::digest(piece)));
            let sent = patch.header("upload-checksum", sum).body(piece.to_vec()).send().await;
            let Some(there) = sent.ok().as_ref().and_then(offset) else { return false };
            return there == photos.large.len();
        }
        true
    }
}

fn offset(answer: &Response) -> Option<usize> {
    answer.headers().get("upload-offset")?.to_str().ok()?.parse().ok()
}

/// The "yes" of an answer; a refusal for good fails the test.
async fn json_of(answer: reqwest::Result<Response>) -> Option<Value> {
    let answer = answer.ok()?;
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.ok()?;
    assert!(status == 200 || status >= 500, "{status}: {body}");
    (status == 200).then_some(body)
}
