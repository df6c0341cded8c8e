//! Where the photo lies on the screen: zoom and shift, and the way back from a finger to a pixel. Pure.

use super::shapes::Point;

/// Nearer with a key, a button, or a notch of the wheel.
pub const CLOSER: f64 = 1.4;
/// Most times the size at which the photo fits.
const CLOSEST: f64 = 8.0;

/// A photo on a stage. A place on the stage is `(x, y) + pixel × scale`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    stage: Point,
    photo: Point,
    /// Stage pixels for a pixel of the photo.
    pub scale: f64,
    /// Where the photo's left edge is.
    pub x: f64,
    /// Where the photo's upper edge is.
    pub y: f64,
}

impl View {
    /// The whole photo, in the middle. Sizes as points.
    pub fn fitting(stage: Point, photo: Point) -> Self {
        let mut view = Self { stage, photo, ..Self::default() };
        view.scale = view.fit();
        view.settle();
        view
    }

    /// The same part of the photo on a stage of another size.
    pub fn resized(self, stage: Point) -> Self {
        let (zoom, middle) = (self.scale / self.fit(), self.pixel(self.middle()));
        let mut view = Self::fitting(stage, self.photo);
        view.zoom(view.middle(), zoom);
        let (now, wanted) = (view.place(middle), view.middle());
        view.shift(Point::new(wanted.x - now.x, wanted.y - now.y));
        view
    }

    /// The middle of the stage.
    pub fn middle(&self) -> Point {
        Point::new(self.stage.x / 2.0, self.stage.y / 2.0)
    }

    /// The pixel at a place of the stage.
    pub fn pixel(&self, place: Point) -> Point {
        Point::new((place.x - self.x) / self.scale, (place.y - self.y) / self.scale)
    }

    /// The place of a pixel on the stage.
    pub fn place(&self, pixel: Point) -> Point {
        Point::new(self.x + pixel.x * self.scale, self.y + pixel.y * self.scale)
    }

    /// The nearest pixel that the photo has.
    pub fn within(&self, pixel: Point) -> Point {
        Point::new(pixel.x.clamp(0.0, self.photo.x), pixel.y.clamp(0.0, self.photo.y))
    }

    /// Nearer or further by `factor`; the pixel under `place` stays under it.
    pub fn zoom(&mut self, place: Point, factor: f64) {
        let pixel = self.pixel(place);
        self.scale = (self.scale * factor).clamp(self.fit(), self.fit() * CLOSEST);
        self.x = place.x - pixel.x * self.scale;
        self.y = place.y - pixel.y * self.scale;
        self.settle();
    }

    /// Moves the photo.
    pub fn shift(&mut self, by: Point) {
        self.x += by.x;
        self.y += by.y;
        self.settle();
    }

    /// Two fingers went from one pair of places to another.
    pub fn pinch(&mut self, from: [Point; 2], to: [Point; 2]) {
        let (was, is) = (from[0].towards(from[1], 0.5), to[0].towards(to[1], 0.5));
        self.shift(Point::new(is.x - was.x, is.y - was.y));
        self.zoom(is, to[0].to(to[1]) / from[0].to(from[1]).max(1.0));
    }

    /// Moves as little as shows what lies within `margin` of a pixel, on the stage.
    pub fn show(&mut self, pixel: Point, margin: f64) {
        let place = self.place(pixel);
        let missing = |at: f64, side: f64| {
            let margin = margin.min(side / 2.0);
            (margin - at).max(0.0) - (at - side + margin).max(0.0)
        };
        self.shift(Point::new(missing(place.x, self.stage.x), missing(place.y, self.stage.y)));
    }

    fn fit(&self) -> f64 {
        (self.stage.x / self.photo.x.max(1.0)).min(self.stage.y / self.photo.y.max(1.0)).max(0.001)
    }

    /// A photo smaller than the stage stays in its middle, a larger one leaves no gap.
    fn settle(&mut self) {
        let settled = |at: f64, stage: f64, photo: f64| {
            let spare = stage - photo;
            if spare >= 0.0 { spare / 2.0 } else { at.clamp(spare, 0.0) }
        };
        self.x = settled(self.x, self.stage.x, self.photo.x * self.scale);
        self.y = settled(self.y, self.stage.y, self.photo.y * self.scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone() -> View {
        View::fitting(Point::new(360.0, 480.0), Point::new(1536.0, 2048.0))
    }

    fn near(a: Point, b: Point) {
        assert!(a.to(b) < 0.001, "{a:?} is not {b:?}");
    }

    #[test]
    fn the_whole_photo_is_seen_at_first_in_the_middle() {
        let wide = View::fitting(Point::new(400.0, 400.0), Point::new(2000.0, 1000.0));
        assert_eq!((wide.scale, wide.x, wide.y), (0.2, 0.0, 100.0));
        near(wide.pixel(Point::new(200.0, 200.0)), Point::new(1000.0, 500.0));
        near(wide.place(Point::new(2000.0, 0.0)), Point::new(400.0, 100.0));
    }

    #[test]
    fn the_pixel_under_the_fingers_stays_under_them() {
        let mut view = phone();
        let place = Point::new(100.0, 300.0);
        let pixel = view.pixel(place);
        view.zoom(place, 3.0);
        near(view.pixel(place), pixel);
        near(view.place(view.pixel(place)), place);
        let held = [view.pixel(Point::new(150.0, 200.0)), view.pixel(Point::new(250.0, 200.0))];
        let to = [Point::new(140.0, 260.0), Point::new(290.0, 260.0)];
        view.pinch([Point::new(150.0, 200.0), Point::new(250.0, 200.0)], to);
        near(view.pixel(to[0]), held[0]);
        near(view.pixel(to[1]), held[1]);
    }

    #[test]
    fn the_photo_is_never_lost_from_sight() {
        let mut view = phone();
        view.zoom(view.middle(), 0.1);
        assert_eq!(view, phone());
        view.zoom(view.middle(), 100.0);
        assert!((view.scale / phone().scale - CLOSEST).abs() < 1e-9);
        view.shift(Point::new(1e6, -1e6));
        assert_eq!(view.x, 0.0);
        assert!((view.y - (480.0 - 2048.0 * view.scale)).abs() < 1e-6);
        view.pinch([Point::new(5.0, 5.0); 2], [Point::new(5.0, 5.0); 2]);
        assert!(view.scale >= phone().scale && view.scale.is_finite());
        assert!(View::fitting(Point::new(0.0, 0.0), Point::new(0.0, 0.0)).scale > 0.0);
    }

    #[test]
    fn turning_the_phone_shows_the_same_part() {
        let mut view = phone();
        view.zoom(Point::new(90.0, 120.0), 4.0);
        let middle = view.pixel(view.middle());
        let turned = view.resized(Point::new(500.0, 300.0));
        near(turned.pixel(turned.middle()), middle);
        assert_eq!(phone().resized(Point::new(360.0, 480.0)), phone());
    }

    #[test]
    fn a_brush_led_by_keys_is_always_seen() {
        let mut view = phone();
        view.zoom(view.middle(), 4.0);
        for pixel in [Point::new(0.0, 0.0), Point::new(1536.0, 2048.0), Point::new(768.0, 10.0)] {
            view.show(pixel, 40.0);
            let place = view.place(pixel);
            assert!((0.0..=360.0).contains(&place.x) && (0.0..=480.0).contains(&place.y), "{place:?}");
        }
        let before = view;
        view.show(view.pixel(view.middle()), 40.0);
        assert_eq!(view, before);
        near(view.within(Point::new(-5.0, 9999.0)), Point::new(0.0, 2048.0));
    }
}
