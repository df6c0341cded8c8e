//! Figures for whoever keeps the server running, in the text form that Prometheus reads (OpenMetrics 1.0).
//!
//! Counts by patterns of addresses, never by addresses; knows nothing of people. What the database knows (jobs) is asked
//! when somebody looks.

use crate::app::App;
use crate::edges::mail::NotSent;
use crate::jobs;
use crate::web::limits::Class;
use anyhow::Result;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use shared::reports::Outcome;
use std::time::Duration;

/// Media type of [`text`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper ends of the histogram's classes, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 120.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Request {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Named {
    what: &'static str,
}

/// Everything that is counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    limited: Family<Named, Counter>,
    reports: Family<Named, Counter>,
    photos: Counter,
    mails: Family<Named, Counter>,
    jobs: Family<Named, Gauge>,
    job_age: Gauge,
    pool: Family<Named, Gauge>,
    memory: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("vigie_build", "What runs", build);
        let mut all = Self {
            registry: Registry::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            in_flight: Gauge::default(),
            limited: Family::default(),
            reports: Family::default(),
            photos: Counter::default(),
            mails: Family::default(),
            jobs: Family::default(),
            job_age: Gauge::default(),
            pool: Family::default(),
            memory: Gauge::default(),
        };
        all.name(&mut registry);
        all.registry = registry;
        all
    }
}

impl Metrics {
    fn name(&self, to: &mut Registry) {
        to.register("vigie_requests", "Requests answered", self.requests.clone());
        let durations = self.durations.clone();
        to.register("vigie_request_duration_seconds", "Time to the answer's head", durations);
        to.register("vigie_requests_in_flight", "Requests in hand", self.in_flight.clone());
        to.register("vigie_requests_limited", "Requests refused with 429, by class", self.limited.clone());
        to.register("vigie_reports_taken", "Parcels taken in, by outcome", self.reports.clone());
        to.register("vigie_photos_kept", "Photos kept", self.photos.clone());
        to.register("vigie_mails", "Mails, sent, put off or given up", self.mails.clone());
        to.register("vigie_jobs", "Jobs waiting and set aside", self.jobs.clone());
        let age = self.job_age.clone();
        to.register_with_unit("vigie_jobs_oldest", "Age of the job due longest", Unit::Seconds, age);
        to.register("vigie_db_connections", "Connections of the pool for reading", self.pool.clone());
        let memory = self.memory.clone();
        to.register_with_unit("process_resident_memory", "Resident memory", Unit::Bytes, memory);
    }

    /// A request begins; the guard ends it, be it answered or given up.
    pub fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// A request was answered.
    pub fn answered(&self, route: &str, method: &http::Method, status: u16, took: Duration) {
        let known = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"];
        let method = known.into_iter().find(|known| *known == method.as_str()).unwrap_or("other");
        self.requests.get_or_create(&Request { route: route.to_owned(), method, status }).inc();
        self.durations.get_or_create(&Route { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// A request was refused for want of patience.
    pub fn limited(&self, class: Class) {
        self.limited.get_or_create(&Named { what: class.as_str() }).inc();
    }

    /// A parcel was taken in.
    pub fn report_taken(&self, outcome: Outcome) {
        let what = match outcome {
            Outcome::New => "new",
            Outcome::Supporter => "supporter",
            Outcome::Noted => "noted",
        };
        self.reports.get_or_create(&Named { what }).inc();
    }

    /// A photo was kept.
    pub fn photo_kept(&self) {
        self.photos.inc();
    }

    /// A mail left, or why it did not.
    pub fn mail(&self, why_not: Option<&NotSent>) {
        let what = match why_not {
            None => "sent",
            Some(NotSent::Later(_)) => "later",
            Some(_) => "never",
        };
        self.mails.get_or_create(&Named { what }).inc();
    }
}

/// A request in hand.
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// All figures, as of now.
pub async fn text(app: &App) -> Result<String> {
    let all = &app.metrics;
    let now = app.clock.now();
    let (waiting, dead) = jobs::store::counts(app.db.read(), now).await?;
    let oldest = jobs::store::oldest_due(app.db.read(), now).await?;
    let set = |family: &Family<Named, Gauge>, what, n: i64| {
        family.get_or_create(&Named { what }).set(n);
    };
    set(&all.jobs, "waiting", waiting);
    set(&all.jobs, "dead", dead);
    all.job_age.set(oldest.map_or(0, |at| now.0.saturating_sub(at.0) / 1000));
    let pool = app.db.read();
    set(&all.pool, "open", i64::from(pool.size()));
    set(&all.pool, "idle", i64::try_from(pool.num_idle()).unwrap_or(i64::MAX));
    all.memory.set(resident().unwrap_or(0));
    let mut out = String::new();
    encode(&mut out, &all.registry)?;
    Ok(out)
}

/// Resident bytes, where the system tells.
fn resident() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<i64>().ok().map(|kibibytes| kibibytes * 1024)
}
