//! What is WebKitGTK's own: a display, GTK's manners, and a page that keeps note of its errors.

use std::os::unix::fs::symlink;
use std::path::Path;

use fantoccini::Client;
use serde_json::{Value, json};

use super::{Screen, ScriptError};
use crate::display::Display;
use crate::webdriver::Driver;

/// Its toolbar would be wider than a phone.
const NARROW: &str = "* { min-width: 0; min-height: 0; padding: 0; margin: 0; border-width: 0 }";

/// A locale of French name that every system has: GTK takes its language from the name of one that exists.
const LOCALE: &str = "fr_FR.UTF-8";
const ANY_LOCALE: &str = "/usr/lib/locale/C.utf8";

/// Its driver hands on no console: a page notes what goes wrong from the moment it is open.
const LISTEN: &str = "if (window.notedErrors) return; window.notedErrors = []; \
     const note = (source, what) => window.notedErrors.push([source, `${what}\\n${what?.stack ?? ''}`]); \
     addEventListener('error', (event) => note('javascript', event.error ?? event.message)); \
     addEventListener('unhandledrejection', (event) => note('promise', event.reason)); \
     addEventListener('securitypolicyviolation', (event) => note('security', event.blockedURI));";

const NOTED: &str = "return (window.notedErrors ?? []).splice(0)";

pub(super) async fn driver(home: &Path, display: &Display, screen: Screen) -> Driver {
    for style in ["gtk-3.0", "gtk-4.0"].map(|version| home.join(version)) {
        std::fs::create_dir_all(&style).expect("room for a style sheet");
        std::fs::write(style.join("gtk.css"), NARROW).expect("room for a style sheet");
    }
    symlink(ANY_LOCALE, home.join(LOCALE)).expect("room for a locale");
    Driver::start("WebKitWebDriver", home, |command| {
        for folder in
            ["HOME", "LOCPATH", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"]
        {
            command.env(folder, home);
        }
        command.env("LC_ALL", LOCALE).env("DISPLAY", &display.name).env("GDK_BACKEND", "x11");
        command.env("GDK_SCALE", format!("{:.0}", screen.density));
        // No desktop of the person who runs the tests has a say.
        command.env("GSETTINGS_BACKEND", "memory").env("NO_AT_BRIDGE", "1");
        command.env_remove("WAYLAND_DISPLAY").env_remove("DBUS_SESSION_BUS_ADDRESS");
    })
    .await
}

/// Its driver knows where its MiniBrowser is.
pub(super) fn capabilities() -> Value {
    json!({ "webkitgtk:browserOptions": { "args": ["--automation"] } })
}

pub(super) async fn listen(client: &Client) {
    client.execute(LISTEN, vec![]).await.expect("a page that listens");
}

/// Those of the current tab's page, since it was opened or since the last time.
pub(super) async fn errors(client: &Client) -> Vec<ScriptError> {
    let noted = client.execute(NOTED, vec![]).await.expect("a page that was listened to");
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let error = |one: &Value| ScriptError { source: word(&one[0]), message: word(&one[1]) };
    noted.as_array().expect("a list").iter().map(error).collect()
}
