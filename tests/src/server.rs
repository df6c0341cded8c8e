//! The real `vigie` binary, as a process that can be killed and started again on the same data.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::{SocketAddrV4, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::host::Host;
use crate::mail_trap::MailTrap;
use crate::wait::until;

/// Names the variable that holds the path of the binary.
pub const VARIABLE: &str = "VIGIE_BIN";

/// How many of the log's last lines a failing test shows.
const LOG_SHOWN: usize = 60;

/// A server with data of its own. Killed, and its data removed, when dropped.
#[derive(Debug)]
pub struct Server {
    host: Host,
    port: u16,
    smtp: String,
    settings: Vec<(&'static str, String)>,
    data: TempDir,
    log: PathBuf,
    process: Option<Child>,
}

impl Server {
    /// A server that isn't running yet, on a free port of `host`, its mail going to `trap`.
    ///
    /// # Panics
    /// When there is no room for its data.
    #[must_use]
    pub fn new(host: &Host, trap: &MailTrap) -> Self {
        let data = tempfile::Builder::new().prefix("vigie-").tempdir().expect("room for the server's data");
        Self {
            host: host.clone(),
            port: host.free_port(),
            smtp: trap.url(),
            settings: Vec::new(),
            log: data.path().join("server.log"),
            data,
            process: None,
        }
    }

    /// Another setting, by the name of its variable; from the next start on.
    pub fn set(&mut self, variable: &'static str, value: impl Into<String>) {
        self.settings.push((variable, value.into()));
    }

    /// Where its log is written, from the next start on.
    pub fn keep_log_in(&mut self, folder: &Path) {
        self.log = folder.join("server.log");
    }

    /// The folder of its data, where nothing else was set.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The public address, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}:{}", self.host.ip(), self.port)
    }

    /// The port it listens on, for who wants to stand in for it.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// `vigie import <what> <file>`, to its end; returns what it said.
    pub async fn import(&self, what: &str, file: &Path) -> String {
        self.command(&["import", what, &file.to_string_lossy()]).await
    }

    /// Any other command of the binary on this server's data and in its place, to its end; returns what it said.
    ///
    /// # Panics
    /// When it fails.
    pub async fn command(&self, arguments: &[&str]) -> String {
        let mut command = tokio::process::Command::from(self.vigie(arguments));
        let done = command.stdin(Stdio::null()).output().await.expect("the vigie binary runs");
        let said =
            [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(done.status.success(), "vigie {}: {}\n{said}", arguments.join(" "), done.status);
        said
    }

    /// Starts, or starts again on the same data and port, and waits until it answers.
    ///
    /// # Panics
    /// When it ends instead, or never answers.
    pub async fn start(&mut self) {
        self.launch();
        self.ready().await;
    }

    /// Starts, and doesn't wait.
    ///
    /// # Panics
    /// When there is no binary.
    pub fn launch(&mut self) {
        let log = || OpenOptions::new().create(true).append(true).open(&self.log).expect("a log file");
        let mut command = self.vigie(&["serve"]);
        command.stdin(Stdio::null()).stdout(log()).stderr(log());
        self.process = Some(command.spawn().expect("the vigie binary starts"));
    }

    /// Waits until it answers.
    ///
    /// # Panics
    /// When it ends instead, or never answers.
    pub async fn ready(&mut self) {
        until("the server to answer /healthz", async || {
            if let Some(ended) = self.process.as_mut().and_then(|process| process.try_wait().ok().flatten()) {
                panic!("vigie serve ended ({ended}):\n{}", self.log());
            }
            self.look_at_health()
        })
        .await;
    }

    /// `kill -9`: no goodbye.
    pub fn kill9(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// SIGSTOP: it holds what it has and answers nothing, until [`Self::thaw`].
    ///
    /// # Panics
    /// When it doesn't run.
    pub fn freeze(&self) {
        kill(self.pid(), Signal::SIGSTOP).expect("the server takes a signal");
    }

    /// SIGCONT: it goes on with what it had.
    ///
    /// # Panics
    /// When it doesn't run.
    pub fn thaw(&self) {
        kill(self.pid(), Signal::SIGCONT).expect("the server takes a signal");
    }

    fn pid(&self) -> Pid {
        let process = self.process.as_ref().expect("a running server");
        Pid::from_raw(i32::try_from(process.id()).expect("a process id"))
    }

    /// SIGTERM; waits until it has finished what it had in hand.
    ///
    /// # Panics
    /// When it never ends.
    pub async fn stop(&mut self) -> Option<ExitStatus> {
        let pid = self.process.is_some().then(|| self.pid())?;
        let process = self.process.as_mut()?;
        kill(pid, Signal::SIGTERM).expect("the server takes a signal");
        let ended = until("the server to end after SIGTERM", async || match process.try_wait() {
            Ok(Some(ended)) => Ok(ended),
            other => Err(other),
        });
        let ended = ended.await;
        self.process = None;
        assert!(ended.success(), "{ended}\n{}", self.log());
        Some(ended)
    }

    /// GETs `path`, such as `/api/v1/places`, and reads the JSON.
    ///
    /// # Panics
    /// On anything but a JSON answer of success.
    pub async fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_slice(&self.bytes(path).await).unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    /// GETs `path`, again for as long as the server says that it will be there soon.
    ///
    /// # Panics
    /// On anything but an answer of success.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        let answer = until("what is asked for to be ready", async || {
            let answer = reqwest::get(self.url() + path).await;
            match answer {
                Ok(later) if later.headers().contains_key("retry-after") => Err(later),
                answer => Ok(answer.and_then(reqwest::Response::error_for_status)),
            }
        });
        let answer = answer.await.unwrap_or_else(|error| panic!("GET {path}: {error}\n{}", self.log()));
        answer.bytes().await.expect("a whole answer").to_vec()
    }

    /// All that it said so far.
    #[must_use]
    pub fn whole_log(&self) -> String {
        let mut text = String::new();
        let _ = File::open(&self.log).and_then(|mut file| file.read_to_string(&mut text));
        text
    }

    /// The end of what it said so far.
    #[must_use]
    pub fn log(&self) -> String {
        let text = self.whole_log();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_SHOWN)..].join("\n")
    }

    fn vigie(&self, arguments: &[&str]) -> Command {
        let binary = std::env::var(VARIABLE)
            .unwrap_or_else(|_| panic!("{VARIABLE} is not set: run through `cargo xtask test`"));
        let data = self.data.path();
        let mut command = self.host.command(binary);
        command
            .args(arguments)
            .current_dir(data)
            .env("VIGIE_LISTEN", format!("{}:{}", self.host.ip(), self.port))
            .env("VIGIE_PUBLIC_URL", self.url())
            .env("VIGIE_DATABASE_URL", format!("sqlite://{}", data.join("vigie.db").display()))
            .env("VIGIE_BLOBS", format!("file://{}", data.join("blobs").display()))
            .env("VIGIE_SMTP_URL", &self.smtp)
            .envs(self.settings.iter().map(|(variable, value)| (variable, value)));
        command
    }

    /// One request from the server's own side, so that a cut network doesn't hide a running server.
    fn look_at_health(&self) -> std::io::Result<()> {
        let address = SocketAddrV4::new(self.host.ip(), self.port).into();
        let mut stream = self.host.run(|| TcpStream::connect_timeout(&address, Duration::from_secs(1)))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: vigie\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let first = answer.lines().next().unwrap_or_default();
        if first.contains(" 200 ") { Ok(()) } else { Err(std::io::Error::other(first.to_owned())) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill9();
        if std::thread::panicking() {
            eprintln!("---- end of the server's log ----\n{}\n----", self.log());
        }
    }
}
