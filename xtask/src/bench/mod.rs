//! `bench`: figures beside their budgets. Asserts nothing: `test` and people judge.
//!
//! Measures the shipped form from outside: the release binary over loopback, by the wire's JSON and not by our types.

mod first_load;
mod intake;
mod lighthouse;
mod phone;
mod photo;
mod server;

use crate::{app, places, postgres::Postgres, sh, signals, tools};
use anyhow::Result;
use server::Server;
use std::borrow::Cow;

/// A line of the table.
pub struct Row {
    /// What was measured.
    pub what: String,
    /// The figure with its unit.
    pub figure: String,
    /// What it should not exceed; empty when there is none.
    pub budget: Cow<'static, str>,
}

impl Row {
    /// A line without a budget.
    pub fn plain(what: impl Into<String>, figure: String) -> Self {
        Self { what: what.into(), figure, budget: "".into() }
    }
}

/// Prints the table.
pub fn run() -> Result<()> {
    app::build(false)?;
    signals::take_over()?;
    let mut rows = Vec::new();
    let sqlite = Server::start(None)?;
    rows.extend(first_load::measure(&sqlite)?);
    let binary = std::fs::metadata(places::server(false))?.len();
    rows.push(Row { what: "binary".into(), figure: megabytes(binary), budget: "40 MB".into() });
    let idle = sqlite.idle_memory()?;
    rows.push(Row {
        what: "server, idle, demonstration city".into(),
        figure: megabytes(idle),
        budget: "40 MB".into(),
    });
    rows.extend(sh::step("Lighthouse", || lighthouse::measure(&sqlite))?);
    rows.extend(sh::step("a slow phone", phone::measure)?);
    let photos = sh::step("drawing photos of 300 kB", photo::draw_all)?;
    rows.extend(sh::step("intake on SQLite", || intake::measure(&sqlite, "SQLite", &photos))?);
    drop(sqlite);
    if tools::find("initdb").is_some() {
        let cluster = Postgres::start()?;
        let server = Server::start(Some(&cluster.url()))?;
        rows.extend(sh::step("intake on PostgreSQL", || intake::measure(&server, "PostgreSQL", &photos))?);
    } else {
        eprintln!("skipped: PostgreSQL is not installed");
    }
    print(&rows);
    Ok(())
}

fn print(rows: &[Row]) {
    println!("\n{:<68} {:>22}   budget", "what", "figure");
    for row in rows {
        println!("{:<68} {:>22}   {}", row.what, row.figure, row.budget);
    }
}

/// Decimal, one digit.
fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}
