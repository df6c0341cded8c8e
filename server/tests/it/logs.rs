//! What the binary writes down: enough to follow a request, nothing about anybody.

use crate::answers::Form;
use crate::app::{Parcel, SCHOOL, fixture, parcel, problem, swing};
use reqwest::Method;
use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};
use testkit::mail_trap::MailTrap;
use testkit::wait::until;

/// The binary, serving.
struct Vigie {
    process: Child,
    url: String,
    folder: tempfile::TempDir,
}

impl Drop for Vigie {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Vigie {
    async fn start(trap: &MailTrap) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}");
        let command = |args: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
            let log =
                std::fs::File::options().create(true).append(true).open(folder.path().join("log")).unwrap();
            command
                .args(args)
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log);
            command.envs([("VIGIE_LISTEN", url.trim_start_matches("http://")), ("VIGIE_PUBLIC_URL", &url)]);
            command.envs([
                ("VIGIE_SMTP_URL", trap.url().as_str()),
                ("VIGIE_LOG", "trace"),
                ("VIGIE_LOG_FORMAT", "json"),
            ]);
            command.env("VIGIE_TRUST_PROXY", "127.0.0.1");
            command
        };
        for (what, file) in [("places", "places.csv"), ("desks", "desks.csv")] {
            let done = command(&["import", what, fixture(file).to_str().unwrap()]).status().unwrap();
            assert!(done.success());
        }
        let process = command(&["serve"]).spawn().unwrap();
        until("the server to answer", async || {
            reqwest::get(format!("{url}/healthz")).await.map_err(|error| error.to_string())
        })
        .await;
        Self { process, url, folder }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

/// What the walk says of people, places and what was looked for.
const SECRETS: [&str; 12] = [
    "quelquun",
    "goelands.maternelle@",
    "mairie@",
    "préau",
    "lâché",
    "43.05",
    "5.0202",
    "203.0.113",
    "tracked",
    "introuvable",
    "/nothing",
    SCHOOL,
];

/// A report with everything, read in many ways, its mail address forgotten; by somebody at an address of the internet.
async fn walk(vigie: &Vigie, mine: &Parcel) {
    let client = reqwest::Client::new();
    let photo = testkit::photo::tiny().bytes;
    let hash = crate::app::sha256(&photo);
    let mut body = swing();
    body["mail"] = json!("quelquun@example.org");
    body["spot"] = json!("derrière le préau");
    body["position"] = json!({ "lat": 43.050_152, "lon": 5.020_257 });
    body["photos"] = json!([hash]);
    let send = async |method: Method, path: &str, body: Vec<u8>| {
        let request = client.request(method, format!("{}{path}", vigie.url)).bearer_auth(mine.key.reveal());
        let request = request.header("content-type", "application/json").body(body);
        let request =
            request.header("x-forwarded-for", "203.0.113.77").header("x-request-id", "walk-12345678");
        request.send().await.unwrap()
    };
    let report = format!("/api/v1/reports/{}", mine.id);
    let sent = send(Method::PUT, &report, body.to_string().into_bytes()).await;
    assert_eq!(
        (sent.status().as_u16(), sent.headers()["x-request-id"].as_bytes()),
        (200, &b"walk-12345678"[..])
    );
    send(Method::PUT, &format!("/api/v1/photos/{hash}"), photo).await;
    for path in [
        &format!("/demandes/{}?lang=en&utm=tracked", mine.id),
        &report,
        &format!("/ecoles/{SCHOOL}"),
        "/ecoles?q=introuvable",
        "/demandes?near=43.050152,5.020257",
        "/nothing/here",
    ] {
        send(Method::GET, path, vec![]).await;
    }
    send(Method::DELETE, &format!("{report}/contact"), vec![]).await;
}

/// A desk looks and answers; its link cut, then whole.
async fn answer(vigie: &Vigie, link: &str) {
    let path = format!("{}/repondre/{link}", vigie.url);
    assert_eq!(reqwest::get(format!("{path}x")).await.unwrap().status(), 404);
    assert_eq!(reqwest::get(&path).await.unwrap().status(), 200);
    let form = Form::default().with("form", parcel(8).id.as_str()).with("words", "Le devis arrive.");
    let answer = form.with("internal", "Il dort chez bernard.").send(&path).await;
    assert_eq!(answer.status(), 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_walk_leaves_no_trace_of_anybody() {
    let trap = MailTrap::start();
    let vigie = Vigie::start(&trap).await;
    let mine = parcel(7);
    walk(&vigie, &mine).await;
    let mails = trap.wait_until("the desks' mails", |mails| mails.len() >= 2).await;
    let link =
        mails.iter().flat_map(testkit::mail::Mail::links).find(|link| link.contains("/repondre/")).unwrap();
    let link = link.rsplit('/').next().unwrap().to_owned();
    answer(&vigie, &link).await;
    let log = vigie.log();
    let secrets = [mine.key.reveal(), link.as_str(), "devis", "bernard"];
    for secret in SECRETS.into_iter().chain(secrets) {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} stands in the log: {}", line.unwrap_or_default());
    }
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let put = |line: &&Value| {
        line["span"]["id"] == "walk-12345678"
            && line["span"]["route"] == "/api/v1/reports/{id}"
            && line["status"] == 200
    };
    assert!(lines.iter().any(|line| put(&line)), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_ours_can_be_quoted() {
    let app = crate::app::TestApp::sqlite().await.with_city().await;
    sqlx::query("ALTER TABLE reports RENAME TO lost").execute(app.app.db.read()).await.unwrap();
    app.report(&parcel(1), &swing()).await;
    let fault = app
        .get("/sitemap.xml?part=reports-0")
        .header("x-request-id", "no spaces, please")
        .send()
        .await
        .unwrap();
    let id = fault.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert_eq!((fault.status().as_u16(), id.len()), (500, 16), "a strange id is not taken over");
    assert!(fault.text().await.unwrap().contains(&format!("À citer\u{a0}: {id}")));
    let fault = app.report(&parcel(2), &swing()).await;
    let id = fault.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body: Value = fault.json().await.unwrap();
    assert_eq!((&body["code"], &body["request_id"]), (&json!("internal"), &json!(id)));
    let refused = app.get("/api/v1/nothing").send().await.unwrap();
    assert_eq!(problem(refused).await.0, 404);
}
