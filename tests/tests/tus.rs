//! Resumable uploads as others understand them: tus-js-client, unchanged, in Node, against the real server, through a
//! `kill -9` in the middle. Run through `cargo xtask test`, which fetches the client.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails here")]

use std::path::PathBuf;
use std::process::Stdio;

use testkit::host::Host;
use testkit::mail_trap::MailTrap;
use testkit::photo;
use testkit::server::Server;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{ChildStdout, Command};

/// Names the variable that holds the folder of the client, as `xtask` prepared it.
const VARIABLE: &str = "VIGIE_NODE";

/// What the client says, line by line: a word and a value.
struct Said(Lines<BufReader<ChildStdout>>);

impl Said {
    /// The next line of `word` that `is` the one.
    async fn until(&mut self, word: &str, is: impl Fn(&str) -> bool) -> String {
        loop {
            let line = self.0.next_line().await.expect("readable output");
            let line = line.unwrap_or_else(|| panic!("the client ended before it said “{word}”"));
            match line.split_once(' ') {
                Some((said, value)) if said == word && is(value) => return value.to_owned(),
                _ => {}
            }
        }
    }
}

/// A photo of that many bytes: a small one with comments between its first segments.
fn photo_of(bytes: usize) -> Vec<u8> {
    let small = photo::small((43.05, 5.02), 300).bytes;
    let (start, rest) = small.split_at(2);
    let (mut noise, mut comments) = (1_u32, Vec::new());
    while small.len() + comments.len() < bytes {
        let length = (bytes - small.len() - comments.len()).clamp(4, 65_535) - 2;
        comments.extend([0xFF, 0xFE]);
        comments.extend(u16::try_from(length).expect("a short segment").to_be_bytes());
        comments.extend((2..length).map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            noise.to_be_bytes()[0]
        }));
    }
    [start, &comments, rest].concat()
}

async fn offset(url: &str) -> usize {
    let head = reqwest::Client::new().head(url).header("tus-resumable", "1.0.0").send();
    let head = head.await.expect("an answer");
    let offset = head.headers().get("upload-offset").and_then(|offset| offset.to_str().ok());
    offset.and_then(|offset| offset.parse().ok()).unwrap_or_else(|| panic!("no offset: {head:?}"))
}

#[tokio::test]
async fn another_client_goes_on_after_kill_9_having_lost_nothing_that_was_acknowledged() {
    let folder = std::env::var(VARIABLE)
        .unwrap_or_else(|_| panic!("{VARIABLE} is not set: run through `cargo xtask test`"));
    let trap = MailTrap::start();
    let mut server = Server::new(&Host::here(), &trap);
    server.start().await;
    let scratch = tempfile::tempdir().expect("room for a photo");
    let file = scratch.path().join("photo.jpg");
    let photo = photo_of(6_000_000);
    std::fs::write(&file, &photo).expect("room for a photo");

    let mut node = Command::new("node");
    node.arg(PathBuf::from(folder).join("upload.mjs")).arg(server.url() + "/api/v1/uploads").arg(&file);
    node.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut client = node.spawn().expect("Node starts");
    let mut said = Said(BufReader::new(client.stdout.take().expect("its output")).lines());
    let url = said.until("url", |_| true).await;
    let at_least = |bytes: usize| move |value: &str| value.parse().is_ok_and(|at: usize| at >= bytes);
    let acknowledged = said.until("at", at_least(2_600_000)).await.parse().expect("a number");
    server.kill9();

    server.start().await;
    let kept = offset(&url).await;
    assert!((acknowledged..photo.len()).contains(&kept), "{kept} bytes kept, {acknowledged} acknowledged");
    let mut go = client.stdin.take().expect("its input");
    go.write_all(b"on\n").await.expect("the client listens");
    let hash = said.until("done", |_| true).await;
    let shown = server.bytes(&format!("/photos/{hash}/320.jpg")).await;
    assert!(testkit::jpeg::stands_upright(&shown));
    said.until("gone", |value| value == url).await;
    assert!(client.wait().await.expect("an end").success());
}
