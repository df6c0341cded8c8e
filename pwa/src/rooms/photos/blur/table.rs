//! The photo on the table: its canvas, the brush over it, and what each gesture does to them.
//!
//! The canvas holds the photo at its full size, so what is drawn is what is kept; zoom is a matter of CSS. Promises that
//! only the rectangle a stroke touched is painted anew. The photo as it was stays in memory to undo, and goes with the
//! table.

use super::canvas::{decimals, hex, read, sized, stage};
use super::hand::{Hand, Meant};
use super::mosaic::Mosaic;
use super::shapes::{Patch, Point};
use super::view::View;
use js_sys::{Array, ArrayBuffer, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement, ImageBitmap};

/// Brushes, as radii in cells.
pub const BRUSHES: [f64; 3] = [0.5, 1.25, 2.5];
/// The brush one begins with.
pub const MIDDLE: usize = 1;

/// What a screen reader and the buttons have to know.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Told {
    /// Something can be taken back.
    pub undo: bool,
    /// Something can be drawn again.
    pub redo: bool,
    /// How much is covered, of a hundred.
    pub share: usize,
}

/// The photo being blurred.
pub struct Table {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    ring: HtmlElement,
    photo: ImageBitmap,
    mosaic: Mosaic,
    view: View,
    hand: Hand,
    /// Where the brush is, in the photo.
    at: Point,
    /// Its radius, in pixels of the photo.
    radius: f64,
}

impl Table {
    /// Puts a JPEG on the table. `ring` shows the brush.
    pub async fn open(
        jpeg: &ArrayBuffer,
        canvas: HtmlCanvasElement,
        ring: HtmlElement,
    ) -> Result<Self, JsValue> {
        let blob = Blob::new_with_buffer_source_sequence(&Array::of1(jpeg))?;
        let promise = gloo_utils::window().create_image_bitmap_with_blob(&blob)?;
        let photo: ImageBitmap = JsFuture::from(promise).await?.unchecked_into();
        let mosaic = read(&photo).await?;
        let context = sized(&canvas, photo.width(), photo.height(), "alpha", false)?;
        context.draw_image_with_image_bitmap(&photo, 0.0, 0.0)?;
        let size = Point::new(f64::from(photo.width()), f64::from(photo.height()));
        let view = View::fitting(stage(&canvas), size);
        let (at, radius) = (Point::new(size.x / 2.0, size.y / 2.0), 0.0);
        let mut table =
            Self { canvas, context, ring, photo, mosaic, view, hand: Hand::default(), at, radius };
        table.take_brush(MIDDLE);
        Ok(table)
    }

    /// The pixels as they are now.
    pub fn pixels(&self) -> Result<Promise, JsValue> {
        gloo_utils::window().create_image_bitmap_with_html_canvas_element(&self.canvas)
    }

    /// What there is to say; of a stroke, when it has ended.
    pub fn told(&self) -> Told {
        Told { undo: self.mosaic.can_undo(), redo: self.mosaic.can_redo(), share: self.mosaic.share() }
    }

    /// Another brush.
    pub fn take_brush(&mut self, brush: usize) {
        let cells = BRUSHES.get(brush).copied().unwrap_or(1.0);
        self.radius = cells * f64::from(self.mosaic.cell());
        self.place();
    }

    /// A pointer comes down on the stage, moves, or goes.
    pub fn press(&mut self, pointer: i32, at: Point, draws: bool) {
        let meant = self.hand.press(pointer, at, draws);
        self.mean(meant);
    }

    /// A pointer moves; over the stage or, held, beyond it.
    pub fn shift(&mut self, pointer: i32, to: Point) {
        let meant = self.hand.shift(pointer, to);
        if matches!(meant, Meant::Nothing | Meant::Draw(..)) {
            self.at = self.view.within(self.view.pixel(to));
        }
        self.mean(meant);
        self.place();
    }

    /// A pointer goes up.
    pub fn lift(&mut self, pointer: i32) {
        let meant = self.hand.lift(pointer);
        self.mean(meant);
    }

    fn mean(&mut self, meant: Meant) {
        match meant {
            Meant::Nothing => {}
            Meant::Begin(at) => {
                self.at = self.view.within(self.view.pixel(at));
                self.mosaic.begin();
                self.brush(at, at);
            }
            Meant::Draw(from, to) => self.brush(from, to),
            Meant::End => self.mosaic.end(),
            Meant::GiveUp => {
                let patch = self.mosaic.give_up();
                self.paint(patch);
            }
            Meant::Shift(by) => self.view.shift(by),
            Meant::Pinch(from, to) => self.view.pinch(from, to),
        }
        self.place();
    }

    /// From one place of the stage to another.
    fn brush(&mut self, from: Point, to: Point) {
        let (from, to) = (self.view.pixel(from), self.view.pixel(to));
        let patch = self.mosaic.brush(from, to, self.radius);
        self.paint(patch);
    }

    /// Ends a stroke whose finger is still down.
    pub fn end(&mut self) {
        self.mosaic.end();
    }

    /// A dab where the brush is.
    pub fn dab(&mut self) {
        self.mosaic.begin();
        let patch = self.mosaic.brush(self.at, self.at, self.radius);
        self.mosaic.end();
        self.paint(patch);
    }

    /// Moves the brush by parts of its own width.
    pub fn step(&mut self, right: f64, down: f64) {
        let by = self.radius * 2.0;
        self.at = self.view.within(Point::new(self.at.x + right * by, self.at.y + down * by));
        self.view.show(self.at, self.radius * self.view.scale + 16.0);
        self.place();
    }

    /// Nearer or further: around a place of the stage, or around the brush.
    pub fn zoom(&mut self, around: Option<Point>, factor: f64) {
        let place = around.unwrap_or_else(|| self.view.place(self.at));
        self.view.zoom(place, factor);
        self.place();
    }

    /// The stage has another size.
    pub fn resize(&mut self) {
        self.view = self.view.resized(stage(&self.canvas));
        self.place();
    }

    /// Takes a stroke back.
    pub fn undo(&mut self) {
        let patch = self.mosaic.undo();
        self.paint(patch);
    }

    /// Draws it again.
    pub fn redo(&mut self) {
        let patch = self.mosaic.redo();
        self.paint(patch);
    }

    /// The photo as it was, and over it what is covered: within a patch only.
    fn paint(&self, patch: Option<Patch>) {
        let Some(patch) = patch else { return };
        let [left, top, width, height] = [patch.left, patch.top, patch.width, patch.height].map(f64::from);
        // It fails for a closed bitmap only, which is closed with the table.
        let _ = self.context.draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            &self.photo,
            left,
            top,
            width,
            height,
            left,
            top,
            width,
            height,
        );
        for tile in self.mosaic.tiles(patch) {
            let [left, top, width, height] =
                [tile.patch.left, tile.patch.top, tile.patch.width, tile.patch.height].map(f64::from);
            self.context.set_fill_style_str(&hex(tile.colour));
            self.context.fill_rect(left, top, width, height);
        }
    }

    /// Puts photo and ring where they belong. By the style's own interface: the page allows no style in its markup.
    fn place(&self) {
        let [x, y, scale] = [self.view.x, self.view.y, self.view.scale].map(decimals);
        let photo = ["translate(", &*x, "px,", &*y, "px) scale(", &*scale, ")"].concat();
        let _ = self.canvas.style().set_property("transform", &photo);
        let (at, radius) = (self.view.place(self.at), self.radius * self.view.scale);
        let [x, y, side] = [at.x - radius, at.y - radius, radius * 2.0].map(decimals);
        let style = self.ring.style();
        let _ = style.set_property("transform", &["translate(", &*x, "px,", &*y, "px)"].concat());
        let _ = style.set_property("width", &[&*side, "px"].concat());
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.photo.close();
        // Gives the pixels back at once, and not when the browser next cleans up.
        self.canvas.set_width(0);
    }
}
