//! A throw-away PostgreSQL cluster from the installed binaries: for `cargo xtask`, and for tests that pull it from under
//! a server.
//!
//! Owns its folder and its process; both are gone when the value is dropped. Listens on loopback only, at a port of its
//! own. Durability is off where nobody measures or counts on it: it lives for one run.

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const QUIET: [&str; 3] = ["max_connections=200", "listen_addresses=127.0.0.1", "log_min_messages=fatal"];
const FAST: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// A cluster, running unless it was stopped.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    settings: &'static [&'static str],
    server: Option<Child>,
    dir: TempDir,
}

impl Postgres {
    /// Makes and starts one. PostgreSQL refuses root, so root hands it to another user.
    ///
    /// # Errors
    /// When PostgreSQL is not installed, or does not start.
    pub fn start() -> Result<Self> {
        Self::with(&FAST)
    }

    /// The same, with everything on the disk that was committed: for measurements, and for who stops it at once.
    ///
    /// # Errors
    /// When PostgreSQL is not installed, or does not start.
    pub fn durable() -> Result<Self> {
        Self::with(&[])
    }

    fn with(settings: &'static [&'static str]) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("vigie-postgres-").tempdir()?;
        let user = service_user()?;
        if let Some(user) = &user {
            std::os::unix::fs::chown(dir.path(), Some(user.uid), Some(user.gid))?;
        }
        let mut cluster = Self { port: 0, settings, server: None, dir };
        let mut initdb = program("initdb", user.as_ref())?;
        initdb
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
            .arg(cluster.data());
        let made = initdb.stdout(Stdio::null()).status().context("cannot start initdb")?;
        ensure!(made.success(), "initdb failed ({made})");
        for _ in 0..5 {
            cluster.port = free_port()?;
            if cluster.run()? {
                return Ok(cluster);
            }
        }
        bail!("PostgreSQL does not start")
    }

    /// Starts it again on the same data and port.
    ///
    /// # Errors
    /// When it does not.
    pub fn start_again(&mut self) -> Result<()> {
        ensure!(self.run()?, "PostgreSQL does not start again");
        Ok(())
    }

    /// Stops it as a power cut would: nobody is asked, nothing is finished.
    ///
    /// # Errors
    /// When it does not run.
    pub fn stop_at_once(&mut self) -> Result<()> {
        self.stop(Signal::QUIT)
    }

    /// Where to connect.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Where to connect from another network namespace, which this one's loopback does not reach: the socket.
    pub fn socket_url(&self) -> String {
        let dir = self.dir.path().to_string_lossy().replace('/', "%2F");
        format!("postgres://postgres@localhost:{}/postgres?host={dir}", self.port)
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// What the server says of itself, line by line; its first word is its process.
    fn said(&self) -> String {
        fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default()
    }

    /// Starts the server; false when it ended instead.
    fn run(&mut self) -> Result<bool> {
        let mut server = program("postgres", service_user()?.as_ref())?;
        server.arg("-D").arg(self.data()).arg("-k").arg(self.dir.path()).args(["-p", &self.port.to_string()]);
        server.args(QUIET.iter().chain(self.settings).flat_map(|setting| ["-c", setting]));
        let server = server.stdin(Stdio::null()).spawn().context("cannot start postgres")?;
        let server = self.server.insert(server);
        for _ in 0..1_500 {
            if server.try_wait()?.is_some() {
                return Ok(false);
            }
            let said = fs::read_to_string(self.dir.path().join("data/postmaster.pid")).unwrap_or_default();
            if said.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
                return Ok(true);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("PostgreSQL is not ready after 30 s")
    }

    fn stop(&mut self, signal: Signal) -> Result<()> {
        let Some(mut server) = self.server.take() else { bail!("PostgreSQL does not run") };
        let pid = self.said().lines().next().and_then(|pid| pid.trim().parse().ok()).and_then(Pid::from_raw);
        kill_process(pid.unwrap_or_else(|| Pid::from_child(&server)), signal)?;
        server.wait()?;
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // One that is gone already is stopped.
        let _ = self.stop(Signal::INT);
    }
}

/// Folders where distributions hide its programs, newest first: `/usr/lib/postgresql/17/bin`, `…/15/bin`.
pub fn folders() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let mut versions: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    let number = |dir: &PathBuf| dir.file_name().and_then(|n| n.to_str()).and_then(|n| n.parse::<u32>().ok());
    versions.sort_by_key(|dir| std::cmp::Reverse(number(dir)));
    versions.into_iter().map(|dir| dir.join("bin")).collect()
}

fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<PathBuf> = std::env::split_paths(&path).chain(folders()).collect();
    dirs.into_iter().map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// A program of PostgreSQL, run as another user when we are root, and told to end when we die.
fn program(name: &str, user: Option<&User>) -> Result<Command> {
    let path = find(name).with_context(|| format!("cannot find {name}"))?;
    let mut command = match (user, find("setpriv")) {
        (Some(user), Some(setpriv)) => {
            let mut command = Command::new(setpriv);
            command
                .args([format!("--reuid={}", user.uid), format!("--regid={}", user.gid)])
                .args(["--clear-groups", "--pdeathsig=INT", "--"])
                .arg(path);
            command
        }
        (Some(user), None) => {
            let mut command = Command::new("runuser");
            command.args(["-u", &user.name, "--"]).arg(path);
            command
        }
        (None, _) => Command::new(path),
    };
    // Not the workspace: the other user may not be allowed in.
    command.current_dir(std::env::temp_dir());
    Ok(command)
}

struct User {
    name: String,
    uid: u32,
    gid: u32,
}

/// Whom root hands it to: `postgres`, or else `nobody`.
fn service_user() -> Result<Option<User>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd")?;
    for wanted in ["postgres", "nobody"] {
        for line in passwd.lines() {
            let fields: Vec<&str> = line.split(':').collect();
            if let [name, _, uid, gid, ..] = fields[..]
                && name == wanted
            {
                return Ok(Some(User { name: name.to_owned(), uid: uid.parse()?, gid: gid.parse()? }));
            }
        }
    }
    bail!("PostgreSQL refuses root, and there is neither a user postgres nor nobody")
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
