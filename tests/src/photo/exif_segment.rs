//! The APP1 segment a phone's camera writes.

use std::io::Cursor;

use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};

use super::Shot;

/// The whole segment, marker included.
pub(super) fn of(shot: &Shot) -> Vec<u8> {
    let fields = fields(shot);
    let mut writer = Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    let mut tiff = Cursor::new(Vec::new());
    writer.write(&mut tiff, false).expect("EXIF that can be written");
    let content = [b"Exif\0\0".as_slice(), tiff.get_ref()].concat();
    let length = u16::try_from(content.len() + 2).expect("EXIF that fits a segment");
    [&[0xFF, 0xE1], length.to_be_bytes().as_slice(), &content].concat()
}

fn fields(shot: &Shot) -> Vec<Field> {
    let field = |tag, value| Field { tag, ifd_num: In::PRIMARY, value };
    let text = |words: &str| Value::Ascii(vec![words.as_bytes().to_vec()]);
    let mut fields = vec![
        field(Tag::Make, text("Exemple")),
        field(Tag::Model, text("Phone 12")),
        field(Tag::Orientation, Value::Short(vec![shot.orientation])),
        field(Tag::DateTimeOriginal, text("2026:09:07 10:15:02")),
        field(Tag::OffsetTimeOriginal, text("+02:00")),
    ];
    if let Some((latitude, longitude)) = shot.position {
        fields.extend([
            field(Tag::GPSLatitudeRef, text(if latitude < 0.0 { "S" } else { "N" })),
            field(Tag::GPSLatitude, degrees(latitude)),
            field(Tag::GPSLongitudeRef, text(if longitude < 0.0 { "W" } else { "E" })),
            field(Tag::GPSLongitude, degrees(longitude)),
        ]);
    }
    fields
}

/// Degrees, minutes, and seconds to the ten-thousandth (3 mm).
fn degrees(angle: f64) -> Value {
    let parts = (angle.abs() * 36_000_000.0).round() as u32;
    let ratio = |num, denom| Rational { num, denom };
    Value::Rational(vec![
        ratio(parts / 36_000_000, 1),
        ratio(parts / 600_000 % 60, 1),
        ratio(parts % 600_000, 10_000),
    ])
}
