//! The server is asked to end while a report is half way in: it takes the other half, answers, and only then ends.

use testkit::wait::until;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{GOELANDS, World};

/// A report as a phone sends it; the server says "100 Continue" once its handler waits for the body.
fn request(body: &str) -> String {
    format!(
        "PUT /api/v1/reports/01990000-0000-7000-8000-000000000001 HTTP/1.1\r\nhost: vigie\r\n\
         authorization: Bearer {}\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        "5a".repeat(16),
        body.len()
    )
}

#[tokio::test]
async fn a_report_on_its_way_is_taken_before_the_server_ends() {
    let mut world = World::start().await;
    let address = world.server.url().replace("http://", "");
    let body = format!(r#"{{"place":"{}","category":"cour-jeux","observed_at":1788768000000}}"#, GOELANDS.id);
    let mut line = TcpStream::connect(&address).await.expect("the server listens");
    line.write_all(request(&body).as_bytes()).await.expect("the head leaves");
    let mut told = [0; 12];
    line.read_exact(&mut told).await.expect("the server waits for the body");
    assert_eq!(&told, b"HTTP/1.1 100");
    let (first, second) = body.split_at(body.len() / 2);
    line.write_all(first.as_bytes()).await.expect("half of it leaves");

    let rest = async {
        until("the server to take nobody new", async || match TcpStream::connect(&address).await {
            Ok(_) => Err("still listening"),
            Err(_) => Ok(()),
        })
        .await;
        line.write_all(second.as_bytes()).await.expect("the other half leaves");
        let mut answer = String::new();
        line.read_to_string(&mut answer).await.expect("an answer, then the end");
        assert!(answer.contains("HTTP/1.1 200 OK") && answer.contains("\"outcome\":\"new\""), "{answer}");
    };
    tokio::join!(world.server.stop(), rest);

    world.server.start().await;
    world.one_mail_each(&GOELANDS).await;
}
