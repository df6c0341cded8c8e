//! Letters: from a template and its facts to a mail. Templates are `assets/mail/<template>/{subject.txt,body.txt,body.html}`.
//!
//! Promises what big receivers ask for: text and HTML, one subject and one recipient, a Message-ID that a repeat keeps, a
//! thread for each report and reader, a way out where the reader may want one, a signature where a key is set. Nothing in a
//! letter is fetched from afar, and nothing tells us that it was read.

pub mod dkim;

use crate::app::App;
use anyhow::{Context, Result};
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MessageBuilder, MultiPart, SinglePart};
use minijinja::Value;
use std::time::{Duration, UNIX_EPOCH};

/// File name of a letter's photo; also its content id.
const PICTURE: &str = "photo.jpg";

/// A photo shown inside a letter.
pub struct Picture {
    /// The picture.
    pub jpeg: Vec<u8>,
}

/// A letter about to be written.
pub struct Letter {
    /// Folder of the templates.
    pub template: &'static str,
    /// Language of whoever reads it.
    pub lang: String,
    /// Address.
    pub to: String,
    /// Name of whom the address belongs to.
    pub name: Option<String>,
    /// Letters of one thread stand together: what it is about and who reads it.
    pub thread: String,
    /// Address of "no more of these".
    pub unsubscribe: Option<String>,
    /// Facts for the templates.
    pub values: Value,
    /// Shown above the words.
    pub picture: Option<Picture>,
}

impl Letter {
    /// The mail. Its Message-ID is `name` (the job's id): a letter sent twice is recognisable as one.
    pub fn write(self, app: &App, name: &str) -> Result<Message> {
        let cid = self.picture.as_ref().map(|_| PICTURE);
        let values = minijinja::context! { cid, now => app.clock.now().0, ..self.values.clone() };
        let part =
            |file| app.pages.render(&format!("mail/{}/{file}", self.template), &self.lang, values.clone());
        let subject = part("subject.txt")?.lines().collect::<Vec<_>>().join(" ");
        let html = SinglePart::html(part("body.html")?);
        let text = SinglePart::plain(part("body.txt")?);
        let builder = self.envelope(app, name)?.subject(subject);
        let rich = match self.picture {
            Some(picture) => MultiPart::related().singlepart(html).singlepart(inline(picture)?),
            None => MultiPart::related().singlepart(html),
        };
        let body = MultiPart::alternative().singlepart(text).multipart(rich);
        let mut message = builder.multipart(body).context("a letter cannot be put together")?;
        if let Some(signer) = &app.config.dkim {
            signer.sign(&mut message);
        }
        Ok(message)
    }

    /// Everything above the words but the subject.
    fn envelope(&self, app: &App, name: &str) -> Result<MessageBuilder> {
        let host = &app.config.public_host;
        let thread = format!(
            "<{}@{host}>",
            self.thread.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "-")
        );
        let at = Duration::from_millis(u64::try_from(app.clock.now().0).unwrap_or(0));
        let address = self.to.parse().context("a mailbox cannot be written to")?;
        let mut builder = Message::builder()
            .message_id(Some(format!("<{name}@{host}>")))
            .from(app.config.mail_from.clone())
            .to(Mailbox::new(self.name.clone(), address))
            .in_reply_to(thread.clone())
            .references(thread)
            .date(UNIX_EPOCH + at)
            .raw_header(header("Auto-Submitted", "auto-generated".into()));
        if let Some(url) = &self.unsubscribe {
            builder = builder
                .raw_header(header("List-Unsubscribe", format!("<{url}>")))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
        }
        Ok(builder)
    }
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn inline(picture: Picture) -> Result<SinglePart> {
    let kind = ContentType::parse("image/jpeg").context("image/jpeg")?;
    Ok(Attachment::new_inline_with_name(PICTURE.into(), PICTURE.into()).body(picture.jpeg, kind))
}
