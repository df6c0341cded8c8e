//! The words on screen: one catalog at a time, fetched under the name the page gives, handed down to every screen.

use crate::{api, boot, session, wire};
use shared::instant::{Age, Instant};
use shared::lang::Catalog;
use std::ops::Deref;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// Languages there is a catalog for, each in its own name.
pub const KNOWN: [(&str, &str); 2] = [("fr", "Français"), ("en", "English")];

/// The words of the person's language.
#[derive(Clone, Debug)]
pub struct Words(Rc<Catalog>);

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Deref for Words {
    type Target = Catalog;
    fn deref(&self) -> &Catalog {
        &self.0
    }
}

impl Words {
    /// `{prefix}{slug}` as a message key: slugs have `-` where keys have `_`.
    pub fn of_slug(&self, prefix: &str, slug: &str) -> String {
        self.say(&[prefix, &slug.replace('-', "_")].concat())
    }

    /// "il y a 12 jours".
    pub fn ago(&self, then: Instant, now: Instant) -> String {
        self.aged("ago_", then, now)
    }

    /// "12 j": in lists.
    pub fn age_short(&self, then: Instant, now: Instant) -> String {
        self.aged("age_short_", then, now)
    }

    fn aged(&self, prefix: &str, then: Instant, now: Instant) -> String {
        let (unit, n) = Age::of(then, now).key();
        self.count(&[prefix, unit].concat(), n)
    }

    /// "3 octobre 2026", or "3 octobre" within the year of `now`.
    pub fn day(&self, at: Instant, now: Instant) -> String {
        let date = js_date(at);
        let options = js_sys::Object::new();
        let set = |name: &str, value: &str| {
            let _ = js_sys::Reflect::set(&options, &name.into(), &value.into());
        };
        set("day", "numeric");
        set("month", "long");
        if date.get_full_year() != js_date(now).get_full_year() {
            set("year", "numeric");
        }
        date.to_locale_date_string(self.lang(), &options).into()
    }

    /// "60 m", "1,2 km".
    pub fn distance(&self, metres: f64) -> String {
        let metres = whole(metres);
        if metres < 995 {
            let rounded = if metres < 100 { metres } else { (metres + 5) / 10 * 10 };
            return self.with("distance_m", &[("n", &rounded.to_string())]);
        }
        let (km, tenth) = ((metres + 50) / 1000, (metres + 50) / 100 % 10);
        let mut said = km.to_string();
        if tenth > 0 && km < 10 {
            said = [&*said, &self.say("decimal_mark"), &*tenth.to_string()].concat();
        }
        self.with("distance_km", &[("n", &said)])
    }
}

/// Metres without their decimals: formatting a floating number costs the phone more than all its distances.
pub fn whole(metres: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "no two places on Earth are further apart than an i64"
    )]
    let whole = metres.round() as i64;
    whole
}

/// The browser's own date at that instant.
fn js_date(at: Instant) -> js_sys::Date {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this age are exact in a double")]
    let millis = at.0 as f64;
    js_sys::Date::new(&JsValue::from_f64(millis))
}

/// The machine's form of an instant, for `<time datetime>`.
pub fn iso(at: Instant) -> String {
    js_date(at).to_iso_string().into()
}

/// The catalog to start with: the person's choice, the browser's language, French.
pub async fn first() -> Option<Words> {
    let wanted = wanted();
    match load(wanted).await {
        None if wanted != KNOWN[0].0 => load(KNOWN[0].0).await,
        found => found,
    }
}

fn wanted() -> &'static str {
    let known = |tag: &str| KNOWN.iter().map(|(code, _)| *code).find(|code| tag.starts_with(code));
    let chosen = session::lang().and_then(|tag| known(&tag));
    let browser = || gloo_utils::window().navigator().language().and_then(|tag| known(&tag));
    chosen.or_else(browser).unwrap_or(KNOWN[0].0)
}

/// Fetches the catalog of `lang` and tells the document that it speaks it.
pub async fn load(lang: &str) -> Option<Words> {
    let address = boot::data(&["lang-", lang].concat())?;
    let (json, _) = api::get(&address, None).await.ok()?;
    let messages = wire::messages(json)?;
    if let Some(html) = gloo_utils::document().document_element() {
        let _ = html.set_attribute("lang", lang);
    }
    Some(Words(Rc::new(Catalog::new(lang, messages))))
}
