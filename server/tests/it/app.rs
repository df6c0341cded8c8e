//! A server of one's own for each test: real port, real database, a clock that the test moves, mail in memory or to a
//! real SMTP conversation. A test that leaves jobs behind fails.

use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use shared::ids::{Key, ParcelId, PhotoHash, mint};
use shared::instant::Instant;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;
use testkit::engine::{PostgresSchema, postgres_schema};
use vigie::app::{App, Edges};
use vigie::config::Config;
use vigie::edges::blobs::Place;
use vigie::edges::clock::Clock;
use vigie::edges::faults::Faults;
use vigie::edges::mail::Mailer;
use vigie::edges::s3::Bucket;
use vigie::jobs::{Lane, runner, store};
use vigie::rooms::photos::darkroom;
use vigie::rooms::{places::import, routing};
use vigie::router::router;
use vigie::web::listen::{self, Patience};

/// 7 September 2026, 08:00 UTC.
pub const MORNING: Instant = Instant(1_788_768_000_000);
/// A school of the fixture, with its direction's mailbox.
pub const SCHOOL: &str = "9990001X";

/// A running server.
pub struct TestApp {
    pub app: App,
    pub url: String,
    pub client: Client,
    pub folder: TempDir,
    pub config: Config,
    _schema: Option<PostgresSchema>,
}

impl TestApp {
    pub async fn sqlite() -> Self {
        Self::start(None, |_| ()).await
    }

    pub async fn postgres() -> Self {
        Self::start(Some(postgres_schema().await), |_| ()).await
    }

    /// On SQLite, with photos in a bucket.
    pub async fn s3() -> Self {
        let bucket = bucket().await;
        Self::with(|config| config.blobs = Place::S3(bucket)).await
    }

    /// On SQLite, with mails leaving by SMTP.
    pub async fn with_smtp(url: &str) -> Self {
        Self::with(|config| config.smtp_url = Some(url.to_owned())).await
    }

    /// On SQLite, with other settings.
    pub async fn with(set: impl FnOnce(&mut Config)) -> Self {
        Self::start(None, set).await
    }

    /// On PostgreSQL, with other settings.
    pub async fn postgres_with(set: impl FnOnce(&mut Config)) -> Self {
        Self::start(Some(postgres_schema().await), set).await
    }

    async fn start(schema: Option<PostgresSchema>, set: impl FnOnce(&mut Config)) -> Self {
        Self::open(TempDir::new().unwrap(), schema, set).await
    }

    /// Over what lies in `folder` (the file `vigie.db`, when there is no schema).
    pub async fn open(
        folder: TempDir,
        schema: Option<PostgresSchema>,
        set: impl FnOnce(&mut Config),
    ) -> Self {
        let file = format!("sqlite://{}", folder.path().join("vigie.db").display());
        let mut config = Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            metrics_listen: None,
            proxies: vec!["127.0.0.0/8".parse().unwrap()],
            connections_per_address: 256,
            public_url: "https://vigie.example.org".into(),
            public_host: "vigie.example.org".into(),
            database_url: schema.as_ref().map_or(file, |schema| schema.url().to_owned()),
            blobs: Place::Folder(folder.path().join("photos")),
            smtp_url: None,
            smtp_ca: None,
            dkim: None,
            mail_dir: folder.path().join("mail"),
            mail_from: "Vigie <vigie@vigie.example.org>".parse().unwrap(),
            push: crate::push::settings(),
            time_zone: jiff::tz::TimeZone::get("Europe/Paris").unwrap(),
            mirrored: false,
        };
        set(&mut config);
        let mailer = match &config.smtp_url {
            Some(url) => Mailer::smtp(url, config.smtp_ca.as_deref(), Duration::from_secs(2)).unwrap(),
            None => Mailer::Memory(Mutex::default()),
        };
        let app = App::build(
            config.clone(),
            Edges { clock: Clock::manual(MORNING), mailer, faults: Faults::default() },
        )
        .await
        .unwrap();
        let listener = tokio::net::TcpListener::bind(config.listen).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(listen::serve(
            listener,
            router(app.clone()),
            Patience::default(),
            std::future::pending(),
        ));
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { app, url, client, folder, config, _schema: schema }
    }

    /// Imports the fixture's schools and desks.
    pub async fn with_city(self) -> Self {
        import::run(&self.app, &[fixture("places.csv")], &import::Choice::default()).await.unwrap();
        routing::import::run(&self.app, &fixture("desks.csv")).await.unwrap();
        self
    }

    /// Runs every job that is due.
    pub async fn run_jobs(&self) -> usize {
        runner::run_due(&self.app).await.unwrap()
    }

    /// Jobs that wait, and jobs set aside.
    pub async fn jobs(&self) -> (i64, i64) {
        store::counts(self.app.db.read(), self.app.clock.now()).await.unwrap()
    }

    /// Mails in memory, as text.
    pub fn mails(&self) -> Vec<testkit::mail::Mail> {
        let Mailer::Memory(sent) = &self.app.mailer else { panic!("mails left by SMTP") };
        let sent = sent.lock().unwrap();
        sent.iter().map(as_received).collect()
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    pub fn put(&self, path: &str) -> RequestBuilder {
        self.client.put(format!("{}{path}", self.url))
    }

    /// Sends a report as a phone does.
    pub async fn report(&self, parcel: &Parcel, body: &Value) -> Response {
        let request = self.put(&format!("/api/v1/reports/{}", parcel.id)).bearer_auth(parcel.key.reveal());
        request.json(body).send().await.unwrap()
    }

    /// Sends "moi aussi" as a phone does.
    pub async fn support(&self, parcel: &Parcel, report: &str) -> Response {
        let request = self.put(&format!("/api/v1/supports/{}", parcel.id)).bearer_auth(parcel.key.reveal());
        request.json(&json!({ "report": report })).send().await.unwrap()
    }

    /// The report's page.
    pub async fn page(&self, id: &ParcelId) -> Value {
        self.get(&format!("/api/v1/reports/{id}")).send().await.unwrap().json().await.unwrap()
    }

    /// Keeps a photo whose sizes are made; gives its hash.
    pub async fn photo(&self, bytes: &[u8]) -> String {
        let hash = self.original(bytes).await;
        darkroom::develop(&self.app, &PhotoHash::parse(&hash).unwrap()).await.unwrap();
        hash
    }

    /// Keeps a photo and lets the job that makes its sizes wait; gives its hash.
    pub async fn original(&self, bytes: &[u8]) -> String {
        let hash = sha256(bytes);
        let answer = self.put(&format!("/api/v1/photos/{hash}")).body(bytes.to_vec()).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        hash
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let (db, now) = (self.app.db.clone(), self.app.clock.now());
        let left = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            {
                let of = |lane| runtime.block_on(store::next_at(db.read(), lane)).unwrap();
                [of(Lane::Letters), of(Lane::Photos)].into_iter().flatten().min()
            }
        });
        let left = left.join().unwrap().filter(|at| *at <= now);
        assert!(left.is_none(), "jobs are left: run them");
    }
}

/// What a phone mints.
pub struct Parcel {
    pub id: ParcelId,
    pub key: Key,
}

/// A phone's parcel; `seed` tells phones and reports apart.
pub fn parcel(seed: u8) -> Parcel {
    Parcel { id: mint(MORNING, [seed; 10]), key: Key::from_bytes([seed; 16]) }
}

/// A report of a broken swing at [`SCHOOL`].
pub fn swing() -> Value {
    json!({ "place": SCHOOL, "category": "cour-jeux", "description": "La chaîne a lâché.", "observed_at": MORNING.0, "lang": "fr" })
}

/// A file of `tests/fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures")).join(name)
}

/// The name of a photo.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    vigie::rooms::photos::hex(&sha2::Sha256::digest(bytes))
}

/// Status, code and field of a problem.
pub async fn problem(answer: Response) -> (u16, String, Option<String>) {
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let body: Value = answer.json().await.unwrap();
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    (status, text("code").unwrap(), text("field"))
}

/// A corner of its own in the S3 that `cargo xtask test` starts.
pub async fn bucket() -> Bucket {
    let endpoint = std::env::var("VIGIE_TEST_S3")
        .unwrap_or_else(|_| panic!("VIGIE_TEST_S3 is not set: run through `cargo xtask test`"));
    let made = Client::new().put(format!("{endpoint}/vigie")).send().await.unwrap();
    assert!(made.status().is_success(), "{made:?}");
    Bucket {
        name: "vigie".into(),
        prefix: format!("test-{:08x}{:08x}", vigie::edges::ids::nonce(), vigie::edges::ids::nonce()),
        endpoint: Some(endpoint),
        region: "us-east-1".into(),
        key: "key".into(),
        secret: "secret".into(),
        path_style: true,
    }
}

fn as_received(message: &lettre::Message) -> testkit::mail::Mail {
    let to = message.envelope().to().iter().map(ToString::to_string).collect();
    testkit::mail::Mail { from: String::new(), to, raw: message.formatted() }
}
