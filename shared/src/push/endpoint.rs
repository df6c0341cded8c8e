//! Where a push may be sent. An endpoint is an address given by a stranger: the server must not be talked into knocking
//! on doors of its own network.
//!
//! Owns the policy over names and the policy over addresses. Promises: what passes is read alike by every parser of
//! addresses, since only letters that mean the same to all of them pass. Does not resolve names: whoever connects asks
//! [`is_public`] about the very address it connects to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Services that browsers use.
pub const KNOWN: [&str; 4] =
    ["*.push.apple.com", "fcm.googleapis.com", "*.push.services.mozilla.com", "*.notify.windows.com"];

/// Longest endpoint taken.
pub const MAX_LENGTH: usize = 2_048;

/// Why an endpoint is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Not of the form `https://name/path`, or longer than is taken.
    Form,
    /// Another port than 443.
    Port,
    /// A number instead of a name.
    Number,
    /// A name of no service that is allowed.
    Service,
}

/// Which endpoints are allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Names of services; `*.` in front stands for any name below.
    pub services: Vec<String>,
    /// Whether a service on this machine is allowed too, without TLS and on any port: for tests.
    pub loopback: bool,
}

impl Default for Policy {
    /// What browsers use.
    fn default() -> Self {
        Self { services: KNOWN.map(str::to_owned).into(), loopback: false }
    }
}

impl Policy {
    /// The origin of an endpoint (RFC 6454, without the port that goes without saying): what VAPID calls its audience.
    ///
    /// # Errors
    /// Why it may not be sent to.
    pub fn origin(&self, endpoint: &str) -> Result<String, Refused> {
        let visible = endpoint.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte));
        if endpoint.len() > MAX_LENGTH || !visible || endpoint.contains('#') {
            return Err(Refused::Form);
        }
        let (scheme, rest) = endpoint.split_once("://").ok_or(Refused::Form)?;
        let (authority, _) = rest.split_once('/').ok_or(Refused::Form)?;
        if self.loopback && is_own(scheme, authority) {
            return Ok(format!("{scheme}://{authority}"));
        }
        if scheme != "https" {
            return Err(Refused::Form);
        }
        let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
        let host = host_name(host)?;
        if port != "443" {
            return Err(if is_port(port) { Refused::Port } else { Refused::Form });
        }
        if self.services.iter().any(|service| is_of(service, &host)) {
            Ok(format!("https://{host}"))
        } else {
            Err(Refused::Service)
        }
    }
}

/// Whether a word of a setting is the name of a service.
pub fn is_service(word: &str) -> bool {
    host_name(word.strip_prefix("*.").unwrap_or(word)).is_ok_and(|host| host.contains('.'))
}

/// A service on this machine: `http://127.…:8123`, `http://localhost:8123`.
fn is_own(scheme: &str, authority: &str) -> bool {
    let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
    let own = host == "localhost" || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    matches!(scheme, "http" | "https") && own && is_port(port)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// A name of labels, in lower case. What ends like a number may be read as one (127.1, 0x7f000001): it is no name.
fn host_name(host: &str) -> Result<String, Refused> {
    let host = host.to_ascii_lowercase();
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.starts_with('[') {
        return Err(Refused::Number);
    }
    if host.len() > 253 || !host.split('.').all(label) {
        return Err(Refused::Form);
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.starts_with(|first: char| first.is_ascii_digit()) { Err(Refused::Number) } else { Ok(host) }
}

fn is_of(service: &str, host: &str) -> bool {
    match service.strip_prefix('*') {
        Some(end) => host.len() > end.len() && host.ends_with(end),
        None => service == host,
    }
}

/// Whether an address is of the public internet: none of this machine, of its network, or reserved
/// (IANA special-purpose registries), also where IPv4 is written inside IPv6.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let special = v4.is_loopback()
        || v4.is_private()
        || v4.is_link_local()
        || v4.is_multicast()
        || v4.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b));
    !special
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let s = v6.segments();
    // Only 2000::/3 is handed out; within it, what leads back into IPv4 or nowhere.
    let global = (0x2000..0x4000).contains(&s[0]);
    let special = (s[0] == 0x2001 && (s[1] < 0x0200 || s[1] == 0x0db8))
        || s[0] == 0x2002
        || (s[0] == 0x3fff && s[1] < 0x1000);
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_goes_to_known_services_by_https_and_nowhere_else() {
        let policy = Policy::default();
        for (endpoint, expected) in [
            ("https://fcm.googleapis.com/fcm/send/abc:d_e-f", Ok("https://fcm.googleapis.com")),
            ("https://web.push.apple.com/QA?x=1", Ok("https://web.push.apple.com")),
            (
                "https://updates.push.services.mozilla.com:443/w",
                Ok("https://updates.push.services.mozilla.com"),
            ),
            ("https://DB5p.Notify.Windows.com/w/?token=B%2f", Ok("https://db5p.notify.windows.com")),
            ("http://fcm.googleapis.com/x", Err(Refused::Form)),
            ("https://fcm.googleapis.com:8443/x", Err(Refused::Port)),
            ("https://fcm.googleapis.com:0443/x", Err(Refused::Port)),
            ("https://fcm.googleapis.com:/x", Err(Refused::Form)),
            ("https://fcm.googleapis.com", Err(Refused::Form)),
            ("https://push.apple.com/x", Err(Refused::Service)),
            ("https://evilpush.apple.com/x", Err(Refused::Service)),
            ("https://fcm.googleapis.com.evil.example/x", Err(Refused::Service)),
            ("https://fcm.googleapis.com@evil.example/x", Err(Refused::Form)),
            ("https://user:pass@fcm.googleapis.com/x", Err(Refused::Form)),
            ("https://evil.example\\@fcm.googleapis.com/x", Err(Refused::Form)),
            ("https://evil.example#.push.apple.com/x", Err(Refused::Form)),
            ("https://evil.example?.push.apple.com/x", Err(Refused::Form)),
            ("https://fcm.googleapis.com\t/x", Err(Refused::Form)),
            ("https://fcm.googleapis.com./x", Err(Refused::Form)),
            ("https://ﬁ.push.apple.com/x", Err(Refused::Form)),
            ("https://127.0.0.1/x", Err(Refused::Number)),
            ("https://2130706433/x", Err(Refused::Number)),
            ("https://0x7f.1/x", Err(Refused::Number)),
            ("https://[::1]/x", Err(Refused::Number)),
            ("https://localhost/x", Err(Refused::Service)),
            ("file:///etc/passwd", Err(Refused::Form)),
            ("//fcm.googleapis.com/x", Err(Refused::Form)),
            ("", Err(Refused::Form)),
        ] {
            assert_eq!(policy.origin(endpoint), expected.map(str::to_owned), "{endpoint}");
        }
        let long = format!("https://fcm.googleapis.com/{}", "x".repeat(MAX_LENGTH));
        assert_eq!(policy.origin(&long), Err(Refused::Form));
    }

    #[test]
    fn a_service_of_this_machine_needs_its_own_word() {
        let open = Policy { loopback: true, ..Policy::default() };
        let own = "http://127.0.0.1:8123/p/1";
        assert_eq!(open.origin(own).as_deref(), Ok("http://127.0.0.1:8123"));
        assert_eq!(open.origin("http://localhost:80/").as_deref(), Ok("http://localhost:80"));
        assert_eq!(Policy::default().origin(own), Err(Refused::Form));
        for elsewhere in ["http://10.0.0.1:8123/p", "http://127.0.0.1.example/p", "http://127.0.0.1:/p"] {
            assert_eq!(open.origin(elsewhere), Err(Refused::Form), "{elsewhere}");
        }
    }

    #[test]
    fn the_list_is_widened_by_names_only() {
        for (word, good) in [
            ("push.example.org", true),
            ("*.push.example.org", true),
            ("*", false),
            ("*.", false),
            ("localhost", false),
            ("10.0.0.1", false),
            ("https://push.example.org", false),
            ("a.*.org", false),
        ] {
            assert_eq!(is_service(word), good, "{word}");
        }
        let wider = Policy { services: vec!["*.push.example.org".into()], loopback: false };
        assert!(wider.origin("https://a.b.push.example.org/x").is_ok());
        assert!(wider.origin("https://push.example.org/x").is_err());
    }

    #[test]
    fn an_address_of_the_house_is_told_from_one_of_the_world() {
        let public = |text: &str| is_public(text.parse().unwrap());
        for text in
            ["17.188.143.10", "142.250.1.1", "100.63.0.1", "198.17.0.1", "2a00:1450:4007::5", "2001:4860::1"]
        {
            assert!(public(text), "{text}");
        }
        for text in [
            "127.0.0.1",
            "127.77.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "3fff::1",
            "fec0::1",
        ] {
            assert!(!public(text), "{text}");
        }
    }
}
