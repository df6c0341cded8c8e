//! Limits and sizes of photos, the same on both sides.

use serde::{Deserialize, Serialize};

/// Longest side kept, in pixels: what the phone shrinks to and the largest picture the server shows.
pub const LONGEST_SIDE: u32 = 2048;
/// Longest sides in which the server offers a photo, largest first.
pub const SIZES: [u32; 3] = [LONGEST_SIDE, 960, 320];
/// Quality at which the phone encodes, 0 to 1 (TECH 1.4: about 300 kB for a playground).
pub const QUALITY: f64 = 0.82;
/// Most bytes the server takes for one photo.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Most pixels the server decodes (a 117 kB file may hold 121 million: TECH 5).
pub const MAX_PIXELS: u64 = 50_000_000;

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
}
