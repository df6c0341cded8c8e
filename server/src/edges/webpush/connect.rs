//! Connecting to a push service: the one place where a name given by a stranger becomes an address.
//!
//! Promises: a name is resolved here, and the connection goes to the addresses judged here: a name that answers
//! otherwise the next time gains nothing. What is no name never gets this far ([`shared::push::endpoint::Policy`]).

use super::Answer;
use anyhow::Result;
use http_body_util::Full;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::{self, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use shared::push::endpoint::is_public;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tower::Service;

/// Speaks HTTP/1.1; follows no redirect, asks no proxy.
pub type Client = legacy::Client<HttpsConnector<HttpConnector<Guarded>>, Full<bytes::Bytes>>;

/// How long a connection that nobody uses is kept.
const IDLE: Duration = Duration::from_secs(30);
/// Connections kept to one service.
const MOST_IDLE: usize = 64;
/// What is said of a name without a public address.
const NOT_PUBLIC: &str = "no public address";

/// A client. `loopback`: this machine may be connected to as well, without TLS.
pub fn client(loopback: bool) -> Result<Client> {
    let mut http = HttpConnector::new_with_resolver(Guarded { loopback });
    http.enforce_http(false);
    http.set_connect_timeout(Some(Duration::from_secs(5)));
    http.set_nodelay(true);
    let builder = hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(tls()?);
    let builder = if loopback { builder.https_or_http() } else { builder.https_only() };
    let https = builder.enable_http1().wrap_connector(http);
    Ok(legacy::Client::builder(TokioExecutor::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(MOST_IDLE)
        .pool_timer(TokioTimer::new())
        .build(https))
}

/// TLS with the roots of the machine. Where it has none every connection fails, and is tried again later.
fn tls() -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Resolves names as the machine does, and lets through what is public.
#[derive(Clone, Copy, Debug)]
pub struct Guarded {
    loopback: bool,
}

impl Guarded {
    fn lets(self, address: SocketAddr) -> bool {
        is_public(address.ip()) || (self.loopback && address.ip().is_loopback())
    }
}

impl Service<Name> for Guarded {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let guard = *self;
        Box::pin(async move {
            // The port is the connector's to say.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let let_through: Vec<_> = found.filter(|address| guard.lets(*address)).collect();
            if let_through.is_empty() {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, NOT_PUBLIC));
            }
            Ok(let_through.into_iter())
        })
    }
}

/// Why there was no conversation, without the address.
pub fn failure(error: &Error) -> Answer {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        let denied = |io: &io::Error| io.kind() == io::ErrorKind::PermissionDenied;
        if inner.downcast_ref::<io::Error>().is_some_and(denied) {
            return Answer::Refused(NOT_PUBLIC.into());
        }
        cause = inner.source();
    }
    Answer::Later(None, if error.is_connect() { "connection" } else { "conversation" }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    /// The loopback has a name on every machine: a service of that name would be a way in.
    #[tokio::test]
    async fn a_name_that_leads_home_is_not_followed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let request = || Request::post(format!("https://localhost:{port}/")).body(Full::default()).unwrap();
        let error = client(false).unwrap().request(request()).await.unwrap_err();
        assert_eq!(failure(&error), Answer::Refused(NOT_PUBLIC.into()));
        let knock = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(knock.is_err(), "nobody knocked");

        let open = client(true).unwrap();
        let (answer, knock) = tokio::join!(open.request(request()), async {
            listener.accept().await.map(|(stream, _)| drop(stream))
        });
        assert!(knock.is_ok());
        assert_eq!(failure(&answer.unwrap_err()), Answer::Later(None, "connection".into()));
    }
}
