//! Looks at a JPEG without decoding it: is it whole, and what will it cost?
//!
//! Reads markers only, so that a photo is answered in microseconds and a bomb costs nothing. Promises: what passes is a
//! JPEG that we read, ends as one, is within the limits, and holds at least the bits that its blocks need: a header that
//! lies about its size does not pass. Does not promise that every block is sound.

use image::metadata::Orientation;
use shared::photos::{LONGEST_SIDE, MAX_PIXELS, fit};
use shared::problem::{Code, Problem};

/// Most passes over one picture; encoders make about ten.
const MOST_SCANS: u32 = 50;

const EXIF: &[u8] = b"Exif\0\0";

/// What a JPEG says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Pixels across, as stored.
    pub width: u32,
    /// Pixels down, as stored.
    pub height: u32,
    /// How it must be turned.
    pub orientation: Orientation,
    /// Whether its coefficients are kept in memory while it is decoded.
    pub progressive: bool,
}

impl Look {
    /// Width and height of the largest size we keep, upright.
    pub fn kept(&self) -> (u32, u32) {
        let (width, height) = fit(self.width, self.height, LONGEST_SIDE);
        match self.orientation {
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => (height, width),
            _ => (width, height),
        }
    }

    /// Bytes that decoding takes, about: pixels, and the coefficients of a progressive picture beside them.
    pub fn memory(&self) -> u64 {
        let pixels = u64::from(self.width) * u64::from(self.height);
        pixels * if self.progressive { 9 } else { 3 }
    }
}

/// Looks at `jpeg`.
///
/// # Errors
/// `unsupported_photo` for what is no JPEG, or one of a rare kind; `too_large`; `photo_unreadable` for one that is cut or
/// makes no sense.
pub fn look(jpeg: &[u8]) -> Result<Look, Problem> {
    let mut walk = Walk { rest: jpeg.strip_prefix(&[0xff, 0xd8]).unwrap_or_default(), ..Walk::default() };
    if walk.rest.first() != Some(&0xff) {
        return Err(refuse(Code::UnsupportedPhoto));
    }
    while walk.step()? {}
    walk.judge()
}

fn refuse(code: Code) -> Problem {
    Problem::of(code, "photo")
}

fn unreadable() -> Problem {
    refuse(Code::PhotoUnreadable)
}

/// The frame header: sides, and the sampling factors of each component.
struct Frame {
    width: u32,
    height: u32,
    progressive: bool,
    sampling: Vec<(u32, u32)>,
}

#[derive(Default)]
struct Walk<'a> {
    rest: &'a [u8],
    frame: Option<Frame>,
    orientation: Option<Orientation>,
    scans: u32,
    coded: u64,
}

impl<'a> Walk<'a> {
    /// The next segment; false at the end of the picture.
    fn step(&mut self) -> Result<bool, Problem> {
        let [0xff, after @ ..] = self.rest else { return Err(unreadable()) };
        // Any number of 0xff may stand before a marker.
        let fill = after.iter().take_while(|byte| **byte == 0xff).count();
        let [marker, after @ ..] = &after[fill..] else { return Err(unreadable()) };
        self.rest = after;
        match marker {
            0xd9 => return Ok(false),
            0xc0..=0xc2 => self.frame(*marker == 0xc2)?,
            0xda => self.scan()?,
            0xe1 => self.app1()?,
            0xc4 | 0xcc | 0xdb..=0xef | 0xfe => drop(self.segment()?),
            // Lossless, hierarchical, arithmetic: no phone writes them.
            0xc3 | 0xc5..=0xcf => return Err(refuse(Code::UnsupportedPhoto)),
            _ => return Err(unreadable()),
        }
        Ok(true)
    }

    fn segment(&mut self) -> Result<&'a [u8], Problem> {
        let [high, low, ..] = self.rest else { return Err(unreadable()) };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let content = self.rest.get(2..length).ok_or_else(unreadable)?;
        self.rest = &self.rest[length..];
        Ok(content)
    }

    fn frame(&mut self, progressive: bool) -> Result<(), Problem> {
        let [precision, h1, h2, w1, w2, count, components @ ..] = self.segment()? else {
            return Err(unreadable());
        };
        let (width, height) = (u16::from_be_bytes([*w1, *w2]), u16::from_be_bytes([*h1, *h2]));
        if *precision != 8 || !matches!(count, 1 | 3 | 4) {
            return Err(refuse(Code::UnsupportedPhoto));
        }
        if self.frame.is_some() || width == 0 || height == 0 || components.len() != usize::from(*count) * 3 {
            return Err(unreadable());
        }
        let factors = components.chunks_exact(3).map(|c| (u32::from(c[1] >> 4), u32::from(c[1] & 15)));
        let sampling: Vec<_> = factors.collect();
        if sampling.iter().any(|(h, v)| !(1..=4).contains(h) || !(1..=4).contains(v)) {
            return Err(unreadable());
        }
        let frame = Frame { width: width.into(), height: height.into(), progressive, sampling };
        if frame.look(None).memory() > MAX_PIXELS * 3 {
            return Err(refuse(Code::TooLarge));
        }
        self.frame = Some(frame);
        Ok(())
    }

    /// A scan: its header, then coded bytes up to the next marker that is neither a stuffed byte nor a restart.
    fn scan(&mut self) -> Result<(), Problem> {
        self.segment()?;
        self.scans += 1;
        if self.frame.is_none() || self.scans > MOST_SCANS {
            return Err(unreadable());
        }
        let mut at = 0;
        loop {
            let found = self.rest[at..].iter().position(|byte| *byte == 0xff).ok_or_else(unreadable)?;
            at += found;
            match self.rest.get(at + 1) {
                Some(0x00 | 0xd0..=0xd7) => at += 2,
                Some(0xff) => at += 1,
                Some(_) => break,
                None => return Err(unreadable()),
            }
        }
        self.coded += at as u64;
        self.rest = &self.rest[at..];
        Ok(())
    }

    fn app1(&mut self) -> Result<(), Problem> {
        if let Some(tiff) = self.segment()?.strip_prefix(EXIF) {
            self.orientation = self.orientation.or_else(|| Orientation::from_exif_chunk(tiff));
        }
        Ok(())
    }

    fn judge(self) -> Result<Look, Problem> {
        let frame = self.frame.filter(|_| self.scans > 0).ok_or_else(unreadable)?;
        if self.coded * 8 < frame.fewest_bits() {
            Err(unreadable())
        } else {
            Ok(frame.look(self.orientation))
        }
    }
}

impl Frame {
    fn look(&self, orientation: Option<Orientation>) -> Look {
        Look {
            width: self.width,
            height: self.height,
            orientation: orientation.unwrap_or(Orientation::NoTransforms),
            progressive: self.progressive,
        }
    }

    /// A block takes a bit for its mean and, unless that comes in another scan for many blocks at once, one for its end.
    fn fewest_bits(&self) -> u64 {
        let most = |side: fn(&(u32, u32)) -> u32| self.sampling.iter().map(side).max().unwrap_or(1);
        let (across, down) = (most(|s| s.0), most(|s| s.1));
        let blocks =
            |side: u32, factor: u32, most: u32| u64::from((side * factor).div_ceil(most).div_ceil(8));
        let all: u64 = self
            .sampling
            .iter()
            .map(|(h, v)| blocks(self.width, *h, across) * blocks(self.height, *v, down))
            .sum();
        if self.progressive { all } else { all * 2 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jpeg_encoder::{ColorType, Encoder};

    fn jpeg(width: u16, height: u16, progressive: bool) -> Vec<u8> {
        let pixels: Vec<u8> =
            (0..usize::from(width) * usize::from(height) * 3).map(|n| (n * 37 % 251) as u8).collect();
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, 80);
        encoder.set_progressive(progressive);
        encoder.encode(&pixels, width, height, ColorType::Rgb).unwrap();
        jpeg
    }

    fn frame(jpeg: &[u8]) -> usize {
        jpeg.windows(2).position(|pair| matches!(pair, [0xff, 0xc0 | 0xc2])).unwrap()
    }

    /// The same bytes, which now say that they are of this size.
    fn lying(mut jpeg: Vec<u8>, width: u16, height: u16) -> Vec<u8> {
        let at = frame(&jpeg);
        jpeg[at + 5..at + 9].copy_from_slice(&[height.to_be_bytes(), width.to_be_bytes()].concat());
        jpeg
    }

    fn with(jpeg: &[u8], segment: &[u8]) -> Vec<u8> {
        [&jpeg[..2], segment, &jpeg[2..]].concat()
    }

    /// The same picture, its last scan repeated until there are `scans` more.
    fn passes(jpeg: &[u8], scans: usize) -> Vec<u8> {
        let last = jpeg.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
        let end = jpeg.len() - 2;
        [&jpeg[..end], &jpeg[last..end].repeat(scans), &jpeg[end..]].concat()
    }

    #[test]
    fn a_whole_jpeg_says_what_it_is() {
        for progressive in [false, true] {
            let seen = look(&jpeg(40, 30, progressive)).unwrap();
            assert_eq!((seen.width, seen.height, seen.progressive), (40, 30, progressive));
            assert_eq!(seen.kept(), (40, 30));
        }
        let exif = b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let turned = look(&with(&jpeg(40, 30, false), exif)).unwrap();
        assert_eq!((turned.orientation, turned.kept()), (Orientation::Rotate90, (30, 40)));
        let filled = with(&jpeg(40, 30, false), b"\xff\xff\xff\xfe\x00\x04hi");
        assert!(look(&[&filled[..], b"and more after the end"].concat()).is_ok());
    }

    #[test]
    fn what_lies_or_was_cut_is_refused_at_a_glance() {
        let (plain, progressive) = (jpeg(400, 300, false), jpeg(400, 300, true));
        let (gone, long, rare) = (Code::PhotoUnreadable, Code::TooLarge, Code::UnsupportedPhoto);
        let mut lossless = plain.clone();
        lossless[frame(&plain) + 1] = 0xc3;
        let mut deep = plain.clone();
        deep[frame(&plain) + 4] = 12;
        for (what, bytes, code) in [
            ("words", b"Ceci n'est pas une photo.".to_vec(), rare),
            ("nothing", vec![], rare),
            ("a PNG", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x75\x30\0\0\x75\x30".to_vec(), rare),
            ("lossless", lossless, rare),
            ("twelve bits", deep, rare),
            ("a beginning", plain[..3].to_vec(), gone),
            ("half", plain[..plain.len() / 2].to_vec(), gone),
            ("all but the end", plain[..plain.len() - 2].to_vec(), gone),
            ("half of many passes", progressive[..progressive.len() / 2].to_vec(), gone),
            ("no scan", [&plain[..frame(&plain)], b"\xff\xd9"].concat(), gone),
            ("no side", lying(plain.clone(), 0, 300), gone),
            ("65500 × 65500", lying(plain.clone(), 65_500, 65_500), long),
            ("32 megapixels and a bit", lying(plain.clone(), 8_000, 4_001), long),
            ("31 megapixels, and bits for less", lying(plain.clone(), 7_000, 4_500), gone),
            ("many passes over 20 megapixels", lying(progressive.clone(), 5_000, 4_000), long),
            ("many passes, and bits for fewer", lying(jpeg(40, 30, true), 4_000, 2_600), gone),
            ("thousands of passes", passes(&progressive, 4_000), gone),
        ] {
            assert_eq!(look(&bytes), Err(Problem::of(code, "photo")), "{what}");
        }
        assert!(look(&passes(&progressive, 10)).is_ok());
    }

    #[test]
    fn no_cut_and_no_changed_byte_of_the_head_is_a_panic() {
        let whole = jpeg(17, 9, true);
        for at in 0..whole.len() {
            let _ = look(&whole[..at]);
            for byte in [0, 1, 0xd9, 0xff] {
                let mut changed = whole.clone();
                changed[at] = byte;
                let _ = look(&changed);
            }
        }
    }
}
