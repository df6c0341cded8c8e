//! A tap in front of the server: lets everything through and counts how often each byte of an upload came by.

use std::net::{SocketAddr, TcpStream as Blocking};
use std::sync::{Arc, Mutex, PoisonError};

use testkit::host::Host;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The tap; closes when dropped.
pub struct Tap {
    host: Host,
    port: u16,
    counted: Counted,
    serving: tokio::task::JoinHandle<()>,
}

/// For each byte of the uploads seen, how often it came by.
type Counted = Arc<Mutex<Vec<u32>>>;

impl Tap {
    /// A tap on `host` in front of its port `of`. One upload at a time is told apart.
    pub fn open(host: &Host, of: u16) -> Self {
        let listener = host.listen(host.ip(), 0).expect("a port for the tap");
        let port = listener.local_addr().expect("the tap's address").port();
        let listener = TcpListener::from_std(listener).expect("the tap's port");
        let counted = Counted::default();
        let (seen, there, server) = (Arc::clone(&counted), host.clone(), SocketAddr::from((host.ip(), of)));
        let serving = tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                let behind = there.run(|| Blocking::connect(server)).and_then(|stream| {
                    stream.set_nonblocking(true)?;
                    TcpStream::from_std(stream)
                });
                if let Ok(behind) = behind {
                    tokio::spawn(pass(phone, behind, Arc::clone(&seen)));
                }
            }
        });
        Self { host: host.clone(), port, counted, serving }
    }

    /// The address to visit instead of the server's.
    pub fn url(&self) -> String {
        format!("http://{}:{}", self.host.ip(), self.port)
    }

    /// For each byte of the upload, how often it came by.
    pub fn counted(&self) -> Vec<u32> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn pass(phone: TcpStream, server: TcpStream, counted: Counted) {
    let (mut asked, mut to_phone) = phone.into_split();
    let (mut answered, mut to_server) = server.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut answered, &mut to_phone).await });
    let (mut reader, mut buffer) = (Reader::default(), [0; 4096]);
    while let Ok(length @ 1..) = asked.read(&mut buffer).await {
        reader.read(&buffer[..length], &counted);
        if to_server.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
    back.abort();
}

/// Where in a connection's requests we are: in a head, or in a body of so many bytes, for that offset of an upload.
#[derive(Default)]
struct Reader {
    head: Vec<u8>,
    left: usize,
    offset: Option<usize>,
}

impl Reader {
    fn read(&mut self, mut bytes: &[u8], counted: &Counted) {
        while let Some((&first, rest)) = bytes.split_first() {
            if self.left == 0 {
                self.head.push(first);
                bytes = rest;
                if self.head.ends_with(b"\r\n\r\n") {
                    self.begin();
                }
                continue;
            }
            let (body, rest) = bytes.split_at(self.left.min(bytes.len()));
            self.left -= body.len();
            bytes = rest;
            if let Some(offset) = &mut self.offset {
                let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
                let end = *offset + body.len();
                let most = counted.len().max(end);
                counted.resize(most, 0);
                counted[*offset..end].iter_mut().for_each(|times| *times += 1);
                *offset = end;
            }
        }
    }

    fn begin(&mut self) {
        let head = String::from_utf8_lossy(&self.head).to_lowercase();
        let number = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        self.left = number("content-length:").unwrap_or(0);
        self.offset = number("upload-offset:").filter(|_| head.starts_with("patch"));
        self.head.clear();
    }
}
