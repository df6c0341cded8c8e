//! Photos for the intake measurement: valid JPEG of about 300 kB, each with a hash of its own.

use crate::bindgen::Base16;
use anyhow::Result;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use sha2::{Digest, Sha256};

/// How many reports a measurement sends.
pub const COUNT: usize = 400;
const SIZE: (u16, u16) = (1600, 1200);

/// A photo and its name.
pub struct Photo {
    /// The bytes sent.
    pub jpeg: Vec<u8>,
    /// SHA-256 in hexadecimal.
    pub hash: String,
}

/// All of them.
pub fn draw_all() -> Result<Vec<Photo>> {
    let scene = scene();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let numbers: Vec<usize> = (0..COUNT).collect();
    std::thread::scope(|scope| {
        let workers: Vec<_> = numbers
            .chunks(COUNT.div_ceil(threads))
            .map(|chunk| {
                scope.spawn(|| chunk.iter().map(|&n| draw(scene.clone(), n)).collect::<Result<Vec<_>>>())
            })
            .collect();
        let mut photos = Vec::new();
        for worker in workers {
            photos.extend(worker.join().map_err(|_| anyhow::anyhow!("drawing failed"))??);
        }
        Ok(photos)
    })
}

/// Files that say they are larger than they are: as large as a JPEG can be, and just within the server's limits.
pub fn bombs(photos: &[Photo]) -> Vec<Photo> {
    let lying = |photo: &Photo, (width, height): (u16, u16)| {
        let mut jpeg = photo.jpeg.clone();
        let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0])?;
        let sides = [height.to_be_bytes(), width.to_be_bytes()].concat();
        jpeg.get_mut(frame + 5..frame + 9)?.copy_from_slice(&sides);
        // The end of a JPEG, after a few thousand coded bytes.
        jpeg.truncate(8 * 1024);
        jpeg.extend([0xff, 0xd9]);
        Some(Photo { hash: format!("{:x}", Base16(&Sha256::digest(&jpeg))), jpeg })
    };
    let sides = [(65_500, 65_500), (7_000, 4_500)];
    photos.iter().take(20).flat_map(|photo| sides.map(|sides| lying(photo, sides))).flatten().collect()
}

/// A gradient with grain: grain is what makes a photo weigh.
fn scene() -> Vec<u8> {
    let (width, height) = (usize::from(SIZE.0), usize::from(SIZE.1));
    let mut seed = 1_u32;
    let mut pixels = Vec::with_capacity(width * height * 3);
    for n in 0..width * height {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (seed >> 28) as usize;
        let (x, y) = (n % width * 200 / width, n / width * 200 / height);
        pixels.extend(
            [x + grain, y + grain, (x + y) / 2 + grain].map(|value| u8::try_from(value).unwrap_or(u8::MAX)),
        );
    }
    pixels
}

/// The scene with its number written into blocks of pixels.
fn draw(mut pixels: Vec<u8>, number: usize) -> Result<Photo> {
    crate::signals::check()?;
    let width = usize::from(SIZE.0);
    for bit in 0..16 {
        let value = if number >> bit & 1 == 1 { 255 } else { 0 };
        for y in 0..8 {
            let start = (y * width + bit * 8) * 3;
            pixels[start..start + 24].fill(value);
        }
    }
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 84);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(&pixels, SIZE.0, SIZE.1, ColorType::Rgb)?;
    let hash = format!("{:x}", Base16(&Sha256::digest(&jpeg)));
    Ok(Photo { jpeg, hash })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_weigh_about_300_kb_and_differ() {
        let (one, two) = (draw(scene(), 1).unwrap(), draw(scene(), 2).unwrap());
        assert!((270_000..330_000).contains(&one.jpeg.len()), "{}", one.jpeg.len());
        assert_ne!(one.hash, two.hash);
    }
}
