//! Figures among a million reports: printed line by line as `what`, figure, budget, with tabs between. Asserts nothing.
//! Run through `cargo xtask bench million`; on SQLite, and on PostgreSQL where `VIGIE_TEST_POSTGRES` names one.
//!
//! The million is written by bulk SQL, one text for both engines: three years of reports at [`PLACES`] schools, 60 of
//! 100 with a position of their own, one in seven still open, each followed by whoever reported it. What else is measured on it is one more function in
//! [`measure`].

#![expect(clippy::expect_used, reason = "a figure that cannot be taken ends the run")]

use shared::geo::Position;
use shared::ids::PlaceId;
use shared::instant::{DAY, Instant};
use shared::reports::{NewReport, category};
use sqlx::AssertSqlSafe;
use std::time::Duration;
use vigie::cells;
use vigie::db::{Db, Engine, Tx};
use vigie::rooms::follow::{ask, due};
use vigie::rooms::reports::{candidates, filter, search, words};

/// Reports; fewer with `REPORTS=…`, for trying.
const REPORTS: i64 = 1_000_000;
/// Schools they are at, on a square of [`SIDE`] times [`SIDE`], about 330 m apart: Marseille has 470 in such a one.
const PLACES: i64 = 484;
const SIDE: i64 = 22;
/// Where people stand, around each school.
const SPOTS: i64 = 64;
/// Words that reports say, four each: some of them in one of fifty reports.
const WORDS: i64 = 200;
/// Days the reports stretch over.
const DAYS: i64 = 1_095;
/// The end of the last of them.
const NOW: Instant = Instant(1_800_000_000_000);
/// Questions asked before, and while, the clock runs.
const WARM: u32 = 200;
const ASKED: u32 = 2_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let reports = std::env::var("REPORTS").ok().and_then(|n| n.parse().ok()).unwrap_or(REPORTS);
    let folder = tempfile::TempDir::new().expect("room for a million reports");
    measure(&format!("sqlite://{}", folder.path().join("vigie.db").display()), reports).await;
    if std::env::var_os(testkit::engine::VARIABLE).is_some() {
        let schema = testkit::engine::postgres_schema().await;
        measure(schema.url(), reports).await;
    }
}

async fn measure(url: &str, reports: i64) {
    let db = Db::open(url).await.expect("a database");
    let began = stopwatch();
    seed(&db, reports).await.expect("a million reports");
    let name = if db.engine() == Engine::Sqlite { "SQLite" } else { "PostgreSQL" };
    eprintln!("{name}: {reports} reports written in {:.1} s", began.elapsed().as_secs_f64());
    duplicates(&db, name, reports).await;
    lists(&db, name, reports).await;
    reminders(&db, name, reports).await;
}

/// How long a page of a list takes to find, whatever is asked of it.
async fn lists(db: &Db, name: &str, reports: i64) {
    let mut times = vec![];
    for n in 0..WARM + ASKED {
        let filter = question(n).read().expect("a question");
        let began = stopwatch();
        search::page(db.read(), &filter).await.expect("a page");
        if n >= WARM {
            times.push(began.elapsed());
        }
    }
    print(&format!("{name}: list by box, filters and words among {reports}, p50"), &said(&mut times, 50), "");
    print(
        &format!("{name}: list by box, filters and words among {reports}, p99"),
        &said(&mut times, 99),
        "20 ms",
    );
}

/// Every sort of question in turn, about another part of the city each time.
fn question(n: u32) -> filter::Query {
    let (sort, n) = (n % 8, n / 8);
    let middle = spot(i64::from(n) * 7_919 % PLACES, 0);
    let reach = [0.002, 0.01, 0.05, 1.0][n as usize % 4];
    let corners = [middle.lon - reach, middle.lat - reach, middle.lon + reach, middle.lat + reach];
    let bbox = Some(corners.map(|degrees| format!("{degrees:.5}")).join(","));
    let category = Some(category::ALL[n as usize * 31 % category::ALL.len()].slug.to_owned());
    let status = Some(["open", "closed", "sent", "done"][n as usize / 4 % 4].to_owned());
    let near = Some(format!("{:.5},{:.5}", middle.lat, middle.lon));
    let q = Some(word(i64::from(n) * 31 % WORDS));
    let since = Some("2026-06-01T00:00:00Z".to_owned());
    let all = filter::Query::default();
    match sort {
        0 => filter::Query { bbox, ..all },
        1 => filter::Query { bbox, category, ..all },
        2 => filter::Query { bbox, category, status, ..all },
        3 => filter::Query { near, status, ..all },
        4 => filter::Query { q, ..all },
        5 => filter::Query { q, bbox, status, ..all },
        6 => filter::Query { since, bbox, category, ..all },
        _ => filter::Query { category, status, ..all },
    }
}

/// A word nobody says.
fn word(n: i64) -> String {
    let syllable = |n: i64| {
        ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru"][usize::try_from(n % 10).unwrap_or(0)]
    };
    [syllable(n), syllable(n / 10), syllable(n / 100), "t"].concat()
}

/// How long the next batch of those who are to be asked takes to find, thousands of them due at one instant.
async fn reminders(db: &Db, name: &str, reports: i64) {
    let mut times = vec![];
    let mut found = 0;
    for n in 0..WARM + ASKED {
        let now = NOW.plus(i64::from(n % 30) * DAY);
        let began = stopwatch();
        let found_now = due::due_reports(db.read(), now, ask::BATCH).await.expect("who is due");
        if n >= WARM {
            times.push(began.elapsed());
            found += found_now.len();
        }
    }
    print(&format!("{name}: due reminders among {reports}, p50"), &said(&mut times, 50), "");
    print(&format!("{name}: due reminders among {reports}, p99"), &said(&mut times, 99), "10 ms");
    eprintln!("{name}: {:.1} reports a batch", found as f64 / f64::from(ASKED));
}

/// How long the candidates of a newcomer take to find, for the judge.
async fn duplicates(db: &Db, name: &str, reports: i64) {
    let mut times = vec![];
    let mut found = 0;
    for n in 0..WARM + ASKED {
        let report = newcomer(n);
        let began = stopwatch();
        let candidates = candidates::find(db.read(), &report, NOW).await.expect("candidates");
        if n >= WARM {
            times.push(began.elapsed());
            found += candidates.len();
        }
    }
    let budget = if db.engine() == Engine::Sqlite { "1 ms" } else { "2 ms" };
    print(&format!("{name}: duplicate candidates among {reports}, p50"), &said(&mut times, 50), "");
    print(&format!("{name}: duplicate candidates among {reports}, p99"), &said(&mut times, 99), budget);
    eprintln!("{name}: {:.1} candidates a question", found as f64 / f64::from(ASKED));
}

/// Somebody at a school, with a position as often as the reports have one.
fn newcomer(n: u32) -> NewReport {
    let place = i64::from(n) * 7_919 % PLACES;
    let body = serde_json::json!({
        "place": place_id(place), "category": category::ALL[n as usize * 31 % category::ALL.len()].slug,
        "description": "La porte ne ferme plus", "observed_at": NOW.0,
    });
    let report: NewReport = serde_json::from_value(body).expect("a report");
    NewReport { position: (n % 5 < 3).then(|| spot(place, i64::from(n) % SPOTS)), ..report }
}

fn place_id(place: i64) -> PlaceId {
    PlaceId::parse(&format!("{:07}A", 9_900_000 + place)).expect("a place's id")
}

/// Where somebody stands, within 90 m of a school.
fn spot(place: i64, spot: i64) -> Position {
    let degrees = |metres: i64| metres as f64 / 111_195.0;
    let (row, column) = (place / SIDE, place % SIDE);
    let lat = 43.25 + degrees(330 * row + spot / 8 * 20 - 70);
    let lon = 5.3 + degrees(330 * column + spot % 8 * 20 - 70) / 0.728;
    Position::new(lat, lon).expect("a position")
}

/// Writes places, where people stand, and then the reports, from these alone.
async fn seed(db: &Db, reports: i64) -> anyhow::Result<()> {
    let mut tx = db.write().await?;
    sqlx::query("CREATE TABLE spots (n BIGINT PRIMARY KEY, place_id TEXT, lat DOUBLE PRECISION, lon DOUBLE PRECISION, cell BIGINT)")
        .execute(&mut *tx)
        .await?;
    sqlx::query("CREATE TABLE slugs (n BIGINT PRIMARY KEY, slug TEXT)").execute(&mut *tx).await?;
    for place in 0..PLACES {
        put_place(&mut tx, place).await?;
    }
    for (n, category) in (0_i64..).zip(category::ALL) {
        sqlx::query("INSERT INTO slugs VALUES ($1, $2)")
            .bind(n)
            .bind(category.slug)
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query("CREATE TABLE vocabulary (n BIGINT PRIMARY KEY, said TEXT, packed BIGINT)")
        .execute(&mut *tx)
        .await?;
    for n in 0..WORDS {
        let said = word(n);
        sqlx::query("INSERT INTO vocabulary VALUES ($1, $2, $3)")
            .bind(n)
            .bind(&said)
            .bind(words::packed(&said))
            .execute(&mut *tx)
            .await?;
    }
    for sql in [reports_sql(reports), words_sql()] {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
    }
    follow(&mut tx).await?;
    tx.commit().await?;
    let mut tx = db.write().await?;
    sqlx::query("ANALYZE").execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Whoever reported follows it; the open ones are asked in the next thirty days, all of a day at one instant.
async fn follow(tx: &mut Tx) -> anyhow::Result<()> {
    sqlx::query("INSERT INTO parcels (id, key_hash, report_id, claimed_at, about) SELECT id, id, id, received_at, id FROM reports")
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO follows (parcel_id, rhythm, ask_at, asked_times, changed_at)
         SELECT id, '{\"in\":30}', CASE WHEN closed_at IS NULL THEN $1 + number % 30 * $2 END, 0, received_at FROM reports",
    )
    .bind(NOW.0)
    .bind(DAY)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn put_place(tx: &mut Tx, place: i64) -> anyhow::Result<()> {
    let (id, at) = (place_id(place), spot(place, SPOTS / 2));
    sqlx::query(
        "INSERT INTO places (id, name, kind, address, postcode, city, city_code, circonscription, mail, lat, lon,
                             approximate, source, read_at, touched_at)
         VALUES ($1, 'École ' || $1, 'maternelle', '', '13004', 'Marseille', '13204', '', '', $2, $3, 0, '', 0, 0)",
    )
    .bind(id.as_str())
    .bind(at.lat)
    .bind(at.lon)
    .execute(&mut **tx)
    .await?;
    for n in 0..SPOTS {
        let position = spot(place, n);
        sqlx::query("INSERT INTO spots VALUES ($1, $2, $3, $4, $5)")
            .bind(place * SPOTS + n)
            .bind(id.as_str())
            .bind(position.lat)
            .bind(position.lon)
            .bind(cells::cell(position, cells::FINE))
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Chance without a function that both engines have: multiples of primes, and what is left of them.
fn reports_sql(reports: i64) -> String {
    let (categories, millis) = (category::ALL.len(), DAYS * DAY);
    let (spots, now) = (PLACES * SPOTS, NOW.0);
    let [one, two, three, four] = said_by("r.i");
    format!(
        "WITH RECURSIVE n (i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {reports} - 1),
         r AS (SELECT i, {now} - (i * 1299709 * 73) % {millis} - (i * 15485863) % {DAY} AS at,
                      (i * 32452843) % {spots} AS spot, (i * 49979687) % {categories} AS kind, (i * 86028121) % 100 AS dice
               FROM n)
         INSERT INTO reports (id, number, place_id, category, urgency, description, private, status, people, lang,
                              observed_at, received_at, closed_at, lat, lon, cell, changed_at, folded)
         SELECT '0190aaaa-0000-7000-8000-' || CAST(r.i + 100000000000 AS TEXT), r.i + 1000000, s.place_id, c.slug, 2,
                'Mesure ' || CAST(r.i AS TEXT) || ' : la porte ne ferme plus', 0,
                CASE WHEN r.dice % 7 = 0 THEN 'sent' ELSE 'done' END, 1, 'fr', r.at, r.at,
                CASE WHEN r.dice % 7 = 0 THEN NULL ELSE r.at + r.dice * {DAY} END,
                CASE WHEN r.dice < 60 THEN s.lat END, CASE WHEN r.dice < 60 THEN s.lon END,
                CASE WHEN r.dice < 60 THEN s.cell END, r.at + r.dice * 3600000,
                ' ' || v1.said || ' ' || v2.said || ' ' || v3.said || ' ' || v4.said || ' '
         FROM r JOIN spots s ON s.n = r.spot JOIN slugs c ON c.n = r.kind
         JOIN vocabulary v1 ON v1.n = {one} JOIN vocabulary v2 ON v2.n = {two}
         JOIN vocabulary v3 ON v3.n = {three} JOIN vocabulary v4 ON v4.n = {four}"
    )
}

/// Which words of the vocabulary report `i` says.
fn said_by(i: &str) -> [String; 4] {
    [
        format!("({i} * 7) % {WORDS}"),
        format!("({i} * 11 + {i} / 300) % {WORDS}"),
        format!("({i} * 13 + {i} / 700) % {WORDS}"),
        format!("({i} / 1100) % {WORDS}"),
    ]
}

/// Where each word is said.
fn words_sql() -> String {
    let said = said_by("(r.number - 1000000)")
        .map(|n| format!("SELECT v.packed, r.received_at FROM reports r JOIN vocabulary v ON v.n = {n}"));
    format!(
        "INSERT INTO report_words (word, received_at) SELECT * FROM ({}) said WHERE true
         ON CONFLICT (word, received_at) DO NOTHING",
        said.join(" UNION ALL ")
    )
}

#[expect(clippy::disallowed_methods, reason = "a figure is taken with a stopwatch")]
fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}

fn print(what: &str, figure: &str, budget: &str) {
    println!("{what}\t{figure}\t{budget}");
}

/// The time that so many of a hundred stay below.
fn said(times: &mut [Duration], percent: usize) -> String {
    times.sort();
    let at = times.get(times.len() * percent / 100).copied().unwrap_or_default();
    format!("{:.2} ms", at.as_secs_f64() * 1_000.0)
}
