//! Reading a JPEG's structure: its size, what it says about its owner, which way up it stands.

/// One segment of the file: its marker and its content.
struct Segment<'a> {
    marker: u8,
    content: &'a [u8],
}

const START_OF_SCAN: u8 = 0xDA;
const END_OF_IMAGE: u8 = 0xD9;

/// Width and height as the frame header declares them; `None` when this is no JPEG.
#[must_use]
pub fn dimensions(jpeg: &[u8]) -> Option<(u16, u16)> {
    let frame = segments(jpeg).into_iter().find(|segment| is_frame(segment.marker))?;
    let side = |at: usize| Some(u16::from_be_bytes([*frame.content.get(at)?, *frame.content.get(at + 1)?]));
    Some((side(3)?, side(1)?))
}

/// Names of everything in the file that isn't needed to show the picture: EXIF, XMP, ICC, IPTC, comments,
/// makers' segments, bytes after the end.
#[must_use]
pub fn metadata(jpeg: &[u8]) -> Vec<String> {
    let segments = segments(jpeg);
    let mut found: Vec<String> = segments.iter().filter_map(name).collect();
    if segments.last().is_some_and(|end| end.marker == END_OF_IMAGE && !end.content.is_empty()) {
        found.push("bytes after the end".into());
    }
    found
}

/// Whether the file says anything beyond the picture.
#[must_use]
pub fn has_metadata(jpeg: &[u8]) -> bool {
    !metadata(jpeg).is_empty()
}

/// Whether the decoded pixels are a playground the right way up: sky above, grass below, taller than wide.
///
/// # Panics
/// When the file can't be decoded.
#[must_use]
pub fn stands_upright(jpeg: &[u8]) -> bool {
    let pixels = image::load_from_memory(jpeg).expect("a picture that decodes").to_rgb8();
    let (width, height) = pixels.dimensions();
    let mean = |from: u32, to: u32| {
        let rows = pixels.enumerate_pixels().filter(|(_, y, _)| (from..to).contains(y));
        let sum =
            rows.fold([0_u64; 3], |sum, (_, _, pixel)| std::array::from_fn(|i| sum[i] + u64::from(pixel[i])));
        sum.map(|channel| channel / (u64::from(width) * u64::from(to - from)))
    };
    let (sky, grass) = (mean(0, height / 8), mean(height - height / 8, height));
    height > width && sky[2] > sky[0] + 40 && grass[1] > grass[2] + 40
}

fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

fn name(segment: &Segment<'_>) -> Option<String> {
    let label: &[u8] = segment.content.split(|byte| *byte == 0).next().unwrap_or_default();
    let label = String::from_utf8_lossy(&label[..label.len().min(32)]).into_owned();
    match segment.marker {
        0xE0 if label == "JFIF" => None,
        // Says how colours were turned before compression: without it some files show wrong colours.
        0xEE if segment.content.starts_with(b"Adobe") => None,
        marker @ 0xE0..=0xEF => Some(format!("APP{} {label}", marker - 0xE0)),
        0xFE => Some("comment".into()),
        _ => None,
    }
}

/// Every segment in order; the end marker carries what follows it. Empty when this is no JPEG.
fn segments(jpeg: &[u8]) -> Vec<Segment<'_>> {
    let mut found = Vec::new();
    let Some(mut rest) = jpeg.strip_prefix(&[0xFF, 0xD8]) else { return found };
    while let [0xFF, marker, after @ ..] = rest {
        match *marker {
            0xFF => rest = &rest[1..],
            END_OF_IMAGE => {
                found.push(Segment { marker: END_OF_IMAGE, content: after });
                break;
            }
            marker => {
                let [high, low, ..] = *after else { break };
                let length = usize::from(u16::from_be_bytes([high, low]));
                let Some(content) = after.get(2..length.max(2)) else { break };
                found.push(Segment { marker, content });
                rest = after.get(length.max(2)..).unwrap_or_default();
                if marker == START_OF_SCAN {
                    rest = after_scan(rest);
                }
            }
        }
    }
    found
}

/// Skips coded pixels: up to the next marker that is neither a stuffed byte nor a restart.
fn after_scan(coded: &[u8]) -> &[u8] {
    let next = coded.windows(2).position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xD0..=0xD7));
    next.map_or(&[], |at| &coded[at..])
}
