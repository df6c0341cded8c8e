//! One SMTP conversation, from greeting to QUIT.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{Behaviour, Kept, Tls};
use crate::mail::Mail;

/// Larger mails are refused, as real servers do.
const SIZE_LIMIT: usize = 25 * 1024 * 1024;

/// What a conversation goes over, in the clear or not.
pub(crate) trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

struct Session {
    stream: BufReader<Box<dyn Line>>,
    kept: Arc<Kept>,
    secured: bool,
    known: bool,
    from: Option<String>,
    to: Vec<String>,
}

/// What a command means for the conversation.
enum Next {
    Go,
    Secure,
    End,
}

pub(super) async fn talk(stream: TcpStream, kept: Arc<Kept>) {
    // A client that goes away in the middle is its own business.
    let _ = converse(stream, kept).await;
}

async fn converse(stream: TcpStream, kept: Arc<Kept>) -> io::Result<()> {
    if kept.behaviour() == Behaviour::Hang {
        return stay_silent(stream).await;
    }
    let stream = BufReader::new(kept.guard.greet(stream).await?);
    let secured = kept.guard.tls == Tls::Implicit;
    let mut session = Session { stream, kept, secured, known: false, from: None, to: Vec::new() };
    session.say("220 trap.example.org ESMTP").await?;
    while let Next::Secure = session.run().await? {
        session.say("220 go on under TLS").await?;
        let stream = session.kept.guard.secure(session.stream.into_inner()).await?;
        session = Session { stream: BufReader::new(stream), secured: true, ..session };
    }
    Ok(())
}

async fn stay_silent(stream: TcpStream) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    while lines.next_line().await?.is_some() {}
    Ok(())
}

impl Session {
    /// Until the end, or until the line is to be secured.
    async fn run(&mut self) -> io::Result<Next> {
        while let Some(line) = self.line().await? {
            let text = String::from_utf8_lossy(&line).into_owned();
            let (verb, rest) = text.split_once(' ').unwrap_or((&text, ""));
            match self.answer(&verb.to_ascii_uppercase(), rest).await? {
                Next::Go => {}
                next => return Ok(next),
            }
        }
        Ok(Next::End)
    }

    async fn answer(&mut self, verb: &str, rest: &str) -> io::Result<Next> {
        let reply = match verb {
            "EHLO" => return self.hello().await,
            "HELO" => "250 trap.example.org",
            "STARTTLS" if self.clear() => return Ok(Next::Secure),
            "AUTH" if !self.clear() => self.login(rest),
            "MAIL" if self.clear() => "530 5.7.0 STARTTLS first",
            "MAIL" if self.kept.guard.login.is_some() && !self.known => "530 5.7.0 AUTH first",
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

    /// Whether TLS is still to begin.
    fn clear(&self) -> bool {
        self.kept.guard.tls != Tls::None && !self.secured
    }

    async fn hello(&mut self) -> io::Result<Next> {
        let mut lines = vec!["trap.example.org", "8BITMIME", "SMTPUTF8"];
        if self.clear() {
            lines.push("STARTTLS");
        } else if self.kept.guard.login.is_some() {
            lines.push("AUTH PLAIN");
        }
        let lines: Vec<_> = lines.iter().map(|line| format!("250-{line}\r\n")).collect();
        self.say(&format!("{}250 SIZE {SIZE_LIMIT}", lines.concat())).await?;
        Ok(Next::Go)
    }

    fn login(&mut self, rest: &str) -> &'static str {
        self.known =
            rest.strip_prefix("PLAIN ").is_some_and(|said| self.kept.guard.login.as_deref() == Some(said));
        if self.known { "235 2.7.0 welcome" } else { "535 5.7.8 wrong user or password" }
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
            Behaviour::RefuseRecipientForNow(refused) if refused.eq_ignore_ascii_case(&to) => {
                "451 4.2.0 come back later"
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
}

/// `FROM:<a@b> SIZE=12` → `a@b`; the empty sender of bounces is an address too.
fn address(rest: &str, label: &str) -> Option<String> {
    let head = rest.get(..label.len())?;
    let path = rest.get(label.len()..)?.trim_start();
    let end = path.find('>')?;
    let inside = path.strip_prefix('<')?.get(..end - 1)?;
    head.eq_ignore_ascii_case(label).then(|| inside.to_owned())
}
