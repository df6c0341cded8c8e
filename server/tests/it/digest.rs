//! Following a school: one message a week, to who agreed, and none where nothing happened.

mod weeks;

use crate::app::{MORNING, Parcel, SCHOOL, TestApp, parcel, problem, swing};
use crate::both_engines;
use serde_json::{Value, json};
use shared::instant::{DAY, HOUR, Instant};
use shared::reports::status::Status;
use std::sync::Mutex;
use testkit::mail::Mail;
use testkit::mail_trap::{Behaviour, MailTrap};
use vigie::app::{App, Edges};
use vigie::edges::faults::{How, Plan};
use vigie::edges::mail::Mailer;
use vigie::jobs::{LEASE, runner};
use vigie::rooms::digest::{jobs, week};
use vigie::rooms::reports::{Change, change_status};

both_engines!(
    a_follow_belongs_to_who_made_it,
    an_address_is_written_to_once_its_reader_agreed,
    who_follows_two_schools_gets_one_message_and_stops_as_they_like,
    a_worker_that_dies_after_sending_sends_the_same_message_once_more,
    a_school_is_followed_on_its_page_without_script,
);

/// Another school of the fixture.
const OTHER: &str = "9990006C";
const MAIL: &str = "camille@example.org";

async fn follow(app: &TestApp, own: &Parcel, body: &Value) -> reqwest::Response {
    let request = app.put(&format!("/api/v1/place-follows/{}", own.id)).bearer_auth(own.key.reveal());
    request.json(body).send().await.unwrap()
}

async fn standing(answer: reqwest::Response) -> Value {
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

fn by_mail(place: &str) -> Value {
    json!({ "place": place, "mail": MAIL, "lang": "fr" })
}

fn mails_to(app: &TestApp, address: &str) -> Vec<Mail> {
    app.mails().into_iter().filter(|mail| mail.is_to(address)).collect()
}

/// The path of the link in a mail that goes below /abonnements.
fn link(mail: &Mail) -> String {
    let links = mail.links();
    let link = links.iter().find(|link| link.contains("/abonnements/")).unwrap();
    link.strip_prefix("https://vigie.example.org").unwrap().to_owned()
}

async fn post(app: &TestApp, path: &str, body: &'static str) -> (u16, String) {
    let request = app.client.post(format!("{}{path}", app.url));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Follows `place` by mail and agrees to it.
async fn agreed(app: &TestApp, own: &Parcel, place: &str) {
    let before = mails_to(app, MAIL).len();
    follow(app, own, &by_mail(place)).await;
    app.run_jobs().await;
    let mails = mails_to(app, MAIL);
    assert_eq!(mails.len(), before + 1);
    assert_eq!(post(app, &link(&mails[before]), "").await.0, 200);
}

/// Lets time go by until `at`, running what is due on the way as a server does.
async fn until(app: &TestApp, at: Instant) {
    while app.app.clock.now() < at {
        let step = (at.0 - app.app.clock.now().0).min(6 * HOUR);
        app.app.clock.advance(step);
        app.run_jobs().await;
    }
}

fn instant(text: &str) -> Instant {
    Instant(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

async fn report(app: &TestApp, seed: u8, place: &str) {
    let mut body = swing();
    body["place"] = json!(place);
    body["follow"] = json!("never");
    assert_eq!(app.report(&parcel(seed), &body).await.status(), 200);
    app.run_jobs().await;
}

async fn a_follow_belongs_to_who_made_it(app: TestApp) {
    let app = app.with_city().await;
    let (own, body) = (parcel(50), json!({ "place": SCHOOL, "lang": "fr" }));
    let first = standing(follow(&app, &own, &body).await).await;
    assert_eq!(first, json!({ "place": SCHOOL, "mail": "no", "since": MORNING.0 }));
    app.app.clock.advance(HOUR);
    assert_eq!(standing(follow(&app, &own, &body).await).await, first, "a replay changes nothing");
    let stranger = Parcel { id: own.id.clone(), key: parcel(51).key };
    let taken = (409, "id_taken".to_owned(), Some("id".to_owned()));
    assert_eq!(problem(follow(&app, &stranger, &body).await).await, taken);
    let other = json!({ "place": OTHER });
    assert_eq!(problem(follow(&app, &own, &other).await).await, taken, "an id follows one school");
    for (body, code, field) in [
        (json!({ "place": "0000000Z" }), "place_unknown", "place"),
        (json!({ "place": SCHOOL, "mail": "camille" }), "mail_invalid", "mail"),
        (json!({ "place": ".." }), "body_invalid", "body"),
    ] {
        let (_, got, at) = problem(follow(&app, &parcel(52), &body).await).await;
        assert_eq!((got.as_str(), at.as_deref()), (code, Some(field)), "{body}");
    }
    let path = format!("/api/v1/place-follows/{}", own.id);
    let get = async |key: &Parcel| app.get(&path).bearer_auth(key.key.reveal()).send().await.unwrap();
    assert_eq!(standing(get(&own).await).await, first);
    assert_eq!(get(&stranger).await.status(), 404);
    let delete = async |key: &Parcel| {
        let request = app.client.delete(format!("{}{path}", app.url)).bearer_auth(key.key.reveal());
        request.send().await.unwrap()
    };
    assert_eq!(problem(delete(&stranger).await).await.1, "key_missing");
    assert_eq!(delete(&own).await.status(), 204);
    assert_eq!(delete(&own).await.status(), 204);
    assert_eq!(get(&own).await.status(), 404);
    app.run_jobs().await;
}

async fn an_address_is_written_to_once_its_reader_agreed(app: TestApp) {
    let app = app.with_city().await;
    let own = parcel(50);
    jobs::plan(&app.app).await.unwrap();
    let asked = standing(follow(&app, &own, &by_mail(SCHOOL)).await).await;
    assert_eq!(asked["mail"], "asked");
    follow(&app, &own, &by_mail(SCHOOL)).await;
    app.run_jobs().await;
    let [question] = &mails_to(&app, MAIL)[..] else { panic!("one question") };
    assert_eq!(question.subject(), "Suivre École maternelle les Goélands\u{a0}: c’est bien vous\u{202f}?");
    assert!(question.header("List-Unsubscribe").is_none(), "there is nothing to end yet");
    report(&app, 1, SCHOOL).await;
    until(&app, week::next(&app.app.days, MORNING)).await;
    assert_eq!(mails_to(&app, MAIL).len(), 1, "nobody agreed: {:?}", mails_to(&app, MAIL));

    let path = link(question);
    let page = app.get(&path).send().await.unwrap();
    assert_eq!(
        (page.status(), page.headers()["cache-control"].to_str().unwrap()),
        (reqwest::StatusCode::OK, "no-store")
    );
    assert!(page.text().await.unwrap().contains("<form method=\"post\">"));
    let answer =
        app.get(&format!("/api/v1/place-follows/{}", own.id)).bearer_auth(own.key.reveal()).send().await;
    assert_eq!(standing(answer.unwrap()).await["mail"], "asked", "looking at a link agrees to nothing");
    // One bit of the signature, its length, whose it is.
    let (head, last) = path.split_at(path.len() - 1);
    let other = char::from_digit(u32::from_str_radix(last, 16).unwrap() ^ 1, 16).unwrap();
    for wrong in [
        format!("{head}{other}"),
        head.to_owned(),
        format!("{path}00"),
        path.replace(own.id.as_str(), parcel(51).id.as_str()),
    ] {
        assert_eq!(post(&app, &wrong, "").await.0, 404, "{wrong}");
        assert_eq!(app.get(&wrong).send().await.unwrap().status(), 404, "{wrong}");
    }
    assert_eq!(post(&app, &path, "").await.0, 200);
    let (status, again) = post(&app, &path, "").await;
    assert!(status == 200 && again.contains("Vous suivez École maternelle les Goélands"), "{again}");
    report(&app, 2, OTHER).await;
    report(&app, 3, SCHOOL).await;
    change_status(&app.app, 1001, Change { to: Status::Planned, reason: None }).await.unwrap();
    until(&app, week::next(&app.app.days, app.app.clock.now())).await;
    assert_eq!(mails_to(&app, MAIL).len(), 2);
}

async fn who_follows_two_schools_gets_one_message_and_stops_as_they_like(app: TestApp) {
    let app = app.with_city().await;
    jobs::plan(&app.app).await.unwrap();
    agreed(&app, &parcel(50), SCHOOL).await;
    agreed(&app, &parcel(51), OTHER).await;
    let next = async || {
        until(&app, week::next(&app.app.days, app.app.clock.now())).await;
        mails_to(&app, MAIL).split_off(2)
    };
    report(&app, 1, SCHOOL).await;
    report(&app, 2, OTHER).await;
    let digests = next().await;
    assert_eq!(digests.len(), 1, "one, not two");
    assert_eq!(digests[0].subject(), "Cette semaine dans vos écoles");
    assert!(
        digests[0].text().contains("les Goélands") && digests[0].text().contains(OTHER),
        "{}",
        digests[0].text()
    );
    let path = link(&digests[0]);
    let page = app.get(&path).send().await.unwrap().text().await.unwrap();
    assert!(page.matches("<li class=\"list-row\">").count() == 2, "{page}");
    assert_eq!(post(&app, &path, "place=9990001X").await.0, 200);
    change_status(&app.app, 1001, Change { to: Status::Planned, reason: None }).await.unwrap();
    change_status(&app.app, 1002, Change { to: Status::Planned, reason: None }).await.unwrap();
    let digests = next().await;
    assert_eq!(digests.len(), 2);
    assert!(
        digests[1].text().contains(OTHER) && !digests[1].text().contains("les Goélands"),
        "{}",
        digests[1].text()
    );
    // As a mail program does it, twice.
    for _ in 0..2 {
        let (status, page) = post(&app, &path, "List-Unsubscribe=One-Click").await;
        assert!(status == 200 && page.contains("Votre e-mail est oublié"), "{page}");
    }
    let kept: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM digest_readers").fetch_one(app.app.db.read()).await.unwrap();
    assert_eq!(kept, 0, "the address is forgotten");
    change_status(&app.app, 1002, Change { to: Status::Done, reason: None }).await.unwrap();
    assert_eq!(next().await.len(), 2);
}

/// A second process on the same data that dies as planned; gives the mails that it sent before.
async fn dies_at(app: &TestApp, crossing: usize) -> Vec<String> {
    let plan = Plan::nothing();
    let edges = Edges {
        clock: app.app.clock.clone(),
        mailer: Mailer::Memory(Mutex::default()),
        faults: plan.clone().into(),
    };
    let worker = App::build(app.config.clone(), edges).await.unwrap();
    plan.begin(Some((crossing, How::Crash)));
    tokio::select! {
        ran = runner::run_due(&worker) => panic!("it did not die: {ran:?}, {:?}", plan.crossed()),
        () = plan.death() => {}
    }
    let Mailer::Memory(sent) = &worker.mailer else { panic!("mails left by SMTP") };
    let sent = sent.lock().unwrap();
    sent.iter().map(|mail| mail.headers().get_raw("Message-ID").unwrap().to_owned()).collect()
}

async fn a_worker_that_dies_after_sending_sends_the_same_message_once_more(app: TestApp) {
    let app = app.with_city().await;
    jobs::plan(&app.app).await.unwrap();
    agreed(&app, &parcel(50), SCHOOL).await;
    report(&app, 1, SCHOOL).await;
    let at = week::next(&app.app.days, MORNING);
    until(&app, at.plus(-1)).await;
    app.app.clock.advance(1);
    // Three crossings to claim the week and three to put its mail; three to claim that, two to send it; the next one
    // would write down that it left.
    let sent = dies_at(&app, 11).await;
    assert_eq!(sent.len(), 1);
    app.app.clock.advance(LEASE);
    app.run_jobs().await;
    let again = mails_to(&app, MAIL).split_off(1);
    assert_eq!(again.len(), 1);
    assert_eq!(
        format!("<{}>", again[0].message_id().trim_matches(['<', '>'])),
        sent[0],
        "a mail program shows one"
    );
    until(&app, at.plus(7 * DAY)).await;
    assert_eq!(mails_to(&app, MAIL).len(), 2, "and no third");
}

async fn a_school_is_followed_on_its_page_without_script(app: TestApp) {
    let app = app.with_city().await;
    let form = app.get("/ecoles/9990001X/suivre").send().await.unwrap();
    assert_eq!(form.status(), 200);
    let form = form.text().await.unwrap();
    assert!(form.contains("action=\"/ecoles/9990001X/suivre\"") && !form.contains("<script"), "{form}");
    assert_eq!(app.get("/ecoles/nowhere/suivre").send().await.unwrap().status(), 404);
    jobs::plan(&app.app).await.unwrap();
    let page = app.get(&format!("/ecoles/{SCHOOL}")).send().await.unwrap().text().await.unwrap();
    let path = format!("/ecoles/{SCHOOL}/suivre");
    assert!(page.contains(&format!("<form class=\"ask-line\" method=\"post\" action=\"{path}\">")), "{page}");
    for body in ["", "mail=", "mail=camille", "other=camille%40example.org"] {
        let (status, page) = post(&app, &path, body).await;
        assert!(status == 422 && page.contains("Cette adresse ne va pas"), "{body}: {page}");
    }
    assert_eq!(post(&app, "/ecoles/0000000Z/suivre", "mail=camille%40example.org").await.0, 404);
    let (status, first) = post(&app, &path, "mail=Camille%40Example.org").await;
    assert!(status == 200 && first.contains("Regardez vos e-mails"), "{first}");
    app.run_jobs().await;
    let question = &mails_to(&app, MAIL)[0];
    assert_eq!(post(&app, &link(question), "").await.0, 200);
    let (_, again) = post(&app, &path, "mail=camille%40example.org").await;
    assert_eq!(again, first, "nobody learns who follows what");
    app.run_jobs().await;
    assert_eq!(mails_to(&app, MAIL).len(), 1);
    report(&app, 1, SCHOOL).await;
    until(&app, week::next(&app.app.days, MORNING)).await;
    assert_eq!(mails_to(&app, MAIL).len(), 2);

    // Somebody types in the address of another, for every school and again.
    let schools = ["9990001X", "9990002Y", "9990003Z", "9990004A", "9990005B", "9990006C"];
    for _ in 0..2 {
        for school in schools {
            post(&app, &format!("/ecoles/{school}/suivre"), "mail=autre%40example.org").await;
        }
    }
    app.run_jobs().await;
    assert_eq!(mails_to(&app, "autre@example.org").len(), 5, "asked so often in a day, and no more");
    until(&app, app.app.clock.now().plus(8 * DAY)).await;
    let mails: Vec<String> =
        sqlx::query_scalar("SELECT mail FROM digest_readers").fetch_all(app.app.db.read()).await.unwrap();
    assert_eq!(mails, [MAIL], "who never answered is forgotten");
    let late = link(&mails_to(&app, "autre@example.org")[0]);
    assert_eq!(post(&app, &late, "").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_refuses_for_good_is_forgotten_after_three_weeks() {
    let trap = MailTrap::start();
    let app = TestApp::with_smtp(&trap.url()).await.with_city().await;
    jobs::plan(&app.app).await.unwrap();
    follow(&app, &parcel(50), &by_mail(SCHOOL)).await;
    app.run_jobs().await;
    assert_eq!(post(&app, &link(&trap.mails_to(MAIL)[0]), "").await.0, 200);
    trap.behave(Behaviour::RefuseRecipient(MAIL.into()));
    report(&app, 1, SCHOOL).await;
    let steps = [Status::InProgress, Status::Planned, Status::Done];
    for (weeks, to) in (1..).zip(steps) {
        change_status(&app.app, 1001, Change { to, reason: None }).await.unwrap();
        until(&app, week::next(&app.app.days, app.app.clock.now())).await;
        let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM digest_readers")
            .fetch_one(app.app.db.read())
            .await
            .unwrap();
        assert_eq!(kept, i64::from(weeks < 3), "week {weeks}");
        assert_eq!(app.jobs().await, (0, 0), "nobody has to see to it");
    }
}
