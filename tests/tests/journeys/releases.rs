//! Two versions of the app from one build: a way to the server on which the app's script, or what the worker is made of,
//! still goes by the name it had in the version before.

use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, Method, redirect::Policy};
use testkit::host::Host;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the version before called itself.
const BEFORE: &str = "const VERSION = \"before-";
/// Headers that belong to one connection, and what a browser knows of a page: the server did not write the old one.
const OF_THE_LINE: [&str; 7] = [
    "host",
    "connection",
    "accept-encoding",
    "content-length",
    "transfer-encoding",
    "keep-alive",
    "if-none-match",
];

/// The way to the server; closes when dropped.
pub struct Releases {
    url: String,
    app: String,
    now: Arc<Mutex<Now>>,
    serving: tokio::task::JoinHandle<()>,
}

/// What is served.
#[derive(Clone, Copy)]
struct Now {
    old_pages: bool,
    old_worker: bool,
    busy: bool,
}

struct Way {
    server: String,
    app: String,
    old: String,
    client: Client,
    now: Arc<Mutex<Now>>,
}

impl Releases {
    /// A way on `host` to `server`, where pages and worker are those of the version before.
    pub async fn open(host: &Host, server: &str) -> Self {
        let listener = host.listen(host.ip(), 0).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        let page = client.get(server).send().await.expect("the home page").text().await.expect("its text");
        let app = page.split("data-app=\"").nth(1).and_then(|rest| rest.split('"').next());
        let app = app.expect("the app's script on the page").to_owned();
        let now = Arc::new(Mutex::new(Now { old_pages: true, old_worker: true, busy: false }));
        let old = "/assets/app-000000000000.js".to_owned();
        let way =
            Arc::new(Way { server: server.into(), app: app.clone(), old, client, now: Arc::clone(&now) });
        let listener = TcpListener::from_std(listener).expect("the port");
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&way)));
            }
        });
        Self { url, app, now, serving }
    }

    /// The address to visit instead of the server's.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The script of the newer version.
    pub fn app(&self) -> &str {
        &self.app
    }

    /// Pages are those of the newer version from now on, the worker too where `worker` says so.
    pub fn publish(&self, worker: bool) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        (now.old_pages, now.old_worker) = (false, !worker);
    }

    /// Whether the server is too busy for reports.
    pub fn set_busy(&self, busy: bool) {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).busy = busy;
    }
}

impl Drop for Releases {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A request: method, path, headers, body.
type Asked = (String, String, Vec<(String, String)>, Vec<u8>);

async fn answer(stream: TcpStream, way: Arc<Way>) {
    let mut stream = BufReader::new(stream);
    // Who leaves in the middle of a sentence is not answered.
    let Ok(Some(asked)) = read(&mut stream).await else { return };
    let answer = way.answer(asked).await.unwrap_or_else(|error| {
        format!("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n{error}").into_bytes()
    });
    let _ = stream.write_all(&answer).await;
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Asked>> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let mut words = line.split(' ').map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    let mut headers = vec![];
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.and_then(|(_, length)| length.parse().ok()).unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    Ok(Some((method, path, headers, body)))
}

impl Way {
    async fn answer(&self, (method, path, headers, body): Asked) -> reqwest::Result<Vec<u8>> {
        let now = *self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.busy && method != "GET" && path.starts_with("/api/") {
            let problem =
                "Content-Type: application/problem+json\r\nConnection: close\r\n\r\n{\"code\":\"busy\"}";
            return Ok(format!("HTTP/1.1 503 Busy\r\n{problem}").into_bytes());
        }
        let is_old = path == self.old;
        if is_old && !now.old_pages && !now.old_worker {
            return Ok(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n".to_vec());
        }
        let at = if is_old { &self.app } else { &path };
        let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
        let mut request = self.client.request(method, format!("{}{at}", self.server)).body(body);
        for (name, value) in headers.iter().filter(|(name, _)| !OF_THE_LINE.contains(&name.as_str())) {
            request = request.header(name, value);
        }
        let response = request.send().await?;
        let mut head = format!("HTTP/1.1 {}\r\nConnection: close\r\n", response.status());
        let passes = |name: &HeaderName| !OF_THE_LINE.contains(&name.as_str());
        for (name, value) in response.headers().iter().filter(|(name, _)| passes(name)) {
            head += &format!("{name}: {}\r\n", value.to_str().unwrap_or_default());
        }
        let is_page = response.headers().get("content-type").is_some_and(is_html);
        let body = response.bytes().await?.to_vec();
        let body = match (path.as_str(), is_page) {
            ("/sw.js", _) if now.old_worker => {
                self.older(&body).replace("const VERSION = \"", BEFORE).into_bytes()
            }
            (_, true) if now.old_pages => self.older(&body).into_bytes(),
            _ => body,
        };
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        Ok([head.into_bytes(), body].concat())
    }

    fn older(&self, text: &[u8]) -> String {
        String::from_utf8_lossy(text).replace(&self.app, &self.old)
    }
}

fn is_html(kind: &HeaderValue) -> bool {
    kind.to_str().is_ok_and(|kind| kind.starts_with("text/html"))
}
