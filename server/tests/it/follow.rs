//! Following up: who is asked when, what their answer does, and what silence costs.

use crate::app::{MORNING, Parcel, TestApp, parcel, problem, swing};
use crate::both_engines;
use crate::reports::receipt;
use reqwest::Response;
use serde_json::{Value, json};
use shared::instant::{DAY, HOUR};
use shared::relance::GRACE;
use shared::reports::status::Status;
use vigie::rooms::reports::merging::{merge, split};
use vigie::rooms::reports::{Change, change_status};

mod asking;
mod crowd;
mod life;
mod relances;
mod repaired;

both_engines!(
    who_reports_is_asked_by_the_rhythm_of_its_urgency_or_their_own,
    a_wish_is_heard_once_and_by_its_owner_alone,
    a_follower_is_not_counted_and_may_only_ask,
    the_reporter_closes_and_a_supporter_proposes,
    two_supporters_who_agree_close_and_one_who_does_not_weighs_as_much,
    a_report_opens_again_within_thirty_days,
    one_relance_a_week_leaves_whoever_asks,
    merging_and_splitting_carry_follows_and_wishes_along,
);

/// Sends a wish as a phone does: `seed` mints its id, the secret is that of `owner`.
pub async fn wish(app: &TestApp, seed: u8, owner: &Parcel, report: &Parcel, wish: Value) -> Response {
    let request = app.put(&format!("/api/v1/follow-ups/{}", parcel(seed).id));
    let body = json!({ "report": report.id, "wish": wish });
    request.bearer_auth(owner.key.reveal()).json(&body).send().await.unwrap()
}

/// The same, heard; gives the receipt.
pub async fn heard(app: &TestApp, seed: u8, owner: u8, said: Value) -> Value {
    let answer = wish(app, seed, &parcel(owner), &parcel(1), said).await;
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

/// The report's page as the owner of `parcel` reads it.
pub async fn owned(app: &TestApp, report: &Parcel, owner: &Parcel) -> Value {
    let request = app.get(&format!("/api/v1/reports/{}", report.id)).bearer_auth(owner.key.reveal());
    request.send().await.unwrap().json().await.unwrap()
}

/// The names of the journal's events.
pub fn events(page: &Value) -> Vec<&str> {
    let entries = page["journal"].as_array().unwrap().iter();
    entries.map(|entry| entry["event"]["event"].as_str().unwrap()).collect()
}

pub fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

async fn who_reports_is_asked_by_the_rhythm_of_its_urgency_or_their_own(app: TestApp) {
    let app = app.with_city().await;
    // Of an urgency of 3: a fortnight, and on to the Tuesday after.
    let first = receipt(&app, &parcel(1), &swing()).await;
    assert_eq!(first["ask_at"], at("2026-09-22T15:00:00Z"));
    let page = owned(&app, &parcel(1), &parcel(1)).await;
    assert_eq!(page["mine"]["reporter"], true);
    assert_eq!(page["mine"]["follow"], json!({ "rhythm": { "in": 15 }, "ask_at": first["ask_at"] }));
    assert!(!app.page(&parcel(1).id).await.to_string().contains("ask_at"), "nobody else's business");
    let chosen = |follow: Value| {
        let mut body = swing();
        body["unlike"] = json!([parcel(1).id, parcel(2).id, parcel(3).id]);
        body["follow"] = follow;
        body
    };
    assert_eq!(receipt(&app, &parcel(2), &chosen(json!("never"))).await["ask_at"], Value::Null);
    assert_eq!(
        receipt(&app, &parcel(3), &chosen(json!({ "in": 7 }))).await["ask_at"],
        at("2026-09-14T15:00:00Z")
    );
    // An older phone named an instant: that day.
    let mut older = chosen(Value::Null);
    older["ask_at"] = json!(at("2026-10-24T22:30:00Z"));
    let older = receipt(&app, &parcel(4), &older).await;
    assert_eq!(older["ask_at"], at("2026-11-02T16:00:00Z"), "a Sunday in holidays");
    // Each for themselves.
    let support = app.put(&format!("/api/v1/supports/{}", parcel(5).id)).bearer_auth(parcel(5).key.reveal());
    let body = json!({ "report": parcel(1).id, "follow": "monthly" });
    let support: Value = support.json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!(support["ask_at"], at("2026-10-07T15:00:00Z"));
    assert_eq!(
        app.support(&parcel(6), parcel(1).id.as_str()).await.json::<Value>().await.unwrap()["ask_at"],
        first["ask_at"]
    );
    let page = owned(&app, &parcel(1), &parcel(5)).await;
    assert_eq!(
        (&page["mine"]["reporter"], &page["mine"]["follow"]["rhythm"]),
        (&Value::Null, &json!("monthly"))
    );
    app.run_jobs().await;
}

async fn a_wish_is_heard_once_and_by_its_owner_alone(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    app.run_jobs().await;
    let said = heard(&app, 11, 1, json!({ "ask": { "on": 20_780 } })).await;
    assert_eq!(said["ask_at"], at("2026-11-23T16:00:00Z"));
    assert_eq!(
        (&said["outcome"], &said["people"], &said["number"]),
        (&json!("noted"), &json!(1), &json!(1001))
    );
    app.app.clock.advance(DAY);
    assert_eq!(heard(&app, 11, 1, json!({ "ask": "never" })).await, said, "a replay says the same");
    let page = owned(&app, &parcel(1), &parcel(1)).await;
    assert_eq!(page["mine"]["follow"]["ask_at"], said["ask_at"]);
    let other = wish(&app, 11, &parcel(2), &parcel(1), json!("fixed")).await;
    assert_eq!(problem(other).await, (409, "id_taken".into(), Some("id".into())));
    for said in ["fixed", "relance", "not_yet", "not_fixed"] {
        let stranger = wish(&app, 12, &parcel(2), &parcel(1), json!(said)).await;
        assert_eq!(problem(stranger).await, (401, "key_missing".into(), Some("authorization".into())));
    }
    let nothing = wish(&app, 12, &parcel(1), &parcel(9), json!("fixed")).await;
    assert_eq!(problem(nothing).await, (404, "report_unknown".into(), Some("report".into())));
    assert_eq!(events(&app.page(&parcel(1).id).await), ["received", "notice_sent", "notice_sent"]);
}

async fn a_follower_is_not_counted_and_may_only_ask(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    app.run_jobs().await;
    let said = heard(&app, 11, 11, json!({ "ask": { "in": 7 } })).await;
    assert_eq!((&said["people"], &said["ask_at"]), (&json!(1), &json!(at("2026-09-14T15:00:00Z"))));
    let page = owned(&app, &parcel(1), &parcel(11)).await;
    assert_eq!(page["mine"]["follow"]["rhythm"], json!({ "in": 7 }));
    heard(&app, 12, 11, json!({ "ask": "never" })).await;
    assert_eq!(owned(&app, &parcel(1), &parcel(11)).await["mine"]["follow"], json!({ "rhythm": "never" }));
    let fixed = wish(&app, 13, &parcel(11), &parcel(1), json!("fixed")).await;
    assert_eq!(problem(fixed).await.1, "key_missing");
    // Who then waits too is counted.
    let mut own = parcel(14);
    own.key = parcel(11).key;
    let support: Value = app.support(&own, parcel(1).id.as_str()).await.json().await.unwrap();
    assert_eq!(support["people"], 2);
    assert_eq!(heard(&app, 15, 11, json!("not_yet")).await["ask_at"], at("2026-09-22T15:00:00Z"));
    assert_eq!(owned(&app, &parcel(1), &parcel(11)).await["brief"]["people"], 2);
    // A private report is nobody's to follow.
    let mut private = swing();
    private["category"] = json!("securite-violence");
    receipt(&app, &parcel(2), &private).await;
    app.run_jobs().await;
    let stranger = wish(&app, 16, &parcel(16), &parcel(2), json!({ "ask": "monthly" })).await;
    assert_eq!(problem(stranger).await.1, "report_unknown");
    let owner = wish(&app, 17, &parcel(2), &parcel(2), json!({ "ask": "monthly" })).await;
    assert_eq!(owner.status(), 200);
}

async fn the_reporter_closes_and_a_supporter_proposes(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    app.support(&parcel(2), parcel(1).id.as_str()).await;
    app.run_jobs().await;
    let said = heard(&app, 11, 2, json!("fixed")).await;
    assert_eq!(said["ask_at"], Value::Null, "who says so is not asked");
    let page = owned(&app, &parcel(1), &parcel(1)).await;
    assert_eq!(page["brief"]["status"], "sent");
    assert_eq!(page["said_fixed"], json!({ "people": 1, "at": MORNING.0 }));
    assert_eq!(page["mine"]["follow"]["ask_at"], at("2026-09-08T15:00:00Z"), "the others are, soon");
    assert_eq!(events(&page).last(), Some(&"said_fixed"));
    heard(&app, 12, 1, json!("fixed")).await;
    let page = owned(&app, &parcel(1), &parcel(1)).await;
    assert_eq!(page["brief"]["status"], "done");
    assert_eq!(
        page["journal"]
            .as_array()
            .unwrap()
            .iter()
            .rev()
            .take(2)
            .map(|entry| entry["event"].clone())
            .collect::<Vec<_>>(),
        [
            json!({ "event": "status_changed", "to": "done", "reason": null }),
            json!({ "event": "said_fixed", "reporter": true }),
        ]
    );
    assert_eq!((page.get("said_fixed"), &page["reopen_until"]), (None, &json!(MORNING.plus(30 * DAY).0)));
    assert_eq!(page["mine"]["follow"], json!({ "rhythm": { "in": 15 } }));
    // What was tapped before, and arrives after, changes nothing.
    for (seed, late) in [(13, json!("relance")), (14, json!("not_yet")), (15, json!("fixed"))] {
        heard(&app, seed, 2, late).await;
    }
    let after = owned(&app, &parcel(1), &parcel(1)).await;
    assert_eq!(after["journal"], page["journal"]);
    app.run_jobs().await;
}

async fn two_supporters_who_agree_close_and_one_who_does_not_weighs_as_much(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    for seed in 2..6 {
        app.support(&parcel(seed), parcel(1).id.as_str()).await;
    }
    app.run_jobs().await;
    let status = async || app.page(&parcel(1).id).await["brief"]["status"].clone();
    for (seed, owner, said, after) in [
        (11, 2, "fixed", "sent"),
        (12, 2, "fixed", "sent"),
        (13, 3, "not_yet", "sent"),
        (14, 4, "not_yet", "sent"),
        (15, 5, "fixed", "sent"),
        // Somebody looked again.
        (16, 4, "fixed", "done"),
    ] {
        heard(&app, seed, owner, json!(said)).await;
        assert_eq!(status().await, after, "{owner} {said}");
    }
    let page = app.page(&parcel(1).id).await;
    assert_eq!(events(&page).iter().filter(|event| **event == "said_fixed").count(), 3, "each once");
    app.run_jobs().await;
}

async fn a_report_opens_again_within_thirty_days(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    app.support(&parcel(2), parcel(1).id.as_str()).await;
    app.run_jobs().await;
    heard(&app, 11, 1, json!("fixed")).await;
    app.app.clock.advance(30 * DAY);
    let said = heard(&app, 12, 2, json!("not_fixed")).await;
    assert_eq!(said["ask_at"], at("2026-11-02T16:00:00Z"), "after a fortnight and the holidays");
    let page = owned(&app, &parcel(1), &parcel(1)).await;
    assert_eq!((&page["brief"]["status"], page.get("reopen_until")), (&json!("sent"), None));
    assert_eq!(events(&page)[4..], ["said_fixed", "status_changed", "reopened"]);
    assert_eq!(page["mine"]["follow"]["ask_at"], said["ask_at"], "and so is the reporter");
    // Whoever says the same a moment later is heard as well.
    heard(&app, 13, 1, json!("not_fixed")).await;
    assert_eq!(app.page(&parcel(1).id).await["journal"], page["journal"]);
    heard(&app, 14, 1, json!("fixed")).await;
    app.app.clock.advance(30 * DAY + 1);
    let late = wish(&app, 15, &parcel(1), &parcel(1), json!("not_fixed")).await;
    assert_eq!(problem(late).await, (422, "reopen_too_late".into(), Some("wish".into())));
    // Nor does what moderation refused.
    let mut other = swing();
    other["unlike"] = json!([parcel(1).id]);
    receipt(&app, &parcel(3), &other).await;
    app.run_jobs().await;
    let refused = Change { to: Status::Refused, reason: Some("Déjà signalé.".into()) };
    change_status(&app.app, 1002, refused).await.unwrap();
    let refused = wish(&app, 16, &parcel(3), &parcel(3), json!("not_fixed")).await;
    assert_eq!(problem(refused).await.1, "reopen_too_late");
    app.run_jobs().await;
}

async fn one_relance_a_week_leaves_whoever_asks(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    for seed in 2..5 {
        app.support(&parcel(seed), parcel(1).id.as_str()).await;
    }
    app.run_jobs().await;
    let relances = async || app.page(&parcel(1).id).await["relances"].clone();
    let told = MORNING.plus(GRACE).0;
    assert_eq!(relances().await, json!({ "sent": 0, "asked": 0, "next_at": told }));
    app.app.clock.advance(GRACE);
    heard(&app, 11, 1, json!("relance")).await;
    let week = told + 7 * DAY;
    assert_eq!(relances().await, json!({ "sent": 1, "asked": 0, "next_at": week }));
    app.app.clock.advance(HOUR);
    for (seed, owner) in [(12, 1), (13, 2), (14, 2)] {
        heard(&app, seed, owner, json!("relance")).await;
    }
    assert_eq!(relances().await, json!({ "sent": 1, "asked": 2, "next_at": week }));
    assert_eq!(events(&app.page(&parcel(1).id).await).iter().filter(|event| **event == "relance").count(), 1);
    app.run_jobs().await;
}

async fn merging_and_splitting_carry_follows_and_wishes_along(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    let mut other = swing();
    other["unlike"] = json!([parcel(1).id]);
    other["follow"] = json!({ "in": 7 });
    receipt(&app, &parcel(2), &other).await;
    app.run_jobs().await;
    app.app.clock.advance(GRACE);
    let wish = async |seed: u8, owner: u8, report: u8, said: &str| {
        let answer = wish(&app, seed, &parcel(owner), &parcel(report), json!(said)).await;
        assert_eq!(answer.status(), 200);
        answer.json::<Value>().await.unwrap()
    };
    wish(11, 1, 1, "relance").await;
    wish(12, 2, 2, "relance").await;
    wish(13, 2, 2, "relance").await;
    merge(&app.app, 1002, 1001).await.unwrap();
    let said = wish(14, 2, 2, "not_yet").await;
    assert_eq!((&said["report"], &said["number"]), (&json!(parcel(1).id), &json!(1001)));
    let page = owned(&app, &parcel(2), &parcel(2)).await;
    assert_eq!(page["mine"]["follow"]["rhythm"], json!({ "in": 7 }), "asked as before");
    assert_eq!(
        (&page["brief"]["people"], &page["relances"]["asked"]),
        (&json!(2), &json!(1)),
        "the wish came along"
    );
    split(&app.app, 1001, Some(parcel(2).id.as_str())).await.unwrap();
    let page = owned(&app, &parcel(2), &parcel(2)).await;
    assert_eq!((&page["brief"]["people"], &page["relances"]["asked"]), (&json!(1), &json!(1)));
    assert_eq!(page["mine"]["follow"]["rhythm"], json!({ "in": 7 }));
    let page = app.page(&parcel(1).id).await;
    assert_eq!((&page["brief"]["people"], &page["relances"]["asked"]), (&json!(1), &json!(0)));
    // Their link of when it was part of the other still leads to their own.
    assert_eq!(wish(15, 2, 1, "not_yet").await["number"], 1002);
    app.run_jobs().await;
}
