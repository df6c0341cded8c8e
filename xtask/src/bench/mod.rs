//! `bench`: figures beside their budgets. Asserts nothing: `test` and people judge.
//!
//! Measures the shipped form from outside: the release binary over loopback, by the wire's JSON and not by our types.

mod country;
mod first_load;
mod intake;
mod lighthouse;
mod million;
mod phone;
mod photo;
mod push;
mod register;
mod server;
mod vips;
mod words;

use crate::{app, places, sh, signals, tools};
use anyhow::{Context, Result, bail};
use cluster::Postgres;
use serde_json::Value;
use server::Server;
use std::borrow::Cow;
use std::path::PathBuf;

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
const NAMES: [&str; 10] = [
    "first-load",
    "server",
    "lighthouse",
    "phone",
    "intake",
    "words",
    "register",
    "million",
    "push",
    "reminders",
];

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
    if wants("intake") || wants("words") || wants("push") {
        let photos =
            if wants("intake") { sh::step("drawing photos of 300 kB", photo::draw_all)? } else { vec![] };
        let peer = if wants("intake") {
            sh::step("vipsthumbnail on the same photos", || vips::measure(&photos))?
        } else {
            None
        };
        rows.extend(peer.iter().flat_map(intake::peer));
        rows.extend(intake(&sqlite, "SQLite", (&photos, &peer), &wants)?);
        drop(sqlite);
        if tools::find("initdb").is_some() {
            let cluster = Postgres::durable()?;
            let server = Server::start(Some(&cluster.url()))?;
            rows.extend(intake(&server, "PostgreSQL", (&photos, &peer), &wants)?);
        } else {
            eprintln!("skipped: PostgreSQL is not installed");
        }
    }
    if wants("register") {
        rows.extend(register()?);
    }
    if wants("million") {
        rows.extend(sh::step("a million reports", || million::measure("million"))?);
    }
    if wants("reminders") {
        rows.extend(sh::step("ten thousand reminders", || million::measure("reminders"))?);
    }
    print(&rows);
    Ok(())
}

/// The register of a country, on servers of its own: the others stay small.
fn register() -> Result<Vec<Row>> {
    let of = |server: &Server, engine: &str| {
        let measured = || register::measure(server, engine).with_context(|| server.complaints());
        sh::step(&format!("a country's register on {engine}"), measured)
    };
    let mut rows = of(&Server::start(None)?, "SQLite")?;
    if tools::find("initdb").is_some() {
        let cluster = Postgres::durable()?;
        rows.extend(of(&Server::start(Some(&cluster.url()))?, "PostgreSQL")?);
    } else {
        eprintln!("skipped: PostgreSQL is not installed");
    }
    Ok(rows)
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
    (photos, peer): (&[photo::Photo], &Option<vips::Peer>),
    wants: &impl Fn(&str) -> bool,
) -> Result<Vec<Row>> {
    let said = || server.complaints();
    let mut rows = vec![];
    if wants("intake") {
        rows.extend(
            sh::step(&format!("intake on {engine}"), || {
                intake::measure(server, engine, photos, peer.as_ref())
            })
            .with_context(said)?,
        );
    }
    if wants("words") {
        rows.extend(
            sh::step(&format!("words on {engine}"), || words::measure(server, engine)).with_context(said)?,
        );
    }
    if wants("push") {
        rows.extend(
            sh::step(&format!("push on {engine}"), || push::measure(server, engine)).with_context(said)?,
        );
    }
    rows.push(Row {
        what: format!("{engine}: most memory of the server under it"),
        figure: megabytes(server.most_memory()?),
        budget: "200 MB".into(),
    });
    Ok(rows)
}

/// Builds a program of figures; `verb` is `bench` for the shipped form of what is inside it, else `test`.
fn program(verb: &str, package: &str, name: &str) -> Result<PathBuf> {
    let mut cargo = sh::cargo();
    cargo.args([verb, "-p", package, "--bench", name, "--no-run"]);
    let messages = sh::read(cargo.arg("--message-format=json-render-diagnostics"))?;
    let built = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    // The server itself is built beside it.
    let mut own = built.filter(|message| message["target"]["name"] == name);
    let program = own.find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)));
    program.with_context(|| format!("cargo built no {name}"))
}

/// What such a program prints: `what`, figure and budget with tabs between.
fn row(line: &str) -> Option<Row> {
    let mut words = line.split('\t').map(str::to_owned);
    Some(Row { what: words.next()?, figure: words.next()?, budget: words.next()?.into() })
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
