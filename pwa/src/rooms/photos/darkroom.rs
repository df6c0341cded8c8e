//! The way to `darkroom.js`, where pixels become a JPEG of ours. Knows what to order, not how it is made.

use super::plan::Plan;
use js_sys::{ArrayBuffer, Object, Reflect};
use shared::photos::{LONGEST_SIDE, QUALITY};
use wasm_bindgen::prelude::*;
use web_sys::{File, ImageBitmap};

#[wasm_bindgen(module = "/src/rooms/photos/darkroom.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = develop)]
    async fn run(source: &JsValue, order: &Object) -> Result<JsValue, JsValue>;
}

/// Whether this browser can decode a picture at a smaller size than its own.
pub fn scales() -> bool {
    Reflect::has(&js_sys::global(), &"ImageDecoder".into()).unwrap_or(false)
}

/// The JPEG of a file.
pub async fn develop(file: &File, plan: &Plan) -> Result<ArrayBuffer, JsValue> {
    let (width, height) = plan.smaller.unwrap_or_default();
    let order = [
        ("type", plan.mime.into()),
        ("width", width.into()),
        ("height", height.into()),
        ("whole", plan.whole.into()),
    ];
    make(file, &order).await
}

/// The JPEG of pixels, which are gone afterwards.
pub async fn print(pixels: &ImageBitmap) -> Result<ArrayBuffer, JsValue> {
    make(pixels, &[]).await
}

async fn make(source: &JsValue, order: &[(&str, JsValue)]) -> Result<ArrayBuffer, JsValue> {
    let always = [("side", LONGEST_SIDE.into()), ("quality", QUALITY.into())];
    let object = Object::new();
    for (name, value) in order.iter().chain(&always) {
        Reflect::set(&object, &JsValue::from_str(name), value)?;
    }
    run(source, &object).await.map(JsCast::unchecked_into)
}
