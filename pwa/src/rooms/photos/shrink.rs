//! From a file of any size to a JPEG of ours: at most 2048 pixels, upright, new bytes. The pixels are drawn and encoded
//! afresh, so no metadata can survive.

use super::exif::{self, LocalTime};
use crate::dom::ObjectUrl;
use js_sys::{ArrayBuffer, Promise, Uint8Array};
use shared::geo::Position;
use shared::ids::PhotoHash;
use shared::instant::{DAY, Instant};
use shared::photos::{LONGEST_SIDE, QUALITY, fit};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, File, HtmlCanvasElement, ImageBitmap, ImageBitmapOptions, ImageEncodeOptions, ImageOrientation,
    OffscreenCanvas, ResizeQuality,
};

/// Metadata stands at the head of a file: this much of it is read.
const HEAD: f64 = 256.0 * 1024.0;
/// Older photos are of another time: their date is not the date of what is seen now.
const RECENT: i64 = 365 * DAY;

/// A photo ready to be kept.
pub struct Shot {
    /// Its name.
    pub hash: PhotoHash,
    /// Its bytes.
    pub bytes: ArrayBuffer,
    /// Where it can be seen until it is dropped.
    pub url: Rc<ObjectUrl>,
    /// Where it was taken, if the file said.
    pub position: Option<Position>,
    /// When it was taken, if the file said.
    pub taken_at: Option<Instant>,
}

/// Why a file gives no photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// A format of Apple's that this browser cannot read.
    Heic,
    /// No picture, a broken one, or one too large for this phone.
    Unreadable,
    /// The browser cannot name bytes: the page is not served safely.
    Unnameable,
}

/// Makes a photo of a file.
pub async fn shrink(file: &File) -> Result<Shot, Unusable> {
    let head = head(file).await.unwrap_or_default();
    let is_heic = is_heic(&head);
    let seen = exif::read(&head);
    let jpeg = encode(file).await.map_err(|_| if is_heic { Unusable::Heic } else { Unusable::Unreadable })?;
    let buffer = JsFuture::from(jpeg.array_buffer()).await.map_err(|_| Unusable::Unreadable)?;
    let bytes: ArrayBuffer = buffer.unchecked_into();
    let hash = outbox::edges::sha256(&bytes).await.map_err(|_| Unusable::Unnameable)?;
    let url = ObjectUrl::of_jpeg(&bytes).map(Rc::new).ok_or(Unusable::Unreadable)?;
    let taken_at = seen.taken_at.and_then(|time| instant(time, outbox::edges::now()));
    Ok(Shot { hash, bytes, url, position: seen.position, taken_at })
}

async fn head(file: &File) -> Option<Vec<u8>> {
    let head = file.slice_with_f64_and_f64(0.0, HEAD).ok()?;
    let buffer = JsFuture::from(head.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// ISO base media with one of the brands of HEIF (ISO/IEC 23008-12).
fn is_heic(head: &[u8]) -> bool {
    let brand = head.get(4..12).and_then(|mark| mark.strip_prefix(b"ftyp"));
    matches!(brand, Some(b"heic" | b"heix" | b"hevc" | b"heim" | b"mif1" | b"msf1"))
}

/// The camera's wall clock as an instant, by this phone's zone; nothing when it cannot be true.
fn instant(time: LocalTime, now: Instant) -> Option<Instant> {
    let date = js_sys::Date::new_with_year_month_day_hr_min_sec(
        u32::from(time.year),
        i32::from(time.month) - 1,
        i32::from(time.day),
        i32::from(time.hour),
        i32::from(time.minute),
        i32::from(time.second),
    );
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds of a year checked to be near")]
    let at = Instant(date.get_time() as i64);
    (at <= now && at > now.plus(-RECENT)).then_some(at)
}

async fn encode(file: &File) -> Result<Blob, JsValue> {
    let bitmap = decode(file).await?;
    let (width, height) = (bitmap.width(), bitmap.height());
    let blob = match js_sys::Reflect::has(&js_sys::global(), &"OffscreenCanvas".into()) {
        Ok(true) => off_screen(&bitmap, width, height).await,
        _ => on_page(&bitmap, width, height).await,
    };
    bitmap.close();
    // An engine that does not know a type answers with PNG, without a word (seen in WebKit).
    blob.and_then(|blob| if blob.type_() == "image/jpeg" { Ok(blob) } else { Err(JsValue::NULL) })
}

/// The picture upright, in the size it will have.
async fn decode(file: &File) -> Result<ImageBitmap, JsValue> {
    let window = gloo_utils::window();
    let upright = ImageBitmapOptions::new();
    upright.set_image_orientation(ImageOrientation::FromImage);
    let promise = window.create_image_bitmap_with_blob_and_image_bitmap_options(file, &upright)?;
    let whole: ImageBitmap = JsFuture::from(promise).await?.unchecked_into();
    let (width, height) = fit(whole.width(), whole.height(), LONGEST_SIDE);
    if width == whole.width() {
        return Ok(whole);
    }
    let smaller = ImageBitmapOptions::new();
    smaller.set_resize_width(width);
    smaller.set_resize_height(height);
    smaller.set_resize_quality(ResizeQuality::High);
    let promise = window.create_image_bitmap_with_image_bitmap_and_image_bitmap_options(&whole, &smaller)?;
    let shrunk = JsFuture::from(promise).await;
    whole.close();
    shrunk.map(JsCast::unchecked_into)
}

async fn off_screen(bitmap: &ImageBitmap, width: u32, height: u32) -> Result<Blob, JsValue> {
    let canvas = OffscreenCanvas::new(width, height)?;
    draw(&canvas.get_context("2d")?, bitmap, width, height)?;
    let options = ImageEncodeOptions::new();
    options.set_type("image/jpeg");
    options.set_quality(QUALITY);
    JsFuture::from(canvas.convert_to_blob_with_options(&options)?).await.map(JsCast::unchecked_into)
}

async fn on_page(bitmap: &ImageBitmap, width: u32, height: u32) -> Result<Blob, JsValue> {
    let canvas = gloo_utils::document().create_element("canvas")?.unchecked_into::<HtmlCanvasElement>();
    canvas.set_width(width);
    canvas.set_height(height);
    draw(&canvas.get_context("2d")?, bitmap, width, height)?;
    let promise = Promise::new(&mut |resolve, _| {
        // Never called where encoding cannot begin: the promise then has its answer already.
        if canvas.to_blob_with_type_and_encoder_options(&resolve, "image/jpeg", &QUALITY.into()).is_err() {
            let _ = resolve.call0(&JsValue::NULL);
        }
    });
    JsFuture::from(promise).await?.dyn_into()
}

/// Draws on white: what is transparent in a PNG would turn black in a JPEG. Both kinds of canvas have a context with
/// the same methods, but no common type: they are called by name.
fn draw(
    context: &Option<js_sys::Object>,
    bitmap: &ImageBitmap,
    width: u32,
    height: u32,
) -> Result<(), JsValue> {
    let context = context.as_ref().ok_or(JsValue::NULL)?;
    let method = |name: &str| -> Result<js_sys::Function, JsValue> {
        js_sys::Reflect::get(context, &name.into())?.dyn_into()
    };
    js_sys::Reflect::set(context, &"fillStyle".into(), &"#fff".into())?;
    let zero = JsValue::from_f64(0.0);
    let (width, height) = (JsValue::from(width), JsValue::from(height));
    method("fillRect")?.call4(context, &zero, &zero, &width, &height)?;
    method("drawImage")?.call3(context, bitmap, &zero, &zero)?;
    Ok(())
}
