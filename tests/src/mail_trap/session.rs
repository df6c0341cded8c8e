//! One SMTP conversation, from greeting to QUIT.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{Behaviour, Kept};
use crate::mail::Mail;

/// Larger mails are refused, as real servers do.
const SIZE_LIMIT: usize = 25 * 1024 * 1024;

struct Session {
    stream: BufReader<TcpStream>,
    kept: Arc<Kept>,
    from: Option<String>,
    to: Vec<String>,
}

/// What a command means for the conversation.
enum Next {
    Go,
    End,
}

pub(super) async fn talk(stream: TcpStream, kept: Arc<Kept>) {
    let mut session = Session { stream: BufReader::new(stream), kept, from: None, to: Vec::new() };
    // A client that goes away in the middle is its own business.
    let _ = session.run().await;
}

impl Session {
    async fn run(&mut self) -> io::Result<()> {
        if self.kept.behaviour() == Behaviour::Hang {
            return self.stay_silent().await;
        }
        self.say("220 trap.example.org ESMTP").await?;
        while let Some(line) = self.line().await? {
            let text = String::from_utf8_lossy(&line).into_owned();
            let (verb, rest) = text.split_once(' ').unwrap_or((&text, ""));
            match self.answer(&verb.to_ascii_uppercase(), rest).await? {
                Next::Go => {}
                Next::End => break,
            }
        }
        Ok(())
    }

    async fn answer(&mut self, verb: &str, rest: &str) -> io::Result<Next> {
        let reply = match verb {
            "EHLO" => "250-trap.example.org\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 26214400",
            "HELO" => "250 trap.example.org",
            "MAIL" => self.mail(rest),
            "RCPT" => self.recipient(rest),
            "DATA" => return self.data().await,
            "RSET" => {
                self.forget();
                "250 forgotten"
            }
            "NOOP" => "250 fine",
            "QUIT" => {
                self.say("221 goodbye").await?;
                return Ok(Next::End);
            }
            _ => "502 not known here",
        };
        self.say(reply).await?;
        Ok(Next::Go)
    }

    fn mail(&mut self, rest: &str) -> &'static str {
        let Some(from) = address(rest, "FROM:") else { return "501 MAIL FROM:<address>" };
        self.forget();
        self.from = Some(from);
        "250 sender known"
    }

    fn recipient(&mut self, rest: &str) -> &'static str {
        let Some(to) = address(rest, "TO:") else { return "501 RCPT TO:<address>" };
        if self.from.is_none() {
            return "503 MAIL first";
        }
        match self.kept.behaviour() {
            Behaviour::RefuseRecipient(refused) if refused.eq_ignore_ascii_case(&to) => {
                "550 5.1.1 no such mailbox"
            }
            Behaviour::RefuseForNow => "451 4.3.0 come back later",
            _ => {
                self.to.push(to);
                "250 recipient known"
            }
        }
    }

    async fn data(&mut self) -> io::Result<Next> {
        let Some(from) = self.from.clone().filter(|_| !self.to.is_empty()) else {
            self.say("503 MAIL and RCPT first").await?;
            return Ok(Next::Go);
        };
        self.say("354 go on, end with a dot").await?;
        let Some(raw) = self.content().await? else { return Ok(Next::End) };
        if raw.len() > SIZE_LIMIT {
            self.say("552 5.3.4 too big").await?;
        } else {
            self.kept.keep(Mail { from, to: std::mem::take(&mut self.to), raw });
            if self.kept.behaviour() == Behaviour::DropAfterData {
                return Ok(Next::End);
            }
            self.say("250 kept").await?;
        }
        self.forget();
        Ok(Next::Go)
    }

    /// The lines up to the lonely dot, unstuffed; `None` when the client went away before it.
    async fn content(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut raw = Vec::new();
        while let Some(line) = self.line().await? {
            if line == b"." {
                return Ok(Some(raw));
            }
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            raw.extend_from_slice(b"\r\n");
        }
        Ok(None)
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    /// A line without its end; `None` at the end of the conversation.
    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        if self.stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        while line.last().is_some_and(|end| matches!(end, b'\r' | b'\n')) {
            line.pop();
        }
        Ok(Some(line))
    }

    async fn say(&mut self, reply: &str) -> io::Result<()> {
        self.stream.write_all(format!("{reply}\r\n").as_bytes()).await
    }

    async fn stay_silent(&mut self) -> io::Result<()> {
        while self.line().await?.is_some() {}
        Ok(())
    }
}

/// `FROM:<a@b> SIZE=12` → `a@b`; the empty sender of bounces is an address too.
fn address(rest: &str, label: &str) -> Option<String> {
    let head = rest.get(..label.len())?;
    let path = rest.get(label.len()..)?.trim_start();
    let end = path.find('>')?;
    let inside = path.strip_prefix('<')?.get(..end - 1)?;
    head.eq_ignore_ascii_case(label).then(|| inside.to_owned())
}
