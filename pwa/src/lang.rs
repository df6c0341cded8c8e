//! The words on screen: one catalog at a time, fetched under the name the page gives, handed down to every screen.
//!
//! Owns how a later part of the app gets its words: its language's file of the first part says where they lie (`xtask`,
//! `words.rs`). Promises: a part that asks here before it is drawn has its words, in whatever language is chosen meanwhile.

use crate::{api, boot, session, wire};
use shared::instant::{Age, Instant};
use shared::lang::{Catalog, Messages};
use std::cell::RefCell;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// The language of who asked for none of ours.
const DEFAULT: &str = "fr";

/// Languages there is a catalog for, each with its own name: the page says which.
pub fn known() -> Vec<(String, String)> {
    let listed = boot::data("langs").unwrap_or_default();
    let named = listed.split(',').filter_map(|one| one.split_once(' '));
    named.map(|(code, name)| (code.to_owned(), name.to_owned())).collect()
}

/// On its way; nothing when it did not come.
type Asked<T> = Pin<Box<dyn Future<Output = Option<T>>>>;

thread_local! {
    /// The words in use.
    static NOW: RefCell<Option<Words>> = const { RefCell::new(None) };
    /// The parts that have asked for theirs.
    static PARTS: RefCell<Vec<&'static str>> = const { RefCell::new(vec![]) };
}

/// The words of the person's language.
#[derive(Clone, Debug)]
pub struct Words(Rc<Spoken>);

#[derive(Debug)]
struct Spoken {
    catalog: Catalog,
    /// The parts whose words are among them.
    parts: RefCell<Vec<&'static str>>,
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Deref for Words {
    type Target = Catalog;
    fn deref(&self) -> &Catalog {
        &self.0.catalog
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

    /// "3 oct. à 14:02".
    pub fn moment(&self, at: Instant) -> String {
        let options = |pairs: [(&str, &str); 2]| {
            let options = js_sys::Object::new();
            for (name, value) in pairs {
                let _ = js_sys::Reflect::set(&options, &name.into(), &value.into());
            }
            options
        };
        let date = js_date(at);
        let day = date.to_locale_date_string(self.lang(), &options([("day", "numeric"), ("month", "short")]));
        let hour = options([("hour", "numeric"), ("minute", "2-digit")]);
        let time = date.to_locale_time_string_with_options(self.lang(), &hour);
        self.with("moment", &[("day", &String::from(day)), ("time", &String::from(time))])
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

/// Minutes the phone's wall clock is behind UTC at that instant: negative in France.
pub fn behind_utc(at: Instant) -> i64 {
    whole(js_date(at).get_timezone_offset())
}

/// The phone's time zone (IANA), where the browser says.
pub fn zone() -> String {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    outbox::json::Json::new(format.resolved_options().into()).words("timeZone")
}

/// The machine's form of an instant, for `<time datetime>`.
pub fn iso(at: Instant) -> String {
    js_date(at).to_iso_string().into()
}

/// The catalog to start with: the person's choice, the browser's language, French.
pub async fn first() -> Option<Words> {
    let wanted = wanted();
    match load(&wanted).await {
        None if wanted != DEFAULT => load(DEFAULT).await,
        found => found,
    }
}

fn wanted() -> String {
    let codes = known();
    let ours = |tag: &str| codes.iter().map(|(code, _)| code).find(|code| tag.starts_with(&***code)).cloned();
    let chosen = session::lang().and_then(|tag| ours(&tag));
    let browser = || gloo_utils::window().navigator().language().and_then(|tag| ours(&tag));
    chosen.or_else(browser).unwrap_or_else(|| DEFAULT.to_owned())
}

/// The browser's own rules (ECMA-402); where it has none for the language, its default's.
fn plural(lang: &str, n: i64) -> String {
    let rules = js_sys::Intl::PluralRules::new(&js_sys::Array::of1(&lang.into()), &js_sys::Object::new());
    #[expect(clippy::cast_precision_loss, reason = "nothing here is counted beyond 2^53")]
    let n = n as f64;
    rules.select(n).into()
}

/// Has the words of a part come, without waiting for them.
pub fn call_part(part: &'static str) {
    spawn_local(async move {
        of_part(part).await;
    });
}

/// Fetches the words of a part; those of a language chosen meanwhile as well.
pub fn of_part(part: &'static str) -> Asked<()> {
    PARTS.with_borrow_mut(|parts| {
        if !parts.contains(&part) {
            parts.push(part);
        }
    });
    Box::pin(async {
        loop {
            let words = NOW.with_borrow(Clone::clone)?;
            learn(words.clone()).await?;
            if NOW.with_borrow(|now| *now == Some(words)) {
                return Some(());
            }
        }
    })
}

/// Fetches the catalog of `lang`, for the parts that are here, and tells the document that it speaks it.
pub async fn load(lang: &str) -> Option<Words> {
    let first = messages(&boot::data(&["lang-", lang].concat())?).await?;
    let catalog = Catalog::new(lang, first, plural);
    let words = Words(Rc::new(Spoken { catalog, parts: RefCell::default() }));
    learn(words.clone()).await?;
    if let Some(html) = gloo_utils::document().document_element() {
        let _ = html.set_attribute("lang", words.lang());
        let _ = html.set_attribute("dir", &words.say("lang_dir"));
    }
    NOW.set(Some(words.clone()));
    if lang != DEFAULT {
        // The worker keeps the default ones only, and whoever chose another may be without network next time.
        ["making", "reading"].into_iter().for_each(call_part);
    }
    Some(words)
}

/// Fetches the words of all parts that asked, those that are not here yet.
fn learn(words: Words) -> Asked<()> {
    Box::pin(async move {
        let known = |part: &_| words.0.parts.borrow().contains(part);
        for part in PARTS.with_borrow(Clone::clone) {
            if !known(&part) {
                let more = messages(&words.say(&["words_of_", part].concat())).await?;
                if !known(&part) {
                    words.0.parts.borrow_mut().push(part);
                    words.0.catalog.learn(more);
                }
            }
        }
        Some(())
    })
}

fn messages(address: &str) -> Asked<Messages> {
    let address = address.to_owned();
    Box::pin(async move { wire::messages(api::get(&address, None).await.ok()?.0) })
}
