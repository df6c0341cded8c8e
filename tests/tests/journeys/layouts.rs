//! The main screens on a small phone, a phone, a phone lying, a desk, in letters twice as large, and in a language that
//! is read from right to left: nothing runs over the edge or is cut off, whatever one taps is large enough, and no bar
//! lies over what one came for, and no word is missing. Keeps a picture of each under `target/screens`.

use serde_json::{Value, json};
use testkit::phone::{Phone, Screen};
use testkit::photo;

use crate::city::{City, LYING, MOUETTES, SMALL, rest};
use crate::queue_page::{asked, report, row, seed_here};
use crate::world::Hands;

/// What is wrong with the screen as it stands, one sentence each.
const LOOK: &str = r"
const found = [], page = document.documentElement, style = (one) => getComputedStyle(one);
const said = (one) => `<${one.localName} class='${one.getAttribute('class') ?? ''}'> ${one.textContent.trim().slice(0, 40)}`;
const within = document.querySelector('dialog[open]') ?? document.body;
const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
  && !one.closest('.visually-hidden, [inert], svg *, .skip');
const shown = [...within.querySelectorAll('*')].filter(seen), of = (kinds) => shown.filter((one) => one.matches(kinds));
const scrolled = (one) => one && (/auto|scroll|hidden|clip/.test(style(one).overflowX) || scrolled(one.parentElement));

if (page.scrollWidth > innerWidth) found.push(`the page is ${page.scrollWidth} wide`);
for (const one of shown) {
  const { left, right, width } = one.getBoundingClientRect();
  const over = width > 0 && (left < -1 || right > page.clientWidth + 1);
  if (over && !scrolled(one.parentElement)) found.push(`over the edge, ${left} to ${right}: ${said(one)}`);
}
for (const one of shown) {
  const { overflowX, webkitLineClamp, textOverflow, display } = style(one);
  const clips = /hidden|clip/.test(overflowX) && webkitLineClamp === 'none' && textOverflow !== 'ellipsis';
  const holds = clips || one.matches('a, button, .btn, .chip, .state, h1, h2, h3, p, label, legend, small');
  const cut = one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 2;
  if (holds && cut && display !== 'inline' && one.textContent.trim()) found.push(`cut off: ${said(one)}`);
}
for (const one of within.querySelectorAll('a[href], button, summary, input, select, textarea')) {
  const small = one.matches('[type=radio], [type=checkbox], [type=file], .search input');
  const target = (small && one.closest('label')) || one, inline = style(target).display === 'inline';
  const most = (side) => Math.max(...[...target.getClientRects()].map((box) => box[side]));
  const fits = most('height') >= (inline ? 43.5 : 47.5) && (inline || most('width') >= 47.5);
  if (seen(target) && !fits) found.push(`only ${most('width')} by ${most('height')}: ${said(target)}`);
}
for (const one of of('.btn.primary, .btn.signal, .snap')) {
  one.scrollIntoView({ block: 'center', behavior: 'instant' });
  const { x, y, width, height } = one.getBoundingClientRect();
  const top = document.elementFromPoint(x + width / 2, y + Math.min(height / 2, 30));
  if (!one.contains(top)) found.push(`covered by ${top && said(top)}: ${said(one)}`);
}
const bars = of('.tabs, .bar, .sticky-action, .toast').filter((one) => /sticky|fixed/.test(style(one).position))
  .map((one) => one.getBoundingClientRect()).filter((box) => box.width > innerWidth / 2);
const spoken = ({ name, nodeType }) => nodeType === Node.TEXT_NODE || /^(aria-label|alt|placeholder|title)$/.test(name);
const words = shown.flatMap((one) => [...one.childNodes, ...one.attributes].filter(spoken).map((node) => node.nodeValue.trim()));
for (const one of words) if (/^[a-z]+(_[a-z0-9]+)+$/.test(one)) found.push(`no words for ${one}`);
const taken = bars.reduce((sum, box) => sum + box.height, 0);
if (taken > innerHeight / 2) found.push(`bars take ${taken} of ${innerHeight}`);
scrollTo({ top: 0, behavior: 'instant' });
return found;
";

/// The sizes, with the size of letters in percent.
const SIZES: [(&str, Screen, u32); 6] = [
    ("phone", Screen::PHONE, 100),
    ("small", SMALL, 100),
    ("lying", LYING, 100),
    ("desk", Screen::DESK, 100),
    ("large-letters", Screen::PHONE, 200),
    ("large-letters-desk", Screen::DESK, 200),
];

/// What was found, screen by screen.
struct Look<'a> {
    phone: &'a Phone,
    lang: &'static str,
    found: Vec<String>,
}

impl Look<'_> {
    async fn at(&mut self, screen: &str) {
        for (size, shape, percent) in SIZES {
            self.phone.turn_into(shape).await;
            self.phone.write_at(percent).await;
            rest(self.phone).await;
            let said = self.phone.client().execute(LOOK, vec![]).await.expect("a page to look at");
            let said = said.as_array().expect("what is wrong").iter().filter_map(Value::as_str);
            self.found.extend(said.map(|said| format!("{screen}, {size}: {said}")));
            self.phone.screenshot(&format!("{screen}-{size}{}", self.lang)).await;
        }
        self.phone.write_at(100).await;
        self.phone.turn_into(Screen::PHONE).await;
    }
}

async fn look_at_all(lang: &'static str) {
    let city = City::start().await;
    let phone = city.phone().await;
    let mut look = Look { phone: &phone, lang, found: Vec::new() };
    if !lang.is_empty() {
        let speak = "localStorage.setItem('vigie.lang', 'ar-xb'); return true";
        phone.wait_for_script("the other language", speak).await;
        phone.open("/").await;
        phone.find_css("html[dir=rtl]").await;
    }
    look.at("home-first").await;
    make_a_report(&phone, &mut look).await;
    let asked_about = city.report("sent").await;
    keep_some(&phone, asked_about.trim_start_matches("/demandes/")).await;
    for (address, name, here) in [
        ("/", "home", "[data-test=ask]"),
        ("/file", "queue", "[data-test=parcel]"),
        ("/suivi", "mine", "[data-test=ask]"),
        (&asked_about, "report-asked", "[data-test=answer-fixed]"),
        ("/ecoles", "schools", "[data-test=place-row]"),
        ("/ecoles/9990001X", "school", ".facts"),
        ("/demandes", "reports", "[data-test=report-row]"),
        ("/moi", "me", "[data-test=me-mail]"),
        (&city.report("planned").await, "report", "[data-test=journal]"),
        ("/journal", "journal", ".journal .timeline"),
        ("/hors-ligne", "offline", "[data-test=offline]"),
        ("/nulle/part", "lost", "main .btn.primary"),
    ] {
        phone.open(address).await;
        phone.find_css(here).await;
        look.at(name).await;
    }
    phone.open("/suivi").await;
    phone.tap_css("[data-test=mine-row][data-state=received] a").await;
    phone.tap("follow-change").await;
    phone.tap("ask-date").await;
    phone.find("ask-day").await;
    look.at("report-follow").await;
    assert!(look.found.is_empty(), "{} found:\n{}", look.found.len(), look.found.join("\n"));
}

/// A report in all its parts, and one that is left as a draft.
async fn make_a_report(phone: &Phone, look: &mut Look<'_>) {
    phone.tap("without-photo").await;
    phone.find("compose").await;
    look.at("report-empty").await;
    phone
        .write(
            "description",
            "Le radiateur du fond est froid depuis lundi, les enfants gardent leurs manteaux.",
        )
        .await;
    phone.find_css("[data-test=draft-state][data-state=kept]").await;
    phone.open("/").await;
    phone.snap(&photo::small(MOUETTES.playground, 85).path).await;
    phone.proposed(&MOUETTES).await;
    phone.choose(&MOUETTES).await;
    phone.tap("category-cour-jeux").await;
    phone.find("alike").await;
    look.at("report-made").await;
    phone.tap("details").await;
    phone.tap("urgency-4").await;
    phone.find("emergency").await;
    phone.hand_over("photo-add", &photo::small(MOUETTES.playground, 86).path).await;
    phone.find_css("[data-test=photo]:nth-child(2) [data-test=photo-open]").await;
    phone.tap("photo-open").await;
    phone.find("photo-tools").await;
    look.at("report-danger").await;
    phone.tap("photo-blur").await;
    phone.find_css("[data-test=blur] .blur-ring:not([hidden])").await;
    look.at("blur").await;
    phone.tap("blur-cancel").await;
    phone.tap("send").await;
    phone.find("sent").await;
    look.at("sent").await;
    phone.find_css("[data-test=close]").await;
}

/// Parcels of other states.
async fn keep_some(phone: &Phone, asked_about: &str) {
    let mut refused =
        row(1, "waiting", &report("9999999Z", "La balançoire pend, et personne ne sait qui appeler.", &[]));
    refused["state"] = json!({ "refused": { "problem": { "code": "place_unknown", "field": "place" } } });
    let mut waiting = row(2, "waiting", &report(MOUETTES.id, "", &[]));
    waiting["not_before"] = json!(4_000_000_000_000_u64);
    seed_here(phone, &[refused, waiting, asked(3, asked_about)]).await;
}

#[tokio::test]
async fn every_layout_holds_in_french() {
    look_at_all("").await;
}

#[tokio::test]
async fn every_layout_holds_from_right_to_left() {
    look_at_all("-mirrored").await;
}
