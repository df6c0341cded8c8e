//! The city cut into hexagons (H3), so that "near" is a few integers in a B-tree, on both engines.
//!
//! Promises: whatever lies within so many metres of a position has its cell among those of [`within`]. Says nothing of
//! exact distances: a query filters by [`Flat`] after.

use h3o::{LatLng, Resolution};
use shared::geo::Position;

/// Of where reports were seen: edges of about 76 m.
pub const FINE: Resolution = Resolution::Ten;
/// A cell's neighbours and itself.
pub const AROUND: usize = 7;
/// No cell; where a query wants one more.
pub const NOWHERE: i64 = -1;
/// Cells differ in size over the globe; none has edges shorter than this part of the mean.
const SHORTEST: f64 = 0.7;
/// Metres of a degree of latitude, on the sphere that [`Position::metres_to`] measures on.
const DEGREE: f64 = 111_195.08;

/// The cell that `position` lies in.
pub fn cell(position: Position, resolution: Resolution) -> i64 {
    LatLng::new(position.lat, position.lon)
        .map_or(NOWHERE, |point| i64::try_from(u64::from(point.to_cell(resolution))).unwrap_or(NOWHERE))
}

/// The cells in which anything within `metres` of `position` lies, its own first.
pub fn within(position: Position, resolution: Resolution, metres: f64) -> Vec<i64> {
    let Ok(point) = LatLng::new(position.lat, position.lon) else { return vec![] };
    // From a corner of the middle cell, straight out: one edge to leave the first ring, one and a half for each more.
    let edge = resolution.edge_length_m() * SHORTEST;
    let rings = (1..).find(|rings| edge * (1.5 * f64::from(*rings) - 0.5) >= metres).unwrap_or(1);
    let cells: Vec<h3o::CellIndex> = point.to_cell(resolution).grid_disk(rings);
    cells.into_iter().filter_map(|cell| i64::try_from(u64::from(cell)).ok()).collect()
}

/// The cells within [`shared::reports::duplicate::NEAR`], as many as a statement has places for.
pub fn near(position: Position) -> [i64; AROUND] {
    let mut cells = [NOWHERE; AROUND];
    for (place, cell) in cells.iter_mut().zip(within(position, FINE, shared::reports::duplicate::NEAR)) {
        *place = cell;
    }
    cells
}

/// What a statement multiplies differences of degrees with, so that the sum of squares is that of metres: the Earth is
/// flat as far as a school goes.
#[derive(Clone, Copy, Debug)]
pub struct Flat {
    /// Metres of a degree northwards.
    pub north: f64,
    /// Metres of a degree eastwards, here.
    pub east: f64,
}

impl Flat {
    /// Around `position`.
    pub fn at(position: Position) -> Self {
        Self { north: DEGREE, east: DEGREE * position.lat.to_radians().cos() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_within_the_radius_is_in_one_of_the_cells() {
        let mut seed = 7_u64;
        let mut chance = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f64::from(u32::try_from(seed >> 33).unwrap()) / f64::from(1_u32 << 31)
        };
        for radius in [50.0, 300.0] {
            for n in 0..5_000 {
                // All over France and beyond, and a point on the rim.
                let here = Position::new(-21.5 + 72.0 * chance(), -61.5 + 120.0 * chance()).unwrap();
                let (flat, angle) = (Flat::at(here), std::f64::consts::TAU * chance());
                let there = Position::new(
                    here.lat + 0.999 * radius * angle.sin() / flat.north,
                    here.lon + 0.999 * radius * angle.cos() / flat.east,
                )
                .unwrap();
                assert!(within(here, FINE, radius).contains(&cell(there, FINE)), "{n}: {here:?} {there:?}");
            }
        }
    }

    #[test]
    fn fifty_metres_fit_into_a_cell_and_its_neighbours() {
        let cells = near(Position::new(43.3, 5.4).unwrap());
        assert!(cells.iter().all(|cell| *cell > 0), "{cells:?}");
    }
}
