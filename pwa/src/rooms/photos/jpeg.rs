//! The order of bytes in a JPEG file (ITU-T T.81, annex B): its segments, and whether its end is there. Pure; what it
//! reads is anybody's file.

/// Start of frame, whatever the process: T.81 table B.1, without the three markers in that range that are none.
pub fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// The segments before the picture's data, marker and body, as far as `head` reaches.
pub fn segments(head: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = head.strip_prefix(&[0xff, 0xd8]).unwrap_or_default();
    std::iter::from_fn(move || {
        // Any number of 0xff may stand before a marker.
        while let [0xff, 0xff, ..] = rest {
            rest = &rest[1..];
        }
        let [0xff, marker, high, low, body @ ..] = rest else { return None };
        let length = usize::from(u16::from_be_bytes([*high, *low])).checked_sub(2)?;
        let segment = body.get(..length)?;
        rest = if *marker == SCAN { &[] } else { &body[length..] };
        Some((*marker, segment))
    })
}

const SCAN: u8 = 0xda;
const END: u8 = 0xd9;

/// Looks for the end of the picture in a file that comes in pieces. What follows the end (a film, a second exposure)
/// is not its business; nor are the markers inside segments, where small copies of the picture hide.
#[derive(Default)]
pub struct Ending {
    at: At,
}

/// Where in the file.
#[derive(Clone, Copy, Default)]
enum At {
    /// Between segments, and in a scan's data: only an 0xff can matter.
    #[default]
    Data,
    /// After 0xff.
    Marker,
    /// After a marker with a body; its first length byte, once read.
    Length(Option<u8>),
    /// In a body: so many bytes to go.
    Body(usize),
    /// After the end.
    Over,
}

impl Ending {
    /// Reads on. Whether the end has been seen.
    pub fn feed(&mut self, mut bytes: &[u8]) -> bool {
        while let Some((byte, rest)) = bytes.split_first() {
            let mut skip = 1;
            self.at = match self.at {
                At::Data => match bytes.iter().position(|byte| *byte == 0xff) {
                    None => return false,
                    Some(n) => {
                        skip = n + 1;
                        At::Marker
                    }
                },
                At::Marker => match *byte {
                    0xff => At::Marker,
                    END => At::Over,
                    // A stuffed 0xff of the data, restarts, and markers that stand alone.
                    0x00 | 0x01 | 0xd0..=0xd8 => At::Data,
                    _ => At::Length(None),
                },
                At::Length(None) => At::Length(Some(*byte)),
                At::Length(Some(high)) => {
                    match usize::from(u16::from_be_bytes([high, *byte])).saturating_sub(2) {
                        0 => At::Data,
                        length => At::Body(length),
                    }
                }
                At::Body(left) => {
                    skip = left.min(rest.len() + 1);
                    if skip == left { At::Data } else { At::Body(left - skip) }
                }
                At::Over => return true,
            };
            bytes = &bytes[skip..];
        }
        matches!(self.at, At::Over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with a small copy of itself in its EXIF, two scans, stuffed bytes and a restart.
    fn file() -> Vec<u8> {
        let thumbnail = [0xff, 0xd8, 0xff, 0xda, 0, 2, 7, 0xff, 0xd9];
        [
            &[0xff, 0xd8, 0xff, 0xe1, 0, 11][..],
            &thumbnail,
            &[0xff, 0xff, 0xc0, 0, 9, 8, 0, 3, 0, 4, 1, 0],
            &[0xff, 0xda, 0, 4, 1, 2, 9, 0xff, 0, 0xff, 0xd0, 9],
            &[0xff, 0xc4, 0, 3, 1, 0xff, 0xda, 0, 2, 5, 6],
            &[0xff, 0xd9],
        ]
        .concat()
    }

    #[test]
    fn segments_end_where_the_picture_begins() {
        let markers: Vec<u8> = segments(&file()).map(|(marker, _)| marker).collect();
        assert_eq!(markers, [0xe1, 0xc0, 0xda]);
        for broken in [&b""[..], b"\xff\xd8", b"\xff\xd8\xff\xe1\0", b"\xff\xd8\xff\xe1\0\0", b"no"] {
            assert_eq!(segments(broken).count(), 0, "{broken:?}");
        }
    }

    #[test]
    fn the_end_is_found_however_the_file_is_cut_in_pieces() {
        let file = file();
        for size in 1..=file.len() {
            let mut ending = Ending::default();
            let seen = file.chunks(size).map(|piece| ending.feed(piece)).last();
            assert_eq!(seen, Some(true), "pieces of {size}");
        }
    }

    #[test]
    fn without_its_last_byte_no_file_is_whole_and_with_a_film_behind_it_is() {
        let file = file();
        for length in 0..file.len() {
            assert!(!Ending::default().feed(&file[..length]), "{length} bytes");
        }
        assert!(Ending::default().feed(&[&file[..], b"MotionPhoto \xff\xe1"].concat()));
    }
}
