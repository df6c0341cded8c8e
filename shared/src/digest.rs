//! Following a school: one message a week, where something happened.

use crate::ids::PlaceId;
use crate::instant::Instant;
use crate::problem::{Code, Problem};
use crate::text;
use serde::{Deserialize, Serialize};

/// Somebody wants to follow a school, as they say so. Sent whole each time; the last word holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PlaceFollow {
    /// The school.
    pub place: PlaceId,
    /// Where to write, once whoever reads it has agreed. Without one, the phones are told that name this follow's secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// Language of the person (BCP 47).
    #[serde(default)]
    pub lang: String,
}

impl PlaceFollow {
    /// The follow with its address checked, in lower case.
    ///
    /// # Errors
    /// `mail_invalid`.
    pub fn checked(self) -> Result<Self, Problem> {
        let mail = self.mail.map(|mail| text::clean(&mail).to_lowercase()).filter(|mail| !mail.is_empty());
        if mail.as_deref().is_some_and(|mail| !text::is_mail(mail)) {
            return Err(Problem::of(Code::MailInvalid, "mail"));
        }
        let lang = if text::is_lang(&self.lang) { self.lang } else { String::new() };
        Ok(Self { mail, lang, ..self })
    }
}

/// How a follow stands, for whoever made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Following {
    /// The school.
    pub place: PlaceId,
    /// Whether mails go to an address.
    pub mail: ByMail,
    /// Since when.
    pub since: Instant,
}

/// Whether a follow's mails leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ByMail {
    /// No address was given.
    No,
    /// Whoever reads the address has not agreed yet.
    Asked,
    /// They do.
    Yes,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(mail: &str) -> PlaceFollow {
        PlaceFollow { place: PlaceId::parse("9990001X").unwrap(), mail: Some(mail.into()), lang: "fr".into() }
    }

    #[test]
    fn an_address_is_one_however_it_is_written() {
        assert_eq!(follow(" Camille@Example.ORG ").checked().unwrap().mail.unwrap(), "camille@example.org");
        assert_eq!(follow("  ").checked().unwrap().mail, None);
        assert_eq!(follow("camille").checked(), Err(Problem::of(Code::MailInvalid, "mail")));
    }
}
