//! What each person said on a report's page: the reporter first, then those who joined with words or photos.
//!
//! Shows photos that are there and counts those on their way and in preparation; no photo shows twice, and nobody is quoted twice with the
//! same words. Whether a page may be shown at all is decided in `view.rs`.

use super::store::parse_hash;
use crate::error::Result;
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::photos::{Known, Standing, standing};
use shared::reports::{PhotoView, ReportPage, Voice};
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};
use std::collections::{BTreeMap, BTreeSet};

/// A photo that a voice names: its name, what is known of it, and its looks once it is there.
struct Named {
    hash: String,
    known: Known,
    view: Option<PhotoView>,
}

/// The voices of `main` and of those merged into it, as they stand at `now`.
pub async fn of(db: &AnyPool, main: &ParcelId, now: Instant) -> Result<Vec<Voice>> {
    let rows = sqlx::query(
        "SELECT r.id, r.description, r.spot, r.received_at, p.key_hash
         FROM reports r JOIN parcels p ON p.id = r.id WHERE r.id = $1 OR r.merged_into = $1
         ORDER BY CASE WHEN r.merged_into IS NULL THEN 0 ELSE 1 END, r.received_at, r.id",
    );
    let rows = rows.bind(main.as_str()).fetch_all(db).await?;
    let mut named = photos(db, main).await?;
    let (mut shown, mut said) = (BTreeSet::new(), BTreeSet::new());
    let mut voices: Vec<Voice> = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut fresh = named.remove(row.try_get::<&str, _>("id")?).unwrap_or_default();
        let at = Instant(row.try_get("received_at")?);
        fresh.retain(|photo| standing(photo.known, at, now) != Standing::Ended);
        fresh.retain(|photo| shown.insert(photo.hash.clone()));
        let some = !fresh.is_empty();
        let count = |which| {
            let standings = fresh.iter().map(|photo| standing(photo.known, at, now));
            u32::try_from(standings.filter(|standing| *standing == which).count()).unwrap_or(u32::MAX)
        };
        let (awaited, preparing) = (count(Standing::Awaited), count(Standing::Preparing));
        let photos: Vec<PhotoView> = fresh.into_iter().filter_map(|photo| photo.view).collect();
        let voice = Voice {
            at,
            description: row.try_get("description")?,
            spot: row.try_get("spot")?,
            awaited,
            preparing,
            photos,
        };
        let owner: String = row.try_get("key_hash")?;
        let wordless = voice.description.is_empty() && voice.spot.is_empty();
        let repeated = !said.insert((owner, voice.description.clone(), voice.spot.clone()));
        if voices.is_empty() || some || !(wordless || repeated) {
            voices.push(voice);
        }
    }
    Ok(voices)
}

/// Photos of a page that were announced and are not there yet.
pub fn awaited(page: &ReportPage) -> u32 {
    page.voices.iter().fold(0, |sum, voice| sum.saturating_add(voice.awaited))
}

/// Photos of a page that have arrived and cannot be shown yet.
pub fn preparing(page: &ReportPage) -> u32 {
    page.voices.iter().fold(0, |sum, voice| sum.saturating_add(voice.preparing))
}

/// What each of these reports names, in its order, by report.
async fn photos(db: &AnyPool, main: &ParcelId) -> Result<BTreeMap<String, Vec<Named>>> {
    let rows = sqlx::query(
        "SELECT rp.report_id, rp.hash, rp.caption, f.width, f.height, o.hash AS arrived, gone.hash AS refused
         FROM report_photos rp JOIN reports r ON r.id = rp.report_id LEFT JOIN photos f ON f.hash = rp.hash
           LEFT JOIN originals o ON o.hash = rp.hash LEFT JOIN refused_photos gone ON gone.hash = rp.hash
         WHERE r.id = $1 OR r.merged_into = $1 ORDER BY rp.report_id, rp.position",
    );
    let mut named: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    for row in rows.bind(main.as_str()).fetch_all(db).await? {
        named.entry(row.try_get("report_id")?).or_default().push(read(&row)?);
    }
    Ok(named)
}

fn read(row: &AnyRow) -> sqlx::Result<Named> {
    let hash: String = row.try_get("hash")?;
    let side = |name: &str| row.try_get::<Option<i64>, _>(name);
    let view = match (side("width")?, side("height")?) {
        (Some(width), Some(height)) => Some(PhotoView {
            hash: parse_hash(&hash)?,
            width: u32::try_from(width).unwrap_or(0),
            height: u32::try_from(height).unwrap_or(0),
            caption: row.try_get("caption")?,
        }),
        _ => None,
    };
    let is = |name: &str| row.try_get::<Option<&str>, _>(name).map(|found| found.is_some());
    let known = Known { shown: view.is_some(), arrived: is("arrived")?, refused: is("refused")? };
    Ok(Named { hash, known, view })
}
