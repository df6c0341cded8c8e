//! What the trap asks of those who come: TLS, a login.
//!
//! Promises a certificate authority of its own for each trap, thrown away with it, and that what is asked for is needed: no
//! mail passes in the clear, nor without the right password.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::session::Line;

/// When TLS begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// Never.
    #[default]
    None,
    /// When the client asks for it; before that nothing is taken.
    StartTls,
    /// With the first byte.
    Implicit,
}

/// What is asked of those who come. Nothing, by default.
#[derive(Default)]
pub(crate) struct Guard {
    pub(crate) tls: Tls,
    /// What `AUTH PLAIN` has to say.
    pub(crate) login: Option<String>,
    acceptor: Option<TlsAcceptor>,
    folder: Option<TempDir>,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("tls", &self.tls).finish_non_exhaustive()
    }
}

impl Guard {
    /// With a certificate for `127.0.0.1`, if TLS is asked for.
    pub(crate) fn new(tls: Tls, login: Option<(&str, &str)>) -> Self {
        let login = login.map(|(user, password)| BASE64_STANDARD.encode(format!("\0{user}\0{password}")));
        if tls == Tls::None {
            return Self { login, ..Self::default() };
        }
        let (authority, config) = certified();
        let folder = TempDir::new().expect("a folder for the trap's certificate");
        std::fs::write(folder.path().join("ca.pem"), authority).expect("the trap's certificate");
        Self { tls, login, acceptor: Some(Arc::new(config).into()), folder: Some(folder) }
    }

    /// The authority's certificate, PEM.
    pub(crate) fn ca(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.path().join("ca.pem"))
    }

    /// The line as the conversation begins on it.
    pub(crate) async fn greet(&self, stream: TcpStream) -> io::Result<Box<dyn Line>> {
        match self.tls {
            Tls::Implicit => self.secure(Box::new(stream)).await,
            Tls::None | Tls::StartTls => Ok(Box::new(stream)),
        }
    }

    /// The same line, from now on under TLS.
    pub(crate) async fn secure(&self, stream: Box<dyn Line>) -> io::Result<Box<dyn Line>> {
        let acceptor = self.acceptor.as_ref().ok_or(io::ErrorKind::Unsupported)?;
        Ok(Box::new(acceptor.accept(stream).await?))
    }
}

/// A new authority's certificate, and a server that shows one of its making.
fn certified() -> (String, ServerConfig) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = CertifiedIssuer::self_signed(params, key).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("an address");
    let certificate = params.signed_by(&key, &authority).expect("a certificate");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the usual versions of TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("a certificate and its key");
    (authority.pem(), config)
}
