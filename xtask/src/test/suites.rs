//! The test executables: built by cargo, run by us, because some need a network of their own.
//!
//! Journeys, storms and the test kit run in fresh namespaces: a network of nothing but a loopback, and the right to lay
//! and cut cables, and to mount small disks, without harm to anybody.

use super::checks::HOST;
use crate::signals::Guarded;
use crate::{places, sh, tools};
use anyhow::{Context, Result};
use serde_json::Value;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const IN_NAMESPACE: &str = "ip link set lo up && exec \"$@\"";

/// One test executable.
pub struct Suite {
    /// Package, or integration target: `shared`, `it`, `journeys`.
    pub name: String,
    /// Wants a browser, and a network of its own.
    pub apart: bool,
    program: PathBuf,
    dir: PathBuf,
}

/// Tests counted.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Tally {
    /// Those that hold.
    pub passed: u64,
    /// Those that don't, and executables that ended without a result.
    pub failed: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Builds all tests of the host's crates, and with them the server that journeys drive. Ours come from the profile and
/// features that `cargo xtask` itself was built with.
pub fn build() -> Result<Vec<Suite>> {
    // What the app decides without a browser (addresses, choices, sentences) is proved on this machine too.
    let others: Vec<&str> = HOST.into_iter().filter(|name| *name != "xtask").chain(["pwa"]).collect();
    let mut suites = build_some(&others)?;
    suites.extend(build_some(&["xtask"])?);
    suites.sort_by_key(|suite| suite.apart);
    Ok(suites)
}

/// Builds one suite of the test kit, and the server.
pub fn build_one(name: &str) -> Result<Suite> {
    let suites = build_some(&["server", "testkit"])?;
    suites.into_iter().find(|suite| suite.name == name).with_context(|| format!("there is no suite {name}"))
}

fn build_some(packages: &[&str]) -> Result<Vec<Suite>> {
    let mut cargo = sh::cargo();
    cargo.args(["test", "--no-run", "--message-format=json-render-diagnostics"]);
    let messages = sh::read(cargo.args(packages.iter().flat_map(|name| ["-p", name])))?;
    Ok(messages.lines().filter_map(suite).collect())
}

fn suite(message: &str) -> Option<Suite> {
    let message: Value = serde_json::from_str(message).ok()?;
    let program = PathBuf::from(message["executable"].as_str()?);
    if message["profile"]["test"] != true {
        return None;
    }
    let name = message["target"]["name"].as_str()?.to_owned();
    let dir = Path::new(message["manifest_path"].as_str()?).parent()?.to_path_buf();
    Some(Suite { name, apart: dir == places::root().join("tests"), program, dir })
}

impl Suite {
    /// Whether any of its tests has one of these words in its name.
    pub fn has(&self, words: &[String]) -> bool {
        let list = sh::read(Command::new(&self.program).current_dir(&self.dir).args(words).arg("--list"));
        list.is_ok_and(|list| list.contains(": test"))
    }

    /// Runs it, showing what it says.
    pub fn run(&self, filter: &[String], env: &[(&str, OsString)]) -> Result<Tally> {
        let mut command = if self.apart { in_namespace(&self.program) } else { Command::new(&self.program) };
        command.args(filter).current_dir(&self.dir).env("CARGO_MANIFEST_DIR", &self.dir);
        command.envs(env.iter().map(|(name, value)| (name, value))).stdout(Stdio::piped());
        let mut child = Guarded::new(command.spawn().with_context(|| format!("cannot start {}", self.name))?);
        let output = child.0.stdout.take().context("no output")?;
        let mut tally = None;
        for line in BufReader::new(output).lines() {
            let line = line?;
            tally = tally.or_else(|| result(&line));
            println!("{line}");
        }
        let good = child.0.wait()?.success();
        let mut tally = tally.unwrap_or_default();
        if !good && tally.failed == 0 {
            tally.failed = 1;
        }
        Ok(tally)
    }
}

/// `program` in a network namespace of its own, where that may be.
pub fn in_namespace(program: &Path) -> Command {
    let flags = if tools::root() { "-nm" } else { "-Urnm" };
    if !sh::succeeds(sh::command("unshare").args([flags, "true"])) {
        eprintln!("no network namespace to be had here: tests that cut the network will fail");
        return Command::new(program);
    }
    let mut command = Command::new("unshare");
    command.args([flags, "sh", "-c", IN_NAMESPACE, "sh"]).arg(program);
    command
}

/// `test result: ok. 12 passed; 0 failed; …`
fn result(line: &str) -> Option<Tally> {
    let rest = line.strip_prefix("test result: ")?;
    let count = |what: &str| -> Option<u64> {
        let before = &rest[..rest.find(what)?];
        before.trim_end().rsplit([' ', ';']).next()?.parse().ok()
    };
    Some(Tally { passed: count("passed")?, failed: count("failed;")? })
}

#[cfg(test)]
mod tests {
    use super::{Tally, result};

    #[test]
    fn the_result_line_is_counted_and_others_are_not() {
        let line = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(result(line), Some(Tally { passed: 12, failed: 3 }));
        assert_eq!(result("test a_result ... ok"), None);
    }
}
