//! A browser's driver as a process, and the commands beyond the standard that the phone needs.

use std::fs::OpenOptions;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use fantoccini::wd::WebDriverCompatibleCommand;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::host::Host;
use crate::wait::until;

/// Processes after the first are numbered from `$0` on. Firefox tells by its number what the kernel says to it about
/// the network from what it says to others, so two browsers on one network may not have the same.
const NUMBERED: &str = "echo $0 > /proc/sys/kernel/ns_last_pid; exec \"$@\"";

/// A running driver. It and its browsers end when this is dropped.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts `program` on a free port of this thread's loopback and waits until it listens. `finish` completes its
    /// command; what it and its browser say ends up in a file under `home`.
    ///
    /// # Panics
    /// When it doesn't start; shows what it said.
    pub(crate) async fn start(program: &str, home: &Path, finish: impl FnOnce(&mut Command)) -> Self {
        let port = Host::here().free_port();
        let log = home.join("driver.log");
        let file = || OpenOptions::new().create(true).append(true).open(&log).expect("a log file");
        // In a process namespace of its own: when its first process goes, whatever it started goes.
        let mut command = Host::here().command("unshare");
        command.args(["--pid", "--fork", "--kill-child", "--", "sh", "-c", NUMBERED, &port.to_string()]);
        command.args([program, &format!("--port={port}")]);
        command.stdin(Stdio::null()).stdout(file()).stderr(file());
        finish(&mut command);
        let process = command
            .spawn()
            .unwrap_or_else(|error| panic!("setpriv ({error}): type `apt-get install util-linux`"));
        let mut driver = Self { process, port };
        until(&format!("{program} to listen"), async || {
            if let Ok(Some(ended)) = driver.process.try_wait() {
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                panic!(
                    "{program} does not start ({ended}); `cargo xtask test` installs it or says how\n{said}"
                );
            }
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await
        })
        .await;
        driver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The first process of the namespace.
    fn first(&self) -> Option<Pid> {
        let parent = self.process.id();
        let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
        Some(Pid::from_raw(children.split_whitespace().next()?.parse().ok()?))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // `unshare` ends once the first process of the namespace has, and that waits for all others: from then on
        // nobody writes into the profile.
        let asked = self.first().is_some_and(|first| kill(first, Signal::SIGKILL).is_ok());
        if !asked {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// A POST under the session that WebDriver itself doesn't know.
#[derive(Debug)]
pub(crate) struct Beyond {
    path: &'static str,
    body: Value,
}

impl Beyond {
    /// A command of the Chrome DevTools Protocol, to the current tab.
    pub(crate) fn devtools(command: &str, parameters: &Value) -> Self {
        Self { path: "goog/cdp/execute", body: json!({ "cmd": command, "params": parameters }) }
    }

    /// What Chromium logged on the console since the last time.
    pub(crate) fn console() -> Self {
        Self { path: "se/log", body: json!({ "type": "browser" }) }
    }

    /// Where Firefox runs scripts from now on: the page (`content`), or its own windows (`chrome`).
    pub(crate) fn context(name: &str) -> Self {
        Self { path: "moz/context", body: json!({ "context": name }) }
    }
}

impl WebDriverCompatibleCommand for Beyond {
    fn endpoint(
        &self,
        base: &reqwest::Url,
        session: Option<&str>,
    ) -> Result<reqwest::Url, <reqwest::Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &reqwest::Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(self.body.to_string()))
    }
}
