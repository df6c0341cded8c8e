//! `bench`: figures beside their budgets. Asserts nothing: `test` and people judge.
//!
//! Measures the shipped form from outside: the release binary over loopback, by the wire's JSON and not by our types.

mod first_load;
mod intake;
mod lighthouse;
mod phone;
mod photo;
mod server;
mod words;

use crate::{app, places, sh, signals, tools};
use anyhow::{Context, Result, bail};
use cluster::Postgres;
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

/// What can be measured by itself.
const NAMES: [&str; 6] = ["first-load", "server", "lighthouse", "phone", "intake", "words"];

/// Prints the table; with names, of those measurements only.
pub fn run(wanted: &[String]) -> Result<()> {
    if let Some(name) = wanted.iter().find(|name| !NAMES.contains(&name.as_str())) {
        bail!("no measurement is called {name}: {}", NAMES.join(", "));
    }
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    app::build(false)?;
    signals::take_over()?;
    let mut rows = Vec::new();
    let sqlite = Server::start(None)?;
    if wants("first-load") {
        rows.extend(first_load::measure(&sqlite)?);
    }
    if wants("server") {
        rows.extend(sizes(&sqlite)?);
    }
    if wants("lighthouse") {
        rows.extend(sh::step("Lighthouse", || lighthouse::measure(&sqlite))?);
    }
    if wants("phone") {
        rows.extend(sh::step("a slow phone", phone::measure)?);
    }
    if wants("intake") || wants("words") {
        let photos =
            if wants("intake") { sh::step("drawing photos of 300 kB", photo::draw_all)? } else { vec![] };
        rows.extend(intake(&sqlite, "SQLite", &photos, &wants)?);
        drop(sqlite);
        if tools::find("initdb").is_some() {
            let cluster = Postgres::durable()?;
            let server = Server::start(Some(&cluster.url()))?;
            rows.extend(intake(&server, "PostgreSQL", &photos, &wants)?);
        } else {
            eprintln!("skipped: PostgreSQL is not installed");
        }
    }
    print(&rows);
    Ok(())
}

fn sizes(server: &Server) -> Result<Vec<Row>> {
    let binary = std::fs::metadata(places::server(false))?.len();
    Ok(vec![
        Row { what: "binary".into(), figure: megabytes(binary), budget: "40 MB".into() },
        Row {
            what: "server, idle, demonstration city".into(),
            figure: megabytes(server.idle_memory()?),
            budget: "40 MB".into(),
        },
    ])
}

fn intake(
    server: &Server,
    engine: &str,
    photos: &[photo::Photo],
    wants: &impl Fn(&str) -> bool,
) -> Result<Vec<Row>> {
    let said = || server.complaints();
    let mut rows = vec![];
    if wants("intake") {
        rows.extend(
            sh::step(&format!("intake on {engine}"), || intake::measure(server, engine, photos))
                .with_context(said)?,
        );
    }
    if wants("words") {
        rows.extend(
            sh::step(&format!("words on {engine}"), || words::measure(server, engine)).with_context(said)?,
        );
    }
    rows.push(Row {
        what: format!("{engine}: most memory of the server under it"),
        figure: megabytes(server.most_memory()?),
        budget: "200 MB".into(),
    });
    Ok(rows)
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
