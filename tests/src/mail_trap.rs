//! A real SMTP server that keeps what it gets, and misbehaves on request.
//!
//! Promises real RFC 5321 answers (dots unstuffed, 8BITMIME, SMTPUTF8, SIZE) and that every wait ends.
//! Asks for TLS and a login where it is told to. Does not deliver anything anywhere.

use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::host::Host;
use crate::mail::Mail;
use crate::wait::PATIENCE;

mod guard;
mod session;

pub use guard::Tls;

use guard::Guard;

/// How the trap treats those who come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// Takes everything.
    #[default]
    Accept,
    /// Answers 550 to this recipient, for ever; others pass.
    RefuseRecipient(String),
    /// Answers 451 to every recipient: "come back later".
    RefuseForNow,
    /// Answers 451 to this recipient; others pass.
    RefuseRecipientForNow(String),
    /// Keeps the mail and drops the connection without the final answer: the sender can't know.
    DropAfterData,
    /// Greets nobody and answers nothing, connection open.
    Hang,
}

#[derive(Debug)]
pub(crate) struct Kept {
    mails: Mutex<Vec<Mail>>,
    behaviour: Mutex<Behaviour>,
    count: watch::Sender<usize>,
    guard: Guard,
}

impl Kept {
    pub(crate) fn keep(&self, mail: Mail) {
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.push(mail);
        self.count.send_replace(mails.len());
    }

    pub(crate) fn behaviour(&self) -> Behaviour {
        self.behaviour.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The trap. Stops listening when dropped.
#[derive(Debug)]
pub struct MailTrap {
    host: Host,
    port: u16,
    kept: Arc<Kept>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

impl MailTrap {
    /// A trap on loopback, on a free port.
    #[must_use]
    pub fn start() -> Self {
        Self::start_on(&Host::here())
    }

    /// A trap on the loopback of `host`: next to the server, so that mail leaves whatever happens to
    /// the phone's network.
    #[must_use]
    pub fn start_on(host: &Host) -> Self {
        Self::open(host, Guard::default())
    }

    /// A trap that asks for TLS, and for this user and password.
    #[must_use]
    pub fn guarded(tls: Tls, login: Option<(&str, &str)>) -> Self {
        Self::open(&Host::here(), Guard::new(tls, login))
    }

    /// # Panics
    /// When no port is free.
    fn open(host: &Host, guard: Guard) -> Self {
        let listener = host.listen(Ipv4Addr::LOCALHOST, 0).expect("a free port for the mail trap");
        let port = listener.local_addr().expect("a bound address").port();
        let kept = Arc::new(Kept {
            mails: Mutex::default(),
            behaviour: Mutex::default(),
            count: watch::Sender::new(0),
            guard,
        });
        let trap = Self { host: host.clone(), port, kept, listening: Mutex::default() };
        trap.serve(listener);
        trap
    }

    /// What `VIGIE_SMTP_URL` wants.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The same under the scheme that the trap's TLS wants, with `login` (`user:password@`, or nothing).
    #[must_use]
    pub fn url_as(&self, login: &str) -> String {
        let (scheme, query) = match self.kept.guard.tls {
            Tls::None => ("smtp", ""),
            Tls::StartTls => ("smtp", "?tls=required"),
            Tls::Implicit => ("smtps", ""),
        };
        format!("{scheme}://{login}127.0.0.1:{}{query}", self.port)
    }

    /// What `VIGIE_SMTP_CA` wants: the file of the certificate that signed the trap's.
    #[must_use]
    pub fn ca(&self) -> Option<PathBuf> {
        self.kept.guard.ca()
    }

    /// From now on, treat those who come like this.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.kept.behaviour.lock().unwrap_or_else(PoisonError::into_inner) = behaviour;
    }

    /// Refuses connections from now on. Those under way go on.
    pub async fn stop_listening(&self) {
        let task = self.listening.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            task.abort();
            // The socket is closed when the task is gone, not when it is told to go.
            let _ = task.await;
        }
    }

    /// Listens again, on the same port.
    ///
    /// # Panics
    /// When somebody took the port meanwhile.
    pub fn listen_again(&self) {
        let listener = self.host.listen(Ipv4Addr::LOCALHOST, self.port).expect("the mail trap's own port");
        self.serve(listener);
    }

    /// Everything kept so far, in order of arrival.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.kept.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What `address` received so far.
    #[must_use]
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.is_to(address)).collect()
    }

    /// Waits until at least `count` mails are there.
    pub async fn wait_for(&self, count: usize) -> Vec<Mail> {
        self.wait_until(&format!("{count} mails"), |mails| mails.len() >= count).await
    }

    /// Waits until what was received satisfies `enough`, with the usual [`PATIENCE`].
    pub async fn wait_until(&self, what: &str, enough: impl Fn(&[Mail]) -> bool) -> Vec<Mail> {
        self.wait_until_within(PATIENCE, what, enough).await
    }

    /// The same with another patience.
    ///
    /// # Panics
    /// When it is over; shows what was received.
    pub async fn wait_until_within(
        &self,
        patience: Duration,
        what: &str,
        enough: impl Fn(&[Mail]) -> bool,
    ) -> Vec<Mail> {
        let mut count = self.kept.count.subscribe();
        let arrived = count.wait_for(|_| enough(&self.mails()));
        let in_time = tokio::time::timeout(patience, arrived).await.is_ok();
        let mails = self.mails();
        let seen: Vec<_> = mails.iter().map(|mail| (mail.to.join(" "), mail.subject())).collect();
        assert!(in_time, "waited {patience:?} for {what}; received: {seen:#?}");
        mails
    }

    fn serve(&self, listener: std::net::TcpListener) {
        let kept = Arc::clone(&self.kept);
        let task = tokio::spawn(async move {
            if let Err(error) = accept_all(listener, &kept).await {
                eprintln!("mail trap: {error}");
            }
        });
        *self.listening.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }
}

impl Drop for MailTrap {
    fn drop(&mut self) {
        if let Some(task) = self.listening.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

async fn accept_all(listener: std::net::TcpListener, kept: &Arc<Kept>) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(session::talk(stream, Arc::clone(kept)));
    }
}

#[cfg(test)]
mod tests;
