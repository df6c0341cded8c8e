//! What templates can say: the words of `assets/lang`, with names, ages and dates.

use crate::web::qr;
use jiff::tz::TimeZone;
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{Environment, State};
use serde::Deserialize;
use shared::calendar::Day;
use shared::instant::{Age, Instant};
use shared::lang::Catalog;
use shared::reports::ReportBrief;
use shared::reports::duplicate::Reason;
use shared::routing::Function;
use shared::routing::rules::Criteria;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every language.
pub type Catalogs = Arc<BTreeMap<String, Catalog>>;

/// What a report is called after, wherever it is spoken of.
#[derive(Deserialize)]
struct Titled {
    number: i64,
    category: Option<String>,
    excerpt: String,
}

/// What a report is called: its category, else its first words, else its number.
pub fn title(words: &Catalog, brief: &ReportBrief) -> String {
    called(words, (brief.category.as_deref(), &brief.excerpt, brief.number))
}

fn called(words: &Catalog, (category, excerpt, number): (Option<&str>, &str, i64)) -> String {
    match category {
        Some(slug) => words.say(&format!("category_{}", slug.replace('-', "_"))),
        None if !excerpt.is_empty() => excerpt.to_owned(),
        None => words.with("report_untitled", &[("number", &number.to_string())]),
    }
}

/// Gives `environment` its functions: `t`, `title_of`, `ago`, `why`, `date`, `day`, `hour`, `iso`, `because`,
/// `to_functions`, `to`, `in_lang`, `qr`. Dates and hours are those of `zone`, where the schools are.
pub fn add(environment: &mut Environment<'static>, catalogs: &Catalogs, zone: &TimeZone) {
    let words = catalogs.clone();
    environment.add_function("t", move |state: &State<'_, '_>, key: &str, values: Kwargs| {
        translate(catalog(&words, state), key, &values)
    });
    let words = catalogs.clone();
    environment.add_function("title_of", move |state: &State<'_, '_>, brief: Serde<Titled>| {
        let Titled { number, category, excerpt } = &brief.0;
        called(catalog(&words, state), (category.as_deref(), excerpt, *number))
    });
    let words = catalogs.clone();
    environment.add_function("ago", move |state: &State<'_, '_>, at: i64| {
        let now = state.lookup("now").and_then(|now| i64::try_from(now).ok()).unwrap_or(at);
        let (unit, n) = Age::of(Instant(at), Instant(now)).key();
        catalog(&words, state).count(&format!("ago_{unit}"), n)
    });
    let words = catalogs.clone();
    environment.add_function("why", move |state: &State<'_, '_>, why: Serde<Criteria>| {
        why.0.told(catalog(&words, state))
    });
    let (words, of_schools) = (catalogs.clone(), zone.clone());
    environment.add_function("date", move |state: &State<'_, '_>, at: i64| {
        date(catalog(&words, state), &of_schools, at)
    });
    let words = catalogs.clone();
    environment.add_function("day", move |state: &State<'_, '_>, day: i64| {
        date_in_words(catalog(&words, state), Day(day).parts())
    });
    let of_schools = zone.clone();
    environment.add_function("hour", move |at: i64| {
        zoned(&of_schools, at).map(|at| at.strftime("%H:%M").to_string())
    });
    environment.add_function("iso", |at: i64| iso(Instant(at)));
    environment.add_function("qr", |address: &str| Value::from_safe_string(qr::svg(address)));
    environment.add_function("in_lang", in_lang);
    environment.add_function("to", |state: &State<'_, '_>, address: &str| {
        let chosen = state.lookup("chosen").is_some_and(|chosen| chosen.is_true());
        let lang = state.lookup("lang").filter(|_| chosen);
        lang.map_or_else(|| address.to_owned(), |lang| in_lang(address, &lang.to_string()))
    });
    let words = catalogs.clone();
    environment.add_function("because", move |state: &State<'_, '_>, why: Vec<String>| {
        because(catalog(&words, state), &why)
    });
    let words = catalogs.clone();
    environment.add_function("to_functions", move |state: &State<'_, '_>, names: Vec<String>| {
        let words = catalog(&words, state);
        let named = names.iter().filter_map(|name| Function::parse(name));
        words.list(
            &named
                .map(|function| words.say(&format!("function_to_{}", function.as_str())))
                .collect::<Vec<_>>(),
        )
    });
}

/// What speaks for and against two reports being the same, as a list.
fn because(words: &Catalog, why: &[String]) -> String {
    let reasons = why.iter().filter_map(|reason| Reason::parse(reason));
    words.list(&reasons.map(|reason| words.say(&format!("because_{}", reason.as_str()))).collect::<Vec<_>>())
}

fn catalog<'a>(catalogs: &'a Catalogs, state: &State<'_, '_>) -> &'a Catalog {
    static NONE: std::sync::LazyLock<Catalog> = std::sync::LazyLock::new(Catalog::default);
    let lang = state.lookup("lang").map(|lang| lang.to_string()).unwrap_or_default();
    catalogs.get(&lang).unwrap_or(&NONE)
}

/// `t(key)`, `t(key, n=3)`, `t(key, name="…")`.
fn translate(words: &Catalog, key: &str, values: &Kwargs) -> Result<String, minijinja::Error> {
    if let Ok(n) = values.get::<i64>("n") {
        return Ok(words.count(key, n));
    }
    let named = values.args().map(|name| Ok((name.to_owned(), values.get::<Value>(name)?.to_string())));
    let named: Vec<(String, String)> = named.collect::<Result<_, minijinja::Error>>()?;
    let borrowed: Vec<(&str, &str)> =
        named.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Ok(words.with(key, &borrowed))
}

/// `address` in that language.
fn in_lang(address: &str, lang: &str) -> String {
    let mark = if address.contains('?') { '&' } else { '?' };
    format!("{address}{mark}lang={lang}")
}

/// An instant as machines read it (RFC 3339).
pub fn iso(at: Instant) -> String {
    jiff::Timestamp::from_millisecond(at.0).map(|instant| instant.to_string()).unwrap_or_default()
}

fn zoned(zone: &TimeZone, at: i64) -> Option<jiff::Zoned> {
    Some(jiff::Timestamp::from_millisecond(at).ok()?.to_zoned(zone.clone()))
}

/// "3 octobre 2026", in the schools' time zone.
fn date(words: &Catalog, zone: &TimeZone, at: i64) -> String {
    let Some(day) = zoned(zone, at).map(|at| at.date()) else { return String::new() };
    date_in_words(words, (day.year().into(), day.month().into(), day.day().into()))
}

fn date_in_words(words: &Catalog, (year, month, day): (i64, i64, i64)) -> String {
    let month = words.say(&format!("month_{month}"));
    words.with("date_long", &[("day", &day.to_string()), ("month", &month), ("year", &year.to_string())])
}
