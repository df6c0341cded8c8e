//! The client of the suite `tus`: tus-js-client, at the version that `tests/tus/package-lock.json` pins.

use crate::{places, sh};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// Name of the suite.
pub const SUITE: &str = "tus";

const LOCK: &str = "package-lock.json";
const FILES: [&str; 3] = ["package.json", LOCK, "upload.mjs"];

/// A folder with our script and the client beside it. Fetches the client once for each lock file.
pub fn prepare() -> Result<PathBuf> {
    let (from, to) = (places::root().join("tests/tus"), places::target().join("tus"));
    let fetched =
        to.join("node_modules").is_dir() && fs::read(to.join(LOCK)).ok() == fs::read(from.join(LOCK)).ok();
    fs::create_dir_all(&to)?;
    for name in FILES {
        fs::copy(from.join(name), to.join(name)).with_context(|| name.to_owned())?;
    }
    if !fetched {
        let mut npm = sh::command("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&to);
        sh::step("fetching tus-js-client", || sh::run(&mut npm))?;
    }
    Ok(to)
}
