//! The page of a list: which reports, found without reading many that are not meant.
//!
//! A question is begun where the fewest reports are: at its rarest word or at its places where those are few, else along
//! an index that is in the order of the list. What else was asked is checked on the way. No page looks at more than
//! [`WINDOW`] reports: one that found little by then is short, and says where to read on.

mod sql;

use super::filter::{Area, Cursor, DEGREE, Filter, MOST_WORDS, Standing};
use super::words;
use shared::geo::Position;
use shared::ids::PlaceId;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyPool, Row as _};

/// A set that is read whole and sorted; a larger one is walked in the order of the list.
const FEW: i64 = 1_500;
/// Reports that one page looks at, at most.
pub const WINDOW: i64 = 4_000;
/// Most categories of a group.
const GROUP: usize = 10;

/// The page that begins after the cursor.
pub struct Found {
    /// Rows of the macro `brief!` with `at`, what they are sorted by: one more than asked where there are more.
    pub rows: Vec<AnyRow>,
    /// Where this page stopped looking, unless it saw everything.
    pub end: Option<Cursor>,
}

/// Where a search begins.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Start {
    /// At reports that say a word beginning so.
    Word(String),
    /// At the places of the zone.
    Zone,
    /// At the places of the area.
    Area,
    /// At the newest on the place.
    Place,
    /// At the newest of the category.
    Category,
    /// At the newest of the status.
    Status,
    /// At the newest that is open.
    Open,
    /// At the latest change.
    Change,
    /// At the newest.
    Time,
}

/// The page of reports that `filter` asks for.
pub async fn page(db: &AnyPool, filter: &Filter) -> sqlx::Result<Found> {
    let start = choose(db, filter).await?;
    let end = match sql::end(&start) {
        Some(text) if asked(filter) > usize::from(start != Start::Time) => {
            let row = bind(text, filter, &start, None).bind(WINDOW).fetch_optional(db).await?;
            // Beyond `since` there is nothing to look at.
            row.as_ref()
                .map(cursor)
                .transpose()?
                .filter(|end| filter.since.is_none_or(|since| end.at >= since.0))
        }
        _ => None,
    };
    let rows =
        bind(sql::page(&start), filter, &start, end.as_ref()).bind(rows_wanted(filter)).fetch_all(db).await?;
    Ok(Found { rows, end })
}

fn rows_wanted(filter: &Filter) -> i64 {
    i64::try_from(filter.limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// Where a row is in its list.
pub fn cursor(row: &AnyRow) -> sqlx::Result<Cursor> {
    Ok(Cursor { at: row.try_get("at")?, id: row.try_get("id")? })
}

/// How many things were asked.
fn asked(filter: &Filter) -> usize {
    let asked = [
        filter.place.is_some(),
        filter.zone.is_some(),
        filter.area.is_some(),
        !filter.categories.is_empty(),
        filter.standing.is_some(),
        filter.since.is_some(),
    ];
    asked.iter().filter(|asked| **asked).count() + filter.words.len()
}

/// The smallest of the sets that can be read whole, else the walk that meets the fewest strangers.
async fn choose(db: &AnyPool, filter: &Filter) -> sqlx::Result<Start> {
    let mut sets: Vec<Start> = Vec::new();
    // One letter begins too many words.
    sets.extend(filter.words.iter().filter(|word| word.chars().count() > 1).cloned().map(Start::Word));
    if filter.place.is_none() {
        sets.extend(filter.zone.iter().map(|_| Start::Zone).chain(filter.area.map(|_| Start::Area)));
    }
    let mut smallest = None;
    for set in sets {
        let Some(text) = sql::size(&set) else { continue };
        let size: i64 = bind(text, filter, &set, None).bind(FEW).fetch_one(db).await?.try_get("size")?;
        if size < smallest.as_ref().map_or(FEW, |(size, _)| *size) {
            smallest = Some((size, set));
        }
    }
    Ok(smallest.map_or_else(|| walk(filter), |(_, set)| set))
}

fn walk(filter: &Filter) -> Start {
    match filter.standing {
        _ if filter.since.is_some() => Start::Change,
        _ if filter.place.is_some() => Start::Place,
        _ if filter.categories.len() == 1 => Start::Category,
        Some(Standing::At(_)) => Start::Status,
        Some(Standing::Open) => Start::Open,
        Some(Standing::Closed) | None => Start::Time,
    }
}

/// Gives `text` everything that was asked, `$1` to `$35`; what was not is NULL. `$36` is the caller's.
fn bind<'q>(
    text: &'static str,
    filter: &'q Filter,
    start: &Start,
    end: Option<&Cursor>,
) -> Query<'q, Any, AnyArguments> {
    let before = filter.before.clone().unwrap_or(Cursor { at: i64::MAX, id: String::new() });
    // A walk along changes ends where they were not asked for.
    let last = filter.since.filter(|_| *start == Start::Change).map_or(i64::MIN, |since| since.0);
    let end = end.cloned().unwrap_or(Cursor { at: last, id: String::new() });
    let query = sqlx::query(text).bind(before.at).bind(before.id).bind(end.at).bind(end.id);
    let query = query.bind(filter.place.as_ref().map(PlaceId::as_str)).bind(filter.zone.as_deref());
    let mut query = bind_area(query, filter.area);
    for n in 0..GROUP {
        query = query.bind(filter.categories.get(n).copied());
    }
    let (status, open) = match filter.standing {
        Some(Standing::At(status)) => (Some(status.as_str()), None),
        Some(Standing::Open) => (None, Some(1_i64)),
        Some(Standing::Closed) => (None, Some(0)),
        None => (None, None),
    };
    query = query.bind(status).bind(open).bind(filter.since.map(|since| since.0));
    for n in 0..MOST_WORDS {
        // Once there is one word, a pattern that is always met stands for those that are missing.
        let pattern = filter.words.get(n).map(|word| format!("% {word}%"));
        query = query.bind(pattern.or_else(|| (!filter.words.is_empty()).then(|| "%".to_owned())));
    }
    let range = match start {
        Start::Word(word) => words::range(word),
        _ => 0..0,
    };
    query.bind(range.start).bind(range.end)
}

/// `$7` to `$14`: the box, the middle of the circle, metres of a degree of longitude there, the square of the radius.
/// Never NULL (see [`crate::db::ABSENT`]): no area has its south above its north, no circle is larger than the Earth.
fn bind_area(query: Query<'_, Any, AnyArguments>, area: Option<Area>) -> Query<'_, Any, AnyArguments> {
    let area = area.unwrap_or(Area { south: 1.0, north: 0.0, west: 0.0, east: 0.0, around: None });
    let (middle, metres) = area.around.unwrap_or((Position { lat: 0.0, lon: 0.0 }, 1e9));
    let degree = DEGREE * middle.lat.to_radians().cos();
    let query = query.bind(area.south).bind(area.north).bind(area.west).bind(area.east);
    query.bind(middle.lat).bind(middle.lon).bind(degree).bind(metres * metres)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::reports::category::{ALL, GROUPS};

    #[test]
    fn every_group_has_room() {
        for group in GROUPS {
            let categories = ALL.iter().filter(|category| category.group == *group).count();
            assert!(categories <= GROUP, "{group}");
        }
    }
}
