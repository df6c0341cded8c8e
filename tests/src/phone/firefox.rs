//! What is Firefox's own: preferences, and scripts in its own windows where the page's reach ends.

use std::path::Path;

use fantoccini::Client;
use serde_json::{Value, json};

use super::setup::Habits;
use super::{Screen, ScriptError};
use crate::photo::Position;
use crate::webdriver::{Beyond, Driver};

/// A phone has no bars, and may be narrower than Firefox's 450 points.
const NO_BARS: &str = ":root { min-width: 0 !important } #navigator-toolbox { display: none !important }";

/// The service that is asked where the device is.
const POSITIONING: &str = "geo.provider.network.url";

const STAND_AT: &str = "Services.prefs.setStringPref(arguments[0], arguments[1])";

/// Errors of the pages' scripts since the last time. What a page logs by itself is not among them, nor that a worker
/// had no answer to give.
const ERRORS: &str = "const all = Services.console.getMessageArray(); Services.console.reset(); return all \
     .filter((one) => one instanceof Ci.nsIScriptError && !(one.flags & Ci.nsIScriptError.warningFlag)) \
     .filter((one) => one.sourceName.startsWith(arguments[0]) && one.category !== 'Service Worker Interception') \
     .map((one) => [one.category, one.errorMessage])";

/// A notification is a window of its own here.
const TAP_NOTIFICATION: &str = "for (const one of Services.wm.getEnumerator('alert:alert')) \
    if (one.onAlertClick) { one.onAlertClick(); return true } \
    return false";

pub(super) async fn driver(profile: &Path, habits: &Habits) -> Driver {
    let bars = profile.join("chrome");
    std::fs::create_dir_all(&bars).expect("room for a style sheet");
    std::fs::write(bars.join("userChrome.css"), NO_BARS).expect("room for a style sheet");
    Driver::start("geckodriver", profile, |command| {
        command.arg("--allow-system-access").env("HOME", profile);
        command.envs(habits.zone.iter().map(|zone| ("TZ", zone)));
    })
    .await
}

/// A fresh profile, French as its language. Whatever WebDriver switches off that phones have is on again.
pub(super) fn capabilities(profile: &Path, screen: Screen, habits: &Habits) -> Value {
    let pointer = if screen.mobile { 1 } else { 6 };
    let mut preferences = json!({
        "intl.accept_languages": "fr-FR,fr",
        "browser.privatebrowsing.autostart": habits.private,
        "layout.css.devPixelsPerPx": screen.density.to_string(),
        "ui.primaryPointerCapabilities": pointer,
        "ui.allPointerCapabilities": pointer,
        "toolkit.legacyUserProfileCustomizations.stylesheets": true,
        // There are no names here to wait for.
        "network.dns.disabled": true,
        // `navigator.onLine` follows the network.
        "network.manage-offline-status": true,
        // The questions about position and lasting storage are answered with yes, and the phone is nowhere yet.
        "permissions.default.geo": 1,
        "geo.provider.use_geoclue": false,
        POSITIONING: "data:,",
        "dom.storageManager.prompt.testing": true,
        "dom.storageManager.prompt.testing.allow": true,
    });
    if let Some(service) = &habits.push {
        let more = json!({
            "dom.push.serverURL": service,
            "dom.push.testing.allowInsecureServerURL": true,
            "dom.push.connection.enabled": true,
            "permissions.default.desktop-notification": 1,
            "alerts.useSystemBackend": false,
        });
        preferences.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    }
    let options = json!({ "args": ["-headless", "-profile", profile], "prefs": preferences });
    json!({ "browserName": "firefox", "moz:firefoxOptions": options })
}

pub(super) async fn stand_at(client: &Client, (lat, lng): Position) {
    let here = json!({ "location": { "lat": lat, "lng": lng }, "accuracy": 10 });
    let address = format!("data:application/json,{here}");
    in_its_windows(client, STAND_AT, vec![json!(POSITIONING), json!(address)]).await;
}

pub(super) async fn errors(client: &Client, origin: &str) -> Vec<ScriptError> {
    let said = in_its_windows(client, ERRORS, vec![json!(origin)]).await;
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let error = |one: &Value| ScriptError { source: word(&one[0]), message: word(&one[1]) };
    said.as_array().expect("a list").iter().map(error).collect()
}

/// Taps the notification on the screen; whether there was one, its script loaded.
pub(super) async fn tap_notification(client: &Client) -> bool {
    let tapped = in_its_windows(client, TAP_NOTIFICATION, vec![]).await;
    tapped == true
}

async fn in_its_windows(client: &Client, script: &str, arguments: Vec<Value>) -> Value {
    client.issue_cmd(Beyond::context("chrome")).await.expect("Firefox's own windows");
    let said = client.execute(script, arguments).await;
    client.issue_cmd(Beyond::context("content")).await.expect("back to the page");
    said.unwrap_or_else(|error| panic!("{script}: {error}"))
}
