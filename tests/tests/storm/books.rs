//! The server's database, read and moved in time from outside while no server has it.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

/// A connection of our own.
#[derive(Debug)]
pub struct Books(AnyConnection);

impl Books {
    pub async fn open(url: &str) -> Self {
        sqlx::any::install_default_drivers();
        Self(AnyConnection::connect(url).await.expect("the server's database opens"))
    }

    pub async fn run(&mut self, sql: &'static str) {
        sqlx::query(sql).execute(&mut self.0).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    pub async fn rows(&mut self, sql: &str) -> Vec<AnyRow> {
        let found = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut self.0).await;
        found.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The texts of one column.
    pub async fn texts(&mut self, sql: &str) -> Vec<String> {
        self.rows(sql).await.iter().map(|row| row.get(0)).collect()
    }

    pub async fn number(&mut self, sql: &str) -> i64 {
        self.rows(sql).await[0].get(0)
    }

    /// Two minutes pass: jobs in the hands of a server that died are free again.
    pub async fn leases_run_out(&mut self) {
        self.run("UPDATE jobs SET leased_until = 0").await;
    }

    /// Days pass: what was put off is due, what was begun and left expires.
    pub async fn days_pass(&mut self) {
        self.leases_run_out().await;
        self.run("UPDATE jobs SET run_at = 1 WHERE dead_at IS NULL").await;
        self.run("UPDATE uploads SET expires_at = 1").await;
        self.sweep(0).await;
    }

    /// The photos' sweep, which takes a day for all of them, comes to this shelf.
    pub async fn sweep(&mut self, shelf: u8) {
        let sql = format!(
            "UPDATE jobs SET run_at = 1, attempts = 0, payload = '{shelf}' WHERE kind = 'photo.sweep'"
        );
        self.rows(&sql).await;
    }

    /// Jobs that somebody waits for: of sweeps, which never end, those that were brought forward.
    pub async fn waiting(&mut self) -> i64 {
        let soon = "SELECT COUNT(*) FROM jobs WHERE dead_at IS NULL AND (attempts > 0 OR run_at <= \
                    CASE WHEN kind LIKE '%.sweep' THEN 1 ELSE (SELECT MAX(claimed_at) FROM parcels) + 600000 END)";
        self.number(soon).await
    }

    pub async fn close(self) {
        let _ = self.0.close().await;
    }
}
