//! A received mail and what a test asks of it.

use mail_parser::{Message, MessageParser, MimeHeaders};

/// One mail as it came over the wire.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients, those that were accepted.
    pub to: Vec<String>,
    /// The message, dots unstuffed.
    pub raw: Vec<u8>,
}

/// A file that came with a mail.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// The name shown to the reader, when it has one.
    pub name: Option<String>,
    /// Such as `image/jpeg`.
    pub mime: String,
    /// The decoded content.
    pub bytes: Vec<u8>,
}

impl Mail {
    /// Whether `address` is among the recipients.
    #[must_use]
    pub fn is_to(&self, address: &str) -> bool {
        self.to.iter().any(|to| to.eq_ignore_ascii_case(address))
    }

    /// The subject, decoded.
    #[must_use]
    pub fn subject(&self) -> String {
        self.message().subject().unwrap_or_default().to_owned()
    }

    /// The plain text, decoded. Empty when the mail has none of its own.
    #[must_use]
    pub fn text(&self) -> String {
        self.message().body_text(0).map(String::from).unwrap_or_default()
    }

    /// The HTML, decoded.
    #[must_use]
    pub fn html(&self) -> String {
        self.message().body_html(0).map(String::from).unwrap_or_default()
    }

    /// Where the HTML's links lead, as the reader's program understands them.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        let html = self.html();
        let written = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        written.map(|link| link.replace("&#x2f;", "/").replace("&#x3D;", "=").replace("&amp;", "&")).collect()
    }

    /// The header `Message-ID`, without its angle brackets.
    #[must_use]
    pub fn message_id(&self) -> String {
        self.message().message_id().unwrap_or_default().to_owned()
    }

    /// Any header as it was written, white space trimmed.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.message().header_raw(name.to_owned()).map(|value| value.trim().to_owned())
    }

    /// Files and inline pictures, in order.
    #[must_use]
    pub fn attachments(&self) -> Vec<Attachment> {
        let message = self.message();
        let attachment = |part: &mail_parser::MessagePart<'_>| Attachment {
            name: part.attachment_name().map(str::to_owned),
            mime: part.content_type().map_or_else(String::new, |kind| {
                format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default())
            }),
            bytes: part.contents().to_vec(),
        };
        message.attachments().map(attachment).collect()
    }

    /// The first JPEG that came with the mail.
    #[must_use]
    pub fn photo(&self) -> Option<Vec<u8>> {
        self.attachments().into_iter().find(|file| file.mime == "image/jpeg").map(|file| file.bytes)
    }

    fn message(&self) -> Message<'_> {
        MessageParser::default().parse(&self.raw).expect("a mail that parses")
    }
}
