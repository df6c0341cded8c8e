//! A screen that nobody looks at, for the browser that cannot do without one.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::host::Host;

/// A running Xvfb. Ends when dropped.
#[derive(Debug)]
pub(crate) struct Display {
    process: Child,
    /// `:0`.
    pub(crate) name: String,
}

impl Display {
    /// Starts one under a name that nobody else has.
    pub(crate) fn start() -> Self {
        let mut process = Host::here()
            .command("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "3000x2000x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("setpriv ({error}): type `apt-get install util-linux`"));
        let mut number = String::new();
        let output = process.stdout.take().expect("Xvfb's output");
        let said = BufReader::new(output).read_line(&mut number);
        assert!(said.is_ok() && !number.is_empty(), "Xvfb does not start: type `apt-get install xvfb`");
        Self { process, name: format!(":{}", number.trim()) }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // Politely: it removes its lock from the shared folder.
        if let Ok(pid) = i32::try_from(self.process.id()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        let _ = self.process.wait();
    }
}
