//! News of a report for the phones of those who are part of it. Owns what is said; `push` knows to whom and when.

use super::store::parse_hash;
use crate::db::Tx;
use crate::rooms::push::message::{Message, Say};
use crate::rooms::push::{self, Audience};
use anyhow::Result;
use shared::ids::{ParcelId, PhotoHash};
use shared::instant::Instant;
use shared::reports::status::Status;
use shared::reports::{DeskName, Event};
use shared::text;
use sqlx::Row;

/// Characters of a title, of a reason.
const TITLE: usize = 80;
const REASON: usize = 300;

/// What a notification shows of a report.
struct Shown {
    title: Say,
    place: String,
    photo: Option<PhotoHash>,
    private: bool,
}

/// Tells everybody who is part of `report` that its status changed, in the transaction that changes it.
pub async fn status_changed(
    tx: &mut Tx,
    report: &ParcelId,
    (from, to): (Status, Status),
    reason: Option<&str>,
    now: Instant,
) -> Result<()> {
    let shown = shown(tx, report).await?;
    let said = match to {
        Status::Sent if !from.is_open() => Say::word("told_reopened"),
        to => Say::word(format!("status_say_{}", to.as_str())),
    };
    let place = Say::Text(shown.place);
    let body = match reason.map(|reason| text::excerpt(reason, REASON)).filter(|reason| !reason.is_empty()) {
        Some(reason) => {
            Say::with("told_status_why", [("say", said), ("reason", Say::Text(reason)), ("place", place)])
        }
        None => Say::with("told_status", [("say", said), ("place", place)]),
    };
    let message = Message { photo: shown.photo, ..Message::about(report, shown.title, body) };
    push::tell(tx, Audience::People(report), &message, now).await?;
    Ok(())
}

/// "Is it fixed?", in the words of whoever is asked.
pub struct Question {
    /// To those who wait, with its two answers.
    pub waits: Message,
    /// To those who only follow: that it is not fixed yet.
    pub follows: Message,
}

/// The question about `report`; where somebody `said` that it is fixed, whether one agrees.
pub async fn question(tx: &mut Tx, report: &ParcelId, said: bool) -> Result<Question> {
    let shown = shown(tx, report).await?;
    let about = |word: &str| {
        let body = Say::with(word, [("place", Say::Text(shown.place.clone()))]);
        Message { photo: shown.photo.clone(), ..Message::about(report, shown.title.clone(), body) }
    };
    let waits = about(if said { "ask_push_said" } else { "ask_push" }).asking(report);
    Ok(Question { waits, follows: about("ask_push_follow") })
}

/// Tells everybody who is part of `report` what a desk said, in the transaction that says it: one message for all of it,
/// since what is newer takes the place of what is older. Of a private report, that it was said.
pub async fn answered(
    tx: &mut Tx,
    report: &ParcelId,
    desk: &DeskName,
    said: &[Event],
    (from, now): (Status, Instant),
) -> Result<()> {
    let shown = shown(tx, report).await?;
    let who = Say::word(format!("function_{}", desk.function.as_str()));
    let (mut does, mut words) = (None, String::new());
    for event in said {
        match event {
            Event::StatusChanged { to: Status::Sent, .. } if !from.is_open() => {
                does = Some(Say::word("told_reopened"));
            }
            Event::StatusChanged { to, .. } => {
                does = Some(Say::word(format!("status_say_{}", to.as_str())));
            }
            Event::Answered { words: said, .. } => words = text::excerpt(said, REASON),
            Event::Transferred { to, .. } => {
                let to = Say::word(format!("function_to_{}", to.function.as_str()));
                does = Some(Say::with("told_passed", [("to", to)]));
            }
            Event::TransferProposed { .. } => does = Some(Say::word("told_not_theirs")),
            _ => {}
        }
    }
    let does = does.unwrap_or_else(|| Say::word("told_answer"));
    let (does, place) = (("says", does), ("place", Say::Text(shown.place.clone())));
    let body = if words.is_empty() || shown.private {
        Say::with("told_answered", [("who", who), does, place])
    } else {
        Say::with("told_answered_words", [("who", who), does, ("words", Say::Text(words)), place])
    };
    let message = Message { photo: shown.photo, ..Message::about(report, shown.title, body) };
    push::tell(tx, Audience::People(report), &message, now).await?;
    Ok(())
}

/// A notification shows on a locked phone: of a private report no words and no photo.
async fn shown(tx: &mut Tx, report: &ParcelId) -> Result<Shown> {
    let row = sqlx::query(
        "SELECT r.number, r.category, r.description, r.private, p.name AS place_name,
                (SELECT rp.hash FROM report_photos rp JOIN photos f ON f.hash = rp.hash
                 WHERE rp.report_id = r.id ORDER BY rp.position LIMIT 1) AS photo
         FROM reports r JOIN places p ON p.id = r.place_id WHERE r.id = $1",
    );
    let row = row.bind(report.as_str()).fetch_one(&mut **tx).await?;
    let number: Option<i64> = row.try_get("number")?;
    let untitled =
        Say::with("report_untitled", [("number", Say::Text(number.unwrap_or_default().to_string()))]);
    let place = row.try_get("place_name")?;
    if row.try_get::<i16, _>("private")? != 0 {
        return Ok(Shown { title: untitled, place, photo: None, private: true });
    }
    let excerpt = text::excerpt(row.try_get("description")?, TITLE);
    let title = match row.try_get::<Option<String>, _>("category")? {
        Some(slug) => Say::word(format!("category_{}", slug.replace('-', "_"))),
        None if !excerpt.is_empty() => Say::Text(excerpt),
        None => untitled,
    };
    let photo = row.try_get::<Option<&str>, _>("photo")?.map(parse_hash).transpose()?;
    Ok(Shown { title, place, photo, private: false })
}
