//! What the API says of itself, taken at its word: schemathesis, unchanged, asks the real server about a seeded city
//! whatever the description allows and whatever it forbids, by every address, photos and uploads included. Run through
//! `cargo xtask test`, which fetches it; `cargo xtask schemathesis` asks more.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails here")]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use testkit::host::Host;
use testkit::mail_trap::MailTrap;
use testkit::photo;
use testkit::server::Server;
use tokio::process::Command;

/// Names the variable that holds the path of schemathesis, as `xtask` prepared it.
const VARIABLE: &str = "VIGIE_SCHEMATHESIS";
/// Names the variable that says how many cases an operation gets at most; a few where it is not set.
const CASES: &str = "VIGIE_SCHEMATHESIS_CASES";
/// The secret of whoever asks.
const KEY: &str = "07070707070707070707070707070707";
/// A case is one of these; without a seed a failure would come and go.
const SEED: &str = "4";

/// Writes down names that exist, so that questions get past the door: `words/<name>.dict`.
fn write_words(folder: &Path, name: &str, words: &[String]) {
    let lines: String = words.iter().map(|word| format!("\"{word}\"\n")).collect();
    fs::create_dir_all(folder.join("words")).expect("a folder");
    fs::write(folder.join("words").join(name).with_extension("dict"), lines).expect("a file");
}

fn ids(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|item| item["id"].as_str().map(str::to_owned)).collect()
}

/// Begins a few uploads of a few bytes; gives their ids.
async fn uploads(server: &Server) -> Vec<String> {
    let mut begun = Vec::new();
    for length in 1..=8 {
        let request =
            reqwest::Client::new().post(server.url() + "/api/v1/uploads").header("tus-resumable", "1.0.0");
        // 64 zeros in base64: no photo has that name.
        let hash = format!("hash {}MA==", "MDAw".repeat(21));
        let answer = request.header("upload-length", length * 7).header("upload-metadata", hash).send().await;
        let answer = answer.expect("an answer");
        let location = answer.headers()["location"].to_str().expect("an address").to_owned();
        begun.push(location.rsplit('/').next().expect("an id").to_owned());
    }
    begun
}

#[tokio::test]
async fn a_stranger_gets_no_answer_that_was_not_announced() {
    let program = std::env::var(VARIABLE)
        .unwrap_or_else(|_| panic!("{VARIABLE} is not set: run through `cargo xtask test`"));
    let trap = MailTrap::start();
    let mut server = Server::new(&Host::here(), &trap);
    server.command(&["demo"]).await;
    server.set("VIGIE_PUSH_SUBJECT", "mailto:vigie@example.org");
    server.set("VIGIE_PUSH_SERVICES", "push.example.org");
    server.start().await;
    let scratch = tempfile::tempdir().expect("room for the questions");
    let folder = scratch.path();
    for file in ["schemathesis.toml", "hooks.py"] {
        let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemathesis").join(file);
        fs::copy(from, folder.join(file)).expect("a file of ours");
    }
    fs::write(folder.join("photo.jpg"), photo::tiny().bytes).expect("a photo");
    write_words(folder, "places", &ids(&server.json("/api/v1/places").await["places"]));
    write_words(folder, "reports", &ids(&server.json("/api/v1/reports").await["reports"]));
    write_words(folder, "uploads", &uploads(&server).await);

    let mut asking = Command::new(program);
    asking.args(["--config-file", "schemathesis.toml", "run", &(server.url() + "/api/openapi.json")]);
    asking.args(["--checks", "all", "--continue-on-failure", "--no-color", "--seed", SEED, "--max-examples"]);
    asking.arg(std::env::var(CASES).unwrap_or_else(|_| "20".to_owned()));
    let status = asking.env("VIGIE_KEY", KEY).current_dir(folder).kill_on_drop(true).status().await;
    assert!(status.expect("schemathesis starts").success(), "see above what it found");
    assert!(!server.log().contains("a request failed"), "{}", server.log());
}
