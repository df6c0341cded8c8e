//! The half that servers talk to: HTTP/1.1, `POST /p/{token}` (RFC 8030).

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{Behaviour, Kept, Post, lock, vapid};

/// One connection, for as many requests as come on it.
pub(super) async fn talk(stream: TcpStream, kept: Arc<Kept>) {
    // A client that goes away in the middle is no trouble here.
    let _ = converse(stream, &kept).await;
}

async fn converse(stream: TcpStream, kept: &Kept) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some((token, headers, body)) = read(&mut stream).await? {
        if kept.forgetful {
            kept.count.send_modify(|count| *count += 1);
            stream.write_all(answer(201, "").as_bytes()).await?;
            continue;
        }
        let behaviour = kept.behaviour();
        let claims = vapid::verify(headers.get("authorization").map_or("", String::as_str));
        let (status, more) = judge(kept, &behaviour, &token, &headers, (&body, &claims));
        let claims = claims.map_or(Value::Null, |(claims, _)| claims);
        lock(&kept.posts).push(Post { token: token.clone(), headers, body: body.clone(), claims, status });
        kept.count.send_modify(|count| *count += 1);
        if behaviour == Behaviour::Hang {
            std::future::pending::<()>().await;
        }
        if status == 201 {
            deliver(kept, &token, &body);
        }
        stream.write_all(answer(status, &more).as_bytes()).await?;
    }
    Ok(())
}

fn answer(status: u16, more: &str) -> String {
    format!("HTTP/1.1 {status} .\r\ncontent-length: 0\r\n{more}\r\n")
}

type Request = (String, BTreeMap<String, String>, Vec<u8>);

async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default();
    let token = path.strip_prefix("/p/").unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Some((token, headers, body)))
}

type Signed = Result<(Value, String), String>;

fn judge(
    kept: &Kept,
    behaviour: &Behaviour,
    token: &str,
    headers: &BTreeMap<String, String>,
    (body, claims): (&[u8], &Signed),
) -> (u16, String) {
    let plain = |status: u16| (status, String::new());
    match behaviour {
        Behaviour::Status(status) => return plain(*status),
        Behaviour::RetryAfter(status, wait) => return (*status, format!("retry-after: {wait}\r\n")),
        Behaviour::Redirect(to) => return (307, format!("location: {to}\r\n")),
        Behaviour::TakesUpTo(most) if body.len() > *most => return plain(413),
        Behaviour::Hang => return plain(0),
        Behaviour::TakesUpTo(_) | Behaviour::Honest => {}
    }
    let channels = lock(&kept.channels);
    let Some(channel) = channels.get(token) else { return plain(410) };
    let Ok((claims, key)) = claims else { return plain(401) };
    if channel.key.as_ref().is_some_and(|wanted| wanted != key) || claims["aud"] != kept.origin.as_str() {
        return plain(403);
    }
    let header = |name: &str| headers.get(name).map_or("", String::as_str);
    let topic = header("topic");
    let good = header("content-encoding") == "aes128gcm"
        && header("ttl").parse::<u32>().is_ok()
        && ["very-low", "low", "normal", "high"].contains(&header("urgency"))
        && topic.len() <= 32
        && topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        && (103..=4096).contains(&body.len());
    plain(if good { 201 } else { 400 })
}

/// To the browser, if there is one: now, or when it comes back.
fn deliver(kept: &Kept, token: &str, body: &[u8]) {
    let mut channels = lock(&kept.channels);
    if let Some(line) = channels.get_mut(token).and_then(|channel| channel.browser.as_mut()) {
        let version = format!("v{}", *kept.count.borrow());
        let message = json!({
            "messageType": "notification", "channelID": line.id, "version": version,
            "data": BASE64.encode(body), "headers": { "encoding": "aes128gcm" },
        });
        line.unheard.push(message.clone());
        if let Some(browser) = lock(&kept.agents).get(&line.agent) {
            // One that went away hears it when it says hello again.
            let _ = browser.send(message);
        }
    }
}
