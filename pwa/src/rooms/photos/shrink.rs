//! From a file of any size to a JPEG of ours: at most 2048 pixels, upright, new bytes. The pixels are drawn and encoded
//! afresh, so no metadata can survive. What the file is and how to decode it is judged elsewhere; here the steps.

use super::darkroom;
use super::exif::{self, LocalTime};
use super::jpeg::Ending;
use super::plan::{self, Plan};
use super::sniff::{Kind, look};
use super::unusable::Unusable;
use super::whole::{self, Said};
use crate::dom::ObjectUrl;
use js_sys::{ArrayBuffer, Uint8Array};
use shared::geo::Position;
use shared::ids::PhotoHash;
use shared::instant::{DAY, Instant};
use std::rc::Rc;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// Metadata stands at the head of a file: this much of it is read.
const HEAD: f64 = 256.0 * 1024.0;
/// Read at once of a file that must be read as a whole.
const PIECE: f64 = 1024.0 * 1024.0;
/// Older photos are of another time: their date is not the date of what is seen now.
const RECENT: i64 = 365 * DAY;

/// A photo ready to be kept.
pub struct Shot {
    /// Its name.
    pub hash: PhotoHash,
    /// Its bytes.
    pub bytes: ArrayBuffer,
    /// Where it can be seen until it is dropped.
    pub url: Rc<ObjectUrl>,
    /// Where it was taken, if the file said.
    pub position: Option<Position>,
    /// When it was taken, if the file said.
    pub taken_at: Option<Instant>,
}

impl PartialEq for Shot {
    /// Two photos of one name are the same pixels.
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Shot {
    /// Names the bytes of a JPEG of ours.
    pub async fn of(
        bytes: ArrayBuffer,
        position: Option<Position>,
        taken_at: Option<Instant>,
    ) -> Result<Self, Unusable> {
        let hash = outbox::edges::sha256(&bytes).await.map_err(|_| Unusable::Unnameable)?;
        let url = ObjectUrl::of_jpeg(&bytes).map(Rc::new).ok_or(Unusable::Unreadable)?;
        Ok(Self { hash, bytes, url, position, taken_at })
    }
}

/// Makes a photo of a file.
pub async fn shrink(file: &File) -> Result<Shot, Unusable> {
    if file.size() == 0.0 {
        return Err(Unusable::Empty);
    }
    let head = read(file, 0.0, HEAD).await?;
    let looks = look(&head);
    let seen = exif::read(&head);
    let plan = Plan::of(&looks, seen.turned, darkroom::scales())?;
    if file.size() > plan::MOST_BYTES {
        return Err(plan::failure(&looks));
    }
    if !is_whole(file, looks.kind, &head).await? {
        return Err(Unusable::Incomplete);
    }
    let bytes = darkroom::develop(file, &plan).await.map_err(|_| plan::failure(&looks))?;
    let taken_at = seen.taken_at.and_then(|time| instant(time, outbox::edges::now()));
    Shot::of(bytes, seen.position, taken_at).await
}

/// Some bytes of the file. A gallery may name files that it cannot hand over.
async fn read(file: &File, from: f64, to: f64) -> Result<Vec<u8>, Unusable> {
    let piece = file.slice_with_f64_and_f64(from, to).map_err(|_| Unusable::Elsewhere)?;
    let buffer = JsFuture::from(piece.array_buffer()).await.map_err(|_| Unusable::Elsewhere)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// Whether the file's end is there. In pieces: what the app once took of memory, it never gives back.
async fn is_whole(file: &File, kind: Kind, head: &[u8]) -> Result<bool, Unusable> {
    #[expect(clippy::cast_precision_loss, reason = "a constant of 64 kB")]
    let tail = read(file, (file.size() - whole::TAIL as f64).max(0.0), file.size()).await?;
    match whole::by_tail(kind, head, file.size(), &tail) {
        Said::Whole => return Ok(true),
        Said::Cut => return Ok(false),
        Said::Unsure => {}
    }
    let (mut ending, mut at) = (Ending::default(), 0.0);
    while at < file.size() {
        if ending.feed(&read(file, at, at + PIECE).await?) {
            return Ok(true);
        }
        at += PIECE;
    }
    Ok(false)
}

/// The camera's wall clock as an instant, by this phone's zone; nothing when it cannot be true.
fn instant(time: LocalTime, now: Instant) -> Option<Instant> {
    let date = js_sys::Date::new_with_year_month_day_hr_min_sec(
        u32::from(time.year),
        i32::from(time.month) - 1,
        i32::from(time.day),
        i32::from(time.hour),
        i32::from(time.minute),
        i32::from(time.second),
    );
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds of a year checked to be near")]
    let at = Instant(date.get_time() as i64);
    (at <= now && at > now.plus(-RECENT)).then_some(at)
}
