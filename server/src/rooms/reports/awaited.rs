//! Photos that come after the words that name them. Mails to desks wait for them, but not for long.
//!
//! Words and photos are separate deliveries and may cross. Each looks, after its own commit, whether all is there now:
//! the last to commit sees the whole, and a crash in between is mended by repeating either delivery, or by the job that
//! makes a photo's sizes. A photo has come for mails when it can be shown; one that was refused for good is not waited for.

use super::{jobs, judging, store};
use crate::app::App;
use crate::error::Result;
use crate::rooms::follow;
use shared::ids::{ParcelId, PhotoHash};
use shared::instant::{Instant, MINUTE};

/// How long mails wait for photos that were announced, in milliseconds.
pub const PATIENCE: i64 = 10 * MINUTE;
/// The urgency that waits for nothing.
pub const IMMEDIATE: i16 = 4;

/// When mails leave about words that came at `at`, some of their photos still `missing` or not.
pub fn leave_at(at: Instant, urgency: i16, missing: bool) -> Instant {
    if missing && urgency < IMMEDIATE { at.plus(PATIENCE) } else { at }
}

/// The photos that a delivered parcel names and that its phone has still to send. When no mail need wait, they leave.
pub async fn missing(app: &App, parcel: &ParcelId) -> Result<Vec<PhotoHash>> {
    let missing = store::missing(app.db.read(), parcel).await?;
    if missing.is_empty() {
        release(app, parcel).await?;
    }
    Ok(missing)
}

/// A photo can be shown, or will never be: the mails of the reports for which it was the last one leave, and the journals of
/// those it shows repaired say so.
pub async fn photo_came(app: &App, hash: &PhotoHash) -> Result<()> {
    for report in store::naming(app.db.read(), hash).await? {
        if release(app, &report).await? {
            judging::look_again(app, &report).await?;
        }
    }
    follow::repaired::came(app, hash).await
}

/// Whether no photo of `report` is waited for any more; then its mails leave.
async fn release(app: &App, report: &ParcelId) -> Result<bool> {
    let ready = !store::waits_for_photos(app.db.read(), report).await?;
    if ready {
        jobs::release(app, report).await?;
    }
    Ok(ready)
}
