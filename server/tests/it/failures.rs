//! A process that fails between two steps: repeating the step mends it.
//!
//! The walk of a report is done once without failure: what is there afterwards, every crossing of an edge on the way and
//! every table written is one text, `failures/walk.txt`, the same on both engines. Then it is done again for each
//! crossing and each way to fail there, and for each table that refuses, and must end in the same. A new step of the
//! walk changes the text, and is failed at like the others; `VIGIE_BLESS=1` writes it anew.

mod dump;
mod process;
mod refusal;
mod walk;

use crate::app::{TestApp, parcel, swing};
use crate::both_engines;
use process::Process;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use vigie::edges::faults::{How, Plan};
use vigie::jobs::{LEASE, store};
use walk::{Memory, Photos, STEPS, Step};

both_engines!(
    a_worker_that_dies_with_a_job_in_hand_loses_nothing,
    a_photo_that_never_came_is_asked_for_again
);

/// Walks at once.
const AT_ONCE: usize = 3;
/// How often a step is tried. One failure is planned; a piece of a photo is an attempt of its own.
const TRIES: usize = 8;
/// What the walk leaves behind, and the way it takes.
const SNAPSHOT: &str = "tests/it/failures/walk.txt";

#[derive(Clone, Copy, Debug)]
enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    async fn home(self) -> TestApp {
        match self {
            Self::Sqlite => TestApp::sqlite().await,
            Self::Postgres => TestApp::postgres().await,
        }
    }
}

/// What goes wrong on a walk.
#[derive(Clone, Debug, PartialEq)]
enum Fail {
    Nothing,
    /// The crossing of that number.
    Crossing(usize, How),
    /// A verb and a table, once.
    Refusal(String),
}

/// A walk and what came of it.
struct Walked {
    /// What is there afterwards.
    left: String,
    /// Crossings, by step.
    crossed: Vec<(Step, Vec<&'static str>)>,
    /// Verbs and tables, where nothing failed.
    touched: Vec<String>,
    /// Mails that came twice, recognisably.
    doubles: usize,
}

async fn walk(engine: Engine, fail: Fail) -> Walked {
    let home = engine.home().await.with_city().await;
    let photos = Photos::draw();
    let names = photos.names();
    let before = dump::rows(&home.app, &names).await;
    let plan = Plan::nothing();
    let mut process = Process::start(&home.config, &home.app.clock, &plan).await;
    match &fail {
        Fail::Nothing => refusal::watch(&home.app).await,
        Fail::Crossing(..) => {}
        Fail::Refusal(what) => refusal::refuse(&home.app, what).await,
    }
    plan.begin(if let Fail::Crossing(number, how) = fail { Some((number, how)) } else { None });
    let (mut memory, mut raw, mut crossed) = (Memory::default(), Vec::new(), Vec::new());
    let (mut died, mut relented) = (false, false);
    for step in STEPS {
        let from = plan.crossed().len();
        for tries in 1.. {
            assert!(tries <= TRIES, "{step:?} is never done: {fail:?}");
            let done = tokio::select! {
                () = plan.death(), if !died => false,
                done = step.attempt(&process, &photos, &mut memory) => done,
            };
            if done {
                break;
            }
            if let (Fail::Refusal(what), false) = (&fail, relented) {
                relented = true;
                refusal::relent(&home.app, what).await;
            }
            if plan.is_dead() && !died {
                died = true;
                raw.extend(process.mails());
                drop(process);
                process = Process::start(&home.config, &home.app.clock, &Plan::nothing()).await;
            }
        }
        crossed.push((step, plan.crossed().split_off(from)));
    }
    let happened = match fail {
        Fail::Nothing => true,
        Fail::Crossing(number, how) => plan.crossed().len() > number && died == (how == How::Crash),
        Fail::Refusal(_) => relented,
    };
    assert!(happened, "{fail:?} did not happen, or nobody noticed");
    raw.extend(process.mails());
    let journal = vigie::rooms::journal::check::examine(&home.app).await.unwrap();
    assert_eq!((journal.broken, journal.reports), (None, 1), "{fail:?}");
    let (mails, doubles) = dump::mails(&raw, &names);
    let touched = if fail == Fail::Nothing { refusal::touched(&home.app).await } else { vec![] };
    let rows = dump::new_rows(&before, dump::rows(&home.app, &names).await);
    let files = dump::files(&home.app, &names);
    let left =
        rows.into_iter().chain(files).chain(mails).fold(String::new(), |text, line| text + &line + "\n");
    Walked { left, crossed, touched, doubles }
}

/// The same on a runtime of its own: what it leaves open, servers and connections, ends with it.
async fn walk_apart(engine: Engine, fail: Fail) -> Walked {
    let walked = tokio::task::spawn_blocking(move || {
        tokio::runtime::Runtime::new().unwrap().block_on(walk(engine, fail))
    });
    walked.await.unwrap()
}

/// Without failure: the text that all others are compared with.
async fn baseline(engine: Engine) -> Walked {
    let walked = walk_apart(engine, Fail::Nothing).await;
    let mut text = String::from("Crossings\n");
    for (step, points) in &walked.crossed {
        writeln!(text, "{step:?}: {}", points.join(", ")).unwrap();
    }
    writeln!(text, "\nTouched\n{}", walked.touched.join("\n")).unwrap();
    write!(text, "\nLeft behind\n{}", walked.left).unwrap();
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(SNAPSHOT);
    if std::env::var_os("VIGIE_BLESS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap();
    assert!(text == known, "the walk is not what {SNAPSHOT} says (VIGIE_BLESS=1 writes it anew):\n{text}");
    assert_eq!(walked.doubles, 0);
    walked
}

/// Fails at each crossing in each way, and at each table; several walks at once.
async fn fails_everywhere(engine: Engine) {
    let calm = baseline(engine).await;
    let points = calm.crossed.iter().flat_map(|(_, points)| points).enumerate();
    let crossings =
        points.flat_map(|(number, _)| [How::Error, How::Crash].map(|how| Fail::Crossing(number, how)));
    let refusals = calm.touched.iter().cloned().map(Fail::Refusal);
    let (places, mut walks, mut doubles) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new(), 0);
    for fail in crossings.chain(refusals) {
        let places = Arc::clone(&places);
        walks.spawn(async move {
            let _place = places.acquire().await.unwrap();
            (fail.clone(), walk_apart(engine, fail).await)
        });
    }
    let count = walks.len();
    while let Some(walked) = walks.join_next().await {
        let (fail, walked) = walked.unwrap();
        let other = difference(&calm.left, &walked.left);
        assert!(walked.left == calm.left, "{fail:?} leaves something else:\n{other}");
        doubles += walked.doubles;
    }
    println!("{engine:?}: {count} failures, {doubles} mails came twice, under one Message-ID");
}

fn difference(expected: &str, found: &str) -> String {
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let (expected, found) = (sorted(expected), sorted(found));
    let lost = dump::new_rows(&found, expected.clone()).into_iter().map(|line| format!("- {line}\n"));
    lost.chain(dump::new_rows(&expected, found).into_iter().map(|line| format!("+ {line}\n"))).collect()
}

mod sqlite_walk {
    #[tokio::test(flavor = "multi_thread")]
    async fn a_walk_that_fails_between_any_two_steps_ends_the_same() {
        super::fails_everywhere(super::Engine::Sqlite).await;
    }
}

mod postgres_walk {
    #[tokio::test(flavor = "multi_thread")]
    async fn a_walk_that_fails_between_any_two_steps_ends_the_same() {
        super::fails_everywhere(super::Engine::Postgres).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_found_no_room_writes_again_when_there_is_some() {
    let app = TestApp::sqlite().await.with_city().await;
    let mut tx = app.app.db.write().await.unwrap();
    sqlx::query("PRAGMA max_page_count = 1").execute(&mut *tx).await.unwrap();
    let much = "INSERT INTO counters (name, value) VALUES (hex(randomblob(1000000)), 0)";
    let error = sqlx::query(much).execute(&mut *tx).await.unwrap_err();
    assert!(error.to_string().contains("full"), "{error}");
    drop(tx);
    assert_eq!(app.report(&parcel(1), &swing()).await.status(), 200);
    app.run_jobs().await;
}

async fn a_worker_that_dies_with_a_job_in_hand_loses_nothing(app: TestApp) {
    let app = app.with_city().await;
    app.report(&parcel(1), &swing()).await;
    let mut tx = app.app.db.write().await.unwrap();
    let claimed = store::claim(&mut tx, None, app.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(claimed.is_some(), "this worker claims a job, and is never seen again");
    assert_eq!(app.run_jobs().await, 1, "the lease protects the job from the others");
    app.app.clock.advance(LEASE);
    assert_eq!(app.run_jobs().await, 1);
    assert_eq!(app.mails().len(), 2);
}

async fn a_photo_that_never_came_is_asked_for_again(app: TestApp) {
    let app = app.with_city().await;
    let photo = testkit::photo::tiny().bytes;
    let mut body = swing();
    body["photos"] = json!([crate::app::sha256(&photo)]);
    let missing =
        async || app.report(&parcel(1), &body).await.json::<Value>().await.unwrap()["missing"].clone();
    assert_eq!(missing().await, body["photos"]);
    app.photo(&photo).await;
    assert_eq!(missing().await, Value::Null);
    app.run_jobs().await;
    let page = app.page(&parcel(1).id).await;
    assert_eq!(page["voices"][0]["photos"].as_array().unwrap().len(), 1);
}
