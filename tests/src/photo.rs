//! Photos as phones make them, drawn by code: a playground with a broken swing.
//!
//! Promises real JPEG files with real EXIF. Pixels are drawn once and kept under `target/fixtures`.

use std::fs;
use std::path::{Path, PathBuf};

use jpeg_encoder::{ColorType, Encoder};

mod exif_segment;
mod scene;

/// Raise it when the drawing changes, so that nobody keeps an old one.
const DRAWING: u32 = 2;

/// Latitude and longitude, in degrees.
pub type Position = (f64, f64);

/// A photo as bytes and as the file a browser can be handed.
#[derive(Clone, Debug)]
pub struct Photo {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// The same, on disk.
    pub path: PathBuf,
}

/// How a camera held the phone, and what it wrote into the file.
#[derive(Clone, Debug)]
pub struct Shot {
    /// Width of the stored pixels, before turning.
    pub width: u16,
    /// Height of the stored pixels, before turning.
    pub height: u16,
    /// EXIF orientation: 1 as stored, 6 a quarter turn clockwise to see it upright.
    pub orientation: u16,
    /// Where it was taken, when the camera knew.
    pub position: Option<Position>,
    /// Distinguishes photos of one scene: other noise, other content hash.
    pub seed: u32,
}

/// Twelve megapixels from a phone held upright: 4032×3024 as stored, orientation 6, GPS, date, camera.
#[must_use]
pub fn twelve_megapixels(position: Position) -> Photo {
    let shot = Shot { width: 4032, height: 3024, orientation: 6, position: Some(position), seed: 1 };
    shot.take("IMG_20260907_101502.jpg")
}

/// A small photo of the same scene with the same kind of EXIF; `seed` makes each a different file.
#[must_use]
pub fn small(position: Position, seed: u32) -> Photo {
    let shot = Shot { width: 1200, height: 900, orientation: 6, position: Some(position), seed };
    shot.take(&format!("small-{seed}.jpg"))
}

/// A photo that says nothing about itself, stored upright.
#[must_use]
pub fn without_exif() -> Photo {
    let shot = Shot { width: 900, height: 1200, orientation: 1, position: None, seed: 2 };
    save("no-exif.jpg", shot.pixels())
}

/// One pixel.
#[must_use]
pub fn tiny() -> Photo {
    let shot = Shot { width: 1, height: 1, orientation: 1, position: None, seed: 3 };
    save("tiny.jpg", shot.pixels())
}

/// A photo whose second half never arrived.
#[must_use]
pub fn truncated() -> Photo {
    let mut bytes = small((0.0, 0.0), 4).bytes;
    bytes.truncate(bytes.len() / 2);
    save("truncated.jpg", bytes)
}

/// Words under a photo's name.
#[must_use]
pub fn renamed_text() -> Photo {
    save("text.jpg", "Ceci n'est pas une photo.\n".repeat(200).into_bytes())
}

/// A photo's name and nothing under it.
#[must_use]
pub fn empty() -> Photo {
    save("empty.jpg", Vec::new())
}

/// A hundred megapixels, 12000×8400, all of one grey: a megabyte whose every pixel is there.
///
/// # Panics
/// Never: the drawing is ours.
#[must_use]
pub fn panorama() -> Photo {
    let mut bytes = Vec::new();
    let grey = Encoder::new(&mut bytes, 90);
    grey.encode(&[128; 64], 8, 8, ColorType::Luma).expect("a drawing that encodes");
    let at = |marker: u8| bytes.windows(2).position(|pair| pair == [0xFF, marker]).expect("a segment");
    let (frame, scan) = (at(0xC0), at(0xDA));
    let [width, height] = [12_000_u16, 8_400];
    bytes[frame + 5..frame + 9].copy_from_slice(&[height.to_be_bytes(), width.to_be_bytes()].concat());
    bytes.truncate(scan + 2 + usize::from(bytes[scan + 3]));
    // As grey as the block before, and nothing else: 00 1010, four of these blocks in three bytes.
    let blocks = usize::from(width / 8) * usize::from(height / 8);
    bytes.extend([0x28, 0xA2, 0x8A].repeat(blocks / 4));
    bytes.extend([0xFF, 0xD9]);
    save("panorama.jpg", bytes)
}

/// Nothing but noise, 960×960: what no codec makes light.
///
/// # Panics
/// Never: the noise is ours.
#[must_use]
pub fn noise() -> Photo {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let pixels: Vec<u8> = std::iter::repeat_with(&mut next).take(960 * 960 * 3).collect();
    let mut bytes = Vec::new();
    let encoded = Encoder::new(&mut bytes, 90).encode(&pixels, 960, 960, ColorType::Rgb);
    encoded.expect("noise that encodes");
    save("noise.jpg", bytes)
}

/// A few kilobytes that declare 11000×11000 pixels: 363 MB for whoever believes them.
#[must_use]
pub fn bomb() -> Photo {
    let mut bytes = small((0.0, 0.0), 5).bytes;
    bytes.truncate(8 * 1024);
    let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame header");
    let side = 11_000_u16.to_be_bytes();
    bytes[frame + 5..frame + 9].copy_from_slice(&[side, side].concat());
    save("bomb.jpg", bytes)
}

impl Shot {
    /// Takes the photo and saves it under `name`.
    #[must_use]
    pub fn take(&self, name: &str) -> Photo {
        let pixels = self.pixels();
        let exif = exif_segment::of(self);
        save(name, [&pixels[..2], &exif, &pixels[2..]].concat())
    }

    /// The JPEG without EXIF, drawn when it isn't there yet.
    fn pixels(&self) -> Vec<u8> {
        let Self { width, height, orientation, seed, .. } = self;
        let path = folder().join(format!("scene-{DRAWING}-{width}x{height}-{orientation}-{seed}.jpg"));
        fs::read(&path).unwrap_or_else(|_| {
            let jpeg = self.draw();
            write(&path, &jpeg);
            jpeg
        })
    }

    fn draw(&self) -> Vec<u8> {
        let (width, height) = (usize::from(self.width), usize::from(self.height));
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            for x in 0..width {
                // Orientation 6: the sensor's first row is the right edge of what the eye saw.
                let ((x, y), seen) = match self.orientation {
                    6 => ((height - 1 - y, x), (height, width)),
                    _ => ((x, y), (width, height)),
                };
                rgb.extend(scene::colour((x, y), seen, self.seed));
            }
        }
        let mut jpeg = Vec::new();
        let encoder = Encoder::new(&mut jpeg, 90);
        encoder.encode(&rgb, self.width, self.height, ColorType::Rgb).expect("a drawing that encodes");
        jpeg
    }
}

fn save(name: &str, bytes: Vec<u8>) -> Photo {
    // Two shots of one name may differ by their position: the folder tells them apart.
    let sum = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    let path = folder().join(format!("{sum:016x}")).join(name);
    if !path.exists() {
        write(&path, &bytes);
    }
    Photo { bytes, path }
}

/// Whole or not at all: tests of several processes draw at the same time.
fn write(path: &Path, bytes: &[u8]) {
    let folder = path.parent().expect("a file in a folder");
    fs::create_dir_all(folder).expect("a folder for the photos");
    let mut file = tempfile::NamedTempFile::new_in(folder).expect("a file for the photo");
    std::io::Write::write_all(&mut file, bytes).expect("room for the photo");
    file.persist(path).expect("the photo's place");
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/fixtures")
}

#[cfg(test)]
mod tests;
