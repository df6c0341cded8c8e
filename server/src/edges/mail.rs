//! Sending mail: a real SMTP server, or files where none is configured.

use anyhow::{Context, Result};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::timeout;

/// How long one conversation with the mail server may take, from the greeting to its last word. Shorter than a job's
/// lease; the client's own time-out covers the connection alone.
pub const PATIENCE: Duration = Duration::from_secs(30);

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
    /// A mailer for an `smtp://` or `smtps://` URL (the forms of the `lettre` crate).
    pub fn smtp(url: &str, patience: Duration) -> Result<Self> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).context("not an SMTP URL")?;
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
                Ok(Err(error)) if error.is_permanent() => Err(NotSent::Never(reason(&error))),
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

/// What may be written down of a failure: the reply's code or the kind of the fault, never the server's words, which may
/// quote an address.
fn reason(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("SMTP {code}"),
        None if error.is_timeout() => "SMTP time-out".into(),
        None if error.is_tls() => "SMTP TLS".into(),
        None => "SMTP connection".into(),
    }
}
