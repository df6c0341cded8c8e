//! The register of a country: how long it takes to come in and how much memory, and how fast a school is found in it.

use super::country::{self, Chance};
use super::intake::{percentiles, timed};
use super::{Row, megabytes, server::Server};
use crate::sh::Stopwatch;
use crate::signals;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Questions of each sort.
const QUESTIONS: usize = 2_000;

/// The lines for one engine.
pub fn measure(server: &Server, engine: &str) -> Result<Vec<Row>> {
    let dir = tempfile::Builder::new().prefix("vigie-register-").tempdir()?;
    let mut files = Vec::new();
    for (name, text) in ["addresses.csv", "annuaire.csv"].into_iter().zip(country::lists()) {
        fs::write(dir.path().join(name), text)?;
        files.push(dir.path().join(name));
    }
    let import = |what: &str| -> Result<Row> {
        let (took, most) = peak(server.vigie(&["import", "places"]).args(&files))?;
        Ok(Row {
            what: format!("{engine}: {what} of 65,000 places from two files"),
            figure: format!("{:.1} s, {}", took.as_secs_f64(), megabytes(most)),
            budget: "10 s, 100 MB".into(),
        })
    };
    let mut rows = vec![import("import")?, import("second import")?];
    let agent = ureq::agent();
    let ask = |path: &str| -> Result<()> {
        signals::check()?;
        let mut answer =
            agent.get(format!("{}/api/v1/places{path}", server.url)).call().context("a search")?;
        let found: serde_json::Value = answer.body_mut().read_json()?;
        ensure!(found["places"].is_array(), "not a list of places: {found}");
        Ok(())
    };
    let first = timed(|| ask("/search?q=ecole"))?;
    rows.push(Row::plain(
        format!("{engine}: first search after an import"),
        format!("{} ms", first.as_millis()),
    ));
    let mut chance = Chance::new(7);
    let (mut words, mut near) = (Vec::new(), Vec::new());
    for _ in 0..QUESTIONS {
        let path = format!("/search?q={}", encoded(&country::typed(&mut chance)));
        words.push(timed(|| ask(&path))?);
        let (lat, lon) = country::standing(&mut chance);
        near.push(timed(|| ask(&format!("?near={lat},{lon}")))?);
    }
    for (what, times) in [("text search", words), ("near-me", near)] {
        rows.push(Row {
            what: format!("{engine}: {what} among 65,000 places, p50 / p99"),
            figure: percentiles(times),
            budget: "p99 5 ms".into(),
        });
    }
    rows.push(Row::plain(
        format!("{engine}: server, idle, 65,000 places searched"),
        megabytes(server.idle_memory()?),
    ));
    Ok(rows)
}

/// How long a command takes, and the most memory it held.
fn peak(command: &mut Command) -> Result<(Duration, u64)> {
    let watch = Stopwatch::start();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().context("cannot start vigie")?;
    let mut most = 0;
    loop {
        most = most.max(high_water(&child));
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                bail!("vigie import failed ({status})");
            }
            return Ok((watch.elapsed(), most));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn high_water(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| {
        if byte.is_ascii_alphanumeric() {
            text + char::from(byte).encode_utf8(&mut [0; 4])
        } else {
            text + &format!("%{byte:02X}")
        }
    })
}
