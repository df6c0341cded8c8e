//! The stage of a storm: a server with a city, fifty people, and the hands that make trouble.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use testkit::engine::PostgresSchema;
use testkit::host::Host;
use testkit::mail_trap::MailTrap;
use testkit::server::Server;
use tokio::task::JoinSet;

use crate::books::Books;
use crate::city;
use crate::clock::Clock;
use crate::ledger::Ledger;
use crate::person::{Town, live};

/// How long phones may take, once all is well again, to send what they have.
const CALM: Duration = Duration::from_secs(240);

/// How a storm is made; `cargo xtask storm` sets it by variables.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub phones: usize,
    pub blows: usize,
    pub seed: u64,
}

impl Size {
    /// What was asked for, else a storm of `blows` that a test suite has the time for.
    pub fn asked(blows: usize) -> Self {
        let size = Self {
            phones: asked("VIGIE_STORM_PHONES").unwrap_or(50),
            blows: asked("VIGIE_STORM_BLOWS").unwrap_or(blows),
            seed: asked("VIGIE_STORM_SEED").unwrap_or_else(|| fastrand::u64(..u64::from(u32::MAX))),
        };
        println!("storm: {size:?}");
        size
    }
}

fn asked<T: FromStr>(variable: &str) -> Option<T> {
    std::env::var(variable)
        .ok()
        .map(|value| value.parse().unwrap_or_else(|_| panic!("{variable} is “{value}”")))
}

/// Dropped in this order: the server lets go of its database before the database goes.
#[derive(Debug)]
pub struct Stage {
    pub server: Server,
    pub trap: MailTrap,
    pub chance: fastrand::Rng,
    pub size: Size,
    pub town: Arc<Town>,
    people: JoinSet<()>,
    pub database: String,
    pub blobs: PathBuf,
    _schema: Option<PostgresSchema>,
}

impl Stage {
    /// A server on SQLite, its data where `data` says.
    pub async fn sqlite(size: Size, data: Option<PathBuf>) -> Self {
        Self::open(size, None, data).await
    }

    pub async fn postgres(size: Size, schema: PostgresSchema) -> Self {
        Self::open(size, Some(schema), None).await
    }

    async fn open(size: Size, schema: Option<PostgresSchema>, data: Option<PathBuf>) -> Self {
        let trap = MailTrap::start();
        let mut server = Server::new(&Host::here(), &trap);
        let data = data.unwrap_or_else(|| server.data().join("data"));
        let sqlite = || format!("sqlite://{}", data.join("vigie.db").display());
        let database = schema.as_ref().map_or_else(sqlite, |schema| schema.url().to_owned());
        let blobs = data.join("photos");
        std::fs::create_dir_all(&data).expect("room for the server's data");
        server.keep_log_in(&data);
        server.set("VIGIE_DATABASE_URL", database.clone());
        server.set("VIGIE_BLOBS", format!("file://{}", blobs.display()));
        let files =
            [("places", city::places()), ("desks", include_str!("../../fixtures/desks.csv").to_owned())];
        for (what, words) in files {
            let file = server.data().join(format!("{what}.csv"));
            std::fs::write(&file, words).expect("room for a list");
            let said = server.import(what, &file).await;
            let whole = what != "places" || said.contains(&format!("{} new", city::SCHOOLS));
            assert!(whole, "{said}");
        }
        server.start().await;
        let town = Town {
            ledger: Arc::new(Ledger::default()),
            clock: Clock::start(),
            server: SocketAddr::from(([127, 0, 0, 1], server.port())),
            over: AtomicBool::new(false),
            subjects: AtomicUsize::new(0),
        };
        let chance = fastrand::Rng::with_seed(size.seed);
        let people = JoinSet::new();
        Self { server, trap, chance, size, town: Arc::new(town), people, database, blobs, _schema: schema }
    }

    /// From now on people report.
    pub fn begin(&mut self) {
        for n in 0..self.size.phones {
            let chance = self.chance.fork();
            self.people.spawn(live(Arc::clone(&self.town), n, chance));
        }
    }

    pub async fn books(&self) -> Books {
        Books::open(&self.database).await
    }

    /// Something between `from` and `to` milliseconds passes: trouble comes when it wants.
    pub async fn a_while(&mut self, from: u64, to: u64) {
        tokio::time::sleep(Duration::from_millis(self.chance.u64(from..to))).await;
    }

    /// Nobody says anything new; everybody's phone is waited for.
    ///
    /// # Panics
    /// When one of them never gets rid of what it has.
    pub async fn calm(&mut self) {
        self.town.over.store(true, Ordering::SeqCst);
        let all = async {
            while let Some(left) = self.people.join_next().await {
                left.expect("a phone");
            }
        };
        let in_time = tokio::time::timeout(CALM, all).await.is_ok();
        let lines = self.town.ledger.lines();
        let unheard: Vec<_> = lines.said.keys().filter(|id| !lines.receipts.contains_key(id)).collect();
        assert!(in_time, "phones still have something to send; never heard: {unheard:?}\n{:#?}", lines.heard);
    }
}
