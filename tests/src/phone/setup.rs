//! How Chromium is started: which screen, which switches.

use std::path::Path;

use serde_json::{Value, json};

/// What the browser shows on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Screen {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// Device pixels per CSS pixel.
    pub density: f32,
    /// Touched by fingers rather than a mouse; lays out as phones do.
    pub mobile: bool,
}

impl Screen {
    /// A small phone of today.
    pub const PHONE: Self = Self { width: 360, height: 740, density: 2.0, mobile: true };
    /// A guarantor's desktop.
    pub const DESK: Self = Self { width: 1440, height: 900, density: 1.0, mobile: false };
}

/// Without the switches against background requests, Chromium calls home at every start.
const SWITCHES: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// The WebDriver capabilities: a fresh profile, `origin` as good as https, French as its language.
pub(super) fn capabilities(origin: &str, profile: &Path, screen: Screen) -> Value {
    let Screen { width, height, density, mobile } = screen;
    let mut switches: Vec<String> = SWITCHES.map(str::to_owned).into();
    switches.extend([
        format!("--user-data-dir={}", profile.display()),
        format!("--unsafely-treat-insecure-origin-as-secure={origin}"),
        format!("--window-size={width},{height}"),
        "--lang=fr-FR".into(),
    ]);
    let mut chrome = json!({
        "args": switches,
        "prefs": { "intl.accept_languages": "fr-FR,fr" },
    });
    if mobile {
        let metrics =
            json!({ "width": width, "height": height, "pixelRatio": density, "mobile": true, "touch": true });
        chrome["mobileEmulation"] = json!({ "deviceMetrics": metrics });
    }
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": chrome,
        "goog:loggingPrefs": { "browser": "ALL" },
        "timeouts": { "implicit": 0, "pageLoad": 30_000, "script": 30_000 },
    })
}
