//! What crashes and changes of mind leave behind: files that no row names, originals whose row never came, torn writes,
//! photos that no report names. A job looks at one shelf of the store at a time, all of them in a day, so that it costs
//! little at any moment; `vigie doctor` counts without removing.
//!
//! Files are listed before rows are read. The file of a size is never there before a row of its photo is; an original may
//! be, for the time of one request, and is left alone for a day.

use super::{ORIGINALS, blob_name, darkroom, original_name, store};
use crate::app::App;
use crate::db::Tx;
use crate::edges::blobs::Found;
use crate::jobs::{self, Failed, Job};
use anyhow::Result;
use shared::ids::PhotoHash;
use shared::instant::{DAY, Instant, MINUTE};
use shared::photos::SIZES;
use std::collections::BTreeSet;

/// Kind of [`run`], and the name of the one job of that kind.
pub const SWEEP: &str = "photo.sweep";
/// Between two shelves, in milliseconds: 256 of them take a day.
pub const PACE: i64 = 5 * MINUTE;
/// How long a photo that no report names is kept, in milliseconds.
pub const UNNAMED_FOR: i64 = 7 * DAY;
/// Files younger than this may belong to a request under way, in milliseconds.
const YOUNG: i64 = DAY;
/// Photos begin with two hexadecimal digits.
const SHELVES: u16 = 256;

/// What one look found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Files that belong to no photo.
    pub orphans: Vec<String>,
    /// Photos whose files are not all there.
    pub lost: Vec<PhotoHash>,
    /// Photos that no report names.
    pub unnamed: Vec<PhotoHash>,
    /// Photos whose original waits to be developed.
    pub waiting: Vec<PhotoHash>,
}

/// Makes sure that the sweep goes on; called when the server starts.
pub async fn plan(app: &App) -> Result<()> {
    let mut tx = app.db.write().await?;
    put(&mut tx, 0, app.clock.now().plus(PACE)).await?;
    tx.commit().await?;
    Ok(())
}

async fn put(tx: &mut Tx, shelf: u16, at: Instant) -> sqlx::Result<()> {
    let payload = shelf.to_string();
    jobs::store::put(tx, SWEEP, &jobs::New { kind: SWEEP, about: None, payload: &payload, run_at: at }).await
}

/// Sweeps one shelf and plans the next.
pub async fn run(app: &App, job: &Job) -> Result<(), Failed> {
    let number = job.payload.parse::<u16>().unwrap_or(0) % SHELVES;
    if number == 0 {
        app.blobs.sweep_torn(YOUNG).await?;
    }
    shelf(app, &format!("{number:02x}")).await?;
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    put(&mut tx, (number + 1) % SHELVES, app.clock.now().plus(PACE)).await?;
    tx.commit().await.map_err(Failed::from)
}

/// Removes what nobody needs from `shelf`, and has developed what waits.
pub async fn shelf(app: &App, shelf: &str) -> Result<()> {
    let found = look(app, shelf).await?;
    for orphan in &found.orphans {
        app.blobs.delete(orphan).await?;
    }
    for photo in &found.unnamed {
        let mut tx = app.db.write().await?;
        let forgotten = store::forget_unnamed(&mut tx, photo).await?;
        // While the row is still there for others: whoever sends the photo again from then on, has its sizes made anew.
        for side in SIZES.into_iter().filter(|_| forgotten) {
            app.blobs.delete(&blob_name(photo, side)).await?;
        }
        tx.commit().await?;
    }
    // Their job is there; unless somebody's hand removed it.
    for photo in &found.waiting {
        let mut tx = app.db.write().await?;
        darkroom::put(&mut tx, photo, app.clock.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// What the sweep would find on `shelf`.
pub async fn look(app: &App, shelf: &str) -> Result<Findings> {
    let sizes = app.blobs.look(shelf).await?;
    let originals = app.blobs.look(&format!("{ORIGINALS}/{shelf}")).await?;
    // In this order: a photo that is developed between the two is seen twice, in the other one it would not be seen at all.
    let waiting: BTreeSet<PhotoHash> = store::on_shelf(app.db.read(), "originals", shelf).await?;
    let shown: BTreeSet<PhotoHash> = store::on_shelf(app.db.read(), "photos", shelf).await?;
    let known = |found: &Found| {
        let hash = hash_of(&found.name);
        hash.is_some_and(|hash| shown.contains(&hash) || waiting.contains(&hash))
    };
    let kept = |found: &Found| hash_of(&found.name).is_some_and(|hash| waiting.contains(&hash));
    let orphans = sizes.iter().filter(|found| !known(found));
    let left = originals.iter().filter(|found| found.age > YOUNG && !kept(found));
    let there: BTreeSet<&str> = sizes.iter().map(|found| found.name.as_str()).collect();
    let whole = |hash: &PhotoHash| SIZES.iter().all(|side| there.contains(blob_name(hash, *side).as_str()));
    let before = app.clock.now().plus(-UNNAMED_FOR);
    Ok(Findings {
        orphans: orphans.chain(left).map(|found| found.name.clone()).collect(),
        lost: shown.iter().filter(|hash| !whole(hash)).cloned().collect(),
        unnamed: store::unnamed(app.db.read(), shelf, before).await?,
        waiting: waiting.into_iter().collect(),
    })
}

/// The shelves on which anything is.
pub async fn shelves(app: &App) -> Result<BTreeSet<String>> {
    let mut shelves: BTreeSet<String> = store::shelves(app.db.read()).await?.into_iter().collect();
    shelves.extend(app.blobs.folders("").await?);
    shelves.extend(app.blobs.folders(ORIGINALS).await?);
    let ours =
        |name: &String| name.len() == 2 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    shelves.retain(ours);
    Ok(shelves)
}

/// What the sweep would find anywhere, and torn files.
pub async fn look_everywhere(app: &App) -> Result<(Findings, usize)> {
    let mut all = Findings::default();
    for shelf in shelves(app).await? {
        let found = look(app, &shelf).await?;
        all.orphans.extend(found.orphans);
        all.lost.extend(found.lost);
        all.unnamed.extend(found.unnamed);
        all.waiting.extend(found.waiting);
    }
    Ok((all, app.blobs.torn(YOUNG).await?.len()))
}

/// The photo that a file belongs to: `ab/HASH-320.jpg` or `originals/ab/HASH.jpg`.
fn hash_of(name: &str) -> Option<PhotoHash> {
    let file = name.rsplit('/').next()?.strip_suffix(".jpg")?;
    let hash = PhotoHash::parse(file.split_once('-').map_or(file, |(hash, _)| hash)).ok()?;
    let ours = SIZES.iter().any(|side| blob_name(&hash, *side) == name) || original_name(&hash) == name;
    ours.then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_names_its_photo() {
        let hash = "ab".repeat(32);
        for (name, known) in [
            (format!("ab/{hash}-320.jpg"), true),
            (format!("originals/ab/{hash}.jpg"), true),
            (format!("ab/{hash}-321.jpg"), false),
            (format!("cd/{hash}-320.jpg"), false),
            ("ab/notes.txt".to_owned(), false),
        ] {
            assert_eq!(hash_of(&name).is_some(), known, "{name}");
        }
    }
}
