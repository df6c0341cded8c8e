//! The half that Firefox talks to: `hello`, `register`, `unregister`, `notification`, `ack` (Mozilla's autopush protocol,
//! as its client `PushServiceWebSocket` speaks it).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::{self, Message};

use super::{Channel, Kept, Line, lock};

const PROTOCOL: &str = "sec-websocket-protocol";

static NEXT: AtomicU64 = AtomicU64::new(1);

/// One browser, for as long as it stays.
pub(super) async fn talk(stream: TcpStream, kept: Arc<Kept>) {
    if let Err(error) = converse(stream, &kept).await {
        eprintln!("push service: {error}");
    }
}

#[expect(clippy::result_large_err, reason = "the library's own signature")]
fn shake(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    if let Some(protocol) = request.headers().get(PROTOCOL) {
        response.headers_mut().insert(PROTOCOL, protocol.clone());
    }
    Ok(response)
}

async fn converse(stream: TcpStream, kept: &Kept) -> Result<(), tungstenite::Error> {
    let socket = tokio_tungstenite::accept_hdr_async(stream, shake).await?;
    let (mut to_browser, mut from_browser) = socket.split();
    let (sender, mut messages) = mpsc::unbounded_channel();
    let mut agent = String::new();
    loop {
        let answer = tokio::select! {
            said = from_browser.next() => match said {
                Some(Ok(Message::Text(text))) => {
                    hear(kept, &mut agent, &serde_json::from_str(&text).unwrap_or(Value::Null), &sender)
                }
                Some(Ok(_)) => None,
                Some(Err(_)) | None => return Ok(()),
            },
            message = messages.recv() => message,
        };
        if let Some(answer) = answer {
            to_browser.send(Message::text(answer.to_string())).await?;
        }
    }
}

/// What is answered. `agent`: the browser's name, once it said hello.
fn hear(
    kept: &Kept,
    agent: &mut String,
    said: &Value,
    sender: &mpsc::UnboundedSender<Value>,
) -> Option<Value> {
    let id = said["channelID"].as_str().unwrap_or_default().to_owned();
    Some(match said["messageType"].as_str() {
        Some("hello") => {
            let known = said["uaid"].as_str().filter(|agent| !agent.is_empty());
            *agent = known.map_or_else(|| format!("{:032x}", next()), str::to_owned);
            welcome(kept, agent, sender);
            json!({ "messageType": "hello", "uaid": agent, "status": 200, "use_webpush": true, "broadcasts": {} })
        }
        Some("register") => {
            let token = format!("browser-{}", next());
            let endpoint = format!("{}/p/{token}", kept.origin);
            let key = said["key"].as_str().map(|key| key.trim_end_matches('=').to_owned());
            let line = Line { agent: agent.clone(), id: id.clone(), unheard: vec![] };
            let channel = Channel { key, browser: Some(line) };
            lock(&kept.channels).insert(token, channel);
            json!({ "messageType": "register", "channelID": id, "status": 200, "pushEndpoint": endpoint })
        }
        Some("unregister") => {
            lock(&kept.channels)
                .retain(|_, channel| channel.browser.as_ref().is_none_or(|line| line.id != id));
            json!({ "messageType": "unregister", "channelID": id, "status": 200 })
        }
        Some("ack" | "nack") => {
            acknowledge(kept, said);
            return None;
        }
        // A ping is an empty object.
        None if said.as_object().is_some_and(serde_json::Map::is_empty) => json!({}),
        _ => return None,
    })
}

/// From now on messages go this way, those first that were never acknowledged.
fn welcome(kept: &Kept, agent: &str, sender: &mpsc::UnboundedSender<Value>) {
    let channels = lock(&kept.channels);
    lock(&kept.agents).insert(agent.to_owned(), sender.clone());
    let lines = channels.values().filter_map(|channel| channel.browser.as_ref());
    for message in lines.filter(|line| line.agent == agent).flat_map(|line| &line.unheard) {
        // It leaves after the answer to hello, on this very connection.
        let _ = sender.send(message.clone());
    }
}

fn acknowledge(kept: &Kept, said: &Value) {
    let versions: Vec<&Value> =
        said["updates"].as_array().into_iter().flatten().map(|update| &update["version"]).collect();
    for line in lock(&kept.channels).values_mut().filter_map(|channel| channel.browser.as_mut()) {
        line.unheard.retain(|message| !versions.contains(&&message["version"]));
    }
    lock(&kept.acks).push(said.clone());
}

fn next() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}
