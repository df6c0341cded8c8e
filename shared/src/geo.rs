//! Positions and distances on the scale of a city.

use serde::{Deserialize, Serialize};

/// A position in degrees, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
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

    /// Metres to `other`, on a sphere of 6,371,008.8 m (mean radius, IUGG) that is flat as far as a city goes.
    pub fn metres_to(self, other: Self) -> f64 {
        let (dlat, dlon) = ((other.lat - self.lat).to_radians(), (other.lon - self.lon).to_radians());
        let east = dlon * cosine(((self.lat + other.lat) / 2.0).to_radians());
        6_371_008.8 * (dlat * dlat + east * east).sqrt()
    }
}

/// The cosine of a latitude, to a millionth. A phone pays 2 kB for the one of the standard library.
fn cosine(latitude: f64) -> f64 {
    let square = latitude * latitude;
    // Taylor, from the last term to the first: 1 - x²/2! + x⁴/4! - …
    [132.0, 90.0, 56.0, 30.0, 12.0, 2.0].iter().fold(1.0, |sum, divisor| 1.0 - square / divisor * sum)
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

    #[test]
    fn the_cosine_is_that_of_the_library_wherever_there_are_schools() {
        for tenth in -700_i32..=700 {
            let latitude = (f64::from(tenth) / 10.0).to_radians();
            assert!((cosine(latitude) - latitude.cos()).abs() < 1e-6, "{tenth}");
        }
    }

    #[test]
    fn across_a_city_the_flat_distance_is_that_of_the_sphere() {
        let (here, there) = (Position::new(43.2, 5.3).unwrap(), Position::new(43.35, 5.5).unwrap());
        let (from, to) = (here.lat.to_radians(), there.lat.to_radians());
        let (dlat, dlon) = (to - from, (there.lon - here.lon).to_radians());
        // Haversine.
        let h = (dlat / 2.0).sin().powi(2) + from.cos() * to.cos() * (dlon / 2.0).sin().powi(2);
        let sphere = 2.0 * 6_371_008.8 * h.sqrt().asin();
        assert!((here.metres_to(there) - sphere).abs() < 1.0, "{sphere}");
    }
}
