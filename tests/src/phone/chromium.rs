//! What is Chromium's own: switches, positions and the console through its devtools.

use std::path::Path;

use fantoccini::Client;
use serde_json::{Value, json};

use super::{Screen, ScriptError};
use crate::photo::Position;
use crate::webdriver::{Beyond, Driver};

/// Without the switches against background requests, Chromium calls home at every start, and waits for names that
/// nobody here can tell.
const SWITCHES: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*",
];

pub(super) async fn driver(profile: &Path) -> Driver {
    Driver::start("chromedriver", profile, |command| {
        command.env("LANGUAGE", "fr");
    })
    .await
}

/// A fresh profile, French as its language.
pub(super) fn capabilities(profile: &Path, screen: Screen, private: bool) -> Value {
    let Screen { width, height, density, mobile } = screen;
    let mut switches: Vec<String> = SWITCHES.map(str::to_owned).into();
    switches.extend([
        format!("--user-data-dir={}", profile.display()),
        format!("--window-size={width},{height}"),
        "--lang=fr-FR".into(),
    ]);
    switches.extend(private.then(|| "--incognito".into()));
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
    })
}

pub(super) async fn stand_at(client: &Client, origin: &str, (latitude, longitude): Position) {
    // Not `grantPermissions`: what it doesn't name it takes away, background sync among it.
    let allowed = json!({ "permission": { "name": "geolocation" }, "setting": "granted", "origin": origin });
    devtools(client, "Browser.setPermission", allowed).await;
    let here = json!({ "latitude": latitude, "longitude": longitude, "accuracy": 10 });
    devtools(client, "Emulation.setGeolocationOverride", here).await;
}

pub(super) async fn turn_into(client: &Client, screen: Screen) {
    let Screen { width, height, density, mobile } = screen;
    let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": density, "mobile": mobile });
    devtools(client, "Emulation.setDeviceMetricsOverride", metrics).await;
}

pub(super) async fn write_at(client: &Client, percent: u32) {
    let sizes = json!({ "standard": 16 * percent / 100, "fixed": 13 * percent / 100 });
    devtools(client, "Page.setFontSizes", json!({ "fontSizes": sizes })).await;
}

/// Network failures are logged as well, and left out.
pub(super) async fn errors(client: &Client) -> Vec<ScriptError> {
    let logged = client.issue_cmd(Beyond::console()).await.expect("the console");
    let entries = logged.as_array().cloned().unwrap_or_default();
    let word = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    entries
        .iter()
        .filter(|entry| entry["level"] == "SEVERE" && entry["source"] != "network")
        .map(|entry| ScriptError { source: word(entry, "source"), message: word(entry, "message") })
        .collect()
}

pub(super) async fn devtools(client: &Client, command: &str, parameters: Value) {
    let done = client.issue_cmd(Beyond::devtools(command, &parameters)).await;
    done.unwrap_or_else(|error| panic!("{command}: {error}"));
}

/// Runs a script in the service worker of the current tab's origin. Its answer is not waited for: it is in another
/// conversation than the tab's.
pub(super) async fn in_worker(client: &Client, script: &str) {
    let ask = async |command: &str, parameters: Value| {
        let done = client.issue_cmd(Beyond::devtools(command, &parameters)).await;
        done.unwrap_or_else(|error| panic!("{command}: {error}"))
    };
    let targets = ask("Target.getTargets", json!({})).await;
    let targets = targets["targetInfos"].as_array().cloned().unwrap_or_default();
    let worker = targets.iter().find(|target| target["type"] == "service_worker").expect("a service worker");
    let attached =
        ask("Target.attachToTarget", json!({ "targetId": worker["targetId"], "flatten": false })).await;
    let message =
        json!({ "id": 1, "method": "Runtime.evaluate", "params": { "expression": script } }).to_string();
    let send = json!({ "sessionId": attached["sessionId"], "message": message });
    ask("Target.sendMessageToTarget", send).await;
}
