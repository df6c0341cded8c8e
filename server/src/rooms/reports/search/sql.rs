//! The texts of the searches: one for each [`Start`], put together when compiled. All know the same parameters:
//!
//! | | |
//! | --- | --- |
//! | `$1` `$2` | after this instant and id |
//! | `$3` `$4` | not beyond these |
//! | `$5` `$6` | place, zone |
//! | `$7`…`$14` | south, north, west, east; latitude, longitude, metres of a degree of longitude, square of the radius |
//! | `$15`…`$24` | categories |
//! | `$25` `$26` `$27` | status, open (1) or closed (0), changed since |
//! | `$28`…`$33` | patterns of words |
//! | `$34` `$35` | the word's range |
//! | `$36` | most rows |

use super::super::view::{brief, public};
use super::Start;

/// Whether a place `a` lies in the area.
macro_rules! inside {
    () => {
        "a.lat >= $7 AND a.lat <= $8
         AND CASE WHEN CAST($9 AS DOUBLE PRECISION) <= CAST($10 AS DOUBLE PRECISION) THEN a.lon >= $9 AND a.lon <= $10
                  ELSE a.lon >= $9 OR a.lon <= $10 END
         AND (a.lat - $11) * (a.lat - $11) * 12364328025.0 + (a.lon - $12) * (a.lon - $12) * $13 * $13 <= $14"
    };
}

/// Whether a report says every word.
macro_rules! says {
    (r) => {
        "(r.folded LIKE $28 AND r.folded LIKE $29 AND r.folded LIKE $30
          AND r.folded LIKE $31 AND r.folded LIKE $32 AND r.folded LIKE $33)"
    };
    (v) => {
        "(v.folded LIKE $28 AND v.folded LIKE $29 AND v.folded LIKE $30
          AND v.folded LIKE $31 AND v.folded LIKE $32 AND v.folded LIKE $33)"
    };
}

/// What is checked of a report `r`: what was not asked is NULL and lets everything through. Counted where `EXISTS` would
/// say it: PostgreSQL answers many of those at once by reading the whole other table. What costs least is checked first.
macro_rules! checks {
    () => {
        concat!(
            " AND (CAST($5 AS TEXT) IS NULL OR r.place_id = $5)
              AND (CAST($15 AS TEXT) IS NULL OR r.category IN ($15, $16, $17, $18, $19, $20, $21, $22, $23, $24))
              AND (CAST($26 AS BIGINT) IS NULL OR CASE WHEN r.closed_at IS NULL THEN 1 ELSE 0 END = $26)
              AND (CAST($25 AS TEXT) IS NULL OR r.status = $25)
              AND (CAST($27 AS BIGINT) IS NULL OR r.changed_at >= $27)
              AND (CAST($6 AS TEXT) IS NULL
                   OR (SELECT COUNT(*) FROM place_zones z WHERE z.place_id = r.place_id AND z.zone_id = $6) > 0)
              AND (CAST($7 AS DOUBLE PRECISION) > CAST($8 AS DOUBLE PRECISION)
                   OR (SELECT COUNT(*) FROM places a WHERE a.id = r.place_id AND ",
            inside!(),
            ") > 0)
              AND (CAST($28 AS TEXT) IS NULL OR ",
            says!(r),
            " OR (SELECT COUNT(*) FROM reports v WHERE v.merged_into = r.id AND ",
            says!(v),
            ") > 0)"
        )
    };
}

/// The page found from `$from` on, of reports that are `$own`, sorted by `$key`.
macro_rules! page {
    ($from:literal, $own:expr, $key:literal) => {
        concat!(
            "SELECT page.at, ",
            brief!(),
            " FROM (SELECT r.id, ",
            $key,
            " AS at FROM ",
            $from,
            " WHERE ",
            public!(),
            $own,
            " AND (",
            $key,
            ", r.id) < ($1, $2) AND (",
            $key,
            ", r.id) >= ($3, $4)",
            checks!(),
            " ORDER BY ",
            $key,
            " DESC, r.id DESC LIMIT $36) page
              CROSS JOIN reports r CROSS JOIN places p WHERE r.id = page.id AND p.id = r.place_id
              ORDER BY page.at DESC, page.id DESC"
        )
    };
}

/// The same for a set that is read whole: sorted by the change where that was asked. A sum, so that PostgreSQL does not
/// walk an index in that order instead, looking for the few among all.
macro_rules! set {
    ($from:literal, $own:expr) => {
        page!(
            $from,
            $own,
            "CASE WHEN CAST($27 AS BIGINT) IS NULL THEN r.received_at + 0 ELSE r.changed_at + 0 END"
        )
    };
}

/// The report at which a walk ends: `$36` further than the cursor.
macro_rules! end {
    ($own:literal, $key:literal) => {
        concat!(
            "SELECT ",
            $key,
            " AS at, r.id FROM reports r WHERE ",
            public!(),
            $own,
            " AND (",
            $key,
            ", r.id) < ($1, $2) ORDER BY ",
            $key,
            " DESC, r.id DESC LIMIT 1 OFFSET $36"
        )
    };
}

/// A page.
pub fn page(start: &Start) -> &'static str {
    match start {
        Start::Word(_) => set!(
            "(SELECT DISTINCT COALESCE(v.merged_into, v.id) AS id
              FROM report_words w CROSS JOIN reports v
              WHERE w.word >= $34 AND w.word < $35 AND v.received_at = w.received_at) said CROSS JOIN reports r",
            " AND r.id = said.id"
        ),
        Start::Zone => set!(
            "place_zones o CROSS JOIN reports r",
            " AND o.zone_id = $6 AND r.place_id = o.place_id"
        ),
        Start::Area => set!(
            "places a CROSS JOIN reports r",
            concat!(" AND r.place_id = a.id AND ", inside!())
        ),
        Start::Place => page!("reports r", " AND r.place_id = $5", "r.received_at"),
        Start::Category => page!("reports r", " AND r.category = $15", "r.received_at"),
        Start::Status => page!("reports r", " AND r.status = $25", "r.received_at"),
        Start::Open => page!("reports r", " AND r.closed_at IS NULL", "r.received_at"),
        Start::Change => page!("reports r", "", "r.changed_at"),
        Start::Time => page!("reports r", "", "r.received_at"),
    }
}

/// The end of a walk's window; a set has none.
pub fn end(start: &Start) -> Option<&'static str> {
    match start {
        Start::Word(_) | Start::Zone | Start::Area => None,
        Start::Place => Some(end!(" AND r.place_id = $5", "r.received_at")),
        Start::Category => Some(end!(" AND r.category = $15", "r.received_at")),
        Start::Status => Some(end!(" AND r.status = $25", "r.received_at")),
        Start::Open => Some(end!(" AND r.closed_at IS NULL", "r.received_at")),
        Start::Change => Some(end!("", "r.changed_at")),
        Start::Time => Some(end!("", "r.received_at")),
    }
}

/// How many reports are in a set, counted to `$36` at most; a walk has no size.
pub fn size(start: &Start) -> Option<&'static str> {
    match start {
        Start::Word(_) => Some(
            "SELECT COUNT(*) AS size FROM (SELECT 1 AS one FROM report_words WHERE word >= $34 AND word < $35 LIMIT $36) w",
        ),
        Start::Zone => Some(concat!(
            "SELECT COUNT(*) AS size FROM (SELECT 1 AS one FROM place_zones o CROSS JOIN reports r
             WHERE o.zone_id = $6 AND r.place_id = o.place_id AND ",
            public!(),
            " LIMIT $36) f"
        )),
        Start::Area => Some(concat!(
            "SELECT COUNT(*) AS size FROM (SELECT 1 AS one FROM places a CROSS JOIN reports r WHERE ",
            inside!(),
            " AND r.place_id = a.id AND ",
            public!(),
            " LIMIT $36) f"
        )),
        _ => None,
    }
}
