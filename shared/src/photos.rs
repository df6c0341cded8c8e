//! Limits and sizes of photos, the same on both sides; and how a photo that was announced stands.

use crate::instant::{DAY, Instant};
use serde::{Deserialize, Serialize};

/// Longest side kept, in pixels: what the phone shrinks to and the largest picture the server shows.
pub const LONGEST_SIDE: u32 = 2048;
/// Longest sides in which the server offers a photo, largest first.
pub const SIZES: [u32; 3] = [LONGEST_SIDE, 960, 320];
/// Quality at which the phone encodes, 0 to 1 (TECH 1.4: about 300 kB for a playground).
pub const QUALITY: f64 = 0.82;
/// Most bytes the server takes for one photo.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Most pixels the server decodes: more than [`MAX_BYTES`] of a real photo hold, and 96 MB once they are out (a 117 kB
/// file may hold 121 million: TECH 5).
pub const MAX_PIXELS: u64 = 32_000_000;
/// How long a photo that was announced counts as on its way, in milliseconds. One that comes later is shown all the same.
pub const EXPECTED_FOR: i64 = 7 * DAY;

/// What the server says of a photo it keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PhotoReceipt {
    /// The name it was sent under.
    pub hash: crate::ids::PhotoHash,
    /// Width in pixels of the largest size kept.
    pub width: u32,
    /// Height in pixels of the largest size kept.
    pub height: u32,
}

/// What the server knows of a photo that a report names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its sizes can be shown.
    pub shown: bool,
    /// It has arrived.
    pub arrived: bool,
    /// It was looked at and refused for good.
    pub refused: bool,
}

/// How a photo stands that a report names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can be seen.
    Shown,
    /// It has arrived and can soon be seen.
    Preparing,
    /// It was announced, and may still come.
    Awaited,
    /// It will not come: refused, or not heard of for [`EXPECTED_FOR`]. Nobody speaks of it any more.
    Ended,
}

/// How a photo stands at `now` that was announced at `announced`.
pub fn standing(known: Known, announced: Instant, now: Instant) -> Standing {
    match known {
        Known { shown: true, .. } => Standing::Shown,
        Known { arrived: true, .. } => Standing::Preparing,
        Known { refused: true, .. } => Standing::Ended,
        _ if now >= announced.plus(EXPECTED_FOR) => Standing::Ended,
        _ => Standing::Awaited,
    }
}

/// The size that fits `width × height` into a square of `side`, never larger than it was.
pub fn fit(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longest = width.max(height).max(1);
    if longest <= side {
        return (width, height);
    }
    let scale = |length: u32| {
        ((u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest)).max(1)
    };
    let clamp = |length: u64| u32::try_from(length).unwrap_or(side);
    (clamp(scale(width)), clamp(scale(height)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_fits_without_growing_or_vanishing() {
        assert_eq!(fit(4032, 3024, 2048), (2048, 1536));
        assert_eq!(fit(640, 480, 2048), (640, 480));
        assert_eq!(fit(20_000, 1, 2048), (2048, 1));
        assert_eq!(fit(0, 0, 320), (0, 0));
    }

    #[test]
    fn a_photo_is_awaited_until_it_comes_or_ends() {
        let (no, announced) = (Known::default(), Instant(1_000));
        let late = announced.plus(EXPECTED_FOR);
        for (known, now, expected) in [
            (no, announced, Standing::Awaited),
            (no, late.plus(-1), Standing::Awaited),
            (no, late, Standing::Ended),
            (Known { refused: true, ..no }, announced, Standing::Ended),
            (Known { arrived: true, ..no }, late, Standing::Preparing),
            (Known { arrived: true, refused: true, ..no }, announced, Standing::Preparing),
            (Known { shown: true, arrived: true, refused: true }, late, Standing::Shown),
        ] {
            assert_eq!(standing(known, announced, now), expected, "{known:?} at {now:?}");
        }
    }
}
