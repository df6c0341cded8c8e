//! What part of a photo an answer carries (RFC 9110, §13 and §14): all of it, a range, or nothing new.

use http::{HeaderMap, HeaderName, Method, header};
use std::ops::RangeInclusive;

/// What to answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// Some bytes of it.
    Bytes(RangeInclusive<usize>),
    /// The caller has it already.
    Unchanged,
    /// No such bytes.
    Unsatisfiable,
}

/// Reads the conditions of a request for `length` bytes that are called `tag` (strong, in quotes).
pub fn part(method: &Method, headers: &HeaderMap, tag: &str, length: usize) -> Part {
    if said(headers, &header::IF_NONE_MATCH).is_some_and(|tags| names(tags, tag)) {
        return Part::Unchanged;
    }
    // A range is of GET only; one whose condition fails is as if it had not been asked.
    let same = said(headers, &header::IF_RANGE).is_none_or(|condition| condition == tag);
    match said(headers, &header::RANGE).filter(|_| method == Method::GET && same) {
        Some(range) => satisfy(range, length),
        None => Part::Whole,
    }
}

fn said<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

fn names(tags: &str, tag: &str) -> bool {
    let weak = |named: &str| named.trim().trim_start_matches("W/") == tag;
    tags == "*" || tags.split(',').any(weak)
}

/// One range of bytes. Several, other units and what makes no sense are not understood, and the whole is answered.
fn satisfy(range: &str, length: usize) -> Part {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-'))
    else {
        return Part::Whole;
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().unwrap_or(usize::MAX))
    };
    let end = length.saturating_sub(1);
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => Part::Whole,
        (Some(first), _) if first >= length && (last.is_empty() || number(last).is_some()) => {
            Part::Unsatisfiable
        }
        (Some(first), Some(last)) => Part::Bytes(first..=last.min(end)),
        (Some(first), None) if last.is_empty() => Part::Bytes(first..=end),
        (None, Some(count)) if first.is_empty() => match count {
            0 => Part::Unsatisfiable,
            count => Part::Bytes(length.saturating_sub(count)..=end),
        },
        _ => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "\"abc\"";

    fn asked(method: &Method, headers: &[(HeaderName, &'static str)]) -> Part {
        let headers =
            headers.iter().map(|(name, value)| (name.clone(), http::HeaderValue::from_static(value)));
        part(method, &headers.collect(), TAG, 100)
    }

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        for (range, expected) in [
            ("bytes=0-9", Part::Bytes(0..=9)),
            ("bytes=90-", Part::Bytes(90..=99)),
            ("bytes=90-1000", Part::Bytes(90..=99)),
            ("bytes=-10", Part::Bytes(90..=99)),
            ("bytes=-1000", Part::Bytes(0..=99)),
            ("bytes=99-99", Part::Bytes(99..=99)),
            ("bytes=0-99999999999999999999999", Part::Bytes(0..=99)),
            ("bytes=100-", Part::Unsatisfiable),
            ("bytes=100-200", Part::Unsatisfiable),
            ("bytes=-0", Part::Unsatisfiable),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,5-6", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("pages=1-2", Part::Whole),
        ] {
            assert_eq!(asked(&Method::GET, &[(header::RANGE, range)]), expected, "{range}");
        }
        assert_eq!(asked(&Method::HEAD, &[(header::RANGE, "bytes=0-9")]), Part::Whole);
    }

    #[test]
    fn conditions_come_first() {
        let range = (header::RANGE, "bytes=0-9");
        for (condition, expected) in [
            ((header::IF_NONE_MATCH, "\"x\", W/\"abc\""), Part::Unchanged),
            ((header::IF_NONE_MATCH, "*"), Part::Unchanged),
            ((header::IF_NONE_MATCH, "\"x\""), Part::Bytes(0..=9)),
            ((header::IF_RANGE, "\"abc\""), Part::Bytes(0..=9)),
            ((header::IF_RANGE, "W/\"abc\""), Part::Whole),
            ((header::IF_RANGE, "Mon, 07 Sep 2026 08:00:00 GMT"), Part::Whole),
        ] {
            assert_eq!(asked(&Method::GET, &[condition.clone(), range.clone()]), expected, "{condition:?}");
        }
    }
}
