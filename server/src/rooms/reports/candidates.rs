//! Which reports a newcomer is compared with: the SQL of finding them, bounded however many there are.
//!
//! At its place: what is open, of its category first, and what was closed there lately. Around it, within
//! [`NEAR`] metres, what of its category stands at a neighbouring place. Private reports are never among them, nor merged ones.

use super::store::{parse_hash, parse_id, parse_place};
use crate::cells::{self, Flat};
use crate::db::Tx;
use shared::geo::Position;
use shared::ids::{ParcelId, PhotoHash};
use shared::instant::{DAY, Instant};
use shared::reports::NewReport;
use shared::reports::duplicate::{Facts, NEAR, is_outdoors, lately};
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

/// Reports whose photos are asked for at once.
const SHELF: usize = 16;

/// Columns that `facts` reads.
macro_rules! columns {
    () => {
        "id, place_id, category, description, spot, received_at, closed_at, lat, lon"
    };
}

/// Who may be the same at `$1`. Each arm reads its own index, in order, and no further than its limit.
macro_rules! here {
    () => {
        concat!(
            "SELECT * FROM (SELECT ", columns!(), " FROM reports
               WHERE place_id = $1 AND category = $2 AND merged_into IS NULL AND closed_at IS NULL AND private = 0
               ORDER BY received_at DESC LIMIT 20) AS alike
             UNION ALL SELECT * FROM (SELECT ", columns!(), " FROM reports
               WHERE place_id = $1 AND merged_into IS NULL AND closed_at IS NULL AND private = 0
                 AND (category IS NULL OR category <> $2)
               ORDER BY received_at DESC LIMIT 12) AS others
             UNION ALL SELECT * FROM (SELECT ", columns!(), " FROM reports
               WHERE place_id = $1 AND merged_into IS NULL AND closed_at IS NOT NULL AND private = 0 AND closed_at > $3
               ORDER BY closed_at DESC LIMIT 8) AS closed"
        )
    };
}

const HERE: &str = here!();

/// The same, and who may be beyond the fence. That arm has to go by the cells: PostgreSQL, where it knows nothing of the
/// table yet, would rather read the whole category in the order of time. So no index has the order that it asks for.
const AROUND: &str = concat!(
    here!(),
    " UNION ALL SELECT * FROM (SELECT ", columns!(), " FROM reports
       WHERE cell IN ($4, $5, $6, $7, $8, $9, $10) AND category = $2 AND cell IS NOT NULL AND merged_into IS NULL
         AND private = 0 AND place_id <> $1 AND (closed_at IS NULL OR closed_at > $3)
         AND ((lat - $11) * $12) * ((lat - $11) * $12) + ((lon - $13) * $14) * ((lon - $13) * $14) <= $15
       ORDER BY received_at + 0 DESC LIMIT 20) AS around"
);

/// The candidates for `report`, which came `at`, oldest first; without their photos.
pub async fn find<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &NewReport,
    at: Instant,
) -> sqlx::Result<Vec<Facts>> {
    // Two schools share what lies outdoors, nothing else.
    let shared = report.position.filter(|_| report.category.as_deref().is_some_and(is_outdoors));
    let mut query = sqlx::query(if shared.is_some() { AROUND } else { HERE })
        .bind(report.place.as_str())
        .bind(report.category.as_deref().unwrap_or_default())
        .bind(at.plus(-lately(report.category.as_deref()) * DAY).0);
    if let Some(here) = shared {
        for cell in cells::near(here) {
            query = query.bind(cell);
        }
        let flat = Flat::at(here);
        query = query.bind(here.lat).bind(flat.north).bind(here.lon).bind(flat.east).bind(NEAR * NEAR);
    }
    let rows = query.fetch_all(db).await?;
    let mut found = rows.iter().map(facts).collect::<sqlx::Result<Vec<_>>>()?;
    found.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    Ok(found)
}

/// What the judge wants to know of the public report that `id` is, or was merged into.
pub async fn public(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<Option<Facts>> {
    let row = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM reports WHERE private = 0
           AND id = (SELECT COALESCE(merged_into, id) FROM reports WHERE id = $1)"
    ));
    row.bind(id.as_str()).fetch_optional(&mut **tx).await?.as_ref().map(facts).transpose()
}

/// The private report, still open, that the owner of `proof` sent before and says that `report` is about.
pub async fn own_private(tx: &mut Tx, report: &NewReport, proof: &str) -> sqlx::Result<Option<ParcelId>> {
    let Some(same) = &report.same_as else { return Ok(None) };
    let id: Option<String> = sqlx::query_scalar(
        "SELECT main.id FROM reports r JOIN reports main ON main.id = COALESCE(r.merged_into, r.id)
         JOIN parcels p ON p.id = main.id
         WHERE r.id = $1 AND main.private = 1 AND main.closed_at IS NULL AND main.place_id = $2 AND p.key_hash = $3",
    )
    .bind(same.as_str())
    .bind(report.place.as_str())
    .bind(proof)
    .fetch_optional(&mut **tx)
    .await?;
    id.as_deref().map(parse_id).transpose()
}

/// What those said who were put under `main`.
pub async fn said_under(tx: &mut Tx, main: &ParcelId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT description || ' ' || spot FROM reports WHERE merged_into = $1 ORDER BY received_at LIMIT 20",
    )
    .bind(main.as_str())
    .fetch_all(&mut **tx)
    .await
}

/// What the photos named look like, of those that are there.
pub async fn looks(tx: &mut Tx, photos: &[PhotoHash]) -> sqlx::Result<Vec<u64>> {
    let mut looks = vec![];
    for hash in photos {
        let look: Option<Option<i64>> = sqlx::query_scalar("SELECT look FROM photos WHERE hash = $1")
            .bind(hash.as_str())
            .fetch_optional(&mut **tx)
            .await?;
        looks.extend(look.flatten().map(i64::cast_unsigned));
    }
    Ok(looks)
}

/// Adds what their photos look like.
pub async fn look_at(tx: &mut Tx, candidates: &mut [Facts]) -> sqlx::Result<()> {
    for shelf in candidates.chunks_mut(SHELF) {
        let mut query = sqlx::query(
            "SELECT rp.report_id, f.look FROM report_photos rp JOIN photos f ON f.hash = rp.hash
             WHERE f.look IS NOT NULL
               AND rp.report_id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        );
        for n in 0..SHELF {
            query = query.bind(shelf.get(n).map(|facts| facts.id.as_str()));
        }
        for row in query.fetch_all(&mut **tx).await? {
            let (id, look): (String, i64) = (row.try_get("report_id")?, row.try_get("look")?);
            if let Some(facts) = shelf.iter_mut().find(|facts| facts.id.as_str() == id) {
                facts.looks.push(look.cast_unsigned());
            }
        }
    }
    Ok(())
}

/// A report that stands alone and is public, as it came, for judging it once more; its id and when it came.
pub async fn standing(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<Option<(NewReport, Instant)>> {
    let row = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM reports WHERE id = $1 AND merged_into IS NULL AND private = 0 AND closed_at IS NULL"
    ));
    let Some(row) = row.bind(id.as_str()).fetch_optional(&mut **tx).await? else { return Ok(None) };
    let photos: Vec<String> =
        sqlx::query_scalar("SELECT hash FROM report_photos WHERE report_id = $1 ORDER BY position")
            .bind(id.as_str())
            .fetch_all(&mut **tx)
            .await?;
    let at = Instant(row.try_get("received_at")?);
    let report = NewReport {
        place: parse_place(row.try_get("place_id")?)?,
        category: row.try_get("category")?,
        description: row.try_get("description")?,
        photos: photos.iter().map(|hash| parse_hash(hash)).collect::<sqlx::Result<_>>()?,
        captions: vec![],
        urgency: None,
        spot: row.try_get("spot")?,
        position: position(&row)?,
        ask_at: None,
        follow: None,
        same_as: None,
        unlike: vec![],
        mail: None,
        observed_at: at,
        lang: String::new(),
    };
    Ok(Some((report, at)))
}

fn facts(row: &AnyRow) -> sqlx::Result<Facts> {
    let (description, spot): (&str, &str) = (row.try_get("description")?, row.try_get("spot")?);
    Ok(Facts {
        id: parse_id(row.try_get("id")?)?,
        place: Some(parse_place(row.try_get("place_id")?)?),
        position: position(row)?,
        category: row.try_get("category")?,
        words: [description, " ", spot].concat(),
        at: Instant(row.try_get("received_at")?),
        closed_at: row.try_get::<Option<i64>, _>("closed_at")?.map(Instant),
        looks: vec![],
    })
}

fn position(row: &AnyRow) -> sqlx::Result<Option<Position>> {
    let (lat, lon): (Option<f64>, Option<f64>) = (row.try_get("lat")?, row.try_get("lon")?);
    Ok(lat.zip(lon).and_then(|(lat, lon)| Position::new(lat, lon)))
}
