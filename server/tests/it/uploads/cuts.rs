//! Uploads and what happens to them: two writers, lines that break, servers that die.

use super::{begin, offset, piece, send, swing_photo, tus};
use crate::app::{TestApp, problem, sha256};
use crate::every_store;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha1::Digest as _;
use shared::ids::PhotoHash;
use std::sync::Mutex;
use testkit::photo;
use testkit::wait::until;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use vigie::app::{App, Edges};
use vigie::edges::faults::Faults;
use vigie::edges::mail::Mailer;

every_store!(
    of_two_who_write_at_one_offset_one_wins,
    a_line_that_breaks_keeps_what_arrived,
    a_line_that_falls_silent_keeps_what_arrived,
    a_restart_in_the_middle_loses_nothing,
    finishing_can_be_repeated_from_anywhere,
);

async fn of_two_who_write_at_one_offset_one_wins(app: TestApp) {
    let photo = swing_photo();
    let address = begin(&app, &photo).await;
    let (mut at, most) = (0, photo.len() / 6);
    while at + most < photo.len() {
        // One of them has less to say.
        let bytes = &photo[at..at + most];
        let (mine, theirs) = (piece(&app, &address, at, bytes), piece(&app, &address, at, &bytes[..999]));
        let (mine, theirs) = tokio::join!(mine.send(), theirs.send());
        let answers = [mine.unwrap(), theirs.unwrap()];
        let mut statuses = answers.each_ref().map(|answer| answer.status().as_u16());
        statuses.sort_unstable();
        // The slower one may have come when the other was done already, and that is the same answer.
        assert_eq!(statuses, [204, 409]);
        at = usize::try_from(offset(&app, &address).await).unwrap();
    }
    send(&app, &address, at, &photo[at..]).await;
    app.run_jobs().await;
    let kept = app.get(&format!("/photos/{}/320.jpg", sha256(&photo))).send().await.unwrap();
    assert_eq!(kept.status(), 200);
}

/// Sends the head of a piece of `announced` bytes and only `bytes` of it.
async fn half_a_piece(
    app: &TestApp,
    address: &str,
    (announced, bytes): (usize, &[u8]),
    more: &str,
) -> TcpStream {
    let host = app.url.strip_prefix("http://").unwrap();
    let mut line = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "PATCH {address} HTTP/1.1\r\nhost: {host}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n\
         content-type: application/offset+octet-stream\r\ncontent-length: {announced}\r\n{more}\r\n"
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(bytes).await.unwrap();
    line
}

async fn a_line_that_breaks_keeps_what_arrived(app: TestApp) {
    let photo = swing_photo();
    let [checked, bare] = [begin(&app, &photo).await, begin(&app, &photo).await];
    let sum = format!("upload-checksum: sha1 {}\r\n", BASE64_STANDARD.encode(sha1::Sha1::digest(&photo)));
    drop(half_a_piece(&app, &checked, (photo.len(), &photo[..70_001]), &sum).await);
    drop(half_a_piece(&app, &bare, (photo.len(), &photo[..70_001]), "").await);
    until("what arrived to be kept", async || match offset(&app, &bare).await {
        70_001 => Ok(()),
        other => Err(other),
    })
    .await;
    assert_eq!(offset(&app, &checked).await, 0, "with a checksum it counts whole or not at all");
    assert_eq!(send(&app, &bare, 70_001, &photo[70_001..]).await, photo.len() as u64);
    app.run_jobs().await;
}

async fn a_line_that_falls_silent_keeps_what_arrived(app: TestApp) {
    let photo = swing_photo();
    let address = begin(&app, &photo).await;
    let mut line = half_a_piece(&app, &address, (photo.len(), &photo[..1_001]), "").await;
    until("what arrived to be kept", async || match offset(&app, &address).await {
        1_001 => Ok(()),
        other => Err(other),
    })
    .await;
    // The phone has found another line; when the first one comes back, it is too late.
    send(&app, &address, 1_001, &photo[1_001..2_002]).await;
    line.write_all(&photo[1_001..]).await.unwrap();
    drop(line);
    assert_eq!(send(&app, &address, 2_002, &photo[2_002..]).await, photo.len() as u64);
    app.run_jobs().await;
}

/// The same data, served by another process.
async fn restarted(app: &TestApp) -> (App, String) {
    let edges = Edges {
        clock: app.app.clock.clone(),
        mailer: Mailer::Memory(Mutex::default()),
        faults: Faults::default(),
    };
    let again = App::build(app.config.clone(), edges).await.unwrap();
    let listener = TcpListener::bind(app.config.listen).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, vigie::router::router(again.clone())).into_future());
    (again, url)
}

async fn a_restart_in_the_middle_loses_nothing(mut app: TestApp) {
    let photo = swing_photo();
    let address = begin(&app, &photo).await;
    send(&app, &address, 0, &photo[..60_000]).await;
    (app.app, app.url) = restarted(&app).await;
    assert_eq!(offset(&app, &address).await, 60_000);
    assert_eq!(send(&app, &address, 60_000, &photo[60_000..]).await, photo.len() as u64);
    (app.app, app.url) = restarted(&app).await;
    assert_eq!(offset(&app, &address).await, photo.len() as u64);
    app.run_jobs().await;
}

async fn finishing_can_be_repeated_from_anywhere(app: TestApp) {
    let photo = swing_photo();
    let hash = PhotoHash::parse(&sha256(&photo)).unwrap();
    let address = begin(&app, &photo).await;
    send(&app, &address, 0, &photo[..60_000]).await;
    // The whole is kept and its pieces are gone; then the server dies before it can say so.
    vigie::rooms::photos::keep(&app.app, &hash, photo.clone().into()).await.unwrap();
    app.app.blobs.delete_under("uploads").await.unwrap();
    assert_eq!(offset(&app, &address).await, 60_000);
    assert_eq!(send(&app, &address, 60_000, &photo[60_000..]).await, photo.len() as u64);
    assert_eq!(offset(&app, &address).await, photo.len() as u64);
    assert_eq!(send(&app, &address, photo.len(), b"").await, photo.len() as u64);

    // A backup came back, without the pieces: begin again.
    let lost = photo::small((43.05, 5.02), 201).bytes;
    let address = begin(&app, &lost).await;
    send(&app, &address, 0, &lost[..60_000]).await;
    app.app.blobs.delete_under("uploads").await.unwrap();
    app.run_jobs().await;
    let refused = piece(&app, &address, 60_000, &lost[60_000..]).send().await.unwrap();
    assert_eq!(problem(refused).await.1, "upload_unknown");
    assert_eq!(tus(&app, "HEAD", &address).send().await.unwrap().status(), 404);
}
