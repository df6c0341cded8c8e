//! Firefox's driver. Debian has no package of it: built once with cargo, and kept under `target/tools`.

use crate::{places, sh, tools};
use anyhow::Result;
use std::env;
use std::ffi::OsString;

const VERSION: &str = "0.37.1";

/// What `PATH` must be for tests to find it; builds it where need be.
pub fn path() -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    if tools::find("geckodriver").is_some() {
        return Ok(path);
    }
    let root = places::target().join("tools").join(format!("geckodriver-{VERSION}"));
    let folder = root.join("bin");
    if !folder.join("geckodriver").is_file() {
        sh::step("building geckodriver, which drives Firefox", || {
            let mut cargo = sh::cargo();
            // Unoptimised: it waits for Firefox most of the time, and this takes half a minute instead of two.
            cargo.args(["install", "geckodriver", "--version", VERSION, "--locked", "--debug", "--quiet"]);
            sh::run(cargo.arg("--root").arg(&root).env("CARGO_PROFILE_DEV_DEBUG", "0"))
        })?;
    }
    Ok(env::join_paths(std::iter::once(folder).chain(env::split_paths(&path)))?)
}
