//! Ten thousand people are asked in the same minute, by push, while others read and report: how long until all are asked,
//! and how long the others wait. Printed line by line as `what`, figure, budget, with tabs between. Asserts that all were
//! asked, once. Run through `cargo xtask bench reminders`; on SQLite, and on PostgreSQL where `VIGIE_TEST_POSTGRES` names
//! one.

#![expect(clippy::expect_used, reason = "a figure that cannot be taken ends the run")]

use clap::Parser;
use serde_json::json;
use shared::followup::Rhythm;
use shared::ids::{Key, ParcelId, mint};
use shared::instant::Instant;
use shared::push::Device;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::Duration;
use testkit::push_service::PushService;
use tokio::sync::watch;
use vigie::app::{App, Edges};
use vigie::config::Settings;
use vigie::edges::clock::Clock;
use vigie::edges::faults::Faults;
use vigie::edges::mail::Mailer;
use vigie::jobs::{Lane, runner};
use vigie::rooms::follow::{ask, store};
use vigie::rooms::{push, reports};
use vigie::web::listen::{self, Patience};

/// People, each with a report and a phone; fewer with `PEOPLE=…`, for trying.
const PEOPLE: usize = 10_000;
/// 7 September 2026, 15:00 UTC: the hour, on a day of school.
const HOUR: Instant = Instant(1_788_793_200_000);
/// Pauses between two requests of those who read, and of those who report.
const READING: Duration = Duration::from_millis(5);
const REPORTING: Duration = Duration::from_millis(50);

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    settings: Settings,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let people = std::env::var("PEOPLE").ok().and_then(|n| n.parse().ok()).unwrap_or(PEOPLE);
    let folder = tempfile::TempDir::new().expect("room for the database");
    let file = format!("sqlite://{}", folder.path().join("vigie.db").display());
    measure("SQLite", &file, people).await;
    if std::env::var_os(testkit::engine::VARIABLE).is_some() {
        let schema = testkit::engine::postgres_schema().await;
        measure("PostgreSQL", schema.url(), people).await;
    }
}

async fn measure(name: &str, database: &str, people: usize) {
    let app = app(database).await;
    let service = PushService::forgetful();
    let ids = seed(&app, &service, people).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let router = vigie::router::router(app.clone());
    tokio::spawn(listen::serve(listener, router, Patience::default(), std::future::pending()));
    let (others, done) = (Others::of(&url, ids), Arc::new(AtomicBool::new(false)));
    let (reading, reporting) = (tokio::spawn(others.read(&done)), tokio::spawn(others.report(&done)));
    let (stop, stopped) = watch::channel(false);
    let began = stopwatch();
    let workers = [0; 2].map(|_| tokio::spawn(runner::work(app.clone(), Lane::Letters, stopped.clone())));
    while waiting(&app).await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let took = began.elapsed();
    done.store(true, Ordering::Relaxed);
    stop.send(true).expect("workers");
    for worker in workers {
        worker.await.expect("a worker");
    }
    assert_eq!(asked(&app).await, i64::try_from(people).expect("a number"), "all of them, once");
    let (mut pages, mut receipts) =
        (reading.await.expect("who reads"), reporting.await.expect("who reports"));
    println!("{name}: {people} reminders due in one minute, all sent\t{:.1} s\t", took.as_secs_f64());
    println!("{name}:   a page meanwhile, p99 of {}\t{}\t50 ms", pages.len(), p99(&mut pages));
    println!("{name}:   a report meanwhile, p99 of {}\t{}\t", receipts.len(), p99(&mut receipts));
}

async fn app(database: &str) -> App {
    let folder = tempfile::TempDir::new().expect("room for photos").keep();
    let blobs = format!("file://{}", folder.display());
    let line = ["vigie", "--database-url", database, "--blobs", &blobs, "--push-allow-loopback"];
    let line = line.into_iter().chain(["--public-url", "https://vigie.example.org"]);
    let config = Line::parse_from(line).settings.read().expect("settings");
    let mailer = Mailer::Memory(std::sync::Mutex::default());
    let edges = Edges { clock: Clock::manual(HOUR), mailer, faults: Faults::default() };
    App::build(config, edges).await.expect("an app")
}

/// A report, a follow and a phone for each, all due now.
async fn seed(app: &App, service: &PushService, people: usize) -> Vec<ParcelId> {
    let key = app.push.as_ref().expect("push").public_key().to_owned();
    let mut tx = app.db.write().await.expect("a transaction");
    let place =
        "INSERT INTO places (id, name, kind, address, postcode, city, city_code, circonscription, mail, lat, lon,
                             approximate, source, read_at, touched_at)
         VALUES ('9900001A', 'École', 'maternelle', '', '13004', 'Marseille', '13204', '', '', 43.3, 5.4, 0, '', 0, 0)";
    sqlx::query(place).execute(&mut *tx).await.expect("a place");
    let mut ids = Vec::with_capacity(people);
    for n in 0..people {
        let (id, secret) = person(n);
        let proof = reports::key_hash(&secret);
        put_report(&mut tx, &id, &proof, n).await.expect("a report");
        store::begin(&mut tx, &id, (Rhythm::In(7), Some(HOUR)), HOUR).await.expect("a follow");
        let subscription = service.subscribe(Some(&key)).to_json();
        let device: Device = serde_json::from_value(
            json!({ "subscription": subscription, "lang": "fr", "zone": "Europe/Paris", "follows": [] }),
        )
        .expect("a device");
        push::store::put_device(&mut tx, &id, &proof, &device, HOUR).await.expect("a phone");
        push::store::follow(&mut tx, &id, std::iter::once(proof)).await.expect("what it follows");
        ids.push(id);
    }
    ask::alarm(&mut tx, HOUR, HOUR).await.expect("an alarm");
    tx.commit().await.expect("a commit");
    ids
}

fn person(n: usize) -> (ParcelId, Key) {
    let (mut random, mut secret) = ([0; 10], [0xaa; 16]);
    random[..8].copy_from_slice(&n.to_be_bytes());
    secret[..8].copy_from_slice(&n.to_be_bytes());
    (mint(HOUR, random), Key::from_bytes(secret))
}

async fn put_report(tx: &mut vigie::db::Tx, id: &ParcelId, proof: &str, n: usize) -> anyhow::Result<()> {
    sqlx::query(
        "INSERT INTO parcels (id, key_hash, report_id, claimed_at, about) VALUES ($1, $2, $1, $3, $1)",
    )
    .bind(id.as_str())
    .bind(proof)
    .bind(HOUR.0)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "INSERT INTO reports (id, number, place_id, category, urgency, description, private, status, people, lang,
                              observed_at, received_at)
         VALUES ($1, $2, '9900001A', 'cour-jeux', 3, '', 0, 'sent', 1, 'fr', $3, $3)",
    )
    .bind(id.as_str())
    .bind(i64::try_from(n)? + 100_000)
    .bind(HOUR.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whoever is still to be asked, and whatever is still to leave.
async fn waiting(app: &App) -> i64 {
    let sql = "SELECT (SELECT COUNT(*) FROM follows WHERE asked_at IS NULL AND ask_at <= $1)
                      + (SELECT COUNT(*) FROM push_waiting)";
    sqlx::query_scalar(sql).bind(HOUR.0).fetch_one(app.db.read()).await.expect("a count")
}

async fn asked(app: &App) -> i64 {
    let sql = "SELECT COUNT(*) FROM follows WHERE asked_times = 1 AND asked_at IS NOT NULL";
    sqlx::query_scalar(sql).fetch_one(app.db.read()).await.expect("a count")
}

/// Those who use the app meanwhile.
struct Others {
    client: reqwest::Client,
    url: String,
    ids: Arc<Vec<ParcelId>>,
}

impl Others {
    fn of(url: &str, ids: Vec<ParcelId>) -> Self {
        Self { client: reqwest::Client::new(), url: url.to_owned(), ids: Arc::new(ids) }
    }

    /// Reads one page after the other; how long each took.
    fn read(&self, done: &Arc<AtomicBool>) -> impl Future<Output = Vec<Duration>> + use<> {
        let (client, url, ids, done) =
            (self.client.clone(), self.url.clone(), Arc::clone(&self.ids), Arc::clone(done));
        async move {
            let mut times = vec![];
            for id in ids.iter().cycle() {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                let get = client.get(format!("{url}/api/v1/reports/{id}"));
                times.push(timed(get).await);
                tokio::time::sleep(READING).await;
            }
            times
        }
    }

    /// Sends one report after the other.
    fn report(&self, done: &Arc<AtomicBool>) -> impl Future<Output = Vec<Duration>> + use<> {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let (client, url, done) = (self.client.clone(), self.url.clone(), Arc::clone(done));
        async move {
            let mut times = vec![];
            while !done.load(Ordering::Relaxed) {
                let n = NEXT.fetch_add(1, Ordering::Relaxed);
                let (id, key) = person(1_000_000 + usize::from(n));
                let body = json!({ "place": "9900001A", "description": format!("La porte {n}"), "observed_at": HOUR.0 });
                let put = client.put(format!("{url}/api/v1/reports/{id}")).bearer_auth(key.reveal());
                times.push(timed(put.json(&body)).await);
                tokio::time::sleep(REPORTING).await;
            }
            times
        }
    }
}

async fn timed(request: reqwest::RequestBuilder) -> Duration {
    let began = stopwatch();
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.bytes().await.expect("a body");
    began.elapsed()
}

#[expect(clippy::disallowed_methods, reason = "a figure is taken with a stopwatch")]
fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}

fn p99(times: &mut [Duration]) -> String {
    times.sort();
    let at = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
    format!("{:.1} ms", at.as_secs_f64() * 1_000.0)
}
