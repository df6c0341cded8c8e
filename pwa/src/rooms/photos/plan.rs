//! How much of a picture is decoded. Pure: the file's head decides, before a single pixel takes memory.
//!
//! A 100-megapixel panorama is 403 MB as pixels. Measured on one of 12000 × 8400, peak above the idle tab: decoded at
//! its size and shrunk, Chromium 526 MB and Firefox 260 MB; decoded at 3000 × 2100, which JPEG allows without ever having
//! the rest, 50 MB and next to nothing. Where the browser offers no such decoding (WebKit), it is asked to shrink in one
//! step: two bitmaps of ours never live side by side.

use super::sniff::{Kind, Looks};
use super::unusable::Unusable;
use shared::photos::LONGEST_SIDE;

/// Most pixels of which a browser is asked to make a whole bitmap: the largest sensors of today, 440 MB.
const MOST_WHOLE: u64 = 110_000_000;
/// Most pixels of a file that can be decoded smaller: the same sensors' 200-megapixel mode, and some.
const MOST_SCALED: u64 = 260_000_000;
/// Above this, a picture that fails to decode failed for want of memory rather than for being broken.
const HEAVY: u64 = 40_000_000;
/// Larger files are no photos. Browsers read a file as a whole to decode it.
pub const MOST_BYTES: f64 = 200_000_000.0;

/// How to decode a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its media type, or nothing.
    pub mime: &'static str,
    /// Width and height, upright, at which to decode; nothing: at its own, because it is small or nobody knows.
    pub smaller: Option<(u32, u32)>,
    /// Whether it may be decoded at its full size where it cannot be smaller.
    pub whole: bool,
}

impl Plan {
    /// `turned`: by a quarter, to be upright. `scales`: whether this browser can decode at a smaller size.
    pub fn of(looks: &Looks, turned: bool, scales: bool) -> Result<Self, Unusable> {
        if looks.kind == Kind::Video {
            return Err(Unusable::Video);
        }
        let pixels = pixels(looks);
        let most = if scales && looks.kind == Kind::Jpeg { MOST_SCALED } else { MOST_WHOLE };
        if pixels > most {
            return Err(Unusable::TooLarge);
        }
        let smaller = looks.size.and_then(|(width, height)| {
            let upright = if turned { (height, width) } else { (width, height) };
            smaller(upright)
        });
        Ok(Self { mime: looks.kind.mime(), smaller, whole: pixels <= MOST_WHOLE })
    }
}

/// Why a file that looks so did not decode.
pub fn failure(looks: &Looks) -> Unusable {
    match looks.kind {
        Kind::Heic => Unusable::Heic,
        Kind::Other => Unusable::NotAPhoto,
        _ if pixels(looks) > HEAVY => Unusable::TooLarge,
        _ => Unusable::Unreadable,
    }
}

fn pixels(looks: &Looks) -> u64 {
    looks.size.map_or(0, |(width, height)| u64::from(width) * u64::from(height))
}

/// JPEG can be decoded at eighths of its size; the smallest that is not below what is kept.
fn smaller((width, height): (u32, u32)) -> Option<(u32, u32)> {
    let longest = width.max(height);
    let eighths = (LONGEST_SIDE * 8).div_ceil(longest.max(1));
    (longest > LONGEST_SIDE).then(|| {
        let part =
            |side: u32| u32::try_from((u64::from(side) * u64::from(eighths)).div_ceil(8)).unwrap_or(side);
        (part(width), part(height))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(width: u32, height: u32) -> Looks {
        Looks { kind: Kind::Jpeg, size: Some((width, height)) }
    }

    #[test]
    fn large_pictures_are_decoded_smaller_but_never_below_what_is_kept() {
        for ((width, height), turned, smaller) in [
            ((12000, 8400), false, Some((3000, 2100))),
            ((16000, 4000), false, Some((4000, 1000))),
            ((4000, 16000), true, Some((4000, 1000))),
            ((4032, 3024), true, Some((1890, 2520))),
            ((2049, 100), false, Some((2049, 100))),
            ((2048, 1536), false, None),
            ((16320, 12240), false, Some((4080, 3060))),
        ] {
            let plan = Plan::of(&jpeg(width, height), turned, true).unwrap();
            assert_eq!(plan.smaller, smaller, "{width} × {height}");
            assert!(smaller.is_none_or(|(w, h)| w.max(h) >= LONGEST_SIDE));
        }
    }

    #[test]
    fn what_would_kill_the_tab_is_refused_before_it_is_decoded() {
        let two_hundred = jpeg(16320, 12240);
        assert!(!Plan::of(&two_hundred, false, true).unwrap().whole);
        assert_eq!(Plan::of(&two_hundred, false, false), Err(Unusable::TooLarge));
        assert_eq!(Plan::of(&jpeg(65500, 65500), false, true), Err(Unusable::TooLarge));
        let png = Looks { kind: Kind::Png, size: Some((16000, 8400)) };
        assert_eq!(Plan::of(&png, false, true), Err(Unusable::TooLarge));
        assert!(Plan::of(&jpeg(12000, 8400), false, false).unwrap().whole);
        let film = Looks { kind: Kind::Video, size: None };
        assert_eq!(Plan::of(&film, false, true), Err(Unusable::Video));
    }

    #[test]
    fn a_failure_is_named_after_what_the_file_looked_like() {
        let of = |kind, size| failure(&Looks { kind, size });
        assert_eq!(of(Kind::Heic, None), Unusable::Heic);
        assert_eq!(of(Kind::Other, None), Unusable::NotAPhoto);
        assert_eq!(of(Kind::Jpeg, Some((4032, 3024))), Unusable::Unreadable);
        assert_eq!(of(Kind::Png, Some((16000, 4000))), Unusable::TooLarge);
    }
}
