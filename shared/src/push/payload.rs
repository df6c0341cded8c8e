//! What a push says, in the declarative shape (W3C Push API, "Declarative push message"): Safari shows it by itself, the
//! service worker of every other browser reads the same.

use crate::followup::Wish;
use crate::ids::ParcelId;
use serde::{Deserialize, Serialize};

/// The number by which a browser knows the shape: that of the RFC.
pub const WEB_PUSH: u16 = 8030;
/// Most bytes of a payload: 4096 with the 103 that encryption adds (RFC 8291 §4), and room for services that count more.
pub const MAX_BYTES: usize = 3_800;
/// Most characters of the text below the title.
const MAX_BODY: usize = 600;

/// A push, as it stands inside the encryption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// [`WEB_PUSH`].
    pub web_push: u16,
    /// What is shown.
    pub notification: Notification,
}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its first line.
    pub title: String,
    /// Below.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// The page that opens: a whole address.
    pub navigate: String,
    /// One that comes later under the same tag takes its place.
    pub tag: String,
    /// Language (BCP 47).
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: String,
    /// A small picture beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// A large picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Our sign for the bar of a phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge: Option<String>,
    /// Buttons, at most two are shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// What the worker needs to make a parcel of a button.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
}

/// What the worker is told beside what is shown. No secret: those stay on the phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    /// The report that the buttons are about.
    pub report: ParcelId,
}

/// A button of a notification: the worker makes a parcel of it ([`Act::wish`]), as a page would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// What it says, to us.
    pub action: Act,
    /// To the person.
    pub title: String,
    /// The page that opens where no worker answers: it proposes the wish (`?wish=fixed`, `?wish=relance`).
    pub navigate: String,
}

/// What one tap on a notification can say about its report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// "Réglé."
    Fixed,
    /// "Relancer."
    Remind,
}

impl Act {
    /// What a tap on it wishes.
    pub fn wish(self) -> Wish {
        match self {
            Self::Fixed => Wish::Fixed,
            Self::Remind => Wish::Relance,
        }
    }

    /// The name of that wish in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Remind => "relance",
        }
    }
}

impl Payload {
    /// The payload that shows `notification`.
    pub fn of(notification: Notification) -> Self {
        let body = cut(notification.body, MAX_BODY);
        Self { web_push: WEB_PUSH, notification: Notification { body, ..notification } }
    }

    /// The same without what can be done without, for a service that takes less.
    #[must_use]
    pub fn shrunk(self) -> Self {
        let Notification { title, navigate, tag, lang, dir, .. } = self.notification;
        let small =
            Notification { title: cut(title, 80), navigate, tag, lang, dir, ..Notification::default() };
        Self { notification: small, ..self }
    }
}

fn cut(text: String, most: usize) -> String {
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// The name under which a later push takes the place of an earlier one: at the service while the phone is off
/// (RFC 8030 §5.4: 32 characters of base64url at most), and on the phone's screen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Topic(String);

impl Topic {
    /// The one of a report: its id without dashes.
    pub fn of(report: &ParcelId) -> Self {
        Self(report.as_str().replace('-', ""))
    }

    /// Checks `text`.
    pub fn parse(text: &str) -> Option<Self> {
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        ((1..=32).contains(&text.len()) && text.bytes().all(valid)).then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Topic {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no topic")
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> String {
        topic.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::mint;
    use crate::instant::Instant;

    fn notification() -> Notification {
        Notification {
            title: "Jeu cassé : réglé".into(),
            body: "École maternelle les Goélands".into(),
            navigate: "https://vigie.example.org/demandes/1".into(),
            tag: "t".into(),
            lang: "fr".into(),
            dir: "ltr".into(),
            image: Some("https://vigie.example.org/photos/x/960".into()),
            ..Notification::default()
        }
    }

    #[test]
    fn the_wire_form_is_what_browsers_expect() {
        assert_eq!(
            serde_json::to_string(&Payload::of(notification())).unwrap(),
            r#"{"web_push":8030,"notification":{"title":"Jeu cassé : réglé","body":"École maternelle les Goélands","navigate":"https://vigie.example.org/demandes/1","tag":"t","lang":"fr","dir":"ltr","image":"https://vigie.example.org/photos/x/960"}}"#
        );
    }

    #[test]
    fn a_question_has_its_answers_with_it() {
        let report = mint(Instant(1_800_000_000_000), [7; 10]);
        let button = |action: Act| Action {
            action,
            title: "Réglé".into(),
            navigate: format!("https://vigie.example.org/demandes/1?wish={}", action.as_str()),
        };
        let asked = Notification {
            actions: vec![button(Act::Fixed)],
            data: Some(Data { report: report.clone() }),
            image: None,
            ..notification()
        };
        let json = serde_json::to_value(Payload::of(asked)).unwrap();
        assert_eq!(
            json["notification"]["actions"].to_string(),
            r#"[{"action":"fixed","navigate":"https://vigie.example.org/demandes/1?wish=fixed","title":"Réglé"}]"#
        );
        assert_eq!(json["notification"]["data"]["report"], report.as_str());
        for act in [Act::Fixed, Act::Remind] {
            assert_eq!(serde_json::to_value(act.wish()).unwrap(), act.as_str());
        }
    }

    #[test]
    fn a_payload_fits_however_long_its_words() {
        let long = Notification { title: "é".repeat(300), body: "é".repeat(5_000), ..notification() };
        let full = Payload::of(long);
        assert!(serde_json::to_string(&full).unwrap().len() < MAX_BYTES);
        assert!(full.notification.body.ends_with('…'));
        let small = full.shrunk();
        assert!(serde_json::to_string(&small).unwrap().len() < 400);
        assert_eq!(small.notification.navigate, notification().navigate);
    }

    #[test]
    fn a_topic_is_short_and_the_same_for_one_report() {
        let report = mint(Instant(1_800_000_000_000), [7; 10]);
        let topic = Topic::of(&report);
        assert_eq!((topic.as_str().len(), Topic::parse(topic.as_str())), (32, Some(topic.clone())));
        for bad in ["", "a b", "é", &"x".repeat(33)] {
            assert_eq!(Topic::parse(bad), None, "{bad}");
        }
    }
}
