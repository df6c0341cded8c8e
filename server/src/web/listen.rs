//! Taking connections: how many, and how long each may keep silent.
//!
//! Promises: whoever connects and says nothing, or a letter now and then, or never reads, is let go; no address takes the
//! room of all the others; memory per connection is bounded; asked to end, requests in hand are finished. What a request may take in all is the router's.

use crate::config::Config;
use crate::web::asker::{self, Peer};
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use ipnet::IpNet;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;
use tower_http::timeout::TimeoutBody;

/// Most bytes of a request's line and headers.
const MOST_HEAD: usize = 16 * 1024;
/// Most headers of a request.
const MOST_HEADERS: usize = 64;
/// Bytes that wait in memory to be read or written, per connection.
const BUFFER: usize = 64 * 1024;

/// How patient the listener is, and with how many.
#[derive(Clone, Debug)]
pub struct Patience {
    /// From the first silence to the end of a request's head: idle connections end so, too.
    pub head: Duration,
    /// Between two pieces of a body, and while nothing of an answer is read.
    pub silence: Duration,
    /// Connections at a time; the next ones wait at the door.
    pub connections: usize,
    /// Connections of one address at a time; the next ones are let go at once.
    pub per_address: usize,
    /// Who is not counted so: they come for others.
    pub proxies: Vec<IpNet>,
}

impl Default for Patience {
    fn default() -> Self {
        let (head, silence) = (Duration::from_secs(30), Duration::from_secs(30));
        Self { head, silence, connections: 512, per_address: 512, proxies: Vec::new() }
    }
}

impl Patience {
    /// As set.
    pub fn of(config: &Config) -> Self {
        let (per_address, proxies) = (config.connections_per_address, config.proxies.clone());
        Self { per_address, proxies, ..Self::default() }
    }
}

/// Answers with `router` until `end`; then finishes what is in hand.
pub async fn serve(listener: TcpListener, router: Router, patience: Patience, end: impl Future<Output = ()>) {
    let room = Arc::new(Semaphore::new(patience.connections));
    let crowd = Crowd::default();
    let open = GracefulShutdown::new();
    tokio::pin!(end);
    loop {
        let taken = tokio::select! {
            taken = take(&listener, &room) => taken,
            () = &mut end => break,
        };
        let Some((stream, peer, place)) = taken else { continue };
        let Some(one) = crowd.enter(peer.ip(), &patience) else { continue };
        let conversation = converse(stream, peer, router.clone(), &patience, open.watcher());
        tokio::spawn(async move {
            conversation.await;
            drop((place, one));
        });
    }
    drop(listener);
    open.shutdown().await;
}

type Taken = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

/// The next connection, once there is room.
async fn take(listener: &TcpListener, room: &Arc<Semaphore>) -> Option<Taken> {
    let place = room.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            // Out of file descriptors, most likely: some are given back soon.
            tracing::warn!(%error, "a connection cannot be taken");
            tokio::time::sleep(Duration::from_millis(200)).await;
            None
        }
    }
}

/// How many connections each address holds now; nothing of those that hold none.
#[derive(Clone, Default)]
struct Crowd(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Crowd {
    /// One more of `address`, until the value is dropped; nothing when it holds as many as it may.
    fn enter(&self, address: IpAddr, patience: &Patience) -> Option<One> {
        let address = address.to_canonical();
        if patience.proxies.iter().any(|network| network.contains(&address)) {
            return Some(One(None));
        }
        let address = asker::household(address);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(address).or_default();
        if *count >= patience.per_address {
            return None;
        }
        *count += 1;
        drop(held);
        Some(One(Some((self.clone(), address))))
    }
}

/// A connection that is counted.
struct One(Option<(Crowd, IpAddr)>);

impl Drop for One {
    fn drop(&mut self) {
        let Some((crowd, address)) = &self.0 else { return };
        let mut held = crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = held.entry(*address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// Answers one connection until it ends.
fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    patience: &Patience,
    end: Watcher,
) -> impl Future<Output = ()> + use<> {
    let (head, silence) = (patience.head, patience.silence);
    // Without it, small answers may wait for more to come; where it cannot be had they do.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(silence));
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(|body| Body::new(TimeoutBody::new(silence, body)));
        request.extensions_mut().insert(Peer(peer.ip()));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_headers(MOST_HEADERS)
        .max_header_size(MOST_HEAD)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    let watched = end.watch(connection);
    // It ended well, or the other end went away: nothing to say of either.
    async move { drop(watched.await) }
}
