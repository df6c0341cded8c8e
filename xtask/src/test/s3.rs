//! A throw-away service that speaks S3, for suite `it`: moto, by its own people, in a Python environment of ours.
//!
//! Keeps everything in memory; gone when the value is dropped.

use crate::signals::{self, Guarded};
use crate::{places, sh, tools};
use anyhow::{Context, Result, bail};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Name of the suite that leans on it.
pub const SUITE: &str = "it";
/// Names the variable that tells it the address.
pub const VARIABLE: &str = "VIGIE_TEST_S3";

const MOTO: &str = "moto[server]==5.2.5";

/// A running service.
pub struct S3 {
    port: u16,
    _server: Guarded,
}

impl S3 {
    /// Fetches it the first time, and starts it.
    pub fn start() -> Result<Self> {
        let program = places::target().join("moto/bin/moto_server");
        if !program.exists() {
            sh::step("fetching an S3 for tests", fetch)?;
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut server = Command::new(program);
        server.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = Guarded::new(server.spawn().context("cannot start moto_server")?);
        let health = format!("http://127.0.0.1:{port}/moto-api/");
        for _ in 0..600 {
            signals::check()?;
            if ureq::get(&health).call().is_ok() {
                return Ok(Self { port, _server: server });
            }
            if let Some(status) = server.0.try_wait()? {
                bail!("moto_server ended: {status}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("moto_server does not answer after 30 s")
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

fn fetch() -> Result<()> {
    // Debian keeps what makes environments apart.
    let whole = || sh::succeeds(sh::command("python3").args(["-c", "import ensurepip, venv"]));
    if !whole() && tools::may_install() {
        tools::apt_install(&["python3-venv"])?;
    }
    let home = places::target().join("moto");
    let made = sh::run(sh::command("python3").args(["-m", "venv"]).arg(&home));
    made.context("type: sudo apt-get install python3-venv")?;
    let pip = home.join("bin/pip");
    sh::run(sh::command(&pip.to_string_lossy()).args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        MOTO,
    ]))
}
