//! A push service of our own: RFC 8030 for the server, Mozilla's autopush protocol over WebSocket for a real Firefox.
//!
//! Promises to check what a service checks: the signature of VAPID (RFC 8292), that its audience is this service, that a
//! subscription is written to by whom it was made for; and to misbehave on request. [`receiver`] is a browser's half of
//! the encryption, for tests without a browser. What a browser has not acknowledged is kept, and told again when it comes
//! back. Does not replace what waits by its topic.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::host::Host;
use crate::wait::PATIENCE;

mod autopush;
mod posts;
pub mod receiver;
mod vapid;

use receiver::Receiver;

/// How the service treats who posts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// Takes what is right: 201; else 400, 401, 403, 410.
    #[default]
    Honest,
    /// Answers this, whatever comes.
    Status(u16),
    /// The same, and when to come back.
    RetryAfter(u16, &'static str),
    /// Answers 413 to more bytes than this.
    TakesUpTo(usize),
    /// Sends elsewhere.
    Redirect(String),
    /// Takes the request and says nothing.
    Hang,
}

/// A message as it arrived.
#[derive(Clone, Debug)]
pub struct Post {
    /// The subscription it was sent to.
    pub token: String,
    /// Header names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Encrypted.
    pub body: Vec<u8>,
    /// What the sender said of itself, signed.
    pub claims: Value,
    /// What it was answered; 0 where it was not.
    pub status: u16,
}

#[derive(Debug)]
struct Channel {
    /// Whose messages it takes: a public key in base64url; anybody's without.
    key: Option<String>,
    /// The browser it leads to, if there is one.
    browser: Option<Line>,
}

/// A browser's own name for a channel, and what it has not acknowledged.
#[derive(Debug)]
struct Line {
    agent: String,
    id: String,
    unheard: Vec<Value>,
}

#[derive(Debug)]
pub(crate) struct Kept {
    origin: String,
    behaviour: Mutex<Behaviour>,
    channels: Mutex<BTreeMap<String, Channel>>,
    /// Browsers that are there, by name.
    agents: Mutex<BTreeMap<String, mpsc::UnboundedSender<Value>>>,
    posts: Mutex<Vec<Post>>,
    acks: Mutex<Vec<Value>>,
    /// Only counts: for measuring.
    forgetful: bool,
    count: watch::Sender<usize>,
}

/// The service. Stops when dropped.
#[derive(Debug)]
pub struct PushService {
    kept: Arc<Kept>,
    web_socket: String,
    tasks: Vec<JoinHandle<()>>,
}

impl PushService {
    /// On loopback.
    #[must_use]
    pub fn start() -> Self {
        Self::start_on(&Host::here())
    }

    /// On another host.
    #[must_use]
    pub fn start_on(host: &Host) -> Self {
        Self::begin(host, false)
    }

    /// One that takes everything and remembers nothing but how much it was, as fast as it can.
    #[must_use]
    pub fn forgetful() -> Self {
        Self::begin(&Host::here(), true)
    }

    fn begin(host: &Host, forgetful: bool) -> Self {
        let listen = || host.listen(host.ip(), 0).expect("a port for the push service");
        let (posts, browsers) = (listen(), listen());
        let address =
            |listener: &std::net::TcpListener| listener.local_addr().expect("a bound address").to_string();
        let kept = Arc::new(Kept {
            origin: format!("http://{}", address(&posts)),
            behaviour: Mutex::default(),
            channels: Mutex::default(),
            agents: Mutex::default(),
            posts: Mutex::default(),
            acks: Mutex::default(),
            forgetful,
            count: watch::Sender::new(0),
        });
        let web_socket = format!("ws://{}/", address(&browsers));
        let tasks = vec![
            serve(posts, Arc::clone(&kept), |stream, kept| tokio::spawn(posts::talk(stream, kept))),
            serve(browsers, Arc::clone(&kept), |stream, kept| tokio::spawn(autopush::talk(stream, kept))),
        ];
        Self { kept, web_socket, tasks }
    }

    /// What Firefox's `dom.push.serverURL` wants.
    #[must_use]
    pub fn web_socket(&self) -> &str {
        &self.web_socket
    }

    /// What VAPID's audience has to be.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.kept.origin
    }

    /// From now on, treat those who post like this.
    pub fn behave(&self, behaviour: Behaviour) {
        *lock(&self.kept.behaviour) = behaviour;
    }

    /// A subscription without a browser; with the public key of whom it is for, as browsers ask for.
    #[must_use]
    pub fn subscribe(&self, key: Option<&str>) -> Receiver {
        let receiver = Receiver::new(&self.kept.origin);
        let channel = Channel { key: key.map(str::to_owned), browser: None };
        lock(&self.kept.channels).insert(receiver.token.clone(), channel);
        receiver
    }

    /// The subscription is given up: 410 from now on.
    pub fn give_up(&self, receiver: &Receiver) {
        lock(&self.kept.channels).remove(&receiver.token);
    }

    /// Everything posted so far, in order of arrival.
    #[must_use]
    pub fn posts(&self) -> Vec<Post> {
        lock(&self.kept.posts).clone()
    }

    /// The posts that were taken.
    #[must_use]
    pub fn taken(&self) -> Vec<Post> {
        self.posts().into_iter().filter(|post| post.status == 201).collect()
    }

    /// What browsers said of the messages they were given: code 100 is "delivered".
    #[must_use]
    pub fn acks(&self) -> Vec<Value> {
        lock(&self.kept.acks).clone()
    }

    /// Waits until so many were posted.
    ///
    /// # Panics
    /// When it takes too long.
    pub async fn wait_for(&self, posts: usize) {
        let mut count = self.kept.count.subscribe();
        let arrived = tokio::time::timeout(PATIENCE, count.wait_for(|count| *count >= posts)).await.is_ok();
        assert!(arrived, "waited for {posts} posts, {} came", *self.kept.count.borrow());
    }
}

impl Drop for PushService {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Kept {
    fn behaviour(&self) -> Behaviour {
        lock(&self.behaviour).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(
    listener: std::net::TcpListener,
    kept: Arc<Kept>,
    talk: fn(tokio::net::TcpStream, Arc<Kept>) -> JoinHandle<()>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let accepting = async {
            let listener = TcpListener::from_std(listener)?;
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                talk(stream, Arc::clone(&kept));
            }
            #[expect(unreachable_code, reason = "names the error's type")]
            io::Result::Ok(())
        };
        if let Err(error) = accepting.await {
            eprintln!("push service: {error}");
        }
    })
}

#[cfg(test)]
mod tests;
