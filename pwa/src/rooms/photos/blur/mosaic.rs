//! Which cells of a photo are blurred, and with what colour. Pure: pixels come in, tiles to paint come out.
//!
//! A blur can be undone: a Gaussian one by calculation, a fine mosaic by comparing with known faces (McPherson, Shokri,
//! Shmatikov, "Defeating Image Obfuscation with Deep Learning", 2016: people are recognised behind cells of 16 pixels).
//! Here the pixels of a cell are replaced by their mean, which nothing turns back, and the cells are large: a 32nd
//! of the photo's longest side, so that a face in a schoolyard is two or three of them. A face close to the camera would
//! be more; so wherever four neighbouring cells are all covered they become one, and four of those again: what is inside
//! a wide stroke keeps one colour for each eighth of the photo. Colours are means of the photo as it was, never of tiles.

use super::shapes::{Patch, Point, Tile};

/// Cells along the longest side.
const ACROSS: u32 = 32;
/// No cell is smaller, in pixels.
const SMALLEST: u32 = 8;
/// Cells along the side of the largest tile.
const WIDEST: u32 = 4;

/// The sums of a cell's pixels, and their number.
#[derive(Clone, Copy, Default)]
struct Sum {
    rgb: [u32; 3],
    pixels: u32,
}

impl Sum {
    fn add(&mut self, other: Self) {
        for (mine, theirs) in self.rgb.iter_mut().zip(other.rgb) {
            *mine += theirs;
        }
        self.pixels += other.pixels;
    }

    fn mean(self) -> [u8; 3] {
        self.rgb.map(|sum| u8::try_from(sum / self.pixels.max(1)).unwrap_or(u8::MAX))
    }
}

/// The cells of a photo, those that are covered, and in what order they came to be.
pub struct Mosaic {
    width: u32,
    height: u32,
    cell: u32,
    columns: u32,
    rows: u32,
    sums: Vec<Sum>,
    covered: Vec<bool>,
    /// Each stroke as the cells it covered first: taking it back is uncovering them, whatever else was drawn.
    strokes: Vec<Vec<usize>>,
    /// Strokes taken back, the last one last.
    undone: Vec<Vec<usize>>,
    /// The stroke being drawn.
    current: Option<Vec<usize>>,
}

impl Mosaic {
    /// A photo of which nothing is covered, and nothing known yet: see [`Self::read`].
    pub fn new(width: u32, height: u32) -> Self {
        let cell = width.max(height).div_ceil(ACROSS).max(SMALLEST);
        let (columns, rows) = (width.div_ceil(cell), height.div_ceil(cell));
        let cells = usize::try_from(columns * rows).unwrap_or_default();
        Self {
            width,
            height,
            cell,
            columns,
            rows,
            sums: vec![Sum::default(); cells],
            covered: vec![false; cells],
            strokes: vec![],
            undone: vec![],
            current: None,
        }
    }

    /// The side of a cell, in pixels.
    pub fn cell(&self) -> u32 {
        self.cell
    }

    /// The rows of pixels of the photo, a row of cells at a time: the patches to hand to [`Self::read`].
    pub fn bands(&self) -> impl Iterator<Item = Patch> + use<> {
        let (width, height, cell) = (self.width, self.height, self.cell);
        (0..self.rows).map(move |row| {
            let top = row * cell;
            Patch { left: 0, top, width, height: cell.min(height - top) }
        })
    }

    /// Learns the colours of a band from its pixels: red, green, blue and alpha of each.
    pub fn read(&mut self, band: Patch, rgba: &[u8]) {
        let (width, cell) = (width_of(self.width), width_of(self.cell));
        let first = width_of(band.top / self.cell * self.columns);
        for row in rgba.chunks_exact(width * 4) {
            for (n, part) in row.chunks(cell * 4).enumerate() {
                let mut sum = Sum::default();
                for pixel in part.chunks_exact(4) {
                    sum.add(Sum { rgb: [pixel[0], pixel[1], pixel[2]].map(u32::from), pixels: 1 });
                }
                if let Some(known) = self.sums.get_mut(first + n) {
                    known.add(sum);
                }
            }
        }
    }

    /// Begins a stroke.
    pub fn begin(&mut self) {
        self.end();
        self.current = Some(vec![]);
    }

    /// Covers every cell that a round brush touches between two points. What has to be painted anew, if anything.
    pub fn brush(&mut self, from: Point, to: Point, radius: f64) -> Option<Patch> {
        // A quarter of a cell from one point to the next leaves no cell out.
        let steps = (from.to(to) / f64::from(self.cell) * 4.0).ceil().max(1.0);
        let mut fresh = vec![];
        let mut step = 0.0;
        while step <= steps {
            self.dab(from.towards(to, step / steps), radius, &mut fresh);
            step += 1.0;
        }
        let patch = self.around(&fresh);
        self.current.get_or_insert_default().extend(fresh);
        patch
    }

    /// Covers the cells that a circle touches.
    fn dab(&mut self, centre: Point, radius: f64, fresh: &mut Vec<usize>) {
        let side = f64::from(self.cell);
        for row in span(centre.y, radius, side, self.rows) {
            for column in span(centre.x, radius, side, self.columns) {
                let beyond = |at: f64, n: u32| {
                    let start = f64::from(n) * side;
                    (start - at).max(at - start - side).max(0.0)
                };
                let cell = width_of(row * self.columns + column);
                if beyond(centre.x, column).hypot(beyond(centre.y, row)) <= radius && !self.covered[cell] {
                    self.covered[cell] = true;
                    fresh.push(cell);
                }
            }
        }
    }

    /// Ends the stroke; one that covered nothing new is not remembered.
    pub fn end(&mut self) {
        if let Some(stroke) = self.current.take().filter(|stroke| !stroke.is_empty()) {
            self.strokes.push(stroke);
            self.undone.clear();
        }
    }

    /// Gives the stroke being drawn up. What has to be painted anew.
    pub fn give_up(&mut self) -> Option<Patch> {
        let stroke = self.current.take()?;
        self.set(&stroke, false)
    }

    /// Takes the last stroke back. What has to be painted anew.
    pub fn undo(&mut self) -> Option<Patch> {
        self.end();
        let stroke = self.strokes.pop()?;
        let patch = self.set(&stroke, false);
        self.undone.push(stroke);
        patch
    }

    /// Draws the stroke last taken back again. What has to be painted anew.
    pub fn redo(&mut self) -> Option<Patch> {
        self.end();
        let stroke = self.undone.pop()?;
        let patch = self.set(&stroke, true);
        self.strokes.push(stroke);
        patch
    }

    /// Whether there is something to take back.
    pub fn can_undo(&self) -> bool {
        !self.strokes.is_empty()
    }

    /// Whether something was taken back.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// How much is covered, of a hundred, by strokes that have ended; no less than one when there is something.
    pub fn share(&self) -> usize {
        let covered: usize = self.strokes.iter().map(Vec::len).sum();
        (covered * 100).div_ceil(self.covered.len().max(1))
    }

    /// The tiles of a patch that [`Self::brush`], [`Self::undo`] or [`Self::redo`] named.
    pub fn tiles(&self, patch: Patch) -> Vec<Tile> {
        let mut tiles = vec![];
        let whole = |at: u32| at / self.cell / WIDEST * WIDEST;
        for row in (whole(patch.top)..self.rows).step_by(width_of(WIDEST)) {
            for column in (whole(patch.left)..self.columns).step_by(width_of(WIDEST)) {
                if row * self.cell < patch.top + patch.height && column * self.cell < patch.left + patch.width
                {
                    self.tile(column, row, WIDEST, &mut tiles);
                }
            }
        }
        tiles
    }

    /// One tile where all cells of a square are covered, else those of its quarters.
    fn tile(&self, column: u32, row: u32, side: u32, tiles: &mut Vec<Tile>) {
        let mut sum = Sum::default();
        let (mut covered, mut bare) = (false, false);
        for row in row..(row + side).min(self.rows) {
            for column in column..(column + side).min(self.columns) {
                let cell = width_of(row * self.columns + column);
                sum.add(self.sums[cell]);
                covered |= self.covered[cell];
                bare |= !self.covered[cell];
            }
        }
        if covered && !bare {
            tiles.push(Tile {
                patch: self.patch((column, row), (column + side, row + side)),
                colour: sum.mean(),
            });
        } else if covered {
            let half = side / 2;
            for (right, down) in [(0, 0), (half, 0), (0, half), (half, half)] {
                self.tile(column + right, row + down, half, tiles);
            }
        }
    }

    fn set(&mut self, cells: &[usize], covered: bool) -> Option<Patch> {
        for cell in cells {
            self.covered[*cell] = covered;
        }
        self.around(cells)
    }

    /// The patch around cells, out to the borders of the largest tiles they may be part of.
    fn around(&self, cells: &[usize]) -> Option<Patch> {
        let place = |cell: &usize| {
            let cell = u32::try_from(*cell).unwrap_or_default();
            (cell % self.columns / WIDEST * WIDEST, cell / self.columns / WIDEST * WIDEST)
        };
        let (mut first, mut last) = (place(cells.first()?), (0, 0));
        for (column, row) in cells.iter().map(place) {
            first = (first.0.min(column), first.1.min(row));
            last = (last.0.max(column), last.1.max(row));
        }
        Some(self.patch(first, (last.0 + WIDEST, last.1 + WIDEST)))
    }

    /// From one cell to another, which is outside, within the photo.
    fn patch(&self, from: (u32, u32), to: (u32, u32)) -> Patch {
        let (left, top) = (from.0 * self.cell, from.1 * self.cell);
        let width = (to.0 * self.cell).min(self.width) - left;
        let height = (to.1 * self.cell).min(self.height) - top;
        Patch { left, top, width, height }
    }
}

/// The cells along one side that a circle's square reaches.
fn span(centre: f64, radius: f64, side: f64, cells: u32) -> std::ops::Range<u32> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to the cells there are")]
    let cell = |at: f64| (at / side).floor().clamp(0.0, f64::from(cells)) as u32;
    cell(centre - radius)..(cell(centre + radius) + 1).min(cells)
}

fn width_of(side: u32) -> usize {
    usize::try_from(side).unwrap_or_default()
}

#[cfg(test)]
mod tests;
