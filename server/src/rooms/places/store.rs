//! The SQL of places and zones.

use super::import::facts::Facts;
use crate::db::{ABSENT, Tx};
use shared::geo::Position;
use shared::ids::PlaceId;
use shared::instant::Instant;
use shared::places::{Kind, Place};
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};

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

/// Open places by name.
pub async fn open(db: &AnyPool) -> sqlx::Result<Vec<Place>> {
    let rows =
        sqlx::query(concat!("SELECT ", columns!(), " FROM places WHERE closed_at IS NULL ORDER BY name, id"));
    rows.fetch_all(db).await?.iter().map(|row| found(row).map(|found| found.place)).collect()
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

/// Takes a place out of every zone of `kind`: before it enters another.
pub async fn leave_zones(tx: &mut Tx, place: &str, kind: &str) -> sqlx::Result<()> {
    sqlx::query(
        "DELETE FROM place_zones WHERE place_id = $1 AND zone_id IN (SELECT id FROM zones WHERE kind = $2)",
    )
    .bind(place)
    .bind(kind)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What is known of every place, for an import to compare with.
pub async fn all_facts(tx: &mut Tx) -> sqlx::Result<Vec<Facts>> {
    let rows = sqlx::query(
        "SELECT id, name, kind, address, postcode, city, city_code, circonscription, mail, lat, lon, approximate,
                CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END AS closed FROM places",
    );
    rows.fetch_all(&mut **tx).await?.iter().map(facts).collect()
}

/// Writes what a file says of one place.
pub async fn upsert(tx: &mut Tx, facts: &Facts, source: &str, now: Instant) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO places (id, name, kind, address, postcode, city, city_code, circonscription, mail, lat, lon,
                             approximate, source, closed_at, read_at, touched_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULLIF($10, 1e300), NULLIF($11, 1e300), $12, $13, $14, $15, $15)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, address = excluded.address,
           postcode = excluded.postcode, city = excluded.city, city_code = excluded.city_code,
           circonscription = excluded.circonscription, mail = excluded.mail, lat = excluded.lat, lon = excluded.lon,
           approximate = excluded.approximate, source = excluded.source, read_at = excluded.read_at,
           closed_at = CASE WHEN excluded.closed_at IS NULL THEN NULL
                            ELSE COALESCE(places.closed_at, excluded.closed_at) END",
    )
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
    .bind(source)
    .bind(facts.closed.then_some(now.0))
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
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

fn facts(row: &AnyRow) -> sqlx::Result<Facts> {
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
    })
}

fn position(row: &AnyRow) -> sqlx::Result<Option<Position>> {
    let (lat, lon): (Option<f64>, Option<f64>) = (row.try_get("lat")?, row.try_get("lon")?);
    Ok(lat.zip(lon).and_then(|(lat, lon)| Position::new(lat, lon)))
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Maternelle => "maternelle",
        Kind::Elementaire => "elementaire",
        Kind::Primaire => "primaire",
        Kind::College => "college",
        Kind::Lycee => "lycee",
        Kind::Other => "other",
    }
}

fn read_kind(word: &str) -> Kind {
    let known = [Kind::Maternelle, Kind::Elementaire, Kind::Primaire, Kind::College, Kind::Lycee];
    known.into_iter().find(|kind| kind_word(*kind) == word).unwrap_or(Kind::Other)
}
