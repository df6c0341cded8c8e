//! Photos before they are kept: judged, turned upright, shrunk, freed of all metadata, blurred where the person says so,
//! named by their bytes. Pixels never leave this phone from here.

mod blur;
mod darkroom;
mod exif;
mod jpeg;
mod plan;
mod shrink;
mod sniff;
mod unusable;
mod whole;

pub use blur::{BlurEditor, BlurEditorProps};
pub use shrink::{Shot, shrink};
pub use unusable::Unusable;
