//! Ten thousand phones told at once, by a push service on loopback that takes everything: how long, and in how much memory.

use super::intake::{id, now, put_report};
use super::{Row, megabytes, server::Server};
use crate::sh::{self, Stopwatch};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const DEVICES: usize = 10_000;
/// Phones that subscribe at once.
const AT_ONCE: usize = 8;
/// Numbers of other measurements end below.
const FIRST: usize = 3_000_000;
/// Longest time that is waited for.
const PATIENCE: Duration = Duration::from_secs(180);
/// A public key of some browser (RFC 8291, section 5), and a secret.
const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

/// Two lines for one engine.
pub fn measure(server: &Server, engine: &str) -> Result<Vec<Row>> {
    let (port, taken) = service()?;
    let places: Value = ureq::get(format!("{}/api/v1/places", server.url)).call()?.body_mut().read_json()?;
    let place = places["places"][0]["id"].as_str().context("no places")?;
    let at = now()?;
    let report = |text: &str| json!({ "place": place, "description": text, "observed_at": at, "lang": "fr" });
    let agent = ureq::agent();
    let parcel = id(at, FIRST);
    put_report(&agent, server, &parcel, &report("Mesure : le portail"))?;
    subscribe(server, &parcel, at, port)?;
    let page: Value =
        ureq::get(format!("{}/api/v1/reports/{parcel}", server.url)).call()?.body_mut().read_json()?;
    let number = page["brief"]["number"].as_i64().context("no number")?.to_string();
    let before = server.memory_now()?;
    let watch = Stopwatch::start();
    sh::read(&mut server.vigie(&["status", &number, "in_progress"]))?;
    // Another process changed the status: a report wakes the workers of this one.
    put_report(&agent, server, &id(at, FIRST + 1), &report("Mesure : la fenêtre"))?;
    let mut most = before;
    while taken.load(Ordering::Relaxed) < DEVICES {
        if watch.elapsed() > PATIENCE {
            bail!("only {} of {DEVICES} were told", taken.load(Ordering::Relaxed));
        }
        std::thread::sleep(Duration::from_millis(20));
        most = most.max(server.memory_now()?);
    }
    let took = watch.elapsed().as_millis();
    Ok(vec![
        Row {
            what: format!("{engine}: {DEVICES} pushes to a local service"),
            figure: format!("{}.{} s", took / 1_000, took % 1_000 / 100),
            budget: "20 s".into(),
        },
        Row::plain(
            "  memory before, and most meanwhile",
            format!("{} / {}", megabytes(before), megabytes(most)),
        ),
    ])
}

/// A day, wherever it is noon: nobody is told at night.
fn noon(at: u64) -> String {
    match 12 - i64::try_from(at / 3_600_000 % 24).unwrap_or(12) {
        0 => "Etc/GMT".to_owned(),
        ahead @ 1.. => format!("Etc/GMT-{ahead}"),
        behind => format!("Etc/GMT+{}", -behind),
    }
}

fn subscribe(server: &Server, parcel: &str, at: u64, port: u16) -> Result<()> {
    let next = AtomicUsize::new(0);
    let phone = || -> Result<()> {
        let agent = ureq::agent();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= DEVICES {
                return Ok(());
            }
            let device = id(at, FIRST + 10 + n);
            let body = json!({
                "subscription": {
                    "endpoint": format!("http://127.0.0.1:{port}/p/{n}"), "keys": { "p256dh": P256DH, "auth": AUTH },
                },
                "lang": "fr", "zone": noon(at), "follows": [parcel.replace('-', "")],
            });
            let request = agent.put(format!("{}/api/v1/push/{device}", server.url));
            let key = device.replace('-', "");
            let mut answer = request
                .header("authorization", format!("Bearer {key}"))
                .send_json(&body)
                .context("PUT push")?;
            answer.body_mut().read_to_vec()?;
        }
    };
    std::thread::scope(|scope| {
        let phones: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(phone)).collect();
        for phone in phones {
            phone.join().map_err(|_| anyhow::anyhow!("a phone failed"))??;
        }
        Ok(())
    })
}

/// Its port, and how many messages it took; it ends with the process.
fn service() -> Result<(u16, Arc<AtomicUsize>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let taken = Arc::new(AtomicUsize::new(0));
    let count = taken.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let count = count.clone();
            // A connection that breaks off shows in the count.
            std::thread::spawn(move || take(&stream, &count).ok());
        }
    });
    Ok((port, taken))
}

/// Answers 201 to each request on one connection.
fn take(stream: &TcpStream, count: &AtomicUsize) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let (mut length, mut line) = (0, String::new());
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            match line.to_ascii_lowercase().trim_end().split_once(':') {
                Some(("content-length", value)) => length = value.trim().parse().unwrap_or(0),
                None if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        reader.read_exact(&mut vec![0; length])?;
        count.fetch_add(1, Ordering::Relaxed);
        let mut writer = stream;
        writer.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n")?;
    }
}
