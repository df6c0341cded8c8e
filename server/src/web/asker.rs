//! For whom a request is made: the address that limits count by.
//!
//! A proxy is believed where a setting names it, and nobody else. Addresses are used and forgotten: never stored, never
//! logged.

use http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Where proxies append the address they speak for.
const FORWARDED: &str = "x-forwarded-for";

/// For whom a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// Somebody at this address.
    Address(IpAddr),
    /// A process of ours (a proxy's own question, a test, a bench), or a proxy that names nobody.
    Trusted,
}

/// Reads a list of addresses and networks: `127.0.0.0/8, ::1`.
pub fn networks(list: &str) -> Option<Vec<IpNet>> {
    let each = |word: &str| word.parse().ok().or_else(|| word.parse::<IpAddr>().ok().map(IpNet::from));
    list.split(',').map(str::trim).filter(|word| !word.is_empty()).map(each).collect()
}

/// Who asks, when `peer` speaks: the last address of the chain that is no proxy of ours. What stands before it in the
/// chain was written by somebody we do not know.
pub fn asker(proxies: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> Asker {
    let trusted = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    let peer = peer.to_canonical();
    if !trusted(&peer) {
        return Asker::Address(peer);
    }
    let named = headers.get_all(FORWARDED).iter().rev().flat_map(|line| {
        line.to_str().unwrap_or("?").split(',').rev().map(|word| address(word.trim())).collect::<Vec<_>>()
    });
    for address in named {
        match address {
            Some(address) if trusted(&address) => {}
            Some(address) => return Asker::Address(address),
            None => return Asker::Address(peer),
        }
    }
    Asker::Trusted
}

/// What one person may have many of counts once: the network of an IPv6 address.
pub fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// An address, with or without port and brackets.
fn address(word: &str) -> Option<IpAddr> {
    let bare = word.trim_start_matches('[').trim_end_matches(']');
    let read = bare.parse().ok().or_else(|| word.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    read.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(peer: &str, chain: &[&str]) -> Asker {
        let mut headers = HeaderMap::new();
        for line in chain {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        let proxies = networks("127.0.0.0/8, ::1, 10.0.0.7").unwrap();
        asker(&proxies, peer.parse().unwrap(), &headers)
    }

    #[test]
    fn a_proxy_is_believed_and_nobody_else() {
        let at = |address: &str| Asker::Address(address.parse().unwrap());
        for (peer, chain, expected) in [
            ("203.0.113.9", &[][..], at("203.0.113.9")),
            ("203.0.113.9", &["198.51.100.1"], at("203.0.113.9")),
            ("127.0.0.1", &["198.51.100.1"], at("198.51.100.1")),
            ("::ffff:127.0.0.1", &["198.51.100.1"], at("198.51.100.1")),
            ("127.0.0.1", &["9.9.9.9, 198.51.100.1"], at("198.51.100.1")),
            ("127.0.0.1", &["9.9.9.9", "198.51.100.1, 10.0.0.7"], at("198.51.100.1")),
            ("127.0.0.1", &["[2001:db8::1]:443"], at("2001:db8::1")),
            ("127.0.0.1", &["198.51.100.1:50123"], at("198.51.100.1")),
            ("127.0.0.1", &["9.9.9.9, unknown"], at("127.0.0.1")),
            ("127.0.0.1", &["10.0.0.7"], Asker::Trusted),
            ("127.0.0.1", &[], Asker::Trusted),
        ] {
            assert_eq!(ask(peer, chain), expected, "{peer} {chain:?}");
        }
    }

    #[test]
    fn a_home_counts_once() {
        let of = |text: &str| household(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("203.0.113.9"), "203.0.113.9");
    }

    #[test]
    fn a_list_is_read_whole_or_not_at_all() {
        assert_eq!(networks("").unwrap().len(), 0);
        assert_eq!(networks("10.0.0.0/8,::1").unwrap().len(), 2);
        assert_eq!(networks("10.0.0.0/8, caddy"), None);
    }
}
