//! Chromium's driver as a process, and the commands beyond the standard that the phone needs.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::process::{Child, ChildStdout, Stdio};
use std::time::Duration;

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};

use crate::host::Host;

/// A running chromedriver. It and its browsers end when this is dropped.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Child,
    port: u16,
    /// Kept open: the driver would stumble over a closed pipe.
    _output: BufReader<ChildStdout>,
}

impl Driver {
    /// Starts one on a free port of this thread's loopback.
    pub(crate) fn start() -> Self {
        // In a process namespace of its own: when the driver goes, whatever it started goes.
        let mut process = Host::here()
            .command("unshare")
            .args(["--pid", "--fork", "--kill-child", "--", "chromedriver", "--port=0"])
            .env("LANGUAGE", "fr")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("setpriv ({error}): type `apt-get install util-linux`"));
        let mut output = BufReader::new(process.stdout.take().expect("chromedriver's output"));
        let port = port(&mut output);
        Self { process, port, _output: output }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks for the end, which closes the browsers, without a runtime: this runs while a test unwinds too.
    fn shut_down(&self) -> std::io::Result<()> {
        let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, self.port).into();
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        std::io::copy(&mut stream, &mut std::io::sink()).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let asked = self.shut_down();
        let _ = self.process.kill();
        let _ = self.process.wait();
        if let Err(error) = asked {
            eprintln!("chromedriver did not take its leave: {error}");
        }
    }
}

fn port(output: &mut impl BufRead) -> u16 {
    let mut said = String::new();
    while output.read_line(&mut said).is_ok_and(|length| length > 0) {
        let last = said.lines().last().unwrap_or_default();
        if let Some((_, port)) = last.split_once("started successfully on port ") {
            return port.trim_end_matches('.').parse().expect("chromedriver's port");
        }
    }
    panic!("chromedriver does not start: type `apt-get install chromium chromium-driver`\n{said}");
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

    /// What was logged on the console since the last time.
    pub(crate) fn console() -> Self {
        Self { path: "se/log", body: json!({ "type": "browser" }) }
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
