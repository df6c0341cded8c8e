//! A server of its own for a measurement: the release binary, a temporary folder, the demonstration city.

use crate::signals::{self, Guarded};
use crate::{places, sh};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A running server.
pub struct Server {
    /// `http://127.0.0.1:…`
    pub url: String,
    // Fields drop in order: the process ends before its folder goes.
    process: Guarded,
    dir: TempDir,
    port: u16,
    /// Where it tells its figures.
    figures: u16,
    database: Option<String>,
}

impl Server {
    /// On SQLite, or on the PostgreSQL named.
    pub fn start(database: Option<&str>) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("vigie-bench-").tempdir()?;
        let (port, figures) = (free_port()?, free_port()?);
        let vigie = |verb: &str| command(&[verb], dir.path(), port, database);
        sh::read(&mut vigie("demo"))?;
        let log = fs::File::create(dir.path().join("log"))?;
        let mut serve = vigie("serve");
        serve.env("VIGIE_METRICS_LISTEN", format!("127.0.0.1:{figures}"));
        serve.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let process = Guarded::new(serve.spawn().context("cannot start vigie serve")?);
        let mut server = Self {
            url: format!("http://127.0.0.1:{port}"),
            process,
            dir,
            port,
            figures,
            database: database.map(str::to_owned),
        };
        server.wait()?;
        server.settle()?;
        Ok(server)
    }

    /// Until no job waits: what was put before must not be measured with what comes after.
    pub fn settle(&self) -> Result<()> {
        let metrics = format!("http://127.0.0.1:{}/metrics", self.figures);
        for _ in 0..1_200 {
            signals::check()?;
            let text = ureq::get(&metrics).call()?.body_mut().read_to_string()?;
            let waiting =
                text.lines().find(|line| line.starts_with("vigie_jobs{") && line.contains("waiting"));
            if waiting.context("no figure of jobs that wait")?.ends_with(" 0") {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        bail!("jobs still wait after ten minutes\n{}", self.complaints())
    }

    /// Another command of the binary on the same data, while it serves.
    pub fn vigie(&self, arguments: &[&str]) -> Command {
        command(arguments, self.dir.path(), self.port, self.database.as_deref())
    }

    /// Resident bytes, once start-up work has settled.
    pub fn idle_memory(&self) -> Result<u64> {
        std::thread::sleep(Duration::from_secs(3));
        self.memory("VmRSS:")
    }

    /// Resident bytes at this moment.
    pub fn memory_now(&self) -> Result<u64> {
        self.memory("VmRSS:")
    }

    /// The most bytes that were resident at once so far.
    pub fn most_memory(&self) -> Result<u64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, name: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such memory")?;
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes * 1024)
    }

    /// The end of what it logged, to be shown beside a failure.
    pub fn complaints(&self) -> String {
        let log = fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Processor time it has taken so far, on all cores.
    pub fn cpu(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.0.id()))?;
        // After the name in brackets; user and system time, in hundredths of a second.
        let fields: Vec<&str> = stat.rsplit(") ").next().context("no stat")?.split(' ').collect();
        let ticks = |n: usize| fields.get(n).and_then(|ticks| ticks.parse::<u64>().ok()).context("no times");
        Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
    }

    fn wait(&mut self) -> Result<()> {
        let health = format!("{}/healthz", self.url);
        for _ in 0..600 {
            signals::check()?;
            if ureq::get(&health).call().is_ok() {
                return Ok(());
            }
            if let Some(status) = self.process.0.try_wait()? {
                bail!("vigie serve ended: {status}\n{}", fs::read_to_string(self.dir.path().join("log"))?);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("vigie serve does not answer after 30 s")
    }
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn command(arguments: &[&str], dir: &Path, port: u16, database: Option<&str>) -> Command {
    let mut command = Command::new(places::server(false));
    configure(command.args(arguments), dir, port);
    if let Some(url) = database {
        command.env("VIGIE_DATABASE_URL", url);
    }
    command
}

fn configure(command: &mut Command, dir: &Path, port: u16) {
    let inherited = std::env::vars().map(|(name, _)| name).filter(|name| name.starts_with("VIGIE_"));
    for name in inherited {
        command.env_remove(name);
    }
    command.current_dir(dir);
    command.env("VIGIE_LISTEN", format!("127.0.0.1:{port}"));
    command.env("VIGIE_PUBLIC_URL", format!("http://127.0.0.1:{port}"));
    command.env("VIGIE_LOG", "warn");
    command.env("VIGIE_PUSH_SUBJECT", "mailto:vigie@example.org");
    command.env("VIGIE_PUSH_ALLOW_LOOPBACK", "true");
}
