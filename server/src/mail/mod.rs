//! Letters: from a template and its facts to a mail. Templates are `assets/mail/<template>/{subject.txt,body.txt,body.html}`.

use crate::app::App;
use anyhow::{Context, Result};
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, MultiPart, SinglePart};
use minijinja::Value;

/// A photo shown inside a letter.
pub struct Picture {
    /// File name; also its content id.
    pub name: String,
    /// The picture.
    pub jpeg: Vec<u8>,
}

/// A letter about to be written.
pub struct Letter {
    /// Folder of the templates.
    pub template: &'static str,
    /// Language of whoever reads it.
    pub lang: String,
    /// Addresses.
    pub to: Vec<String>,
    /// Facts for the templates.
    pub values: Value,
    /// Shown above the words.
    pub picture: Option<Picture>,
}

impl Letter {
    /// The mail. Its Message-ID is `name` (the job's id): a letter sent twice is recognisable as one.
    pub fn write(self, app: &App, name: &str) -> Result<Message> {
        let cid = self.picture.as_ref().map(|picture| picture.name.clone()).unwrap_or_default();
        let values = minijinja::context! { cid => &cid, now => app.clock.now().0, ..self.values };
        let part =
            |file| app.pages.render(&format!("mail/{}/{file}", self.template), &self.lang, values.clone());
        let subject = part("subject.txt")?;
        let mut builder = Message::builder()
            .message_id(Some(format!("<{name}@{}>", app.config.public_host)))
            .from(app.config.mail_from.clone())
            .subject(subject.lines().collect::<Vec<_>>().join(" "))
            .date(
                std::time::UNIX_EPOCH
                    + std::time::Duration::from_millis(u64::try_from(app.clock.now().0).unwrap_or(0)),
            )
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".into(),
            ));
        for address in &self.to {
            builder = builder.to(address.parse().context("a mailbox cannot be written to")?);
        }
        let html = SinglePart::html(part("body.html")?);
        let rich = match self.picture {
            Some(picture) => MultiPart::related().singlepart(html).singlepart(inline(picture)?),
            None => MultiPart::related().singlepart(html),
        };
        let body = MultiPart::alternative().singlepart(SinglePart::plain(part("body.txt")?)).multipart(rich);
        builder.multipart(body).context("a letter cannot be put together")
    }
}

fn inline(picture: Picture) -> Result<SinglePart> {
    let kind = ContentType::parse("image/jpeg").context("image/jpeg")?;
    Ok(Attachment::new_inline_with_name(picture.name.clone(), picture.name).body(picture.jpeg, kind))
}
