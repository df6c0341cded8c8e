//! The SQL of an import: many rows at once, so that a country comes in within seconds on both engines.

use super::import::borders::Bordered;
use super::import::facts::Facts;
use super::import::pupils::{Counted, Key};
use super::import::scope::Standing;
use super::import::zones::Zone;
use super::store::{facts, kind_word, read_kind};
use crate::db::{ABSENT, Tx, rows};
use futures_util::TryStreamExt;
use shared::instant::Instant;
use sqlx::{AssertSqlSafe, Row};
use std::collections::HashMap;

/// Columns that [`upsert`] writes.
const COLUMNS: usize = 18;

/// Gives every open place to `see`, row by row.
pub async fn each_open(tx: &mut Tx, mut see: impl FnMut(Standing)) -> sqlx::Result<()> {
    let query = "SELECT id, name, kind, city_code, private, lists FROM places WHERE closed_at IS NULL";
    let mut open = sqlx::query(query).fetch(&mut **tx);
    while let Some(row) = open.try_next().await? {
        let kind = read_kind(row.try_get("kind")?);
        see(Standing {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            city_code: row.try_get("city_code")?,
            secondary: Facts { kind, ..Facts::default() }.is_secondary(),
            private: row.try_get::<i16, _>("private")? != 0,
            lists: row.try_get("lists")?,
        });
    }
    Ok(())
}

/// What is known of the places of these codes.
pub async fn known(tx: &mut Tx, ids: &[&str]) -> sqlx::Result<HashMap<String, Facts>> {
    let text = format!(
        "SELECT id, name, kind, address, postcode, city, city_code, circonscription, mail, lat, lon, approximate,
                private, lists, CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END AS closed
         FROM places WHERE id IN {}",
        rows(1, ids.len())
    );
    let mut query = sqlx::query(AssertSqlSafe(text));
    for id in ids {
        query = query.bind(*id);
    }
    let found = query.fetch_all(&mut **tx).await?;
    found.iter().map(facts).map(|facts| facts.map(|facts| (facts.id.clone(), facts))).collect()
}

/// Closes places.
pub async fn close(tx: &mut Tx, ids: &[String], now: Instant) -> sqlx::Result<()> {
    let text = format!("UPDATE places SET closed_at = {} WHERE id IN {}", now.0, rows(1, ids.len()));
    let mut query = sqlx::query(AssertSqlSafe(text));
    for id in ids {
        query = query.bind(id);
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Rows of [`upsert`], where a position may be absent.
fn values(count: usize) -> String {
    let value = |number: usize| match number % COLUMNS {
        10 | 11 => format!("NULLIF(${number}, 1e300)"),
        _ => format!("${number}"),
    };
    let row = |row: usize| (1..=COLUMNS).map(|column| value(row * COLUMNS + column)).collect::<Vec<_>>();
    (0..count).map(|at| format!("({})", row(at).join(", "))).collect::<Vec<_>>().join(", ")
}

/// Writes what the files say of these places.
pub async fn upsert(tx: &mut Tx, places: &[Facts], source: &str, now: Instant) -> sqlx::Result<()> {
    let text = format!(
        "INSERT INTO places (id, name, kind, address, postcode, city, city_code, circonscription, mail, lat, lon,
                             approximate, private, lists, source, closed_at, read_at, touched_at)
         VALUES {}
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, address = excluded.address,
           postcode = excluded.postcode, city = excluded.city, city_code = excluded.city_code,
           circonscription = excluded.circonscription, mail = excluded.mail, lat = excluded.lat, lon = excluded.lon,
           approximate = excluded.approximate, private = excluded.private, lists = excluded.lists,
           source = excluded.source, read_at = excluded.read_at,
           closed_at = CASE WHEN excluded.closed_at IS NULL THEN NULL
                            ELSE COALESCE(places.closed_at, excluded.closed_at) END",
        values(places.len())
    );
    let mut query = sqlx::query(AssertSqlSafe(text));
    for facts in places {
        query = query
            .bind(&facts.id)
            .bind(&facts.name)
            .bind(kind_word(facts.kind))
            .bind(&facts.address)
            .bind(&facts.postcode)
            .bind(&facts.city)
            .bind(&facts.city_code)
            .bind(&facts.circonscription)
            .bind(&facts.mail)
            .bind(facts.position.map_or(ABSENT, |position| position.lat))
            .bind(facts.position.map_or(ABSENT, |position| position.lon))
            .bind(i16::from(facts.approximate))
            .bind(i16::from(facts.private))
            .bind(facts.lists)
            .bind(source)
            .bind(facts.closed.then_some(now.0))
            .bind(now.0)
            .bind(now.0);
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Takes places out of the zones that the register gives, and out of those with borders when these are known: before they
/// enter others. What an operator gave stays.
pub async fn leave_zones(tx: &mut Tx, places: &[&str], borders: bool) -> sqlx::Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    let ranks = if borders { "0, 1, 2, 4, 5" } else { "0, 2, 4, 5" };
    let text = format!(
        "DELETE FROM place_zones WHERE place_id IN {} AND (rank IN ({ranks}) OR zone_id LIKE 'secteur:%')",
        rows(1, places.len())
    );
    let mut query = sqlx::query(AssertSqlSafe(text));
    for place in places {
        query = query.bind(*place);
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Makes sure that zones exist and bear their names.
pub async fn zones(tx: &mut Tx, zones: impl ExactSizeIterator<Item = &Zone> + Send) -> sqlx::Result<()> {
    let text = format!(
        "INSERT INTO zones (id, kind, name) VALUES {}
         ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE zones.name <> excluded.name",
        rows(zones.len(), 3)
    );
    let mut query = sqlx::query(AssertSqlSafe(text));
    for zone in zones {
        query = query.bind(&zone.id).bind(zone.kind).bind(&zone.name);
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Puts places into zones: place, zone, rank.
pub async fn enter_zones(tx: &mut Tx, stands: &[(&str, String, i16)]) -> sqlx::Result<()> {
    let text = format!(
        "INSERT INTO place_zones (place_id, zone_id, rank) VALUES {} ON CONFLICT (place_id, zone_id) DO NOTHING",
        rows(stands.len(), 3)
    );
    let mut query = sqlx::query(AssertSqlSafe(text));
    for (place, zone, rank) in stands {
        query = query.bind(*place).bind(zone).bind(*rank);
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Which numbers are known of the schools of these codes.
pub async fn pupils(tx: &mut Tx, ids: &[&str]) -> sqlx::Result<HashMap<Key, Counted>> {
    let text = format!(
        "SELECT place_id, year, priority, classes, total, nursery, elementary, ulis, cp, ce1, ce2, cm1, cm2
         FROM pupils WHERE place_id IN {}",
        rows(1, ids.len())
    );
    let mut query = sqlx::query(AssertSqlSafe(text));
    for id in ids {
        query = query.bind(*id);
    }
    let mut known = HashMap::new();
    for row in query.fetch_all(&mut **tx).await? {
        let mut numbers = [None; 10];
        for (at, number) in (3..).zip(&mut numbers) {
            *number = row.try_get(at)?;
        }
        let priority = match row.try_get("priority")? {
            "REP+" => "REP+",
            "REP" => "REP",
            _ => "",
        };
        known.insert((row.try_get("place_id")?, row.try_get("year")?), Counted { numbers, priority });
    }
    Ok(known)
}

/// Keeps the numbers of schools and years.
pub async fn count_pupils(
    tx: &mut Tx,
    counts: &[(Key, Counted)],
    source: &str,
    now: Instant,
) -> sqlx::Result<()> {
    let text = format!(
        "INSERT INTO pupils (place_id, year, priority, classes, total, nursery, elementary, ulis, cp, ce1, ce2, cm1, cm2,
                             source, read_at)
         VALUES {}
         ON CONFLICT (place_id, year) DO UPDATE SET priority = excluded.priority, classes = excluded.classes,
           total = excluded.total, nursery = excluded.nursery, elementary = excluded.elementary, ulis = excluded.ulis,
           cp = excluded.cp, ce1 = excluded.ce1, ce2 = excluded.ce2, cm1 = excluded.cm1, cm2 = excluded.cm2,
           source = excluded.source, read_at = excluded.read_at",
        rows(counts.len(), 15)
    );
    let mut query = sqlx::query(AssertSqlSafe(text));
    for ((place, year), counted) in counts {
        query = query.bind(place).bind(*year).bind(counted.priority);
        for number in counted.numbers {
            query = query.bind(number);
        }
        query = query.bind(source).bind(now.0);
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

/// The borders known: name and shape by zone.
pub async fn borders(tx: &mut Tx) -> sqlx::Result<HashMap<String, (String, String)>> {
    let known: Vec<(String, String, String)> =
        sqlx::query_as("SELECT z.id, z.name, s.shape FROM zone_shapes s JOIN zones z ON z.id = s.zone_id")
            .fetch_all(&mut **tx)
            .await?;
    Ok(known.into_iter().map(|(id, name, shape)| (id, (name, shape))).collect())
}

/// Writes zones with their borders.
pub async fn draw_borders(tx: &mut Tx, drawn: &[Bordered], source: &str, now: Instant) -> sqlx::Result<()> {
    zones(tx, drawn.iter().map(|bordered| &bordered.zone)).await?;
    let text = format!(
        "INSERT INTO zone_shapes (zone_id, shape, source, read_at) VALUES {}
         ON CONFLICT (zone_id) DO UPDATE SET shape = excluded.shape, source = excluded.source, read_at = excluded.read_at",
        rows(drawn.len(), 4)
    );
    let mut query = sqlx::query(AssertSqlSafe(text));
    for bordered in drawn {
        query = query.bind(&bordered.zone.id).bind(&bordered.shape).bind(source).bind(now.0);
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Takes every place out of the zones that have borders.
pub async fn leave_borders(tx: &mut Tx) -> sqlx::Result<()> {
    let text = "DELETE FROM place_zones WHERE zone_id IN (SELECT zone_id FROM zone_shapes)";
    sqlx::query(text).execute(&mut **tx).await?;
    Ok(())
}
