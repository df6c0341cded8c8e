//! The words of a parcel on their way, and photos small enough for one request.
//!
//! Keeps nothing: the store writes what became of them.

use crate::http::{Ask, Said, ask};
use crate::json::Json;
use crate::rows::read_receipt;
use crate::store::Kept;
use js_sys::{ArrayBuffer, JSON};
use shared::ids::PhotoHash;
use shared::outbox::{Answer, Content};

/// Patience for the words, in milliseconds.
const WORDS: u32 = 15_000;
/// Patience for one photo at least, and at most: a worker may not live longer than three minutes.
const PHOTO: (u32, u32) = (20_000, 150_000);
/// The slowest line on which a photo still passes: 4 bytes a millisecond, an old 2G phone.
const SLOWEST: u32 = 4;

/// Sends the words as they were sealed; nothing when nobody answered.
pub(crate) async fn words(kept: &Kept) -> Option<Answer> {
    let content = Json::new(kept.row.clone()).at("content");
    let (room, words) = match &kept.parcel.content {
        Content::Report(_) => ("/api/v1/reports/", content.at("report")),
        Content::Support { .. } => ("/api/v1/supports/", content.at("support")),
        Content::FollowUp(_) => ("/api/v1/follow-ups/", content.at("follow_up")),
    };
    let body = JSON::stringify(words.value()).ok()?;
    let bearer = ["Bearer ", kept.parcel.key.reveal()].concat();
    let said = ask(&Ask {
        method: "PUT",
        url: &[room, kept.parcel.id.as_str()].concat(),
        headers: &[("content-type", "application/json"), ("authorization", &bearer)],
        body: &body,
        patience: WORDS,
    })
    .await;
    Some(match said {
        Said::Yes(json) => read_receipt(&json).map_or(Answer::Nothing, Answer::Receipt),
        Said::No(problem) => Answer::Problem(problem),
        Said::Nothing => Answer::Nothing,
        Said::Silence => return None,
    })
}

/// Sends a whole photo. A "yes" is one that names it.
pub(crate) async fn photo(hash: &PhotoHash, bytes: &ArrayBuffer) -> Said {
    let patience = (bytes.byte_length() / SLOWEST).clamp(PHOTO.0, PHOTO.1);
    let said = ask(&Ask {
        method: "PUT",
        url: &["/api/v1/photos/", hash.as_str()].concat(),
        headers: &[("content-type", "image/jpeg")],
        body: bytes,
        patience,
    })
    .await;
    match said {
        Said::Yes(json) if json.text("hash").as_deref() != Some(hash.as_str()) => Said::Nothing,
        said => said,
    }
}
