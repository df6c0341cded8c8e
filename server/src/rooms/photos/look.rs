//! What a photo looks like, in 64 bits: two of one thing differ in few. For judging duplicates only.

use image::RgbImage;
use image_hasher::{HashAlg, HasherConfig};

/// Pixels of the longest side from which a look is taken: all that 64 bits can tell, and a hundredth of the work.
pub const SIDE: u32 = 96;
/// With so few bits set, or unset, there was next to nothing to see: a wall, a finger, the dark.
const LEAST: u32 = 8;

/// The look of an upright picture: where it gets brighter from left to right, eight times eight. Nothing for a picture
/// without anything to recognise.
pub fn of(picture: &RgbImage) -> Option<i64> {
    let hasher = HasherConfig::new().hash_alg(HashAlg::Gradient).hash_size(8, 8).to_hasher();
    let bytes: [u8; 8] = hasher.hash_image(picture).as_bytes().try_into().ok()?;
    let look = i64::from_be_bytes(bytes);
    (LEAST..=64 - LEAST).contains(&look.count_ones()).then_some(look)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, imageops};

    /// Two dozen grey boxes, elsewhere for each `seed`.
    fn scene(seed: u32) -> RgbImage {
        let mut picture = RgbImage::from_pixel(320, 240, Rgb([120, 130, 140]));
        for n in 0..24_u32 {
            let chance = |k: u32| (seed * 7_919 + n * 104_729 + k * 1_299_709) % 1_000_003;
            let (left, top, shade) =
                (chance(1) % 280, chance(2) % 200, u8::try_from(chance(3) % 256).unwrap());
            for (x, y) in (left..left + 40).flat_map(|x| (top..top + 40).map(move |y| (x, y))) {
                picture.put_pixel(x, y, Rgb([shade; 3]));
            }
        }
        picture
    }

    fn distance(one: &RgbImage, other: &RgbImage) -> u32 {
        (of(one).unwrap() ^ of(other).unwrap()).count_ones()
    }

    #[test]
    fn a_picture_cut_brighter_and_smaller_stays_itself_and_another_does_not() {
        let one = scene(1);
        let cut = imageops::crop_imm(&one, 6, 5, 308, 230).to_image();
        let smaller = imageops::resize(&one, 160, 120, imageops::FilterType::Triangle);
        let brighter = imageops::colorops::brighten(&one, 15);
        for alike in [&cut, &smaller, &brighter] {
            assert!(distance(&one, alike) <= 10, "{}", distance(&one, alike));
        }
        assert!(distance(&one, &scene(2)) > 15);
    }

    #[test]
    fn where_there_is_nothing_to_see_nothing_is_alike() {
        assert_eq!(of(&RgbImage::from_pixel(320, 240, Rgb([9, 9, 9]))), None);
    }
}
