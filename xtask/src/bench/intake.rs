//! Reports per second and how long one takes: photo, then report, by fifty phones at once over loopback; and what all of
//! it costs, the sizes that are made afterwards included, beside a peer that makes the same sizes of the same photos.

use super::photo::{Photo, bombs};
use super::vips::Peer;
use super::{Row, server::Server};
use crate::sh::Stopwatch;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const PHONES: usize = 50;
const CATEGORIES: [&str; 3] = ["bati-sol-escalier", "bati-porte-fenetre-store", "bati-toiture-facade"];

#[derive(Default)]
struct Times {
    photo: Vec<Duration>,
    report: Vec<Duration>,
}

/// What the peer takes.
pub fn peer(peer: &Peer) -> [Row; 2] {
    [
        Row::plain("vipsthumbnail: CPU per photo, a process per size", millis(peer.each)),
        Row::plain("  the same, a process per size for all photos at once", millis(peer.bulk)),
    ]
}

/// The lines of one engine.
pub fn measure(server: &Server, engine: &str, photos: &[Photo], peer: Option<&Peer>) -> Result<Vec<Row>> {
    let places: Value = ureq::get(format!("{}/api/v1/places", server.url)).call()?.body_mut().read_json()?;
    let places: Vec<&str> =
        places["places"].as_array().context("no places")?.iter().filter_map(|p| p["id"].as_str()).collect();
    if places.is_empty() {
        bail!("the demonstration city has no places");
    }
    let now = now()?;
    let next = AtomicUsize::new(0);
    let (watch, before) = (Stopwatch::start(), server.cpu()?);
    let phone = || -> Result<Times> {
        let agent = ureq::agent();
        let mut times = Times::default();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let Some(photo) = photos.get(n) else { return Ok(times) };
            let report = json!({
                "place": places[n % places.len()], "category": CATEGORIES[n % CATEGORIES.len()],
                "description": format!("Mesure {n}"), "photos": [photo.hash], "observed_at": now, "lang": "fr",
            });
            times.photo.push(timed(|| put_photo(&agent, server, photo))?);
            times.report.push(timed(|| put_report(&agent, server, &id(now, n), &report))?);
        }
    };
    let mut all = Times::default();
    std::thread::scope(|scope| {
        let phones: Vec<_> = (0..PHONES).map(|_| scope.spawn(phone)).collect();
        for phone in phones {
            let times = phone.join().map_err(|_| anyhow::anyhow!("a phone failed"))??;
            all.photo.extend(times.photo);
            all.report.extend(times.report);
        }
        anyhow::Ok(())
    })?;
    let answered = watch.elapsed();
    wait_for_sizes(server, photos)?;
    let whole = watch.elapsed();
    let cpu = (server.cpu()? - before) / u32::try_from(photos.len().max(1))?;
    let rate = |time: Duration| {
        let tenths = photos.len() as u128 * 10_000 / time.as_millis().max(1);
        format!("{}.{} /s", tenths / 10, tenths % 10)
    };
    Ok(vec![
        Row::plain(format!("{engine}: intake, photo and report, answered"), rate(answered)),
        Row::plain(format!("{engine}: the same, all sizes made"), rate(whole)),
        cost(engine, cpu, peer),
        refusals(server, engine, photos)?,
        Row::plain(format!("{engine}: PUT photo of 300 kB, p50 / p99"), percentiles(all.photo)),
        Row::plain(format!("{engine}: PUT report, p50 / p99"), percentiles(all.report)),
    ])
}

/// What a file costs that says it is larger than it is.
fn refusals(server: &Server, engine: &str, photos: &[Photo]) -> Result<Row> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut times = Vec::new();
    for bomb in bombs(photos) {
        times.push(timed(|| {
            let status = agent
                .put(format!("{}/api/v1/photos/{}", server.url, bomb.hash))
                .send(&bomb.jpeg[..])?
                .status();
            if matches!(status.as_u16(), 413 | 422) { Ok(()) } else { bail!("a bomb was answered {status}") }
        })?);
    }
    Ok(Row {
        what: format!("{engine}: PUT of a bomb, refused, p50 / p99"),
        figure: percentiles(times),
        budget: "50 ms".into(),
    })
}

/// Processor time beside the peer's, called for each size and called for all photos at once.
fn cost(engine: &str, cpu: Duration, peer: Option<&Peer>) -> Row {
    let share = |peer: Duration| cpu.as_secs_f64() / peer.as_secs_f64().max(1e-9);
    let compared = peer.map(|peer| format!(" ({:.2}× / {:.2}×)", share(peer.each), share(peer.bulk)));
    Row {
        what: format!("{engine}: CPU per report with its photo, everything included"),
        figure: millis(cpu) + &compared.unwrap_or_default(),
        budget: "0.8× vipsthumbnail".into(),
    }
}

/// Until every photo can be seen in its smallest size, which is made last.
fn wait_for_sizes(server: &Server, photos: &[Photo]) -> Result<()> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    for photo in photos {
        while agent.head(format!("{}/photos/{}/320.jpg", server.url, photo.hash)).call()?.status() != 200 {
            crate::signals::check()?;
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    Ok(())
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// How long `work` takes.
pub fn timed(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let watch = Stopwatch::start();
    work()?;
    Ok(watch.elapsed())
}

fn put_photo(agent: &ureq::Agent, server: &Server, photo: &Photo) -> Result<()> {
    let request = agent.put(format!("{}/api/v1/photos/{}", server.url, photo.hash));
    let mut answer =
        request.header("content-type", "image/jpeg").send(&photo.jpeg[..]).context("PUT photo")?;
    answer.body_mut().read_to_vec()?;
    Ok(())
}

/// Sends one report; its answer is a receipt.
pub fn put_report(agent: &ureq::Agent, server: &Server, id: &str, report: &Value) -> Result<()> {
    let request = agent.put(format!("{}/api/v1/reports/{id}", server.url));
    let key = id.replace('-', "");
    let mut answer =
        request.header("authorization", format!("Bearer {key}")).send_json(report).context("PUT report")?;
    let receipt: Value = answer.body_mut().read_json()?;
    if receipt["id"] != id {
        bail!("not a receipt: {receipt}");
    }
    Ok(())
}

/// A UUIDv7 of this moment, made unique by its number.
pub fn id(now: u64, number: usize) -> String {
    let hex = format!("{now:012x}");
    format!("{}-{}-7000-8000-{number:012x}", &hex[..8], &hex[8..])
}

/// A phone's own clock, in milliseconds.
#[expect(clippy::disallowed_methods, reason = "a phone's own clock")]
pub fn now() -> Result<u64> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(u64::try_from(since.as_millis())?)
}

/// The middle and the slowest hundredth.
pub fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |percent: usize| {
        times.get((times.len() * percent / 100).min(times.len() - 1)).map_or(0, Duration::as_micros)
    };
    let shown = |micros: u128| format!("{}.{}", micros / 1000, micros % 1000 / 100);
    format!("{} / {} ms", shown(at(50)), shown(at(99)))
}
