//! What the drawn files are, by other readers than their writer.

use std::io::Cursor;

use exif::{In, Tag};

use super::*;
use crate::jpeg::{dimensions, has_metadata, metadata, stands_upright};

const HERE: Position = (43.296_512, -5.369_844);

#[test]
fn twelve_megapixels_are_what_a_phone_writes() {
    let photo = twelve_megapixels(HERE);
    assert_eq!(dimensions(&photo.bytes), Some((4032, 3024)));
    assert!((2_000_000..5_000_000).contains(&photo.bytes.len()), "{} bytes", photo.bytes.len());
    assert_eq!(fs::read(&photo.path).unwrap(), photo.bytes);
    let exif = exif::Reader::new().read_from_container(&mut Cursor::new(&photo.bytes)).unwrap();
    let shown = |tag| exif.get_field(tag, In::PRIMARY).unwrap().display_value().to_string();
    assert_eq!(exif.get_field(Tag::Orientation, In::PRIMARY).unwrap().value.get_uint(0), Some(6));
    assert_eq!(shown(Tag::DateTimeOriginal), "2026-09-07 10:15:02");
    assert_eq!((shown(Tag::GPSLatitudeRef), shown(Tag::GPSLongitudeRef)), ("N".into(), "W".into()));
    assert_eq!(shown(Tag::GPSLatitude), "43 deg 17 min 47.4432 sec");
    assert_eq!(shown(Tag::GPSLongitude), "5 deg 22 min 11.4384 sec");
    assert_eq!(metadata(&photo.bytes), ["APP1 Exif"]);
}

#[test]
fn stored_pixels_lie_on_their_side_and_stand_once_turned() {
    let photo = small(HERE, 7);
    assert!(!stands_upright(&photo.bytes));
    let turned = image::load_from_memory(&photo.bytes).unwrap().rotate90();
    let mut jpeg = Vec::new();
    turned.write_to(&mut Cursor::new(&mut jpeg), image::ImageFormat::Jpeg).unwrap();
    assert!(stands_upright(&jpeg));
    assert!(stands_upright(&without_exif().bytes));
}

#[test]
fn metadata_is_seen_wherever_it_hides() {
    let clean = without_exif().bytes;
    assert!(!has_metadata(&clean));
    let with = |segment: &[u8]| [&clean[..2], segment, &clean[2..]].concat();
    assert_eq!(metadata(&with(b"\xFF\xED\x00\x10Photoshop 3.0\0")), ["APP13 Photoshop 3.0"]);
    assert_eq!(metadata(&with(b"\xFF\xE2\x00\x0EICC_PROFILE\0")), ["APP2 ICC_PROFILE"]);
    assert_eq!(metadata(&with(b"\xFF\xFE\x00\x04hi")), ["comment"]);
    assert_eq!(metadata(&[clean.as_slice(), b"trailer"].concat()), ["bytes after the end"]);
}

#[test]
fn the_same_shot_is_the_same_file_and_another_seed_another_one() {
    assert_eq!(small(HERE, 8).path, small(HERE, 8).path);
    assert_ne!(small(HERE, 8).bytes, small(HERE, 9).bytes);
}

#[test]
fn broken_files_are_broken_as_announced() {
    // Lenient decoders still show its upper half.
    assert!(!truncated().bytes.ends_with(&[0xFF, 0xD9]));
    assert_eq!(dimensions(&renamed_text().bytes), None);
    assert_eq!(dimensions(&tiny().bytes), Some((1, 1)));
    assert_eq!(dimensions(&bomb().bytes), Some((11_000, 11_000)));
    assert!(bomb().bytes.len() <= 8 * 1024);
}

#[test]
fn a_panorama_is_whole_and_grey_to_its_last_pixel() {
    let photo = panorama();
    assert!(photo.bytes.len() < 1_500_000, "{} bytes", photo.bytes.len());
    let grey = image::load_from_memory(&photo.bytes).unwrap().into_luma8();
    assert_eq!(grey.dimensions(), (12_000, 8_400));
    assert_eq!((grey.get_pixel(0, 0).0, grey.get_pixel(11_999, 8_399).0), ([128], [128]));
}
