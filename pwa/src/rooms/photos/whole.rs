//! Whether a file is all there. Pure. Browsers do not say: handed half a JPEG, one refuses, one draws the half, one hands
//! back a white picture without a word (measured: Chromium 156, Firefox 153, WebKitGTK 2.50).

use super::sniff::Kind;

/// The last bytes that [`by_tail`] wants; what some phones append is shorter.
pub const TAIL: usize = 64 * 1024;

/// What the last bytes of a file say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is all there, or nothing is known to the contrary.
    Whole,
    /// Its end is missing.
    Cut,
    /// Only reading all of it would tell ([`super::jpeg::Ending`]): something may stand behind the picture.
    Unsure,
}

/// Judges by the first bytes, the length and the last bytes.
pub fn by_tail(kind: Kind, head: &[u8], length: f64, tail: &[u8]) -> Said {
    let is_whole = match kind {
        Kind::Jpeg if trimmed(tail).ends_with(&[0xff, 0xd9]) => true,
        Kind::Jpeg => return Said::Unsure,
        Kind::Png => tail.windows(4).any(|name| name == b"IEND"),
        Kind::Gif => trimmed(tail).ends_with(b";"),
        Kind::Webp => head
            .get(4..8)
            .and_then(|size| size.try_into().ok())
            .is_some_and(|size| length >= f64::from(u32::from_le_bytes(size)) + 8.0),
        _ => true,
    };
    if is_whole { Said::Whole } else { Said::Cut }
}

/// Cameras fill a block up with zeros.
fn trimmed(tail: &[u8]) -> &[u8] {
    let end = tail.iter().rposition(|byte| *byte != 0).map_or(0, |n| n + 1);
    &tail[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bytes_tell_whether_a_file_is_all_there() {
        let riff = b"RIFF\x10\0\0\0WEBP";
        let cases: [(Kind, &[u8], f64, &[u8], Said); 12] = [
            (Kind::Jpeg, b"", 9.0, b"abc\xff\xd9", Said::Whole),
            (Kind::Jpeg, b"", 9.0, b"abc\xff\xd9\0\0\0", Said::Whole),
            (Kind::Jpeg, b"", 9.0, b"abc\xff\xd9SEFT", Said::Unsure),
            (Kind::Jpeg, b"", 9.0, b"\0\0", Said::Unsure),
            (Kind::Png, b"", 9.0, b"..\0\0\0\0IEND\xae\x42\x60\x82", Said::Whole),
            (Kind::Png, b"", 9.0, b"..IDAT..", Said::Cut),
            (Kind::Gif, b"", 9.0, b"..\0;", Said::Whole),
            (Kind::Gif, b"", 9.0, b"..\0", Said::Cut),
            (Kind::Webp, riff, 24.0, b"", Said::Whole),
            (Kind::Webp, riff, 23.0, b"", Said::Cut),
            (Kind::Webp, b"RIFF", 4.0, b"", Said::Cut),
            (Kind::Heic, b"", 4.0, b"", Said::Whole),
        ];
        for (kind, head, length, tail, said) in cases {
            assert_eq!(by_tail(kind, head, length, tail), said, "{kind:?} {tail:?}");
        }
    }
}
