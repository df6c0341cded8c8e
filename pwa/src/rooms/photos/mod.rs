//! Photos before they are kept: turned upright, shrunk, freed of all metadata, named by their bytes.

mod exif;
mod shrink;

pub use shrink::{Shot, Unusable, shrink};
