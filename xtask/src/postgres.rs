//! A throw-away PostgreSQL cluster from the installed binaries.
//!
//! Owns its folder and its process; both are gone when the value is dropped. Listens on loopback only, at a port of its
//! own. Durability is off where nobody measures: it lives for one run.

use crate::signals::Guarded;
use crate::{sh, tools};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const QUIET: [&str; 3] = ["max_connections=200", "listen_addresses=127.0.0.1", "log_min_messages=fatal"];
const FAST: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// A running cluster.
pub struct Postgres {
    port: u16,
    // Fields drop in order: the process ends before its folder goes.
    _server: Guarded,
    dir: TempDir,
}

impl Postgres {
    /// Makes and starts one. PostgreSQL refuses root, so root hands it to another user.
    pub fn start() -> Result<Self> {
        Self::with(&FAST)
    }

    /// The same, with everything on the disk that was committed: for measurements.
    pub fn durable() -> Result<Self> {
        Self::with(&[])
    }

    fn with(settings: &[&str]) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("vigie-postgres-").tempdir()?;
        let user = if tools::root() { Some(service_user()?) } else { None };
        if let Some(user) = &user {
            std::os::unix::fs::chown(dir.path(), Some(user.uid), Some(user.gid))?;
        }
        let data = dir.path().join("data");
        let mut initdb = program("initdb", user.as_ref())?;
        initdb
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
            .arg(&data);
        sh::read(&mut initdb).context("initdb")?;
        for _ in 0..5 {
            let port = free_port()?;
            let mut server = program("postgres", user.as_ref())?;
            server.arg("-D").arg(&data).arg("-k").arg(dir.path()).args(["-p", &port.to_string()]);
            server
                .args(QUIET.iter().chain(settings).flat_map(|setting| ["-c", setting]))
                .stdin(Stdio::null());
            let mut server = Guarded::new(server.spawn().context("cannot start postgres")?);
            if ready(&data, &mut server)? {
                return Ok(Self { port, _server: server, dir });
            }
        }
        bail!("PostgreSQL does not start")
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
}

/// A program of PostgreSQL, run as another user when we are root, and told to end when we die.
fn program(name: &str, user: Option<&User>) -> Result<Command> {
    let path = tools::find(name).with_context(|| format!("cannot find {name}"))?;
    let mut command = match (user, tools::find("setpriv")) {
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

/// `postgres`, or else `nobody`.
fn service_user() -> Result<User> {
    let passwd = fs::read_to_string("/etc/passwd")?;
    for wanted in ["postgres", "nobody"] {
        for line in passwd.lines() {
            let fields: Vec<&str> = line.split(':').collect();
            if let [name, _, uid, gid, ..] = fields[..]
                && name == wanted
            {
                return Ok(User { name: name.to_owned(), uid: uid.parse()?, gid: gid.parse()? });
            }
        }
    }
    bail!("PostgreSQL refuses root, and there is neither a user postgres nor nobody")
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Waits for the line in which the server says it is ready. False when it ended instead.
fn ready(data: &Path, server: &mut Guarded) -> Result<bool> {
    let said = || fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    for _ in 0..1_500 {
        crate::signals::check()?;
        if server.0.try_wait()?.is_some() {
            return Ok(false);
        }
        if said().lines().nth(7).is_some_and(|line| line.trim() == "ready") {
            return Ok(true);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    bail!("PostgreSQL is not ready after 30 s")
}
