//! Positions and distances on the scale of a city.

use serde::{Deserialize, Serialize};

/// A position in degrees, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Latitude, -90 to 90.
    pub lat: f64,
    /// Longitude, -180 to 180.
    pub lon: f64,
}

impl Position {
    /// A position, or nothing when the numbers are no place on Earth. (0, 0) is what broken devices and empty
    /// columns say: it is refused as well.
    pub fn new(lat: f64, lon: f64) -> Option<Self> {
        let on_earth = lat.is_finite() && lon.is_finite() && lat.abs() <= 90.0 && lon.abs() <= 180.0;
        (on_earth && (lat != 0.0 || lon != 0.0)).then_some(Self { lat, lon })
    }

    /// Metres to `other`, by the haversine formula on a sphere of 6,371,008.8 m (mean radius, IUGG).
    pub fn metres_to(self, other: Self) -> f64 {
        let (from, to) = (self.lat.to_radians(), other.lat.to_radians());
        let (dlat, dlon) = (to - from, (other.lon - self.lon).to_radians());
        let h = (dlat / 2.0).sin().powi(2) + from.cos() * to.cos() * (dlon / 2.0).sin().powi(2);
        2.0 * 6_371_008.8 * h.sqrt().min(1.0).asin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_about_111_kilometres() {
        let metres = Position { lat: 43.0, lon: 5.0 }.metres_to(Position { lat: 44.0, lon: 5.0 });
        assert!((metres - 111_195.0).abs() < 5.0, "{metres}");
    }

    #[test]
    fn no_place_on_earth_is_no_position() {
        assert_eq!(Position::new(f64::NAN, 5.0), None);
        assert_eq!(Position::new(91.0, 5.0), None);
        assert_eq!(Position::new(0.0, 0.0), None);
    }
}
