//! What a phone downloads before it can snap a report, in bytes of brotli.
//!
//! The parts of the app that come later are no part of that sum; they are listed, each by itself.

use super::{Row, server::Server};
use crate::bundle::DEFAULT_LANGUAGE;
use crate::pack;
use crate::split::is_part;
use anyhow::{Context, Result};
use std::collections::BTreeSet;

/// One line per file, their sum, and the service worker apart: it comes after the screen stands.
pub fn measure(server: &Server) -> Result<Vec<Row>> {
    let text = |path: &str| -> Result<String> {
        Ok(String::from_utf8_lossy(&get(server, path, "identity")?).replace("&#x2f;", "/"))
    };
    let later = |name: &str| {
        let other_language =
            name.starts_with("lang-") && !name.starts_with(&format!("lang-{DEFAULT_LANGUAGE}"));
        other_language || name.starts_with("apple-touch")
    };
    let mut first: BTreeSet<String> = ["/shell", "/manifest.webmanifest"].map(String::from).into();
    first.extend(named(&text("/shell")?, |name| !later(name)));
    let mut rows = Vec::new();
    let mut total = 0;
    for path in first {
        let bytes = size(server, &path)?;
        total += bytes;
        rows.push(Row::plain(format!("  {path}"), format!("{bytes} B")));
    }
    let figure = format!("{}.{} kB", total / 1000, total % 1000 / 100);
    rows.push(Row { what: "first load, brotli".into(), figure, budget: "150 kB".into() });
    let worker = named(&text("/sw.js")?, |name| name.starts_with("worker-") || is_part(name));
    for path in std::iter::once("/sw.js".to_owned()).chain(worker) {
        rows.push(Row::plain(format!("  later: {path}"), format!("{} B", size(server, &path)?)));
    }
    Ok(rows)
}

/// The files that a text names under `/assets/`, once each.
fn named(text: &str, wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let names =
        text.split("/assets/").skip(1).filter_map(|rest| rest.split(['"', '\'', '#', ' ', '>']).next());
    names.filter(|name| wanted(name)).map(|name| format!("/assets/{name}")).collect()
}

fn size(server: &Server, path: &str) -> Result<usize> {
    Ok(get(server, path, "br")?.len())
}

/// The bytes as sent. What the server does not compress by itself (a page) is counted as a proxy would send it.
fn get(server: &Server, path: &str, encoding: &str) -> Result<Vec<u8>> {
    let request = ureq::get(format!("{}{path}", server.url)).header("accept-encoding", encoding);
    let mut answer = request.call().with_context(|| format!("GET {path}"))?;
    let compressed = answer.headers().contains_key("content-encoding");
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let text = kind.starts_with("text/") || kind.contains("json") || kind.contains("javascript");
    let body = answer.body_mut().read_to_vec()?;
    if encoding == "br" && text && !compressed { pack::brotli(&body) } else { Ok(body) }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn the_names_in_a_shell_are_found_once_each() {
        let shell = r##"<link rel=stylesheet href=/assets/v-1.css><link rel="icon" href="/assets/f-2.svg">
            <link rel="apple-touch-icon" href="/assets/apple-touch-180-9.png"><use href="/assets/s-5.svg#mark"/>
            <use href="/assets/s-5.svg#i-bell"/><script src='/assets/boot-3.js' data-app="/assets/app-4.js">"##;
        let names = ["app-4.js", "boot-3.js", "f-2.svg", "s-5.svg", "v-1.css"];
        let found = named(shell, |name| !name.starts_with("apple-touch"));
        assert_eq!(Vec::from_iter(found), names.map(|name| format!("/assets/{name}")));
    }
}
