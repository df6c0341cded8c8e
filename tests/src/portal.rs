//! A web server that answers the same page to everything, as a captive portal does: 200, HTML.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::host::Host;
use crate::wait::PATIENCE;

/// The portal. Closes its port and its connections when dropped.
#[derive(Debug)]
pub struct Portal {
    requests: Arc<Requests>,
    serving: tokio::task::JoinHandle<()>,
}

#[derive(Debug)]
struct Requests {
    lines: Mutex<Vec<String>>,
    count: watch::Sender<usize>,
}

/// What is answered where: a path and its mime type and content; anything else gets the page.
pub type Page = (&'static str, &'static str, &'static str);

impl Portal {
    /// Answers `page` to everybody at `host:port`.
    ///
    /// # Panics
    /// When the port is taken.
    #[must_use]
    pub fn open(host: &Host, port: u16, page: &'static str) -> Self {
        Self::with_pages(host, port, page, &[])
    }

    /// The same, but for some `pages`.
    ///
    /// # Panics
    /// When the port is taken.
    #[must_use]
    pub fn with_pages(host: &Host, port: u16, page: &'static str, pages: &'static [Page]) -> Self {
        let listener = host.listen(host.ip(), port).expect("the portal's port");
        let requests = Arc::new(Requests { lines: Mutex::default(), count: watch::Sender::new(0) });
        let seen = Arc::clone(&requests);
        let serving = tokio::spawn(async move {
            if let Err(error) = serve(listener, page, pages, &seen).await {
                eprintln!("portal: {error}");
            }
        });
        Self { requests, serving }
    }

    /// First lines of all requests so far: `PUT /api/v1/reports/1 HTTP/1.1`.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.requests.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until somebody asked something that begins with `start`.
    ///
    /// # Panics
    /// When nobody does within [`PATIENCE`]; shows what was asked.
    pub async fn wait_for(&self, start: &str) {
        let mut count = self.requests.count.subscribe();
        let asked = count.wait_for(|_| self.requests().iter().any(|line| line.starts_with(start)));
        let in_time = tokio::time::timeout(PATIENCE, asked).await.is_ok();
        assert!(in_time, "nobody asked `{start}` within {PATIENCE:?}: {:#?}", self.requests());
    }

    /// Closes the port, and is sure of it.
    pub async fn close(mut self) {
        self.serving.abort();
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(
    listener: std::net::TcpListener,
    page: &'static str,
    pages: &'static [Page],
    seen: &Arc<Requests>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let mut open = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        open.spawn(answer(stream, page, pages, Arc::clone(seen)));
    }
}

async fn answer(stream: TcpStream, page: &str, pages: &[Page], seen: Arc<Requests>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some((line, length)) = head(&mut stream).await? {
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        tokio::io::copy(&mut (&mut stream).take(length), &mut tokio::io::sink()).await?;
        let other = ("", "text/html; charset=utf-8", page);
        let (_, mime, content) = pages.iter().find(|(at, _, _)| *at == path).unwrap_or(&other);
        let length = content.len();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {mime}\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(format!("{head}{content}").as_bytes()).await?;
        let mut lines = seen.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line);
        seen.count.send_replace(lines.len());
    }
    Ok(())
}

/// The request's first line and the length of its body; `None` when the client is gone.
async fn head(stream: &mut BufReader<TcpStream>) -> io::Result<Option<(String, u64)>> {
    let mut lines = Vec::<String>::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let length = lines.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    Ok(lines.into_iter().next().map(|first| (first, length.unwrap_or(0))))
}
