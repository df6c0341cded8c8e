//! Colours as screens expect them: what a profile says is turned into sRGB, and the profile goes.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// The pixels of `rgb`, whose colours `icc` describes, in sRGB; as they are when the profile cannot be used.
pub fn to_srgb(rgb: Vec<u8>, icc: &[u8]) -> Vec<u8> {
    let Ok(profile) = ColorProfile::new_from_slice(icc) else { return rgb };
    if profile.color_space != DataColorSpace::Rgb {
        return rgb;
    }
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options) else {
        return rgb;
    };
    let mut turned = vec![0; rgb.len()];
    match transform.transform(&rgb, &mut turned) {
        Ok(()) => turned,
        Err(_) => rgb,
    }
}
