//! A place where sockets are bound and processes start: this network namespace, or another one.
//!
//! A socket keeps for life the namespace of the thread that made it, so one short-lived helper thread per call is
//! all it takes; nothing else of the test process moves.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::os::fd::AsRawFd;
use std::process::Command;
use std::sync::Arc;

use nix::sched::{CloneFlags, setns};

/// A network namespace and the address it is reached at.
#[derive(Clone, Debug)]
pub struct Host {
    namespace: Option<Arc<File>>,
    ip: Ipv4Addr,
}

impl Host {
    /// The namespace the test runs in, on its loopback.
    #[must_use]
    pub const fn here() -> Self {
        Self { namespace: None, ip: Ipv4Addr::LOCALHOST }
    }

    /// Another namespace, held open by `namespace`, reached at `ip`.
    #[must_use]
    pub fn elsewhere(namespace: File, ip: Ipv4Addr) -> Self {
        Self { namespace: Some(Arc::new(namespace)), ip }
    }

    /// The address others reach this host at.
    #[must_use]
    pub const fn ip(&self) -> Ipv4Addr {
        self.ip
    }

    /// Does `work` on a thread that lives in this host's namespace.
    ///
    /// # Panics
    /// When the namespace can't be entered.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let Some(namespace) = &self.namespace else { return work() };
        std::thread::scope(|scope| {
            let there = scope.spawn(|| {
                setns(namespace, CloneFlags::CLONE_NEWNET).expect("enter the other network namespace");
                work()
            });
            there.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// A command that will run in this host's namespace, and that dies with this thread however it ends: a test
    /// that is killed leaves nothing behind.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]);
        if let Some(namespace) = &self.namespace {
            let seen_as = format!("--net=/proc/{}/fd/{}", std::process::id(), namespace.as_raw_fd());
            command.args(["nsenter", &seen_as, "--"]);
        }
        command.arg(program);
        command
    }

    /// Binds `ip:port` in this host's namespace; port 0 picks a free one.
    ///
    /// # Errors
    /// When the address is taken.
    pub fn listen(&self, ip: Ipv4Addr, port: u16) -> io::Result<TcpListener> {
        let listener = self.run(|| TcpListener::bind(SocketAddrV4::new(ip, port)))?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    }

    /// A port that nobody listens on at this moment.
    ///
    /// # Panics
    /// When no port is left.
    #[must_use]
    pub fn free_port(&self) -> u16 {
        let listener = self.listen(self.ip, 0).expect("a free port");
        listener.local_addr().expect("a bound address").port()
    }
}
