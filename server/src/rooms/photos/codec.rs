//! Pixels: decode within limits, shrink, turn upright, encode again. Metadata cannot survive, since only pixels go on.

use anyhow::{Context, Result};
use fast_image_resize::{PixelType, ResizeOptions, Resizer, images::Image};
use image::codecs::jpeg::JpegDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, Limits, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use shared::photos::{LONGEST_SIDE, MAX_PIXELS, SIZES, fit};
use shared::problem::{Code, Problem};
use std::io::Cursor;

/// JPEG quality of what we keep, 0 to 100.
const QUALITY: u8 = 82;

/// A photo in every size.
pub struct Sizes {
    /// Width and height of the largest.
    pub dimensions: (u32, u32),
    /// Longest side asked for, and the JPEG.
    pub jpegs: Vec<(u32, Vec<u8>)>,
    /// What it looks like, see [`super::look`].
    pub look: Option<i64>,
}

/// Decodes `bytes` and encodes every size of [`SIZES`].
///
/// # Errors
/// A [`Problem`] (`unsupported_photo`, `too_large`, `photo_unreadable`) inside the error.
pub fn sizes(bytes: &[u8]) -> Result<Sizes> {
    if !bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        return Err(Problem::of(Code::UnsupportedPhoto, "photo").into());
    }
    let unreadable = |_| Problem::of(Code::PhotoUnreadable, "photo");
    let mut decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Problem::of(Code::TooLarge, "photo").into());
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_PIXELS * 4);
    decoder.set_limits(limits).map_err(unreadable)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let decoded = DynamicImage::from_decoder(decoder).map_err(unreadable)?.into_rgb8();
    let mut picture = upright(shrink(decoded, LONGEST_SIDE)?, orientation);
    let dimensions = picture.dimensions();
    let mut jpegs = Vec::with_capacity(SIZES.len());
    for side in SIZES {
        picture = shrink(picture, side)?;
        jpegs.push((side, encode(&picture)?));
    }
    Ok(Sizes { dimensions, jpegs, look: super::look::of(&picture) })
}

/// Encodes a picture as the server keeps it: baseline, 4:2:0, no metadata.
pub fn encode(picture: &RgbImage) -> Result<Vec<u8>> {
    let (width, height) = picture.dimensions();
    let side = |length: u32| u16::try_from(length).context("a picture is too large for JPEG");
    let mut jpeg = Vec::with_capacity(picture.len() / 8);
    let mut encoder = Encoder::new(&mut jpeg, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.encode(picture, side(width)?, side(height)?, ColorType::Rgb)?;
    Ok(jpeg)
}

/// Turning after shrinking costs a quarter of the other order (TECH 5).
fn upright(picture: RgbImage, orientation: Orientation) -> RgbImage {
    let mut picture = DynamicImage::ImageRgb8(picture);
    picture.apply_orientation(orientation);
    picture.into_rgb8()
}

fn shrink(picture: RgbImage, side: u32) -> Result<RgbImage> {
    let (width, height) = picture.dimensions();
    let (to_width, to_height) = fit(width, height, side);
    if (to_width, to_height) == (width, height) {
        return Ok(picture);
    }
    let source = Image::from_vec_u8(width, height, picture.into_raw(), PixelType::U8x3)?;
    let mut target = Image::new(to_width, to_height, PixelType::U8x3);
    Resizer::new().resize(&source, &mut target, &ResizeOptions::new())?;
    RgbImage::from_raw(to_width, to_height, target.into_vec()).context("a picture lost bytes while shrinking")
}
