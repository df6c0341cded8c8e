//! The cells find what is near, and nothing else: the same hits as PostGIS, and as a look at every row.

use crate::app::{MORNING, SCHOOL, TestApp};
use crate::both_engines;
use shared::geo::Position;
use shared::ids::{ParcelId, PlaceId, mint};
use shared::reports::NewReport;
use shared::reports::duplicate::NEAR;
use sqlx::{AssertSqlSafe, Row};
use std::collections::BTreeSet;
use vigie::cells;
use vigie::db::Engine;
use vigie::rooms::reports::candidates;

both_engines!(near_by_cells_is_near_by_a_look_at_every_row_and_by_postgis);

/// Reports around the school, half of them within 400 m.
const POINTS: u16 = 1_500;
/// Positions asked about.
const ASKED: usize = 60;

/// A number from 0 to 1 that is the same in each run.
fn chance(n: u32) -> f64 {
    let mut mixed = (n ^ n >> 16).wrapping_mul(0x7feb_352d);
    mixed = (mixed ^ mixed >> 15).wrapping_mul(0x846c_a68b);
    f64::from(mixed ^ mixed >> 16) / f64::from(u32::MAX)
}

fn somewhere(n: u16) -> Position {
    let spread = if n.is_multiple_of(2) { 0.004 } else { 0.02 };
    let aside = |k: u32| (chance(u32::from(n) * 2 + k) - 0.5) * 2.0 * spread;
    Position::new(43.3 + aside(0), 5.4 + aside(1)).unwrap()
}

fn id(n: u16) -> ParcelId {
    let [high, low] = n.to_be_bytes();
    mint(MORNING, [0, 0, 0, 0, 0, 0, 0, 0, high, low])
}

async fn scatter(app: &TestApp) {
    let mut tx = app.app.db.write().await.unwrap();
    for n in 0..POINTS {
        let position = somewhere(n);
        sqlx::query(
            "INSERT INTO reports (id, number, place_id, category, urgency, description, private, status, people, lang, observed_at,
                                  received_at, lat, lon, cell)
             VALUES ($1, $2, $3, 'cour-jeux', 2, '', 0, 'new', 1, 'fr', $4, $4, $5, $6, $7)",
        )
        .bind(id(n).as_str())
        .bind(i64::from(n))
        .bind("9990002Y")
        .bind(MORNING.0)
        .bind(position.lat)
        .bind(position.lon)
        .bind(cells::cell(position, cells::FINE))
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn near_by_cells_is_near_by_a_look_at_every_row_and_by_postgis(app: TestApp) {
    let app = app.with_city().await;
    scatter(&app).await;
    let oracle = oracle(&app).await;
    let mut hits = 0;
    for n in (0..POINTS).step_by(usize::from(POINTS) / ASKED) {
        let here = somewhere(n);
        let report = asking(here);
        let found = candidates::find(app.app.db.read(), &report, MORNING).await.unwrap();
        let found: BTreeSet<_> = found.iter().map(|facts| facts.id.to_string()).collect();
        let every = (0..POINTS).filter(|n| here.metres_to(somewhere(*n)) <= NEAR);
        let every: BTreeSet<_> = every.map(|n| id(n).to_string()).collect();
        assert!(every.len() < 20, "more than one statement gives");
        assert_eq!(found, every, "around {here:?}");
        if oracle {
            assert_eq!(found, by_postgis(&app, here).await, "around {here:?}");
        }
        hits += found.len();
    }
    assert!(hits > 2 * ASKED, "{hits}");
}

fn asking(here: Position) -> NewReport {
    let body = serde_json::json!({ "place": SCHOOL, "category": "cour-jeux", "observed_at": MORNING.0 });
    let report: NewReport = serde_json::from_value(body).unwrap();
    NewReport { position: Some(here), place: PlaceId::parse(SCHOOL).unwrap(), ..report }
}

/// Whether PostGIS is there to be asked. Where it cannot be had, the look at every row is the only measure.
async fn oracle(app: &TestApp) -> bool {
    if app.app.db.engine() != Engine::Postgres {
        return false;
    }
    // In a schema that every test sees, and that stays: two tests that make it at once wait for each other.
    for statement in [
        "SELECT 1 FROM (SELECT pg_advisory_lock(7)) AS waited",
        "CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public",
        "SELECT 1 FROM (SELECT pg_advisory_unlock(7)) AS done",
    ] {
        if let Err(error) = sqlx::query(statement).execute(app.app.db.read()).await {
            println!("no PostGIS, compared with a look at every row only: {error}");
            return false;
        }
    }
    true
}

/// On a sphere, as we measure; the spheroid of the Earth would differ by two parts in a thousand.
async fn by_postgis(app: &TestApp, here: Position) -> BTreeSet<String> {
    let point = |lon: &str, lat: &str| {
        format!("public.ST_SetSRID(public.ST_MakePoint({lon}, {lat}), 4326)::public.geography")
    };
    let (stored, asked) = (point("lon", "lat"), point("$1", "$2"));
    let sql = format!("SELECT id FROM reports WHERE public.ST_DWithin({stored}, {asked}, $3, false)");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(here.lon).bind(here.lat).bind(NEAR);
    rows.fetch_all(app.app.db.read()).await.unwrap().iter().map(|row| row.try_get("id").unwrap()).collect()
}
