//! A small photo of known colours, and what strokes make of it.

use super::*;

/// 100 × 50 pixels in cells of 8: 13 columns, the last 4 pixels wide; 7 rows, the last 2 pixels high. Each pixel's red is
/// its column, green its row.
fn small() -> Mosaic {
    let mut mosaic = Mosaic::new(100, 50);
    for band in mosaic.bands() {
        let rows = band.top..band.top + band.height;
        let pixel = |x: u32, y: u32| [u8::try_from(x).unwrap(), u8::try_from(y).unwrap(), 7, 255];
        let rgba: Vec<u8> = rows.flat_map(|y| (0..100).flat_map(move |x| pixel(x, y))).collect();
        mosaic.read(band, &rgba);
    }
    mosaic
}

fn at(x: f64, y: f64) -> Point {
    Point::new(x, y)
}

fn dot(mosaic: &mut Mosaic, x: f64, y: f64) -> Option<Patch> {
    mosaic.begin();
    let patch = mosaic.brush(at(x, y), at(x, y), 1.0);
    mosaic.end();
    patch
}

fn all(mosaic: &Mosaic) -> Vec<Tile> {
    mosaic.tiles(Patch { left: 0, top: 0, width: 100, height: 50 })
}

fn square(left: u32, top: u32, side: u32) -> Patch {
    Patch { left, top, width: side, height: side }
}

#[test]
fn cells_are_a_32nd_of_the_longest_side() {
    assert_eq!(Mosaic::new(2048, 1536).cell(), 64);
    assert_eq!(Mosaic::new(1536, 2048).cell(), 64);
    assert_eq!(Mosaic::new(2048, 512).cell(), 64);
    assert_eq!(Mosaic::new(640, 480).cell(), 20);
    assert_eq!(Mosaic::new(1, 1).cell(), 8);
    assert_eq!(Mosaic::new(1, 1).bands().collect::<Vec<_>>(), [square(0, 0, 1)]);
}

#[test]
fn a_touched_cell_becomes_the_mean_of_its_pixels() {
    let mut mosaic = small();
    assert_eq!(dot(&mut mosaic, 12.0, 20.0), Some(square(0, 0, 32)));
    assert_eq!(all(&mosaic), [Tile { patch: square(8, 16, 8), colour: [11, 19, 7] }]);
    // At the edges there are fewer pixels, and the brush may be half outside.
    dot(&mut mosaic, 101.0, 51.0);
    assert_eq!(
        all(&mosaic)[1],
        Tile { patch: Patch { left: 96, top: 48, width: 4, height: 2 }, colour: [97, 48, 7] }
    );
}

#[test]
fn what_the_brush_touches_is_covered_to_the_last_cell() {
    let mut mosaic = small();
    mosaic.begin();
    // A circle over the corner of four cells, then a stroke faster than the browser's events.
    mosaic.brush(at(8.0, 8.0), at(8.0, 8.0), 0.5);
    assert_eq!(mosaic.share(), 0, "the stroke goes on");
    mosaic.begin();
    assert_eq!(mosaic.share(), 5, "4 of 91 cells");
    mosaic.brush(at(4.0, 28.0), at(96.0, 28.0), 1.0);
    mosaic.end();
    let row: Vec<bool> = (0..13).map(|column| mosaic.covered[3 * 13 + column]).collect();
    assert_eq!(row, [true; 13]);
    assert_eq!(mosaic.brush(at(-90.0, -90.0), at(-80.0, -90.0), 5.0), None);
}

#[test]
fn four_covered_neighbours_become_one_tile_and_four_of_those_again() {
    let mut mosaic = small();
    mosaic.begin();
    mosaic.brush(at(4.0, 4.0), at(4.0, 4.0), 6.0);
    assert_eq!(all(&mosaic), [Tile { patch: square(0, 0, 16), colour: [7, 7, 7] }]);
    for y in [4.0, 12.0, 20.0, 28.0] {
        mosaic.brush(at(4.0, y), at(28.0, y), 1.0);
    }
    mosaic.end();
    assert_eq!(all(&mosaic), [Tile { patch: square(0, 0, 32), colour: [15, 15, 7] }]);
}

#[test]
fn colours_are_those_of_the_photo_however_it_was_covered() {
    let (mut slowly, mut at_once) = (small(), small());
    for y in [20.0, 4.0, 28.0, 12.0] {
        for x in [4.0, 28.0, 12.0, 20.0] {
            dot(&mut slowly, x, y);
        }
    }
    at_once.begin();
    at_once.brush(at(8.0, 8.0), at(24.0, 24.0), 12.0);
    at_once.brush(at(24.0, 8.0), at(8.0, 24.0), 7.0);
    assert_eq!(all(&slowly), all(&at_once)[..1].to_vec());
}

#[test]
fn a_stroke_is_taken_back_without_what_others_covered() {
    let mut mosaic = small();
    dot(&mut mosaic, 4.0, 4.0);
    let one = all(&mosaic);
    mosaic.begin();
    mosaic.brush(at(4.0, 4.0), at(28.0, 4.0), 1.0);
    mosaic.end();
    let both = all(&mosaic);
    assert_eq!(mosaic.undo(), Some(square(0, 0, 32)));
    assert_eq!(all(&mosaic), one);
    mosaic.redo();
    assert_eq!(all(&mosaic), both);
    assert_eq!((mosaic.undo().is_some(), mosaic.undo().is_some(), mosaic.undo()), (true, true, None));
    assert_eq!((mosaic.share(), mosaic.can_undo(), mosaic.can_redo()), (0, false, true));
    // A new stroke ends the other story.
    dot(&mut mosaic, 60.0, 40.0);
    assert_eq!((mosaic.can_redo(), mosaic.redo()), (false, None));
}

#[test]
fn strokes_that_change_nothing_are_not_remembered() {
    let mut mosaic = small();
    dot(&mut mosaic, 4.0, 4.0);
    assert_eq!(dot(&mut mosaic, 4.0, 4.0), None);
    mosaic.undo();
    assert!(!mosaic.can_undo());
    mosaic.begin();
    mosaic.brush(at(4.0, 4.0), at(90.0, 4.0), 1.0);
    assert_eq!(mosaic.give_up(), Some(Patch { left: 0, top: 0, width: 96, height: 32 }));
    assert_eq!((mosaic.share(), mosaic.can_undo(), mosaic.can_redo()), (0, false, true));
    assert_eq!(mosaic.give_up(), None);
}
