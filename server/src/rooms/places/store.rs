//! The SQL of places and zones.

use super::import::facts::Facts;
use crate::db::{Tx, rows};
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use shared::geo::Position;
use shared::ids::PlaceId;
use shared::instant::Instant;
use shared::places::{Kind, Place};
use shared::text::fold;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, AssertSqlSafe, Row};
use std::collections::{HashMap, HashSet};

/// A place with what the register says about the record itself.
pub struct Found {
    /// The place.
    pub place: Place,
    /// When it was closed.
    pub closed_at: Option<Instant>,
    /// The file it came from.
    pub source: String,
    /// When that was read.
    pub read_at: Instant,
}

/// Columns of [`found`].
macro_rules! columns {
    () => {
        "id, name, kind, address, postcode, city, lat, lon, approximate, closed_at, source, read_at"
    };
}

/// The place of that code.
pub async fn find(db: &AnyPool, id: &PlaceId) -> sqlx::Result<Option<Found>> {
    let row = sqlx::query(concat!("SELECT ", columns!(), " FROM places WHERE id = $1")).bind(id.as_str());
    row.fetch_optional(db).await?.as_ref().map(found).transpose()
}

/// The place of that code, its row locked until the transaction ends.
pub async fn touch(tx: &mut Tx, id: &PlaceId, now: Instant) -> sqlx::Result<Option<Found>> {
    let row = sqlx::query(concat!("UPDATE places SET touched_at = $2 WHERE id = $1 RETURNING ", columns!()));
    row.bind(id.as_str()).bind(now.0).fetch_optional(&mut **tx).await?.as_ref().map(found).transpose()
}

/// Open places by name, as people sort names.
pub async fn open(db: &AnyPool) -> sqlx::Result<Vec<Place>> {
    let mut places: Vec<Place> = each_open(db).try_collect().await?;
    places.sort_by_cached_key(|place| (fold(&place.name), place.id.clone()));
    Ok(places)
}

/// Open places, in no order, as they are read.
pub fn each_open(db: &AnyPool) -> BoxStream<'_, sqlx::Result<Place>> {
    let rows = sqlx::query(concat!("SELECT ", columns!(), " FROM places WHERE closed_at IS NULL"));
    Box::pin(rows.fetch(db).and_then(async |row| found(&row).map(|found| found.place)))
}

/// The open ones of these places.
pub async fn of(db: &AnyPool, ids: &[PlaceId]) -> sqlx::Result<HashMap<PlaceId, Place>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let head = concat!("SELECT ", columns!(), " FROM places WHERE closed_at IS NULL AND id IN ");
    let mut query = sqlx::query(AssertSqlSafe([head, &rows(1, ids.len())].concat()));
    for id in ids {
        query = query.bind(id.as_str());
    }
    let open = query.fetch_all(db).await?;
    open.iter().map(|row| found(row).map(|found| (found.place.id.clone(), found.place))).collect()
}

/// How many places there are.
pub async fn count(db: &AnyPool) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM places").fetch_one(db).await
}

/// Whether there is a zone of that id.
pub async fn has_zone(db: &AnyPool, id: &str) -> sqlx::Result<bool> {
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM zones WHERE id = $1").bind(id).fetch_one(db).await?;
    Ok(count > 0)
}

/// Makes sure that a zone exists and bears `name`.
pub async fn ensure_zone(tx: &mut Tx, id: &str, kind: &str, name: &str) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO zones (id, kind, name) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE zones.name <> excluded.name",
    )
    .bind(id)
    .bind(kind)
    .bind(name)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts a place into a zone.
pub async fn enter_zone(tx: &mut Tx, place: &str, zone: &str, rank: i16) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO place_zones (place_id, zone_id, rank) VALUES ($1, $2, $3)
         ON CONFLICT (place_id, zone_id) DO UPDATE SET rank = excluded.rank WHERE place_zones.rank <> excluded.rank",
    )
    .bind(place)
    .bind(zone)
    .bind(rank)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes the register for this transaction: another import waits.
pub async fn take(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query("UPDATE register SET version = version").execute(&mut **tx).await?;
    Ok(())
}

/// Says that the register is another from now on.
pub async fn bump(tx: &mut Tx, now: Instant) -> sqlx::Result<()> {
    let version = crate::edges::ids::id(now);
    sqlx::query("UPDATE register SET version = $1").bind(version.as_str()).execute(&mut **tx).await?;
    Ok(())
}

/// Which register this is: never the same after a change.
pub async fn version(db: &AnyPool) -> sqlx::Result<String> {
    sqlx::query_scalar("SELECT version FROM register").fetch_one(db).await
}

/// The codes of all places.
pub async fn ids(db: &AnyPool) -> sqlx::Result<HashSet<String>> {
    sqlx::query_scalar("SELECT id FROM places").fetch(db).try_collect().await
}

/// Where a place stands.
pub struct Standing {
    /// Its code.
    pub id: String,
    /// Its position.
    pub position: Option<Position>,
    /// Whether that is only approximate.
    pub approximate: bool,
    /// Whether it is open.
    pub open: bool,
}

/// Where every place stands.
pub async fn standing(tx: &mut Tx) -> sqlx::Result<Vec<Standing>> {
    let rows = sqlx::query("SELECT id, lat, lon, approximate, closed_at FROM places").fetch(&mut **tx);
    let standing = rows.and_then(async |row| {
        Ok(Standing {
            id: row.try_get("id")?,
            position: position(&row)?,
            approximate: row.try_get::<i16, _>("approximate")? != 0,
            open: row.try_get::<Option<i64>, _>("closed_at")?.is_none(),
        })
    });
    standing.try_collect().await
}

/// The borders of zones: id, coordinates of a GeoJSON MultiPolygon.
pub async fn shapes(tx: &mut Tx) -> sqlx::Result<Vec<(String, String)>> {
    sqlx::query_as("SELECT zone_id, shape FROM zone_shapes ORDER BY zone_id").fetch_all(&mut **tx).await
}

fn found(row: &AnyRow) -> sqlx::Result<Found> {
    Ok(Found {
        place: Place {
            id: PlaceId::parse(row.try_get("id")?).map_err(|problem| sqlx::Error::Decode(problem.into()))?,
            name: row.try_get("name")?,
            kind: read_kind(row.try_get("kind")?),
            address: row.try_get("address")?,
            postcode: row.try_get("postcode")?,
            city: row.try_get("city")?,
            position: position(row)?,
            approximate: row.try_get::<i16, _>("approximate")? != 0,
        },
        closed_at: row.try_get::<Option<i64>, _>("closed_at")?.map(Instant),
        source: row.try_get("source")?,
        read_at: Instant(row.try_get("read_at")?),
    })
}

/// What a row says, for an import to compare with.
pub fn facts(row: &AnyRow) -> sqlx::Result<Facts> {
    Ok(Facts {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        kind: read_kind(row.try_get("kind")?),
        address: row.try_get("address")?,
        postcode: row.try_get("postcode")?,
        city: row.try_get("city")?,
        city_code: row.try_get("city_code")?,
        circonscription: row.try_get("circonscription")?,
        mail: row.try_get("mail")?,
        position: position(row)?,
        approximate: row.try_get::<i16, _>("approximate")? != 0,
        closed: row.try_get::<i32, _>("closed")? != 0,
        private: row.try_get::<i16, _>("private")? != 0,
        lists: row.try_get("lists")?,
    })
}

fn position(row: &AnyRow) -> sqlx::Result<Option<Position>> {
    let (lat, lon): (Option<f64>, Option<f64>) = (row.try_get("lat")?, row.try_get("lon")?);
    Ok(lat.zip(lon).and_then(|(lat, lon)| Position::new(lat, lon)))
}

/// How a kind stands in the database.
pub fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Maternelle => "maternelle",
        Kind::Elementaire => "elementaire",
        Kind::Primaire => "primaire",
        Kind::College => "college",
        Kind::Lycee => "lycee",
        Kind::Other => "other",
    }
}

/// Reads [`kind_word`] back.
pub fn read_kind(word: &str) -> Kind {
    let known = [Kind::Maternelle, Kind::Elementaire, Kind::Primaire, Kind::College, Kind::Lycee];
    known.into_iter().find(|kind| kind_word(*kind) == word).unwrap_or(Kind::Other)
}
