//! What the browser's canvases do for the table: reading a photo's cells, a pen of the right kind, numbers and colours in
//! their own writing. Remembers nothing.

use super::mosaic::Mosaic;
use super::shapes::Point;
use js_sys::{Object, Promise, Reflect};
use outbox::edges;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap};

/// Milliseconds of work between two frames.
const SLICE: i64 = 10;

/// The mean of every cell, band by band. On a canvas of its own that is read and never shown: reading the one on the
/// screen would take it away from the graphics card.
pub async fn read(photo: &ImageBitmap) -> Result<Mosaic, JsValue> {
    let mut mosaic = Mosaic::new(photo.width(), photo.height());
    let canvas: HtmlCanvasElement = gloo_utils::document().create_element("canvas")?.unchecked_into();
    let context = sized(&canvas, photo.width(), mosaic.cell(), "willReadFrequently", true)?;
    let mut since = edges::now();
    for band in mosaic.bands() {
        context.draw_image_with_image_bitmap(photo, 0.0, -f64::from(band.top))?;
        let pixels = context.get_image_data(0.0, 0.0, f64::from(band.width), f64::from(band.height))?;
        mosaic.read(band, &pixels.data());
        if edges::now() > since.plus(SLICE) {
            pause().await?;
            since = edges::now();
        }
    }
    Ok(mosaic)
}

/// Lets the browser draw a frame.
async fn pause() -> Result<JsValue, JsValue> {
    let mut wait = |resolve: js_sys::Function, _| {
        // A page that can set no timer goes on at once.
        if gloo_utils::window().set_timeout_with_callback(&resolve).is_err() {
            let _ = resolve.call0(&JsValue::NULL);
        }
    };
    JsFuture::from(Promise::new(&mut wait)).await
}

/// A canvas of that size, and its pen; `option` is one of the pen's.
pub fn sized(
    canvas: &HtmlCanvasElement,
    width: u32,
    height: u32,
    option: &str,
    value: bool,
) -> Result<CanvasRenderingContext2d, JsValue> {
    canvas.set_width(width);
    canvas.set_height(height);
    let options = Object::new();
    Reflect::set(&options, &option.into(), &value.into())?;
    let context = canvas.get_context_with_context_options("2d", &options)?.ok_or(JsValue::NULL)?;
    Ok(context.unchecked_into())
}

/// The size of what the canvas lies on.
pub fn stage(canvas: &HtmlCanvasElement) -> Point {
    let size = |stage: web_sys::Element| (stage.client_width(), stage.client_height());
    let (width, height) = canvas.parent_element().map(size).unwrap_or_default();
    Point::new(f64::from(width), f64::from(height))
}

/// A number for CSS: the browser's own way of writing it costs the phone nothing.
pub fn decimals(number: f64) -> String {
    js_sys::Number::from(number).to_fixed(4).map(String::from).unwrap_or_default()
}

/// `#rrggbb`.
pub fn hex(colour: [u8; 3]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half & 15)]);
    std::iter::once('#').chain(colour.into_iter().flat_map(|c| [digit(c >> 4), digit(c)])).collect()
}
