//! A network between a phone and a server that can really be cut.
//!
//! The test's thread moves into a network namespace of its own (the phone's), the server gets another one,
//! and a veth pair joins them. Cutting it takes the phone's end down, so that the browser sees what a phone
//! sees in a dead spot. The browser's driver stays reachable on the phone's loopback, and mail leaves on the
//! server's.
//!
//! The server's address, `127.77.0.1`, looks like the machine's own and is not: browsers give service workers
//! to https and to the machine itself only, and not every one has a switch for more. The phone's loopback is
//! narrowed, and the rest of it led through the cable.
//!
//! A thread of its own means: tests with a network run side by side without knowing each other, provided
//! that their runtime is the single-threaded one of `#[tokio::test]`.

use std::fs::File;
use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sched::{CloneFlags, unshare};
use tokio::net::TcpStream;
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::host::Host;
use crate::wait::until;

const SERVER: Ipv4Addr = Ipv4Addr::new(127, 77, 0, 1);
/// What the two ends of the cable are called on it.
const SERVER_ON_CABLE: &str = "10.77.0.1";
const PHONE_ON_CABLE: &str = "10.77.0.2";
const PHONE_END: &str = "vigie-phone";
const SERVER_END: &str = "vigie-server";

/// Where this thread's network namespace is seen.
const OWN_NAMESPACE: &str = "/proc/thread-self/ns/net";

/// The cable. Both namespaces vanish with the last process and socket in them.
#[derive(Debug)]
pub struct Network {
    server: Host,
}

impl Network {
    /// Moves this thread into a namespace of its own and lays the cable to the server's.
    ///
    /// # Panics
    /// Without the right to make namespaces, or without `ip`; says what to type.
    pub async fn lay() -> Self {
        let single =
            Handle::try_current().is_ok_and(|now| now.runtime_flavor() == RuntimeFlavor::CurrentThread);
        assert!(single, "a test with a network runs on the single-threaded runtime of #[tokio::test]");
        leave_for_a_new_namespace();
        ip(&["link", "set", "lo", "up"]);
        let server = std::thread::spawn(leave_for_a_new_namespace).join().expect("the server's namespace");
        let seen_as = format!("/proc/{}/fd/{}", std::process::id(), server.as_raw_fd());
        ip(&["link", "add", PHONE_END, "type", "veth", "peer", "name", SERVER_END]);
        ip(&["link", "set", SERVER_END, "netns", &seen_as]);
        let network = Self { server: Host::elsewhere(server, SERVER) };
        network.server.run(|| {
            ip(&["link", "set", "lo", "up"]);
            carry_loopback_addresses(SERVER_END);
            raise(SERVER_END, SERVER_ON_CABLE);
        });
        ip(&["address", "del", "127.0.0.1/8", "dev", "lo"]);
        ip(&["address", "add", "127.0.0.1/16", "dev", "lo"]);
        carry_loopback_addresses(PHONE_END);
        network.connect().await;
        network
    }

    /// Where the server lives.
    #[must_use]
    pub const fn server(&self) -> &Host {
        &self.server
    }

    /// The dead spot: nothing passes, and the phone knows. It loses its address and ends the connections made with
    /// it, as phones do: not every browser would drop them by itself.
    pub fn cut(&self) {
        ip(&["address", "flush", "dev", PHONE_END]);
        ip(&["link", "set", PHONE_END, "down"]);
        run("ss", &["--kill", "--tcp", "dst", &SERVER.to_string()]);
    }

    /// Four bars and nothing behind them: whatever is sent vanishes, and the phone believes in its network.
    pub fn swallow(&self) {
        let nobody = "02:00:00:00:00:99";
        ip(&["neigh", "replace", SERVER_ON_CABLE, "lladdr", nobody, "dev", PHONE_END, "nud", "permanent"]);
    }

    /// From now on what the phone sends passes at `rate` only, such as `40kbit`.
    pub fn slow_down(&self, rate: &str) {
        let queue = ["root", "tbf", "rate", rate, "burst", "4kb", "latency", "1s"];
        run("tc", &[&["qdisc", "replace", "dev", PHONE_END], &queue[..]].concat());
    }

    /// Back in reach, after [`Self::cut`] or [`Self::swallow`].
    pub async fn restore(&self) {
        // Taking the link down forgets the neighbour who swallowed everything.
        ip(&["link", "set", PHONE_END, "down"]);
        self.connect().await;
    }

    /// The routes went with the address: one to the server, and the one to everywhere else without which WebKit
    /// sees no network.
    async fn connect(&self) {
        raise(PHONE_END, PHONE_ON_CABLE);
        let server = SERVER.to_string();
        ip(&["route", "replace", &server, "via", SERVER_ON_CABLE, "dev", PHONE_END, "table", "local"]);
        ip(&["route", "replace", "default", "via", SERVER_ON_CABLE]);
        self.wait_for_an_answer().await;
    }

    /// The kernel needs up to a second to notice a link: "nobody at this port" is an answer too.
    async fn wait_for_an_answer(&self) {
        until("the server's end to answer", async || {
            let nobody = TcpStream::connect((SERVER, 9));
            match tokio::time::timeout(Duration::from_millis(100), nobody).await {
                Ok(Err(refused)) if refused.kind() == ErrorKind::ConnectionRefused => Ok(()),
                other => Err(other),
            }
        })
        .await;
    }
}

/// An address that appears a second after the link (IPv6 does) aborts the browser's requests under way:
/// only the one address, there from the start.
fn raise(link: &str, address: &str) {
    ip(&["link", "set", link, "addrgenmode", "none"]);
    ip(&["address", "replace", &format!("{address}/24"), "dev", link]);
    ip(&["link", "set", link, "up"]);
}

/// Linux drops packets of 127.0.0.0/8 anywhere but on the loopback, unless told otherwise.
fn carry_loopback_addresses(link: &str) {
    let switch = format!("/proc/sys/net/ipv4/conf/{link}/route_localnet");
    std::fs::write(&switch, "1").unwrap_or_else(|error| panic!("{switch}: {error}"));
}

fn leave_for_a_new_namespace() -> File {
    unshare(CloneFlags::CLONE_NEWNET).unwrap_or_else(|error| {
        panic!("no right to make a network namespace ({error}): type `unshare -Urn cargo xtask test`")
    });
    File::open(OWN_NAMESPACE).expect("this thread's network namespace")
}

fn ip(arguments: &[&str]) {
    run("ip", arguments);
}

fn run(program: &str, arguments: &[&str]) {
    let done = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let done = done.unwrap_or_else(|error| panic!("`{program}` ({error}): type `apt-get install iproute2`"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{program} {}: {said}", arguments.join(" "));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portal::Portal;

    async fn reach() -> Result<String, reqwest::Error> {
        let client = reqwest::Client::builder().timeout(Duration::from_millis(300)).build()?;
        client.get("http://127.77.0.1:8080/").send().await?.text().await
    }

    #[tokio::test]
    async fn what_is_cut_does_not_pass_and_passes_again_once_restored() {
        let network = Network::lay().await;
        let portal = Portal::open(network.server(), 8080, "<h1>hello</h1>");
        assert_eq!(reach().await.unwrap(), "<h1>hello</h1>");
        network.cut();
        reach().await.unwrap_err();
        network.restore().await;
        assert_eq!(reach().await.unwrap(), "<h1>hello</h1>");
        network.swallow();
        assert!(reach().await.unwrap_err().is_timeout());
        network.restore().await;
        assert_eq!(reach().await.unwrap(), "<h1>hello</h1>");
        assert!(portal.requests().len() >= 2);
    }

    #[tokio::test]
    async fn two_networks_of_the_same_addresses_do_not_know_each_other() {
        let network = Network::lay().await;
        reach().await.unwrap_err();
        drop(network);
    }
}
