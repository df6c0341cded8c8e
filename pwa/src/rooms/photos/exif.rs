//! What a photo says of where and when it was taken: read once, from its first bytes, then gone with the rest of the
//! metadata. Pure; every number in a file is somebody else's and may be nonsense.

use exif::{Exif, In, Rational, Reader, Tag, Value};
use shared::geo::Position;

/// A local date and time, as cameras write it: without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// Year.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month.
    pub day: u8,
    /// Hour.
    pub hour: u8,
    /// Minute.
    pub minute: u8,
    /// Second.
    pub second: u8,
}

/// What was read.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    /// Where, if the photo says.
    pub position: Option<Position>,
    /// When, if the photo says.
    pub taken_at: Option<LocalTime>,
    /// Whether it lies on its side: a quarter turn makes it upright.
    pub turned: bool,
}

/// Reads the head of a JPEG file. Nothing readable is nothing said.
pub fn read(head: &[u8]) -> Seen {
    let exif = segment(head).and_then(|tiff| Reader::new().read_raw(tiff.to_vec()).ok());
    exif.map_or(Seen::default(), |exif| Seen {
        position: position(&exif),
        taken_at: taken_at(&exif),
        turned: turned(&exif),
    })
}

/// The EXIF segment (marker APP1 that begins with `Exif\0\0`: Exif 2.32 §4.7.2). The library's own reader knows six more
/// containers, which no phone's camera hands to a web page.
fn segment(file: &[u8]) -> Option<&[u8]> {
    let mut app1 = super::jpeg::segments(file).filter(|(marker, _)| *marker == 0xe1);
    app1.find_map(|(_, body)| body.strip_prefix(b"Exif\0\0"))
}

/// Orientations 5 to 8 swap width and height (Exif 2.32 §4.6.4).
fn turned(exif: &Exif) -> bool {
    let field = exif.get_field(Tag::Orientation, In::PRIMARY);
    field.and_then(|field| field.value.get_uint(0)).is_some_and(|orientation| (5..=8).contains(&orientation))
}

fn position(exif: &Exif) -> Option<Position> {
    let lat = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S')?;
    let lon = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W')?;
    Position::new(lat, lon)
}

/// Degrees, minutes and seconds as degrees; negative where the reference is `negative`. Some cameras leave minutes or
/// seconds out, some files hold nothing at all, some divide by zero.
fn degrees(exif: &Exif, tag: Tag, reference: Tag, negative: u8) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let part = |n: usize| match parts.get(n) {
        None => Some(0.0),
        Some(Rational { denom: 0, .. }) => None,
        Some(part) => Some(part.to_f64()),
    };
    parts.first()?;
    let value = part(0)? + part(1)? / 60.0 + part(2).unwrap_or(0.0) / 3600.0;
    let is_negative = match exif.get_field(reference, In::PRIMARY).map(|field| &field.value) {
        Some(Value::Ascii(letters)) => letters.first().and_then(|l| l.first()) == Some(&negative),
        _ => false,
    };
    Some(if is_negative { -value } else { value })
}

fn taken_at(exif: &Exif) -> Option<LocalTime> {
    let field = exif.get_field(Tag::DateTimeOriginal, In::PRIMARY)?;
    let Value::Ascii(lines) = &field.value else { return None };
    let text = std::str::from_utf8(lines.first()?).ok()?;
    let mut numbers = text.split([':', ' ']).map(|number| number.trim_end_matches('\0').parse::<u16>().ok());
    let year = numbers.next()??;
    let mut next = |most: u16| numbers.next()?.filter(|n| *n <= most).and_then(|n| u8::try_from(n).ok());
    let time = LocalTime {
        year,
        month: next(12)?,
        day: next(31)?,
        hour: next(23)?,
        minute: next(59)?,
        second: next(60)?,
    };
    (year >= 2000 && time.month > 0 && time.day > 0).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use exif::Field;
    use exif::experimental::Writer;
    use std::io::Cursor;

    fn written(fields: &[(Tag, Value)]) -> Seen {
        let fields: Vec<Field> = fields
            .iter()
            .map(|(tag, value)| Field { tag: *tag, ifd_num: In::PRIMARY, value: value.clone() })
            .collect();
        let mut writer = Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut tiff = Cursor::new(vec![]);
        writer.write(&mut tiff, false).unwrap();
        read(&jpeg(&tiff.into_inner()))
    }

    /// The head of a JPEG file with an APP0 before its EXIF.
    fn jpeg(tiff: &[u8]) -> Vec<u8> {
        let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
        let app1 = [&[0xff, 0xe1], &length[..], b"Exif\0\0", tiff].concat();
        [&[0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2][..], &app1, &[0xff, 0xda, 0, 2]].concat()
    }

    fn rationals(parts: &[(u32, u32)]) -> Value {
        Value::Rational(parts.iter().map(|&(num, denom)| Rational { num, denom }).collect())
    }

    fn letter(l: u8) -> Value {
        Value::Ascii(vec![vec![l]])
    }

    #[test]
    fn place_and_moment_are_read() {
        let seen = written(&[
            (Tag::GPSLatitudeRef, letter(b'N')),
            (Tag::GPSLatitude, rationals(&[(43, 1), (18, 1), (0, 1)])),
            (Tag::GPSLongitudeRef, letter(b'W')),
            (Tag::GPSLongitude, rationals(&[(5, 1), (30, 1), (3600, 100)])),
            (Tag::DateTimeOriginal, Value::Ascii(vec![b"2026:10:03 16:42:10".to_vec()])),
        ]);
        assert_eq!(seen.position, Position::new(43.3, -5.51));
        assert_eq!(
            seen.taken_at,
            Some(LocalTime { year: 2026, month: 10, day: 3, hour: 16, minute: 42, second: 10 })
        );
    }

    #[test]
    fn who_lies_on_its_side_is_known() {
        let sides = [1, 3, 5, 6, 8, 9].map(|n| written(&[(Tag::Orientation, Value::Short(vec![n]))]).turned);
        assert_eq!(sides, [false, false, true, true, true, false]);
        assert!(!written(&[(Tag::Orientation, Value::Short(vec![]))]).turned);
    }

    #[test]
    fn nonsense_says_nothing() {
        let broken = written(&[
            (Tag::GPSLatitude, rationals(&[(43, 0), (18, 1), (0, 1)])),
            (Tag::GPSLongitude, rationals(&[(5, 1)])),
            (Tag::DateTimeOriginal, Value::Ascii(vec![b"0000:00:00 00:00:00".to_vec()])),
        ]);
        assert_eq!(broken, Seen::default());
        let empty = written(&[(Tag::GPSLatitude, rationals(&[])), (Tag::GPSLongitude, rationals(&[]))]);
        assert_eq!(empty, Seen::default());
        for file in [
            &b""[..],
            b"\xff\xd8\xff\xe1 not a photo",
            b"\xff\xd8\xff\xe1\0\0",
            b"\xff\xd8\xff\xe1\0\x08Exif\0\0",
        ] {
            assert_eq!(read(file), Seen::default(), "{file:?}");
        }
    }
}
