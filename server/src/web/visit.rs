//! What a page needs to know of a request: language, address, and what the reader's browser has already.

use crate::app::App;
use crate::web::pages::DEFAULT_LANG;
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Uri, header};
use std::convert::Infallible;

/// What an address of ours may ask for; anything else was put there by others and is left out of links.
const MEANT: [&str; 16] = [
    "place", "zone", "category", "status", "bbox", "near", "radius", "since", "q", "limit", "before", "name",
    "after", "part", "report", "kind",
];

/// Somebody opens a page.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The language to answer in.
    pub lang: String,
    /// Whether the address says so (`?lang=`); links of the page say it again then.
    pub chosen: bool,
    /// The address, of what it asks for only what means something to us, and not its language.
    pub here: String,
    /// What it asks for.
    asked: Vec<(String, String)>,
    /// `If-None-Match`
    known: Option<String>,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let uri = parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
        Ok(Self::of(app, uri, &parts.headers))
    }
}

impl Visit {
    /// Reads address and headers.
    pub fn of(app: &App, uri: &Uri, headers: &HeaderMap) -> Self {
        let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let mut asked: Vec<(String, String)> =
            query.into_owned().filter(|(_, value)| !value.is_empty()).collect();
        let chosen = asked.iter().find(|(name, lang)| name == "lang" && app.pages.speaks(lang));
        let chosen = chosen.map(|(_, lang)| lang.clone());
        asked.retain(|(name, _)| MEANT.contains(&name.as_str()));
        Self {
            here: address(uri.path(), &asked),
            asked,
            lang: chosen.clone().unwrap_or_else(|| accepted(app, headers)),
            chosen: chosen.is_some(),
            known: text(headers, header::IF_NONE_MATCH).map(str::to_owned),
        }
    }

    /// The address without what it asks for.
    pub fn path(&self) -> &str {
        self.here.split('?').next().unwrap_or_default()
    }

    /// What the address asks for under `name`.
    pub fn asked(&self, name: &str) -> Option<&str> {
        self.asked.iter().find(|(asked, _)| asked == name).map(|(_, value)| value.as_str())
    }

    /// The address under `path` of what is asked here, but for what `other` says of some names.
    pub fn elsewhere(&self, path: &str, other: &[(&str, Option<&str>)]) -> String {
        let kept = self.asked.iter().filter(|(name, _)| !other.iter().any(|(changed, _)| changed == name));
        let set = other.iter().filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.to_owned())));
        address(path, &kept.cloned().chain(set).collect::<Vec<_>>())
    }

    /// What a form must carry along that asks for other things under `names`.
    pub fn kept(&self, names: &[&str]) -> Vec<(&str, &str)> {
        let kept = self.asked.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        let lang = self.chosen.then_some(("lang", self.lang.as_str()));
        kept.map(|(name, value)| (name.as_str(), value.as_str())).chain(lang).collect()
    }

    /// Whether the reader has the page of that tag (RFC 9110 §13.1.2: compared weakly).
    pub fn knows(&self, tag: &str) -> bool {
        let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let known = self.known.as_deref().unwrap_or_default();
        known.split(',').any(|known| known.trim() == "*" || bare(known) == bare(tag))
    }
}

fn address(path: &str, asked: &[(String, String)]) -> String {
    if asked.is_empty() {
        return path.to_owned();
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
    format!("{path}?{query}")
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The language a browser asks for, among ours: the one it likes best, of equals the first.
fn accepted(app: &App, headers: &HeaderMap) -> String {
    let asked = text(headers, header::ACCEPT_LANGUAGE).unwrap_or_default();
    let wish = |entry: &str| {
        let (tag, rest) = entry.split_once(';').unwrap_or((entry, ""));
        let liked = rest.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).unwrap_or(1.0);
        let primary = tag.split('-').next().unwrap_or_default().trim().to_lowercase();
        (app.pages.speaks(&primary) && liked > 0.0).then_some((primary, liked))
    };
    let mut wishes: Vec<(String, f32)> = asked.split(',').filter_map(wish).collect();
    wishes.sort_by(|a, b| b.1.total_cmp(&a.1));
    wishes.into_iter().next().map_or_else(|| DEFAULT_LANG.to_owned(), |(lang, _)| lang)
}
