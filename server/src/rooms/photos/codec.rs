//! Pixels: decode within limits, shrink, turn upright, encode again. Metadata cannot survive, since only pixels go on.

use super::colour;
use super::inspect::Look;
use anyhow::{Context, Result};
use fast_image_resize::{PixelType, ResizeOptions, Resizer, images::Image};
use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use shared::photos::{LONGEST_SIDE, SIZES, fit};
use shared::problem::{Code, Problem};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

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

/// Decodes `bytes`, at which `look` was taken, and encodes every size of [`SIZES`].
///
/// # Errors
/// A [`Problem`] (`photo_unreadable`) inside the error.
pub fn sizes(bytes: &[u8], look: &Look) -> Result<Sizes> {
    let mut picture = upright(decode(bytes)?, look.orientation);
    let dimensions = picture.dimensions();
    let mut jpegs = Vec::with_capacity(SIZES.len());
    for side in SIZES {
        picture = shrink(picture, side)?;
        jpegs.push((side, encode(&picture)?));
    }
    let look = super::look::of(&shrink(picture, super::look::SIDE)?);
    Ok(Sizes { dimensions, jpegs, look })
}

/// The pixels, no more of them than we keep, in sRGB. Shrunk before anything else is done to them: it is the cheapest way.
fn decode(bytes: &[u8]) -> Result<RgbImage> {
    let unreadable = || Problem::of(Code::PhotoUnreadable, "photo");
    let options = DecoderOptions::default().set_max_width(usize::MAX).set_max_height(usize::MAX);
    let options = options.set_strict_mode(false).jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let pixels = decoder.decode().map_err(|_| unreadable())?;
    let info = decoder.info().ok_or_else(unreadable)?;
    let picture = RgbImage::from_raw(info.width.into(), info.height.into(), pixels).ok_or_else(unreadable)?;
    let picture = shrink(picture, LONGEST_SIDE)?;
    let Some(icc) = decoder.icc_profile() else { return Ok(picture) };
    let (width, height) = picture.dimensions();
    let turned = colour::to_srgb(picture.into_raw(), &icc);
    RgbImage::from_raw(width, height, turned).context("a picture lost bytes while its colours turned")
}

/// Encodes a picture as the server keeps it: baseline, 4:2:0, no metadata.
pub fn encode(picture: &RgbImage) -> Result<Vec<u8>> {
    let (width, height) = picture.dimensions();
    let side = |length: u32| u16::try_from(length).context("a picture is too large for JPEG");
    let mut jpeg = Vec::with_capacity(picture.len() / 8);
    let mut encoder = Encoder::new(&mut jpeg, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    // With the standard tables: fitted ones were a sixth smaller and were read back in other colours (jpeg-encoder 0.7.1).
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
