//! The database: one SQL text on SQLite and PostgreSQL (the dialect is in the README's architecture page).
//!
//! Promises: on SQLite one writer, whose transactions begin with `BEGIN IMMEDIATE`, a pool of readers, WAL and
//! `synchronous=FULL`, so that what was acknowledged survives a power cut. On PostgreSQL one pool.

pub mod bundle;
mod together;

use crate::edges::faults::Faults;
use anyhow::{Context, Result, anyhow, bail};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::MigrateError;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor};
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use together::Together;

/// A write transaction. What was not committed when it is dropped never was.
#[derive(Debug)]
pub struct Tx {
    inner: sqlx::Transaction<'static, Any>,
    engine: Engine,
    faults: Faults,
}

impl Tx {
    /// Makes it all true at once.
    ///
    /// # Errors
    /// When the database says no, or says nothing any more: then it may be true all the same.
    pub async fn commit(self) -> sqlx::Result<()> {
        self.faults.at("commit").await?;
        self.inner.commit().await?;
        Ok(self.faults.at("committed").await?)
    }

    /// Takes it all back, and waits until it is.
    ///
    /// # Errors
    /// When the database says nothing any more: then it is taken back all the same.
    pub async fn rollback(self) -> sqlx::Result<()> {
        self.inner.rollback().await
    }
}

impl Deref for Tx {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

/// Every migration, embedded.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// Stands for a DOUBLE PRECISION that is absent, where `NULLIF($n, 1e300)` reads it. A NULL goes to PostgreSQL as a REAL
/// (sqlx 0.9's `Any`), and the connection that prepared a statement with it refuses every number from then on.
pub const ABSENT: f64 = 1e300;

/// What one connection to SQLite keeps of the file at most, in KiB: the indexes a report is written to, of a city's years.
const CACHE: &str = "PRAGMA cache_size = -8192";

/// Pages in the write-ahead log before they are copied to the file: 16 MiB. The ends of the indexes are written by every
/// report and copied once for many of them.
const CHECKPOINT: &str = "PRAGMA wal_autocheckpoint = 4096";

/// Which engine is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The open database.
#[derive(Clone, Debug)]
pub struct Db {
    engine: Engine,
    writer: AnyPool,
    reader: AnyPool,
    together: Arc<Together>,
    faults: Faults,
}

impl Db {
    /// Opens `url` (`sqlite://PATH` or `postgres://…`), making the SQLite file where it is missing, and brings the
    /// schema up to date. A schema newer than this binary is refused.
    pub async fn open(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let db =
            if url.starts_with("sqlite:") { Self::sqlite(url).await? } else { Self::postgres(url).await? };
        MIGRATIONS.run(&db.writer).await.map_err(refused)?;
        Ok(db)
    }

    /// The same, failing as planned.
    #[must_use]
    pub fn failing(self, faults: Faults) -> Self {
        Self { faults, ..self }
    }

    /// The number of the newest migration that this binary knows.
    pub fn newest() -> i64 {
        MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
    }

    /// Brings the schema of `connection` to migration `number`; to the newest where there is none.
    pub async fn migrate(connection: &mut AnyConnection, number: Option<i64>) -> Result<()> {
        MIGRATIONS.run_to(number.unwrap_or(i64::MAX), connection).await.map_err(refused)
    }

    /// The one connection that writes (of SQLite), for who must set more than a transaction allows.
    pub async fn writer(&self) -> Result<PoolConnection<Any>> {
        self.writer.acquire().await.context("cannot reach the database")
    }

    /// Begins a transaction that sees the database as it is at its first statement, whatever others write meanwhile.
    pub async fn snapshot(&self) -> Result<Tx> {
        let begin = match self.engine {
            Engine::Sqlite => "BEGIN",
            Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        self.begin(&self.reader, begin).await
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The pool for reading.
    pub fn read(&self) -> &AnyPool {
        &self.reader
    }

    /// Begins a write transaction.
    pub async fn write(&self) -> Result<Tx> {
        let begin = match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        };
        self.faults.at("begin").await?;
        self.begin(&self.writer, begin).await
    }

    async fn begin(&self, pool: &AnyPool, begin: &'static str) -> Result<Tx> {
        let inner = pool.begin_with(begin).await.context("cannot begin a transaction")?;
        Ok(Tx { inner, engine: self.engine, faults: self.faults.clone() })
    }

    async fn sqlite(url: &str) -> Result<Self> {
        if let Some(folder) = sqlite_file(url)?.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        let options = AnyConnectOptions::from_str(&format!("{url}?mode=rwc"))?;
        let writer = sqlite_pool(1).connect_with(options.clone()).await;
        let writer = writer.with_context(|| format!("cannot open the database {url}"))?;
        let reader = sqlite_pool(4).connect_with(options).await?;
        Ok(Self {
            engine: Engine::Sqlite,
            writer,
            reader,
            together: Arc::default(),
            faults: Faults::default(),
        })
    }

    async fn postgres(url: &str) -> Result<Self> {
        let pool = pool_of(10).connect(url).await;
        let pool = pool.context("cannot reach the PostgreSQL server of VIGIE_DATABASE_URL")?;
        let (writer, reader) = (pool.clone(), pool);
        Ok(Self {
            engine: Engine::Postgres,
            writer,
            reader,
            together: Arc::default(),
            faults: Faults::default(),
        })
    }
}

/// Places for values: `count` rows of `width`, numbered through. One row is a list for `IN`.
pub fn rows(count: usize, width: usize) -> String {
    let mut text = String::new();
    for at in 0..count * width {
        let (before, after) = (at % width == 0, at % width == width - 1);
        text.push_str(match (at, before) {
            (0, _) => "(",
            (_, true) => ", (",
            _ => ", ",
        });
        text.push('$');
        text.push_str(&(at + 1).to_string());
        if after {
            text.push(')');
        }
    }
    text
}

/// Why the schema could not be brought up to date, for people.
fn refused(error: MigrateError) -> anyhow::Error {
    match error {
        MigrateError::VersionMissing(number) if number > Db::newest() => anyhow!(
            "the database was written by a newer vigie: it is at migration {number}, this one knows {}. \
             Nothing was changed; run the newer vigie, or restore a backup made before",
            Db::newest()
        ),
        error => anyhow!(error).context("cannot bring the database up to date"),
    }
}

/// The file of a `sqlite://` URL.
pub fn sqlite_file(url: &str) -> Result<PathBuf> {
    match url.strip_prefix("sqlite://") {
        Some(path) if !path.is_empty() && !path.contains('?') => Ok(PathBuf::from(path)),
        _ => bail!("expected sqlite://PATH, found {url}"),
    }
}

/// A pool that lets go of a connection in doubt. Where SQLite finds no room it ends the transaction by itself, and the
/// connection would believe for ever to be inside: no write would pass until the next start.
fn pool_of(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new().max_connections(connections).before_acquire(|connection: &mut AnyConnection, _| {
        let sound = !connection.is_in_transaction();
        Box::pin(async move { Ok(sound) })
    })
}

fn sqlite_pool(connections: u32) -> AnyPoolOptions {
    pool_of(connections).after_connect(|connection: &mut AnyConnection, _| {
        Box::pin(async move {
            connection.execute("PRAGMA busy_timeout = 10000").await?;
            connection.execute("PRAGMA journal_mode = WAL").await?;
            connection.execute("PRAGMA synchronous = FULL").await?;
            connection.execute("PRAGMA foreign_keys = ON").await?;
            connection.execute(CACHE).await?;
            connection.execute(CHECKPOINT).await?;
            Ok(())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_through() {
        assert_eq!(rows(2, 2), "($1, $2), ($3, $4)");
        assert_eq!(rows(1, 3), "($1, $2, $3)");
        assert_eq!(rows(2, 1), "($1), ($2)");
    }
}
