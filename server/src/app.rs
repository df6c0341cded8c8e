//! What every part of the server shares, built once.

use crate::config::Config;
use crate::db::Db;
use crate::edges::blobs::Blobs;
use crate::edges::clock::Clock;
use crate::edges::faults::Faults;
use crate::edges::mail::{self, Mailer, NotSent};
use crate::edges::webpush::Pusher;
use crate::jobs::Bell;
use crate::jobs::rush::Rush;
use crate::metrics::Metrics;
use crate::ready::Ready;
use crate::rooms::answers::link;
use crate::rooms::follow::days::Days;
use crate::rooms::places::index;
use crate::web::bodies::Room;
use crate::web::limits::Limits;
use crate::web::pages::Pages;
use anyhow::{Context, Result};
use lettre::Message;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A handle on the shared parts; cloning is cheap.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The shared parts.
pub struct Parts {
    /// Checked settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Where photos lie.
    pub blobs: Blobs,
    /// Where mails go.
    pub mailer: Mailer,
    /// Where pushes go; none where it cannot be said who sends them.
    pub push: Option<Pusher>,
    /// Signs the links in mails to desks.
    pub answers: link::Secret,
    /// Failures that a test plans.
    pub faults: Faults,
    /// Templates and languages.
    pub pages: Pages,
    /// Which day it is, and whether there is school.
    pub days: Days,
    /// Where schools are found.
    pub places: index::Kept,
    /// Told when jobs were put.
    pub jobs_put: Bell,
    /// Reports that are coming in: jobs give way to them.
    pub rush: Rush,
    /// One permit per core: photos are decoded no more than that at once.
    pub codecs: Semaphore,
    /// How many there are.
    pub cores: u32,
    /// Room for bodies on their way in.
    pub bodies: Room,
    /// What each address may still ask for.
    pub limits: Limits,
    /// What is counted.
    pub metrics: Metrics,
    /// Whether all is well, as last seen.
    pub ready: Ready,
}

/// The edges a process is built with.
pub struct Edges {
    /// The clock.
    pub clock: Clock,
    /// Where mails go.
    pub mailer: Mailer,
    /// Failures that a test plans.
    pub faults: Faults,
}

impl App {
    /// Opens database and folders of `config` and joins them with `edges`.
    pub async fn build(config: Config, edges: Edges) -> Result<Self> {
        let db = Db::open(&config.database_url).await?.failing(edges.faults.clone());
        let blobs = Blobs::open(&config.blobs).context("VIGIE_BLOBS")?.failing(edges.faults.clone());
        let push = crate::rooms::push::open(&db, &config.push).await?;
        let answers = link::secret(&db).await?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let cores = u32::try_from(cores).unwrap_or(1);
        let app = Self(Arc::new(Parts {
            db,
            bodies: Room::default(),
            limits: Limits::new(edges.clock.clone()),
            metrics: Metrics::default(),
            ready: Ready::default(),
            clock: edges.clock,
            blobs,
            mailer: edges.mailer,
            push,
            answers,
            faults: edges.faults,
            pages: Pages::load(&config.public_url, config.mirrored, &config.time_zone)?,
            days: Days::load(config.time_zone.clone())?,
            places: index::Kept::default(),
            jobs_put: Bell::default(),
            rush: Rush::default(),
            codecs: Semaphore::new(cores as usize),
            cores,
            config,
        }));
        crate::rooms::routing::seed(&app).await?;
        crate::rooms::reports::words::catch_up(&app).await?;
        crate::rooms::journal::seal::catch_up(&app).await?;
        Ok(app)
    }

    /// Sends a mail and counts it; `name` (the job's id) is the same when it is repeated.
    ///
    /// # Errors
    /// Whether it may leave later, or never.
    pub async fn send(&self, name: &str, message: Message) -> Result<(), NotSent> {
        let fault = |error: std::io::Error| NotSent::Later(error.to_string());
        self.faults.at("mail").await.map_err(fault)?;
        let sent = self.mailer.send(name, message).await;
        self.metrics.mail(sent.as_ref().err());
        sent?;
        self.faults.at("mail sent").await.map_err(fault)
    }

    /// The real edges that `config` asks for.
    pub fn edges(config: &Config) -> Result<Edges> {
        let mailer = match &config.smtp_url {
            Some(url) => {
                Mailer::smtp(url, config.smtp_ca.as_deref(), mail::PATIENCE).context("VIGIE_SMTP_URL")?
            }
            None => Mailer::folder(config.mail_dir.clone())?,
        };
        Ok(Edges { clock: Clock::System, mailer, faults: Faults::default() })
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
