//! What one address may ask for, and what is let go that never ends.

use crate::app::{TestApp, parcel, problem, swing};
use crate::both_engines;
use std::time::Duration;
use testkit::wait::until;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use vigie::router::router;
use vigie::web::listen::{self, Patience};

both_engines!(one_address_waits_and_the_others_do_not, a_phone_that_is_refused_keeps_and_sends_later);

const SOMEBODY: &str = "203.0.113.9";

async fn one_address_waits_and_the_others_do_not(app: TestApp) {
    let app = app.with_city().await;
    let ask = |address: &'static str| app.get("/ecoles").header("x-forwarded-for", address).send();
    let mut refused = None;
    for _ in 0..4_000 {
        let answer = ask(SOMEBODY).await.unwrap();
        if answer.status() == 429 {
            refused = Some(answer);
            break;
        }
        assert_eq!(answer.status(), 200);
    }
    let refused = refused.expect("it ends somewhere");
    assert_eq!(refused.headers()["retry-after"], "1");
    assert!(refused.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(refused.text().await.unwrap().contains("Beaucoup de monde"));
    assert_eq!(ask("203.0.113.10").await.unwrap().status(), 200);
    assert_eq!(app.get("/ecoles").send().await.unwrap().status(), 200, "a process of this machine");
    app.app.clock.advance(1_000);
    assert_eq!(ask(SOMEBODY).await.unwrap().status(), 200);
}

async fn a_phone_that_is_refused_keeps_and_sends_later(app: TestApp) {
    let app = app.with_city().await;
    let address = SOMEBODY.parse().unwrap();
    let class = vigie::web::limits::Class::Words;
    while app.app.limits.take(address, class, std::num::NonZeroU32::MIN).is_ok() {}
    let send = async || {
        let parcel = parcel(1);
        let request = app.put(&format!("/api/v1/reports/{}", parcel.id)).bearer_auth(parcel.key.reveal());
        request.header("x-forwarded-for", SOMEBODY).json(&swing()).send().await.unwrap()
    };
    assert_eq!(problem(send().await).await, (429, "too_many_requests".into(), None));
    assert!(!shared::problem::Code::TooManyRequests.is_final());
    app.app.clock.advance(1_000);
    assert_eq!(send().await.status(), 200);
    app.run_jobs().await;
}

/// A listener of little patience over the same app.
async fn hasty(app: &TestApp, connections: usize) -> std::net::SocketAddr {
    let short = Duration::from_millis(300);
    serve(app, Patience { head: short, silence: short, connections, ..Patience::default() }).await
}

async fn serve(app: &TestApp, patience: Patience) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(listen::serve(listener, router(app.app.clone()), patience, std::future::pending()));
    address
}

/// What comes until the other end hangs up.
async fn rest(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut said))
        .await
        .expect("it is let go");
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_says_nothing_or_a_letter_now_and_then_is_let_go() {
    let app = TestApp::sqlite().await.with_city().await;
    let address = hasty(&app, 8).await;
    for begun in ["", "GET / HT", "GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: "] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        assert!(!rest(&mut stream).await.contains(" 200 "), "{begun}");
    }
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(rest(&mut idle).await.contains(" 200 "), "answered, then let go");
    let mut body = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "PUT /api/v1/reports/{} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{{",
        parcel(1).id,
        parcel(1).key.reveal()
    );
    body.write_all(head.as_bytes()).await.unwrap();
    let said = rest(&mut body).await;
    assert!(
        said.contains(" 503 ") && said.contains("\"busy\"") && said.contains("retry-after: "),
        "not the phone's fault: {said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_too_large_is_refused() {
    let app = TestApp::sqlite().await;
    let address = hasty(&app, 8).await;
    for head in [format!("x-long: {}\r\n", "a".repeat(20_000)), "x-many: 1\r\n".repeat(100)] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let _ = stream.write_all(format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{head}\r\n").as_bytes()).await;
        assert!(rest(&mut stream).await.contains(" 431 "));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_silent_ones_keeps_nobody_out_for_long() {
    let app = TestApp::sqlite().await;
    let address = hasty(&app, 4).await;
    let mut silent = Vec::new();
    for _ in 0..12 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    until("an answer behind the silent ones", async || {
        let answer = reqwest::get(format!("http://{address}/healthz")).await;
        answer.map(|answer| answer.status().as_u16()).map_err(|error| error.to_string())
    })
    .await;
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_holds_many_connections_leaves_room_for_the_others() {
    let app = TestApp::sqlite().await;
    let proxies = vec!["127.0.0.9/32".parse().unwrap()];
    let patience = Patience { connections: 8, per_address: 3, proxies, ..Patience::default() };
    let address = serve(&app, patience).await;
    let connect = async |from: &str| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
        socket.connect(address).await.unwrap()
    };
    let answers = async |stream: &mut TcpStream| {
        let asked = stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let mut said = [0; 15];
        asked.is_ok() && stream.read_exact(&mut said).await.is_ok() && said.ends_with(b" 200 OK")
    };
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(connect("127.0.0.1").await);
    }
    for stream in &mut held {
        assert!(answers(stream).await, "as many as it may");
    }
    assert!(!answers(&mut connect("127.0.0.1").await).await, "one too many");
    assert!(answers(&mut connect("127.0.0.2").await).await, "somebody else");
    for _ in 0..4 {
        held.push(connect("127.0.0.9").await);
    }
    assert!(answers(&mut held[6]).await, "a proxy comes for many");
    held.remove(0);
    until("its place to be free again", async || {
        if answers(&mut connect("127.0.0.1").await).await { Ok(()) } else { Err("not yet") }
    })
    .await;
}
