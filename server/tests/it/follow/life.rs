//! Two years of one report: holidays, both changes of the clock, questions, relances, answers, a reopening. What people
//! and desks got, and what the journal says, is one text, `follow/life.txt`, the same on both engines;
//! `VIGIE_BLESS=1` writes it anew.

use super::asking::go_to;
use super::{owned, wish};
use crate::app::{TestApp, parcel, swing};
use crate::both_engines;
use crate::push::{subscribed, told};
use crate::reports::receipt;
use serde_json::{Value, json};
use shared::instant::{HOUR, Instant};
use shared::reports::status::Status;
use std::fmt::Write as _;
use testkit::push_service::PushService;
use testkit::push_service::receiver::Receiver;
use vigie::rooms::reports::{Change, change_status};

both_engines!(two_years_of_one_report_are_as_they_were_written_down);

const SNAPSHOT: &str = "tests/it/follow/life.txt";

/// What somebody does, at noon in UTC unless it says another hour.
enum Does {
    /// Parcel so and so wishes.
    Wish(u8, Value),
    /// Parcel so and so says "moi aussi".
    Support(u8),
    /// Those in charge say how far it is.
    Desk(Status, &'static str),
}

use Does::{Desk, Support, Wish};

/// The life: it begins on 7 September 2026.
fn life() -> Vec<(&'static str, Does)> {
    let ask = |rhythm: Value| json!({ "ask": rhythm });
    vec![
        ("2026-09-08T10:00:00Z", Support(2)),
        ("2026-09-09T10:00:00Z", Support(3)),
        // A date of her own: the Sunday on which the clock is put back, in the holidays of Toussaint.
        ("2026-09-09T10:05:00Z", Wish(3, ask(json!({ "on": 20_751 })))),
        // A follower, each month.
        ("2026-09-10T10:00:00Z", Wish(20, ask(json!("monthly")))),
        // The reporter is asked on the 22nd, and sends a relance; so do two others in that week.
        ("2026-09-22T17:00:00Z", Wish(1, json!("relance"))),
        ("2026-09-24T10:00:00Z", Wish(2, json!("relance"))),
        ("2026-09-25T10:00:00Z", Wish(1, json!("relance"))),
        ("2026-10-12T10:00:00Z", Wish(2, json!("relance"))),
        // Somebody answers, and the next one is polite again.
        ("2026-11-20T10:00:00Z", Desk(Status::InProgress, "Un technicien passe en janvier.")),
        ("2026-12-18T10:00:00Z", Wish(1, json!("relance"))),
        // Winter holidays, then spring: the clock is put forward on 28 March 2027.
        ("2027-03-26T10:00:00Z", Wish(1, ask(json!({ "in": 3 })))),
        ("2027-03-29T18:00:00Z", Wish(1, json!("not_yet"))),
        // A supporter says that it is fixed; the others are asked; one agrees.
        ("2027-04-05T10:00:00Z", Wish(2, json!("fixed"))),
        ("2027-04-06T18:00:00Z", Wish(1, json!("not_yet"))),
        ("2027-04-07T10:00:00Z", Wish(1, json!("fixed"))),
        // It breaks again: opened within thirty days, then it is summer.
        ("2027-05-05T10:00:00Z", Wish(3, json!("not_fixed"))),
        ("2027-05-05T10:05:00Z", Wish(1, ask(json!({ "on": 21_396 })))),
        ("2027-06-28T10:00:00Z", Wish(2, json!("relance"))),
        ("2027-07-12T10:00:00Z", Wish(3, json!("relance"))),
        ("2027-07-26T10:00:00Z", Wish(2, json!("relance"))),
        ("2027-09-01T18:00:00Z", Wish(1, json!("relance"))),
        ("2027-10-11T10:00:00Z", Desk(Status::Planned, "Remplacement prévu en février.")),
        ("2028-02-20T10:00:00Z", Desk(Status::Done, "Balançoire remplacée.")),
        // Too late to open it again.
        ("2028-04-01T10:00:00Z", Wish(1, json!("not_fixed"))),
    ]
}

/// What was noticed so far, to tell what is new.
#[derive(Default)]
struct Seen {
    mails: usize,
    pushes: usize,
    lines: usize,
    text: String,
}

impl Seen {
    /// Writes down whatever is new at `now`.
    async fn look(&mut self, app: &TestApp, (service, phone): (&PushService, &Receiver)) {
        let at = app.app.clock.now();
        let page = app.page(&parcel(1).id).await;
        let lines = page["journal"].as_array().unwrap();
        let mut fresh = lines[self.lines..].to_vec();
        // Two mails leave in any order.
        let order =
            |line: &Value| (line["event"]["event"] == "notice_sent").then(|| line["event"].to_string());
        for run in fresh.chunk_by_mut(|a, b| order(a).is_some() == order(b).is_some()) {
            run.sort_by_key(order);
        }
        for line in fresh {
            self.say(Instant(line["at"].as_i64().unwrap()), &format!("journal  {}", line["event"]));
        }
        self.lines = lines.len();
        let mails = app.mails();
        let mut fresh: Vec<_> = mails[self.mails..]
            .iter()
            .map(|mail| {
                let text = mail.text();
                let facts = text.lines().filter(|line| {
                    ["attend", "relanc", "copie", "Écrit", "dit que", "nouvelle", "Signalé"]
                        .iter()
                        .any(|word| line.contains(word))
                        && !line.contains("://")
                        && !line.contains("journal")
                });
                let facts: Vec<_> = facts.map(str::trim).collect();
                format!("mail     {} | {} | {}", mail.to.join(", "), mail.subject(), facts.join(" / "))
            })
            .collect();
        fresh.sort();
        for mail in fresh {
            self.say(at, &mail);
        }
        self.mails = mails.len();
        let pushes = told(service, phone);
        for push in &pushes[self.pushes..] {
            let buttons = push["actions"].as_array().map_or(0, Vec::len);
            self.say(
                at,
                &format!(
                    "push     {} ({buttons} buttons)",
                    push["body"].as_str().unwrap().replace('\n', " / ")
                ),
            );
        }
        self.pushes = pushes.len();
    }

    fn say(&mut self, at: Instant, what: &str) {
        let local = jiff::Timestamp::from_millisecond(at.0).unwrap().in_tz("Europe/Paris").unwrap();
        writeln!(self.text, "{}  {what}", local.strftime("%a %Y-%m-%d %H:%M")).unwrap();
    }
}

async fn two_years_of_one_report_are_as_they_were_written_down(app: TestApp) {
    let service = PushService::start();
    let app = app.with_city().await;
    let mut body = swing();
    body["mail"] = json!("parent@example.org");
    receipt(&app, &parcel(1), &body).await;
    app.run_jobs().await;
    let phone = subscribed(&app, &service, 102, &[2]).await;
    let mut seen = Seen::default();
    seen.look(&app, (&service, &phone)).await;
    let mut deeds = life().into_iter().peekable();
    let mut seed = 130;
    // The clock moves by an hour, as it does in life.
    while app.app.clock.now().0 < super::at("2028-09-07T08:00:00Z") {
        let next = Instant(app.app.clock.now().0 + HOUR);
        while let Some((at, does)) = deeds.next_if(|(at, _)| super::at(at) <= next.0) {
            go_to(&app, at);
            seed += 1;
            act(&app, &mut seen, seed, does).await;
            app.run_jobs().await;
            seen.look(&app, (&service, &phone)).await;
        }
        app.app.clock.advance(next.0 - app.app.clock.now().0);
        if app.run_jobs().await > 0 {
            seen.look(&app, (&service, &phone)).await;
        }
    }
    assert!(deeds.next().is_none());
    assert_eq!(app.jobs().await, (0, 0));
    for owner in [1, 2, 3, 20] {
        let mine = owned(&app, &parcel(1), &parcel(owner)).await["mine"].clone();
        writeln!(seen.text, "parcel {owner} ends with {mine}").unwrap();
    }
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(SNAPSHOT);
    if std::env::var_os("VIGIE_BLESS").is_some() {
        std::fs::write(&file, &seen.text).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap();
    assert!(
        seen.text == known,
        "the life is not what {SNAPSHOT} says (VIGIE_BLESS=1 writes it anew):\n{}",
        seen.text
    );
}

async fn act(app: &TestApp, seen: &mut Seen, seed: u8, does: Does) {
    let now = app.app.clock.now();
    match does {
        // A follower has a secret of their own.
        Wish(owner, said) => {
            let answer = wish(app, seed, &parcel(owner), &parcel(1), said.clone()).await;
            let status = answer.status().as_u16();
            let body: Value = answer.json().await.unwrap();
            let next = body["ask_at"].as_i64().map_or_else(
                || body["code"].as_str().unwrap_or("not asked any more").to_owned(),
                |at| {
                    let local = jiff::Timestamp::from_millisecond(at).unwrap().in_tz("Europe/Paris").unwrap();
                    format!("asked {}", local.strftime("%a %Y-%m-%d %H:%M"))
                },
            );
            seen.say(now, &format!("parcel {owner} wishes {said}: {status}, {next}"));
        }
        Support(owner) => {
            app.support(&parcel(owner), parcel(1).id.as_str()).await;
            seen.say(now, &format!("parcel {owner} says “moi aussi”"));
        }
        Desk(to, reason) => {
            change_status(&app.app, 1001, Change { to, reason: Some(reason.to_owned()) }).await.unwrap();
            seen.say(now, &format!("those in charge say {}", to.as_str()));
        }
    }
}
