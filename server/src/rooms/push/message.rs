//! What is told: kept as keys and values while it waits, put into words in the language of whoever reads it.

use crate::edges::webpush::Urgency;
use crate::web::assets::Manifest;
use crate::web::pages::Pages;
use serde::{Deserialize, Serialize};
use shared::ids::{ParcelId, PhotoHash};
use shared::instant::DAY;
use shared::lang::Catalog;
use shared::push::payload::{Act, Action, Data, Notification, Payload, Topic};

/// Something to say, in any language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Say {
    /// As a person wrote it.
    Text(String),
    /// A message of `assets/lang`, its `{names}` filled in.
    Words(String, Vec<(String, Say)>),
    /// A message with the plural form of a number.
    Count(String, i64),
}

impl Say {
    /// The message `key`.
    pub fn word(key: impl Into<String>) -> Self {
        Self::Words(key.into(), vec![])
    }

    /// The message `key` with its values.
    pub fn with<const N: usize>(key: &str, values: [(&str, Self); N]) -> Self {
        Self::Words(key.to_owned(), values.map(|(name, value)| (name.to_owned(), value)).into())
    }

    fn in_words(&self, words: &Catalog) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(key, n) => words.count(key, *n),
            Self::Words(key, values) => {
                let values: Vec<_> =
                    values.iter().map(|(name, value)| (name.as_str(), value.in_words(words))).collect();
                let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
                words.with(key, &values)
            }
        }
    }
}

/// A message to phones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What is newer under the same topic takes the place of what is older, wherever that waits or shows.
    pub topic: Topic,
    /// The page that opens, from `/` on.
    pub path: String,
    /// The first line.
    pub title: Say,
    /// Below.
    pub body: Say,
    /// A photo.
    pub photo: Option<PhotoHash>,
    /// How soon a phone is woken.
    pub urgency: Urgency,
    /// Milliseconds after which nobody wants to know.
    pub ttl: i64,
    /// The report that the buttons are about.
    #[serde(default)]
    pub report: Option<ParcelId>,
    /// Buttons.
    #[serde(default)]
    pub actions: Vec<Act>,
}

impl Message {
    /// News of a report: opens its page, takes the place of earlier news of it, and is old after a week.
    pub fn about(report: &ParcelId, title: Say, body: Say) -> Self {
        Self {
            topic: Topic::of(report),
            path: format!("/demandes/{report}"),
            title,
            body,
            photo: None,
            urgency: Urgency::Normal,
            ttl: 7 * DAY,
            report: None,
            actions: vec![],
        }
    }

    /// The same with the two answers to "is it fixed?" as buttons.
    #[must_use]
    pub fn asking(self, report: &ParcelId) -> Self {
        Self { report: Some(report.clone()), actions: vec![Act::Fixed, Act::Remind], ..self }
    }

    /// The message in `lang`.
    pub fn payload(&self, pages: &Pages, look: &Look, lang: &str) -> Payload {
        let words = pages.catalog(lang);
        let photo = |size: &str| {
            self.photo.as_ref().map(|hash| format!("{}/photos/{hash}/{size}.jpg", look.public_url))
        };
        Payload::of(Notification {
            title: self.title.in_words(words),
            body: self.body.in_words(words),
            navigate: format!("{}{}", look.public_url, self.path),
            tag: self.topic.as_str().to_owned(),
            lang: words.lang().to_owned(),
            dir: words.say("lang_dir"),
            // Every browser shows the small picture, only some the large one.
            icon: Some(photo("320").unwrap_or_else(|| look.icon.clone())),
            image: photo("960"),
            badge: Some(look.badge.clone()),
            actions: self.actions.iter().map(|act| self.button(*act, words, look)).collect(),
            data: self.report.clone().map(|report| Data { report }),
        })
    }
}

impl Message {
    fn button(&self, act: Act, words: &Catalog, look: &Look) -> Action {
        Action {
            action: act,
            title: words.say(&format!("ask_act_{}", act.as_str())),
            navigate: format!("{}{}?wish={}", look.public_url, self.path, act.as_str()),
        }
    }
}

/// What every message shows of us.
#[derive(Clone, Debug)]
pub struct Look {
    public_url: String,
    icon: String,
    badge: String,
}

impl Look {
    /// The look of this server.
    pub fn of(public_url: &str) -> Self {
        let files = Manifest::load();
        let address = |name: &str| format!("{public_url}{}", files.url(name));
        Self {
            public_url: public_url.to_owned(),
            icon: address("icon-192.png"),
            badge: address("badge-96.png"),
        }
    }
}
