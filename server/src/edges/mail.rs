//! Sending mail: a real SMTP server, or files where none is configured.

use anyhow::{Context, Result, bail};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// How long one conversation with the mail server may take, from the greeting to its last word. Shorter than a job's
/// lease; the client's own time-out covers the connection alone.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Replies that are final by their number, and yet speak of our account, not of a mailbox: it may be mended tomorrow.
const ABOUT_US: [&str; 4] = ["530", "534", "535", "538"];

/// Where mails go.
pub enum Mailer {
    /// An SMTP server.
    Smtp {
        /// The client.
        transport: AsyncSmtpTransport<Tokio1Executor>,
        /// How long one conversation may take.
        patience: Duration,
    },
    /// A folder of `.eml` files, for those who try Vigie out.
    Folder(PathBuf),
    /// Memory, for tests.
    Memory(Mutex<Vec<Message>>),
}

/// Why a mail did not leave.
#[derive(Debug)]
pub enum NotSent {
    /// It may leave later.
    Later(String),
    /// It never will as it is.
    Never(String),
}

impl Mailer {
    /// A mailer for an `smtp://` or `smtps://` URL (the forms of the `lettre` crate). `ca`: a PEM file of certificates to
    /// trust beside the system's.
    pub fn smtp(url: &str, ca: Option<&Path>, patience: Duration) -> Result<Self> {
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).context("not an SMTP URL")?;
        if let Some(ca) = ca {
            builder = builder.tls(trusting(ca, url).context("VIGIE_SMTP_CA")?);
        }
        Ok(Self::Smtp { transport: builder.timeout(Some(patience)).build(), patience })
    }

    /// A mailer that writes `.eml` files into `dir`.
    pub fn folder(dir: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
        Ok(Self::Folder(dir))
    }

    /// Sends `message`; `name` (the job's id) names the file where files are written, so that a repeat overwrites.
    pub async fn send(&self, name: &str, message: Message) -> Result<(), NotSent> {
        match self {
            Self::Smtp { transport, patience } => match timeout(*patience, transport.send(message)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) if is_final(&error) => Err(NotSent::Never(reason(&error))),
                Ok(Err(error)) => Err(NotSent::Later(reason(&error))),
                Err(_) => Err(NotSent::Later("SMTP silence".into())),
            },
            Self::Folder(dir) => tokio::fs::write(dir.join(format!("{name}.eml")), message.formatted())
                .await
                .map_err(|error| NotSent::Later(error.kind().to_string())),
            Self::Memory(sent) => {
                sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(message);
                Ok(())
            }
        }
    }

    /// Whether mails can leave now.
    pub async fn check(&self) -> Result<()> {
        if let Self::Smtp { transport, patience } = self {
            let answered = timeout(*patience, transport.test_connection()).await;
            let answered = answered
                .context("the mail server says nothing")?
                .context("the mail server does not answer")?;
            anyhow::ensure!(answered, "the mail server does not answer as one");
        }
        Ok(())
    }
}

/// The TLS that `url` asks for, trusting the certificates in `ca` as well.
fn trusting(ca: &Path, url: &str) -> Result<Tls> {
    let pem = std::fs::read(ca).with_context(|| format!("cannot read {}", ca.display()))?;
    let url = Url::parse(url).context("not an URL")?;
    let certificate = Certificate::from_pem(&pem).context("no certificate in the file")?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let parameters = TlsParameters::builder(host).add_root_certificate(certificate).build_rustls()?;
    let asked = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
    Ok(match (url.scheme(), asked.as_deref()) {
        ("smtps", _) => Tls::Wrapper(parameters),
        (_, Some("required")) => Tls::Required(parameters),
        (_, Some("opportunistic")) => Tls::Opportunistic(parameters),
        _ => bail!("VIGIE_SMTP_URL asks for no TLS: smtps://… or smtp://…?tls=required"),
    })
}

/// Whether repeating the same mail can never help.
fn is_final(error: &lettre::transport::smtp::Error) -> bool {
    let about_us = error.status().is_some_and(|code| ABOUT_US.contains(&code.to_string().as_str()));
    error.is_permanent() && !about_us
}

/// What may be written down of a failure: the reply's code or the kind of the fault, never the server's words, which may
/// quote an address.
fn reason(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("SMTP {code}"),
        None if error.is_timeout() => "SMTP time-out".into(),
        None if error.is_tls() || is_untrusted(error) => "SMTP TLS".into(),
        None => "SMTP connection".into(),
    }
}

/// Whether the handshake failed: rustls tells so from inside an error of input and output.
fn is_untrusted(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes.any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::InvalidData)
    })
}
