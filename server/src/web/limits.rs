//! How much one address may ask for in a short time.
//!
//! Promises: generous enough for a whole school behind one address on the day a ceiling comes down; addresses are kept
//! as salted hashes, in memory, for an hour at most; memory is bounded, whoever asks. What a phone is refused here it
//! keeps and sends later. Not limited: the app's own files, which cost next to nothing, and processes of this machine.

use crate::app::App;
use crate::edges::clock::Clock;
use crate::edges::ids;
use crate::error;
use crate::web::asker::{self, Asker, Peer};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use http::{HeaderMap, HeaderValue, Method, header};
use sha2::{Digest, Sha256};
use shared::problem::Code;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// How long a salt lives, and with it all that is known of an address.
const GENERATION: Duration = Duration::from_secs(3600);
/// Most addresses known at a time: those of a larger crowd begin anew together.
const MOST_ADDRESSES: usize = 50_000;
/// Bytes of a body that cost one of [`Class::Bytes`].
const UNIT: u64 = 64 * 1024;

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Pages, feeds, sitemaps.
    Pages,
    /// The API's answers, and pictures.
    Reads,
    /// Reports and the like.
    Words,
    /// Bytes of photos, 64 KiB of them at a time.
    Bytes,
}

impl Class {
    const ALL: [Self; 4] = [Self::Pages, Self::Reads, Self::Words, Self::Bytes];

    /// Its name in figures.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::Reads => "reads",
            Self::Words => "words",
            Self::Bytes => "bytes",
        }
    }

    /// A second's worth, and how much may come at once. A school of three hundred families, each with one report and
    /// five photos of 300 kB, within ten minutes: 600 words with the "moi aussi", 7,500 units, 18,000 reads.
    fn quota(self) -> Quota {
        let (second, at_once) = match self {
            Self::Pages => (20, 3_000),
            Self::Reads => (60, 12_000),
            Self::Words => (3, 1_000),
            Self::Bytes => (10, 12_000),
        };
        let count = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Quota::per_second(count(second)).allow_burst(count(at_once))
    }
}

/// What a request counts as, and for how much; nothing for what is free.
pub fn class(method: &Method, path: &str, length: Option<u64>) -> Option<(Class, NonZeroU32)> {
    let reading = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let free = ["/assets/", "/sw.js", "/manifest.webmanifest", "/favicon.ico", "/healthz"];
    let bytes = ["/api/v1/photos/", "/api/v1/uploads", "/partage", "/repondre/"];
    let under = |starts: &[&str]| starts.iter().any(|start| path.starts_with(start));
    let class = match path {
        _ if reading && under(&free) => return None,
        _ if !reading && under(&bytes) => Class::Bytes,
        _ if !reading => Class::Words,
        _ if under(&["/api/", "/photos/", "/documents/"]) => Class::Reads,
        _ => Class::Pages,
    };
    let units = if class == Class::Bytes { length.unwrap_or(0).div_ceil(UNIT) } else { 1 };
    Some((class, NonZeroU32::new(u32::try_from(units).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN)))
}

/// The clock as the buckets read it.
#[derive(Clone)]
struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.elapsed())
    }
}

type Buckets = RateLimiter<u64, HashMapStateStore<u64>, Ticks, NoOpMiddleware<Nanos>>;

/// What is known under one salt.
struct Generation {
    salt: [u8; 16],
    born: Duration,
    buckets: [Buckets; 4],
}

impl Generation {
    fn new(clock: &Clock) -> Self {
        let buckets =
            Class::ALL.map(|class| Buckets::hashmap_with_clock(class.quota(), Ticks(clock.clone())));
        Self { salt: ids::salt(), born: clock.elapsed(), buckets }
    }

    fn is_over(&self, now: Duration) -> bool {
        now.saturating_sub(self.born) > GENERATION
            || self.buckets.iter().any(|buckets| buckets.len() > MOST_ADDRESSES)
    }

    fn key(&self, address: IpAddr) -> u64 {
        let mut digest = Sha256::new_with_prefix(self.salt);
        match address {
            IpAddr::V4(address) => digest.update(address.octets()),
            IpAddr::V6(address) => digest.update(address.octets()),
        }
        let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(digest.finalize());
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

/// What every address has left.
pub struct Limits {
    clock: Clock,
    now: RwLock<Arc<Generation>>,
    warned: AtomicBool,
}

impl Limits {
    /// Nobody has asked for anything yet.
    pub fn new(clock: Clock) -> Self {
        Self { now: RwLock::new(Arc::new(Generation::new(&clock))), clock, warned: AtomicBool::new(false) }
    }

    /// Takes `units` of `class` from what `address` has left.
    ///
    /// # Errors
    /// How long to wait until there is enough again.
    pub fn take(&self, address: IpAddr, class: Class, units: NonZeroU32) -> Result<(), Duration> {
        let generation = self.generation();
        let [pages, reads, words, bytes] = &generation.buckets;
        let buckets = match class {
            Class::Pages => pages,
            Class::Reads => reads,
            Class::Words => words,
            Class::Bytes => bytes,
        };
        match buckets.check_key_n(&generation.key(asker::household(address)), units) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(early)) => Err(early.wait_time_from(buckets.clock().now())),
            // More than ever fits: the limit of the body's size will say so.
            Err(_) => Ok(()),
        }
    }

    fn generation(&self) -> Arc<Generation> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner).clone();
        if !now.is_over(self.clock.elapsed()) {
            return now;
        }
        let mut slot = self.now.write().unwrap_or_else(PoisonError::into_inner);
        if slot.is_over(self.clock.elapsed()) {
            *slot = Arc::new(Generation::new(&self.clock));
        }
        slot.clone()
    }

    /// Said once: behind a proxy that names nobody there is nobody to limit.
    fn warn_once(&self, app: &App) {
        if app.config.public_url.starts_with("https://") && !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!("the proxy does not say for whom it asks (X-Forwarded-For): nobody is limited");
        }
    }
}

/// Answers 429 to an address that asked for too much.
pub async fn apply(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some((class, units)) = class(request.method(), request.uri().path(), length(request.headers()))
    else {
        return next.run(request).await;
    };
    let peer = request.extensions().get::<Peer>().copied();
    let asker = peer.map(|Peer(ip)| asker::asker(&app.config.proxies, ip, request.headers()));
    match asker {
        Some(Asker::Address(address)) => {
            if let Err(wait) = app.limits.take(address, class, units) {
                app.metrics.limited(class);
                return too_many(wait);
            }
        }
        Some(Asker::Trusted) => app.limits.warn_once(&app),
        None => {}
    }
    next.run(request).await
}

/// Bytes that follow; who does not say how many is taken to send as many as go into a photo.
fn length(headers: &HeaderMap) -> Option<u64> {
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return u64::try_from(shared::photos::MAX_BYTES).ok();
    }
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_many(wait: Duration) -> Response {
    let mut response = error::answer(&Code::TooManyRequests.into());
    let seconds = wait.as_secs() + 1;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::instant::Instant;

    const ONE: NonZeroU32 = NonZeroU32::MIN;

    fn address(n: u8) -> IpAddr {
        IpAddr::from([203, 0, 113, n])
    }

    fn spend(limits: &Limits, who: IpAddr, class: Class, times: u32) -> u32 {
        (0..times).map(|_| u32::from(limits.take(who, class, ONE).is_ok())).sum()
    }

    #[test]
    fn requests_are_counted_by_what_they_cost() {
        let units = |n| NonZeroU32::new(n).unwrap();
        for (method, path, length, expected) in [
            (Method::GET, "/", None, Some((Class::Pages, ONE))),
            (Method::GET, "/nothing", None, Some((Class::Pages, ONE))),
            (Method::GET, "/assets/app.js", None, None),
            (Method::GET, "/healthz", None, None),
            (Method::GET, "/api/v1/places", None, Some((Class::Reads, ONE))),
            (Method::GET, "/photos/a/320.jpg", None, Some((Class::Reads, ONE))),
            (Method::HEAD, "/api/v1/uploads/x", None, Some((Class::Reads, ONE))),
            (Method::PUT, "/api/v1/reports/x", Some(60_000), Some((Class::Words, ONE))),
            (Method::DELETE, "/assets/app.js", None, Some((Class::Words, ONE))),
            (Method::PUT, "/api/v1/photos/x", Some(300_000), Some((Class::Bytes, units(5)))),
            (Method::PATCH, "/api/v1/uploads/x", None, Some((Class::Bytes, ONE))),
            (Method::POST, "/partage", Some(1 << 20), Some((Class::Bytes, units(16)))),
        ] {
            assert_eq!(class(&method, path, length), expected, "{method} {path}");
        }
    }

    #[test]
    fn a_school_behind_one_address_reports_on_the_day_a_ceiling_comes_down() {
        let clock = Clock::manual(Instant(0));
        let limits = Limits::new(clock.clone());
        let photo = NonZeroU32::new(5).unwrap();
        for family in 0..300 {
            assert_eq!(spend(&limits, address(1), Class::Words, 2), 2, "family {family}");
            assert_eq!(spend(&limits, address(1), Class::Pages, 10), 10, "family {family}");
            assert_eq!(spend(&limits, address(1), Class::Reads, 60), 60, "family {family}");
            for _ in 0..5 {
                assert!(limits.take(address(1), Class::Bytes, photo).is_ok(), "family {family}");
            }
            clock.advance(2_000);
        }
    }

    #[test]
    fn one_who_asks_for_too_much_waits_and_nobody_else_does() {
        let clock = Clock::manual(Instant(0));
        let limits = Limits::new(clock.clone());
        assert_eq!(spend(&limits, address(1), Class::Words, 1_500), 1_000);
        assert_eq!(spend(&limits, address(2), Class::Words, 1), 1);
        assert_eq!(spend(&limits, address(1), Class::Pages, 1), 1, "classes are apart");
        let wait = limits.take(address(1), Class::Words, ONE).unwrap_err();
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        clock.advance(1_000);
        assert_eq!(spend(&limits, address(1), Class::Words, 10), 3);
    }

    #[test]
    fn a_home_with_many_addresses_is_one() {
        let limits = Limits::new(Clock::manual(Instant(0)));
        let home = |n: u16| IpAddr::from([0x2001, 0xdb8, 0, 7, 0, 0, 0, n]);
        let taken: u32 = (0..1_500).map(|n| spend(&limits, home(n), Class::Words, 1)).sum();
        assert_eq!(taken, 1_000);
    }

    #[test]
    fn what_is_known_is_forgotten_within_the_hour_and_never_grows_without_end() {
        let clock = Clock::manual(Instant(0));
        let limits = Limits::new(clock.clone());
        let (salt, key) = (limits.generation().salt, limits.generation().key(address(1)));
        clock.advance(i64::try_from(GENERATION.as_millis()).unwrap() + 1);
        assert_ne!(limits.generation().salt, salt);
        assert_ne!(limits.generation().key(address(1)), key);
        for n in 0..120_000_u32 {
            assert!(limits.take(IpAddr::from(n.to_be_bytes()), Class::Pages, ONE).is_ok());
            assert!(limits.generation().buckets[0].len() <= MOST_ADDRESSES + 1);
        }
    }
}
