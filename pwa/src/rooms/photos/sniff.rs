//! What a file is, by its first bytes: its name and its type are only somebody's word for it. Pure.

use super::jpeg;

/// What a file looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    /// Of what kind.
    pub kind: Kind,
    /// Width and height as stored, where its head says so.
    pub size: Option<(u32, u32)>,
}

/// The kinds that make a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What cameras write.
    Jpeg,
    /// Screenshots.
    Png,
    /// Moving or not.
    Gif,
    /// Moving or not.
    Webp,
    /// Read by all browsers of today.
    Avif,
    /// Read by Apple's.
    Heic,
    /// A film.
    Video,
    /// None of these; the browser may know more.
    Other,
}

impl Kind {
    /// Its media type; nothing where the browser had better look for itself.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Avif => "image/avif",
            Self::Heic => "image/heic",
            Self::Video | Self::Other => "",
        }
    }
}

/// Looks at the first bytes of a file.
pub fn look(head: &[u8]) -> Looks {
    let kind = kind(head);
    let size = match kind {
        Kind::Jpeg => jpeg_size(head),
        Kind::Png => big(head, 16).zip(big(head, 20)),
        Kind::Gif => little(head, 6).zip(little(head, 8)),
        Kind::Webp => webp_size(head),
        _ => None,
    };
    Looks { kind, size: size.filter(|(width, height)| *width > 0 && *height > 0) }
}

fn kind(head: &[u8]) -> Kind {
    match head {
        [0xff, 0xd8, 0xff, ..] => Kind::Jpeg,
        [0x89, b'P', b'N', b'G', ..] => Kind::Png,
        [b'G', b'I', b'F', b'8', ..] => Kind::Gif,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Kind::Webp,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', ..] | [0x1a, 0x45, 0xdf, 0xa3, ..] => {
            Kind::Video
        }
        [_, _, _, length, b'f', b't', b'y', b'p', ..] => {
            let brands = head.get(8..usize::from(*length)).or_else(|| head.get(8..12)).unwrap_or_default();
            branded(brands)
        }
        _ => Kind::Other,
    }
}

/// ISO base media by its brands: HEIF's are of ISO/IEC 23008-12, and those of AVIF come beside them.
fn branded(brands: &[u8]) -> Kind {
    let any = |known: &[&[u8]]| brands.chunks(4).any(|brand| known.contains(&brand));
    if any(&[b"avif", b"avis"]) {
        Kind::Avif
    } else if any(&[b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"]) {
        Kind::Heic
    } else if any(&[b"crx "]) {
        Kind::Other
    } else {
        Kind::Video
    }
}

fn jpeg_size(head: &[u8]) -> Option<(u32, u32)> {
    let (_, frame) = jpeg::segments(head).find(|(marker, _)| jpeg::is_frame(*marker))?;
    let [_, h1, h2, w1, w2, ..] = frame else { return None };
    Some((u32::from(u16::from_be_bytes([*w1, *w2])), u32::from(u16::from_be_bytes([*h1, *h2]))))
}

/// The three forms of RFC 9649: extended, lossless, lossy.
fn webp_size(head: &[u8]) -> Option<(u32, u32)> {
    let bits = |at: usize| head.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    match head.get(12..16)? {
        b"VP8X" => Some(((bits(24)? & 0xff_ffff) + 1, (bits(26)? >> 8) + 1)),
        b"VP8L" => Some(((bits(21)? & 0x3fff) + 1, (bits(21)? >> 14 & 0x3fff) + 1)),
        b"VP8 " => {
            little(head, 26).zip(little(head, 28)).map(|(width, height)| (width & 0x3fff, height & 0x3fff))
        }
        _ => None,
    }
}

fn big(head: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?))
}

fn little(head: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(head.get(at..at + 2)?.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ftyp(brands: &str) -> Vec<u8> {
        let length = u8::try_from(brands.len() + 8).unwrap();
        [&[0, 0, 0, length], b"ftyp".as_slice(), brands.as_bytes(), &[0; 40]].concat()
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let cases: [(&[u8], Kind, Option<(u32, u32)>); 13] = [
            (
                b"\xff\xd8\xff\xe0\0\x04ab\xff\xc2\0\x09\x08\x20\xd0\x2e\xe0\x03\0",
                Kind::Jpeg,
                Some((12000, 8400)),
            ),
            (b"\xff\xd8\xff\xc4\0\x09\x08\0\x10\0\x10\x03\0", Kind::Jpeg, None),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x3e\x80\0\0\x0f\xa0", Kind::Png, Some((16000, 4000))),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\x0f\xa0", Kind::Png, None),
            (b"GIF89a\x90\x01\x2c\x01", Kind::Gif, Some((400, 300))),
            (b"RIFF....WEBPVP8X\x0a\0\0\0\x10\0\0\0\x3f\x06\0\xaf\x04\0", Kind::Webp, Some((1600, 1200))),
            (b"RIFF....WEBPVP8L\0\0\0\0\x2f\x3f\xc6\x2b\x01", Kind::Webp, Some((1600, 1200))),
            (
                b"RIFF....WEBPVP8 \0\0\0\0\x30\x01\x02\x9d\x01\x2a\x90\x01\x2c\x01",
                Kind::Webp,
                Some((400, 300)),
            ),
            (b"RIFF....WEBPVP8X", Kind::Webp, None),
            (b"RIFF....AVI LIST", Kind::Video, None),
            (b"\x1a\x45\xdf\xa3", Kind::Video, None),
            (b"%PDF-1.7\n", Kind::Other, None),
            (b"", Kind::Other, None),
        ];
        for (head, kind, size) in cases {
            assert_eq!(look(head), Looks { kind, size }, "{:?}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn films_and_pictures_of_one_container_are_told_by_their_brands() {
        for (brands, kind) in [
            ("heic\0\0\0\0mif1heic", Kind::Heic),
            ("mif1\0\0\0\0mif1heic", Kind::Heic),
            ("mif1\0\0\0\0mif1avif", Kind::Avif),
            ("avif\0\0\0\0", Kind::Avif),
            ("isom\0\0\x02\0isomiso2avc1mp41", Kind::Video),
            ("qt  \0\0\0\0qt  ", Kind::Video),
            ("crx \0\0\0\0crx ", Kind::Other),
        ] {
            assert_eq!(look(&ftyp(brands)).kind, kind, "{brands}");
        }
        assert_eq!(look(b"\0\0\0\x18ftypheic").kind, Kind::Heic);
    }
}
