//! A bad line: a relay between one phone and the server that cuts what passes in the middle of a request or of an answer.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How many of a hundred connections of a bad line are cut.
const CUT: u8 = 30;

/// What becomes of one connection, in bytes that pass each way.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Whole,
    /// In the middle of what the phone says.
    CutSaying(u64),
    /// The same, but somebody on the way closes it orderly and would carry an answer.
    HalfClosed(u64),
    /// In the middle of what it hears; at none, the server did it all and the phone knows nothing.
    CutHearing(u64),
}

impl Fate {
    fn draw(chance: &mut fastrand::Rng) -> Self {
        if chance.u8(..100) >= CUT {
            return Self::Whole;
        }
        // Words are short, pieces of photos are long.
        let most = chance.choice([400, 2_000, 60_000]).unwrap_or(400);
        match chance.u8(..5) {
            0 | 1 => Self::CutSaying(chance.u64(..most)),
            2 => Self::HalfClosed(chance.u64(..most)),
            3 => Self::CutHearing(0),
            _ => Self::CutHearing(chance.u64(..500)),
        }
    }
}

/// The relay; gone when dropped.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Line {
    pub async fn to(server: SocketAddr, mut chance: fastrand::Rng) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let task = tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                tokio::spawn(carry(phone, server, Fate::draw(&mut chance)));
            }
        });
        Self { address, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(mut phone: TcpStream, server: SocketAddr, fate: Fate) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let (says, hears) = match fate {
        Fate::Whole => (u64::MAX, u64::MAX),
        Fate::CutSaying(bytes) | Fate::HalfClosed(bytes) => (bytes, u64::MAX),
        Fate::CutHearing(bytes) => (u64::MAX, bytes),
    };
    let (phone_says, mut phone_hears) = phone.split();
    let (mut server_says, mut server_hears) = server.split();
    let saying = async {
        let passed = copy(&mut phone_says.take(says), &mut server_hears).await;
        if matches!(fate, Fate::HalfClosed(_)) && passed.is_ok_and(|passed| passed == says) {
            let _ = server_hears.shutdown().await;
            std::future::pending::<()>().await;
        }
    };
    let hearing = async {
        // It has begun to answer: what it did is done, however little of it passes.
        let _ = server_says.peek(&mut [0]).await;
        let _ = copy(&mut server_says.take(hears), &mut phone_hears).await;
    };
    tokio::select! { () = saying => {}, () = hearing => {} }
}
