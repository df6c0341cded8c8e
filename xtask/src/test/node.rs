//! What other people wrote, for Node: a client of our uploads (suite `tus`), a reader of our screens (journeys). The
//! versions are those that `tests/node/package-lock.json` pins.

use crate::{places, sh};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// Names of the suites that lean on it.
pub const SUITES: [&str; 2] = ["tus", "journeys"];
/// Names the variable that tells them the folder.
pub const VARIABLE: &str = "VIGIE_NODE";

const LOCK: &str = "package-lock.json";
const FILES: [&str; 4] = ["package.json", LOCK, ".npmrc", "upload.mjs"];

/// A folder with our script and the packages beside it. Fetches them once for each lock file.
pub fn prepare() -> Result<PathBuf> {
    let (from, to) = (places::root().join("tests/node"), places::target().join("node"));
    let fetched =
        to.join("node_modules").is_dir() && fs::read(to.join(LOCK)).ok() == fs::read(from.join(LOCK)).ok();
    fs::create_dir_all(&to)?;
    for name in FILES {
        fs::copy(from.join(name), to.join(name)).with_context(|| name.to_owned())?;
    }
    if !fetched {
        let mut npm = sh::command("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&to);
        sh::step("fetching axe-core and tus-js-client", || sh::run(&mut npm))?;
    }
    Ok(to)
}
