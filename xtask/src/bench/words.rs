//! Reports without photo: how many a second reach the disk, and what one costs the processor, without and with its mails.

use super::intake::{id, now, percentiles, put_report, timed};
use super::{Row, country, server::Server};
use crate::sh::{self, Stopwatch};
use anyhow::Result;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const PHONES: usize = 32;
const REPORTS: usize = 10_000;
const CATEGORIES: [&str; 6] = [
    "bati-sol-escalier",
    "bati-porte-fenetre-store",
    "bati-toiture-facade",
    "cour-jeux",
    "energie-eau",
    "energie-chauffage",
];
/// Numbers of earlier measurements end below.
const FIRST: usize = 1_000_000;

/// Schools of Marseille, where a report meets those of its school.
const SCHOOLS: u32 = 470;

/// The lines of one engine.
pub fn measure(server: &Server, engine: &str) -> Result<Vec<Row>> {
    let places = schools(server)?;
    let now = now()?;
    let next = AtomicUsize::new(0);
    let (watch, before) = (Stopwatch::start(), server.cpu()?);
    let phone = || -> Result<Vec<Duration>> {
        let agent = ureq::agent();
        let mut times = vec![];
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= REPORTS {
                return Ok(times);
            }
            let report = json!({
                "place": places[n % places.len()], "category": CATEGORIES[n % CATEGORIES.len()],
                "description": format!("Mesure {n} : la porte {n} ne ferme plus"), "photos": [],
                "observed_at": now, "lang": "fr",
            });
            times.push(timed(|| put_report(&agent, server, &id(now, FIRST + n), &report))?);
        }
    };
    let mut times = vec![];
    std::thread::scope(|scope| {
        let phones: Vec<_> = (0..PHONES).map(|_| scope.spawn(phone)).collect();
        for phone in phones {
            times.extend(phone.join().map_err(|_| anyhow::anyhow!("a phone failed"))??);
        }
        anyhow::Ok(())
    })?;
    let per_second = REPORTS as u128 * 1_000 / watch.elapsed().as_millis().max(1);
    let intake = (server.cpu()? - before).as_micros() / REPORTS as u128;
    server.settle()?;
    let all = (server.cpu()? - before).as_micros() / REPORTS as u128;
    let cost = |micros: u128| format!("{}.{:02} ms", micros / 1000, micros % 1000 / 10);
    Ok(vec![
        Row {
            what: format!("{engine}: intake of words"),
            figure: format!("{per_second} /s"),
            budget: "at least 1,500 /s".into(),
        },
        Row {
            what: format!("{engine}: CPU per report of words, as they come in"),
            figure: cost(intake),
            budget: "1 ms".into(),
        },
        Row::plain(format!("{engine}: the same, until the last mail has left"), cost(all)),
        Row::plain(format!("{engine}: PUT report of words, p50 / p99"), percentiles(times)),
    ])
}

/// As many schools as a large city has, in the demonstration's city: its town hall has a mailbox.
fn schools(server: &Server) -> Result<Vec<String>> {
    let (list, codes) = country::city(SCHOOLS);
    let dir = tempfile::Builder::new().prefix("vigie-words-").tempdir()?;
    let file = dir.path().join("annuaire.csv");
    std::fs::write(&file, list)?;
    sh::read(server.vigie(&["import", "places"]).arg(&file))?;
    Ok(codes)
}
