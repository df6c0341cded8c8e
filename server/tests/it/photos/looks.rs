//! How photos look once they are kept: colours, kinds of JPEG, and nothing but pixels.

use crate::app::TestApp;
use jpeg_encoder::{ColorType, Encoder};
use moxcms::ColorProfile;
use testkit::{jpeg, photo};

/// One colour, 64 × 64, as a JPEG; with a profile where there is one.
fn plain(colour: &[u8], kind: ColorType, profile: Option<&ColorProfile>) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 100);
    if let Some(profile) = profile {
        encoder.add_icc_profile(&profile.encode().unwrap()).unwrap();
    }
    encoder.encode(&colour.repeat(64 * 64), 64, 64, kind).unwrap();
    jpeg
}

/// The colour that is shown of it.
async fn shown(app: &TestApp, original: &[u8]) -> [u8; 3] {
    let hash = app.photo(original).await;
    let kept = app.get(&format!("/photos/{hash}/320.jpg")).send().await.unwrap().bytes().await.unwrap();
    assert!(!jpeg::has_metadata(&kept), "{:?}", jpeg::metadata(&kept));
    image::load_from_memory(&kept).unwrap().to_rgb8().get_pixel(32, 32).0
}

fn near(shown: [u8; 3], expected: [u8; 3]) -> bool {
    shown.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 4)
}

/// What a colour of another space is in sRGB, by the book: to light, through the matrix, back.
fn by_the_book(colour: [u8; 3], gamma: Option<f64>, matrix: [[f64; 3]; 3]) -> [u8; 3] {
    let light = colour.map(|value| {
        let value = f64::from(value) / 255.0;
        match gamma {
            Some(gamma) => value.powf(gamma),
            None if value <= 0.04045 => value / 12.92,
            None => ((value + 0.055) / 1.055).powf(2.4),
        }
    });
    matrix.map(|row| {
        let value: f64 = row.iter().zip(light).map(|(factor, light)| factor * light).sum();
        let value = value.clamp(0.0, 1.0);
        let curved = if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
        (curved * 255.0).round() as u8
    })
}

const FROM_P3: [[f64; 3]; 3] =
    [[1.224_94, -0.224_94, 0.0], [-0.042_06, 1.042_06, 0.0], [-0.019_64, -0.078_65, 1.098_29]];
const FROM_ADOBE: [[f64; 3]; 3] = [[1.398_36, -0.398_36, 0.0], [0.0, 1.0, 0.0], [0.0, -0.042_93, 1.042_93]];

#[tokio::test(flavor = "multi_thread")]
async fn colours_of_wider_screens_become_those_of_all() {
    let app = TestApp::sqlite().await;
    let (p3, adobe) = (ColorProfile::new_display_p3(), ColorProfile::new_adobe_rgb());
    for colour in [[180, 90, 60], [60, 140, 80], [128, 128, 128], [250, 240, 30]] {
        for (profile, expected) in [
            (None, colour),
            (Some(&ColorProfile::new_srgb()), colour),
            (Some(&p3), by_the_book(colour, None, FROM_P3)),
            (Some(&adobe), by_the_book(colour, Some(563.0 / 256.0), FROM_ADOBE)),
        ] {
            let seen = shown(&app, &plain(&colour, ColorType::Rgb, profile)).await;
            assert!(near(seen, expected), "{colour:?} is {seen:?}, not {expected:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_broken_or_of_another_kind_is_left_aside() {
    let app = TestApp::sqlite().await;
    let mut broken = Vec::new();
    let mut encoder = Encoder::new(&mut broken, 100);
    encoder.add_icc_profile(&[7; 200]).unwrap();
    encoder.encode(&[180, 90, 60].repeat(64), 8, 8, ColorType::Rgb).unwrap();
    app.photo(&broken).await;
    let grey = plain(&[90], ColorType::Luma, Some(&ColorProfile::new_gray_with_gamma(2.2)));
    assert!(near(shown(&app, &grey).await, [90; 3]));
}

#[tokio::test(flavor = "multi_thread")]
async fn grey_and_printers_inks_show_as_they_are() {
    let app = TestApp::sqlite().await;
    assert!(near(shown(&app, &plain(&[90], ColorType::Luma, None)).await, [90; 3]));
    // Cyan, magenta, yellow, black; written the other way round, as printers' programs do.
    for (inks, expected) in
        [([0, 255, 255, 0], [255, 0, 0]), ([255, 255, 0, 0], [0, 0, 255]), ([0, 0, 0, 155], [100; 3])]
    {
        for kind in [ColorType::Cmyk, ColorType::CmykAsYcck] {
            let seen = shown(&app, &plain(&inks, kind, None)).await;
            assert!(near(seen, expected), "{inks:?} as {kind:?} is {seen:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_pixels_is_kept() {
    let app = TestApp::sqlite().await;
    let clean = photo::small((43.05, 5.02), 310).bytes;
    let segment = |marker: u8, content: &[u8]| {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker], &length[..], content].concat()
    };
    let hidden = [
        segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>43.05 secret</x:xmpmeta>"),
        segment(0xed, b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x0esecret caption"),
        segment(0xe2, b"MPF\0MM\0*secret"),
        segment(0xec, b"Ducky secret"),
        segment(0xfe, b"a secret comment"),
    ]
    .concat();
    let end = [&b"secret trailer"[..], &clean].concat();
    let original = [&clean[..2], &hidden, &clean[2..], &end].concat();
    assert!(jpeg::metadata(&original).len() >= 6, "{:?}", jpeg::metadata(&original));
    let hash = app.photo(&original).await;
    for side in [2048, 960, 320] {
        let kept =
            app.get(&format!("/photos/{hash}/{side}.jpg")).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(jpeg::metadata(&kept), [""; 0]);
        assert!(!kept.windows(6).any(|bytes| bytes == b"secret" || bytes == b"Exif\0\0"));
        assert!(jpeg::stands_upright(&kept));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_progressive_photo_is_one_like_any_other() {
    let app = TestApp::sqlite().await;
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 100);
    encoder.set_progressive(true);
    encoder.encode(&[180, 90, 60].repeat(640 * 480), 640, 480, ColorType::Rgb).unwrap();
    assert!(near(shown(&app, &jpeg).await, [180, 90, 60]));
}
