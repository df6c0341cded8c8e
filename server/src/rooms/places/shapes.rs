//! Borders of zones, and in which of them a place stands.
//!
//! Promises: a place goes to one zone at most; on a border that two zones share, to exactly one, the same each time. Holes
//! and zones of several parts are as drawn. Own code on purpose: what is needed of geometry is one loop, and the promise
//! about borders is what the crates leave to their callers.

use super::store;
use crate::db::Tx;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use shared::geo::Position;

/// A corner: latitude, longitude.
type Corner = (f64, f64);

/// The borders of a zone.
#[derive(Debug, PartialEq)]
pub struct Shape {
    zone: String,
    /// Every ring of every part; what is inside an odd number of them is inside the zone.
    rings: Vec<Vec<Corner>>,
    low: Corner,
    high: Corner,
}

impl Shape {
    /// Reads the geometry of a GeoJSON feature.
    pub fn read(zone: &str, geometry: &Value) -> Result<Self> {
        let coordinates = geometry.get("coordinates").and_then(Value::as_array).context("no coordinates")?;
        let rings: Vec<&Value> = match geometry.get("type").and_then(Value::as_str) {
            Some("Polygon") => coordinates.iter().collect(),
            Some("MultiPolygon") => coordinates.iter().filter_map(Value::as_array).flatten().collect(),
            _ => anyhow::bail!("neither a Polygon nor a MultiPolygon"),
        };
        let rings = rings.into_iter().map(ring).collect::<Result<Vec<_>>>()?;
        ensure!(!rings.is_empty(), "no ring");
        let corners = || rings.iter().flatten();
        let least = |side: fn(&Corner) -> f64| corners().map(side).fold(f64::MAX, f64::min);
        let most = |side: fn(&Corner) -> f64| corners().map(side).fold(f64::MIN, f64::max);
        let (low, high) = ((least(|c| c.0), least(|c| c.1)), (most(|c| c.0), most(|c| c.1)));
        Ok(Self { zone: zone.to_owned(), rings, low, high })
    }

    /// Whether the position is inside or on the border.
    fn holds(&self, at: Corner) -> bool {
        let beyond = at.0 < self.low.0 || at.0 > self.high.0 || at.1 < self.low.1 || at.1 > self.high.1;
        if beyond {
            return false;
        }
        let mut inside = false;
        for ring in &self.rings {
            for pair in ring.windows(2) {
                let [one, other] = pair else { continue };
                // Always the same way round, so that both zones of a border compute the same, to the last bit.
                let (from, to) = if one <= other { (*one, *other) } else { (*other, *one) };
                let side = (to.1 - from.1) * (at.0 - from.0) - (at.1 - from.1) * (to.0 - from.0);
                let (west, east) = (from.1.min(to.1), from.1.max(to.1));
                if side == 0.0 && (from.0..=to.0).contains(&at.0) && (west..=east).contains(&at.1) {
                    return true;
                }
                if (from.0 > at.0) != (to.0 > at.0) && side > 0.0 {
                    inside = !inside;
                }
            }
        }
        inside
    }
}

/// A ring, closed.
fn ring(corners: &Value) -> Result<Vec<Corner>> {
    let corners = corners.as_array().context("a ring is no list")?;
    let mut ring = Vec::with_capacity(corners.len() + 1);
    for corner in corners {
        let number = |at: usize| corner.get(at).and_then(Value::as_f64);
        let (lon, lat) = number(0).zip(number(1)).context("a corner is no pair of numbers")?;
        ensure!(lat.abs() <= 90.0 && lon.abs() <= 180.0, "not in degrees (WGS 84)");
        ring.push((lat, lon));
    }
    ensure!(ring.len() >= 3, "a ring of less than three corners");
    if ring.first() != ring.last() {
        ring.extend(ring.first().copied());
    }
    Ok(ring)
}

/// The borders of all zones that have some.
#[derive(Default)]
pub struct Shapes(Vec<Shape>);

impl Shapes {
    /// Those of the database.
    pub async fn load(tx: &mut Tx) -> Result<Self> {
        let mut shapes = Vec::new();
        for (zone, text) in store::shapes(tx).await? {
            let coordinates: Value = serde_json::from_str(&text)?;
            let geometry = serde_json::json!({ "type": "MultiPolygon", "coordinates": coordinates });
            shapes.push(Shape::read(&zone, &geometry).with_context(|| zone.clone())?);
        }
        Ok(Self::of(shapes))
    }

    /// These.
    pub fn of(mut shapes: Vec<Shape>) -> Self {
        shapes.sort_by(|a, b| a.zone.cmp(&b.zone));
        Self(shapes)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The zone of a position: of several on whose border it is, the first by name.
    pub fn locate(&self, position: Position) -> Option<&str> {
        let at = (position.lat, position.lon);
        self.0.iter().find(|shape| shape.holds(at)).map(|shape| shape.zone.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn square(west: f64, south: f64, side: f64) -> Value {
        let (east, north) = (west + side, south + side);
        json!([[west, south], [east, south], [east, north], [west, north], [west, south]])
    }

    fn shapes() -> Shapes {
        let polygon = |rings: Vec<Value>| json!({ "type": "Polygon", "coordinates": rings });
        let parts = json!([[square(20.0, 0.0, 1.0)], [square(22.0, 0.0, 3.0), square(23.0, 1.0, 1.0)]]);
        Shapes::of(vec![
            Shape::read("b", &polygon(vec![square(10.0, 0.0, 10.0)])).unwrap(),
            Shape::read("a", &polygon(vec![square(0.0, 0.0, 10.0), square(4.0, 4.0, 2.0)])).unwrap(),
            Shape::read("inner", &polygon(vec![square(4.0, 4.0, 2.0)])).unwrap(),
            Shape::read("parts", &json!({ "type": "MultiPolygon", "coordinates": parts })).unwrap(),
        ])
    }

    #[test]
    fn a_place_stands_in_the_zone_that_is_drawn_around_it() {
        let shapes = shapes();
        for (lon, lat, zone) in [
            (1.0, 1.0, Some("a")),
            (11.0, 9.0, Some("b")),
            (5.0, 5.0, Some("inner")),
            (20.5, 0.5, Some("parts")),
            (21.5, 0.5, None),
            (22.5, 0.5, Some("parts")),
            (23.5, 1.5, None),
            (-1.0, 5.0, None),
            (5.0, 11.0, None),
        ] {
            let position = Position { lat, lon };
            assert_eq!(shapes.locate(position), zone, "{lon} {lat}");
        }
    }

    #[test]
    fn on_a_border_a_place_goes_to_exactly_one_zone() {
        let shapes = shapes();
        for (lon, lat, zone) in [
            (10.0, 5.0, "a"),
            (10.0, 0.0, "a"),
            (10.0, 10.0, "a"),
            (4.0, 5.0, "a"),
            (6.0, 6.0, "a"),
            (0.0, 0.0001, "a"),
            (20.0, 5.0, "b"),
            (23.0, 1.5, "parts"),
        ] {
            assert_eq!(shapes.locate(Position { lat, lon }), Some(zone), "{lon} {lat}");
        }
    }

    #[test]
    fn zones_that_share_slanted_borders_leave_no_gap_and_no_overlap() {
        // A fan of triangles around (0.1, 0.1) with corners that no binary number meets exactly.
        let corner = |n: i32| {
            let angle = f64::from(n) * std::f64::consts::TAU / 7.0;
            (0.1 + angle.cos() / 3.0, 0.1 + angle.sin() / 3.0)
        };
        let triangle = |n: i32| {
            let ((x1, y1), (x2, y2)) = (corner(n), corner((n + 1) % 7));
            let ring = json!([[0.1, 0.1], [x1, y1], [x2, y2], [0.1, 0.1]]);
            Shape::read(&n.to_string(), &json!({ "type": "Polygon", "coordinates": [ring] })).unwrap()
        };
        let triangles: Vec<Shape> = (0..7).map(triangle).collect();
        for step in 0..=1000 {
            let along = f64::from(step) / 1000.0 * 0.9;
            for n in 0..7 {
                let (x, y) = corner(n);
                let at = (0.1 + (y - 0.1) * along, 0.1 + (x - 0.1) * along);
                let holding = triangles.iter().filter(|shape| shape.holds(at)).count();
                // On the border itself both hold it, and the first is taken; beside it, one.
                assert!((1..=7).contains(&holding), "{at:?} {holding}");
                let aside = (at.0 + 1e-9, at.1 + 1e-9);
                let holding = triangles.iter().filter(|shape| shape.holds(aside)).count();
                assert_eq!(holding, 1, "{aside:?}");
            }
        }
    }

    #[test]
    fn what_is_no_shape_is_refused_with_why() {
        for (geometry, why) in [
            (json!({ "type": "Point", "coordinates": [1, 2] }), "neither"),
            (json!({ "type": "Polygon", "coordinates": [[[1, 2], [3, 4]]] }), "three corners"),
            (json!({ "type": "Polygon", "coordinates": [[[892_049.3, 6_247_025.6]]] }), "not in degrees"),
            (json!({ "type": "Polygon" }), "no coordinates"),
        ] {
            let error = Shape::read("x", &geometry).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
