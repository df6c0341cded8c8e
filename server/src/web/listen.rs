//! Taking connections: how many, and how long each may keep silent.
//!
//! Promises: whoever connects and says nothing, or a letter now and then, or never reads, is let go; memory per
//! connection is bounded; asked to end, requests in hand are finished. What a request may take in all is the router's.

use crate::web::asker::Peer;
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::net::SocketAddr;
use std::sync::Arc;
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
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the first silence to the end of a request's head: idle connections end so, too.
    pub head: Duration,
    /// Between two pieces of a body, and while nothing of an answer is read.
    pub silence: Duration,
    /// Connections at a time; the next ones wait at the door.
    pub connections: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(30), silence: Duration::from_secs(30), connections: 512 }
    }
}

/// Answers with `router` until `end`; then finishes what is in hand.
pub async fn serve(listener: TcpListener, router: Router, patience: Patience, end: impl Future<Output = ()>) {
    let room = Arc::new(Semaphore::new(patience.connections));
    let open = GracefulShutdown::new();
    tokio::pin!(end);
    loop {
        let taken = tokio::select! {
            taken = take(&listener, &room) => taken,
            () = &mut end => break,
        };
        let Some((stream, peer, place)) = taken else { continue };
        let conversation = converse(stream, peer, router.clone(), patience, open.watcher());
        tokio::spawn(async move {
            conversation.await;
            drop(place);
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

/// Answers one connection until it ends.
async fn converse(stream: TcpStream, peer: SocketAddr, router: Router, patience: Patience, end: Watcher) {
    // Without it, small answers may wait for more to come; where it cannot be had they do.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(patience.silence));
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(|body| Body::new(TimeoutBody::new(patience.silence, body)));
        request.extensions_mut().insert(Peer(peer.ip()));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_headers(MOST_HEADERS)
        .max_header_size(MOST_HEAD)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    // It ended well, or the other end went away: nothing to say of either.
    let _ = end.watch(connection).await;
}
