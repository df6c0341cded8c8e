//! What a slow phone feels: taken by `tests/benches/figures.rs` in a real Chromium, on the shipped app and server.

use super::Row;
use crate::{places, sh, test, tools};
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::PathBuf;

/// One line per figure.
pub fn measure() -> Result<Vec<Row>> {
    tools::ensure(&[tools::CHROMIUM, tools::CHROMEDRIVER, tools::IP])?;
    let program = build()?;
    let mut run = test::in_namespace(&program);
    let dir = places::root().join("tests");
    run.current_dir(&dir).env("CARGO_MANIFEST_DIR", &dir).env("VIGIE_BIN", places::server(false));
    Ok(sh::read(&mut run)?.lines().filter_map(row).collect())
}

fn build() -> Result<PathBuf> {
    let mut cargo = sh::cargo();
    cargo.args(["test", "-p", "testkit", "--bench", "figures", "--no-run"]);
    let messages = sh::read(cargo.arg("--message-format=json-render-diagnostics"))?;
    let built = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs = built.filter_map(|message| Some(PathBuf::from(message["executable"].as_str()?)));
    programs.next_back().context("cargo built no figures")
}

/// `what`, figure and budget with tabs between.
fn row(line: &str) -> Option<Row> {
    let mut words = line.split('\t').map(str::to_owned);
    Some(Row { what: words.next()?, figure: words.next()?, budget: words.next()?.into() })
}
