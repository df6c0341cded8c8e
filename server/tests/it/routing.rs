//! Who is told and why: rules, desks with holders and mailboxes over time, all of it in one file.

use crate::app::{MORNING, SCHOOL, TestApp, fixture, parcel, swing};
use crate::both_engines;
use serde_json::{Value, json};
use shared::instant::DAY;
use std::path::PathBuf;
use vigie::rooms::places::import;
use vigie::rooms::routing::explain::{self, Question};
use vigie::rooms::routing::file;

both_engines!(
    what_is_exported_and_read_again_changes_nothing,
    a_file_is_checked_as_a_whole_and_every_line_is_named,
    a_mailbox_counts_from_its_first_day_until_before_its_last,
    the_most_precise_rule_speaks_and_the_journal_says_which,
    a_rule_may_name_one_desk_or_nobody,
    why_is_explained_without_an_address,
);

/// A mairie with a holder who changed and two mailboxes, a rule of each sort.
const FILE: &str = r#"
rules = [
  { to = ["direction", "mairie"] },
  { category = "cour", to = ["mairie"] },
  { category = "cour", urgency = 4, to = ["direction", "mairie", "circonscription", "metropole"] },
  { kind = "sst", status = "new", zone = "city:99901", to = ["direction", "mairie@city:99901"] },
  { category = "citoyen-donnee-erreur", to = [] },
]

[[desk]]
function = "mairie"
zone = "city:99901"
name = "Mairie « du Port », \"écoles\""
holders = [
  { name = "Camille Exemple", from = 2020-07-01, until = 2026-09-10 },
  { name = "Dominique Exemple", from = 2026-09-10 },
]
mailboxes = [
  { mail = "ecoles@example.org" },
  { mail = "travaux@example.org", from = 2026-09-01T06:30:00Z, until = 2027-01-01 },
]
"#;

fn write(app: &TestApp, text: &str) -> PathBuf {
    let path = app.folder.path().join("routing.toml");
    std::fs::write(&path, text).unwrap();
    path
}

async fn read(app: &TestApp, text: &str) -> String {
    file::import(&app.app, &write(app, text), false).await.unwrap()
}

async fn exported(app: &TestApp) -> String {
    let path = app.folder.path().join("exported.toml");
    file::export(&app.app, &path).await.unwrap();
    std::fs::read_to_string(path).unwrap()
}

async fn what_is_exported_and_read_again_changes_nothing(app: TestApp) {
    let app = app.with_city().await;
    assert_eq!(read(&app, FILE).await, "changed 1 desks, 2 holders, 3 mailboxes, 62 rules");
    assert_eq!(read(&app, FILE).await, "changed nothing");
    let text = exported(&app).await;
    assert!(text.contains("name = \"Dominique Exemple\", from = 2026-09-10 }"), "{text}");
    assert!(text.contains("from = 2026-09-01T06:30:00Z, until = 2027-01-01"), "{text}");
    assert_eq!(read(&app, &text).await, "changed nothing");
    // Into a city that knows its schools and nothing else.
    let other = TestApp::sqlite().await;
    import::run(&other.app, &[fixture("places.csv")], &import::Choice::default()).await.unwrap();
    assert_ne!(exported(&other).await, text);
    read(&other, &text).await;
    assert_eq!(exported(&other).await, text);
}

async fn a_file_is_checked_as_a_whole_and_every_line_is_named(app: TestApp) {
    let app = app.with_city().await;
    let before = exported(&app).await;
    let wrong = r#"
rules = [
  { category = "balançoire", to = ["mairie"] },
  { urgency = 5, to = ["maire", "mairie@city:1"] },
  { to = ["mairie"] },
  { to = ["direction"] },
  { zone = "city:1" },
]
colour = "blue"
[[desk]]
function = "mairie"
zone = "city:99901"
mailboxes = [
  { mail = "nobody", from = 2026-09-01 },
  { mail = "a@example.org", from = 2026-09-01, until = 2026-08-01 },
  { mail = "b@example.org", from = "yesterday" },
  { from = 2026-09-01 },
]
[[desk]]
function = "mairie"
zone = "city:99901"
[[desk]]
zone = 5
"#;
    let refused = file::import(&app.app, &write(&app, wrong), false).await.unwrap_err().to_string();
    for line in [
        "line 3, rules.category: “balançoire” is none",
        "line 4, rules.urgency: is none: 1 to 4",
        "line 4, rules.to: “maire” is no function",
        "line 4, rules.to: there is no desk “mairie@city:1”",
        "line 6, rules: another rule asks for the same: write both as one",
        "line 7, rules.zone: there is no zone “city:1”",
        "line 7, rules.to: is missing",
        "line 9, colour: means nothing here: rules, desk",
        "line 14, desk.mailboxes.mail: is none",
        "line 15, desk.mailboxes.until: ends before it begins",
        "line 16, desk.mailboxes.from: is no date, such as 2026-09-01",
        "line 17, desk.mailboxes.mail: is missing",
        "line 19, desk: mairie@city:99901 stands here twice",
        "line 22, desk.function: is missing",
        "line 23, desk.zone: is no text",
    ] {
        assert!(refused.contains(line), "{line}\n{refused}");
    }
    assert!(!refused.contains("example.org"), "{refused}");
    let broken = file::import(&app.app, &write(&app, "[[desk]\n"), false).await.unwrap_err().to_string();
    assert!(broken.contains("line 1, TOML: "), "{broken}");
    let checked = file::import(&app.app, &write(&app, FILE), true).await.unwrap();
    assert_eq!(checked, "sound; would change 1 desks, 2 holders, 3 mailboxes, 62 rules");
    assert_eq!(exported(&app).await, before, "neither a wrong file nor a check changes anything");
}

async fn a_mailbox_counts_from_its_first_day_until_before_its_last(app: TestApp) {
    let app = app.with_city().await;
    read(
        &app,
        r#"[[desk]]
function = "mairie"
zone = "city:99901"
mailboxes = [
  { mail = "before@example.org", until = 2026-09-08 },
  { mail = "after@example.org", from = 2026-09-08 },
]"#,
    )
    .await;
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    // Midnight in Marseille is 22:00 UTC of the day before.
    app.app.clock.advance(14 * DAY / 24 - 1);
    let mut moment = swing();
    moment["category"] = json!("cour-sol-arbre");
    moment["description"] = json!("Une branche fendue.");
    app.report(&parcel(2), &moment).await;
    app.run_jobs().await;
    app.app.clock.advance(1);
    moment["category"] = json!("hygiene-toilettes");
    moment["description"] = json!("Plus de verrou.");
    app.report(&parcel(3), &moment).await;
    app.run_jobs().await;
    let mails = app.mails();
    let to = |address| mails.iter().filter(|mail| mail.is_to(address)).count();
    assert_eq!((to("before@example.org"), to("after@example.org")), (2, 1));
}

async fn the_most_precise_rule_speaks_and_the_journal_says_which(app: TestApp) {
    let app = app.with_city().await;
    read(&app, FILE).await;
    let told = async |seed: u8, body: &Value| {
        app.report(&parcel(seed), body).await;
        app.run_jobs().await;
        let page = app.page(&parcel(seed).id).await;
        let entries = page["journal"].as_array().unwrap().clone();
        let functions =
            entries.iter().map(|entry| entry["event"]["function"].as_str().unwrap_or("-").to_owned());
        let mut functions = functions.collect::<Vec<_>>();
        functions.sort();
        (functions, entries.last().unwrap()["event"].clone())
    };
    let (functions, event) = told(1, &swing()).await;
    assert_eq!(functions, ["-", "mairie"], "of two mailboxes one line");
    assert_eq!(event["why"], json!({ "category": "cour" }));
    let letter = app.mails().into_iter().find(|mail| mail.is_to("ecoles@example.org")).unwrap();
    assert!(letter.text().starts_with("À l’attention de Camille Exemple."), "{}", letter.text());
    assert!(letter.html().contains("À l’attention de Camille Exemple."), "{}", letter.html());
    let (functions, event) = told(2, &json!({ "place": "9990002Y", "category": "cour-jeux", "urgency": 4, "observed_at": MORNING.0, "lang": "fr" })).await;
    assert_eq!(functions, ["-", "circonscription", "direction", "mairie", "metropole"]);
    assert_eq!(event["why"], json!({ "category": "cour", "urgency": 4 }));
    let (functions, event) =
        told(3, &json!({ "place": "9990003Z", "observed_at": MORNING.0, "lang": "fr" })).await;
    assert_eq!(functions, ["-", "direction", "mairie"]);
    assert_eq!(event["why"], json!({}));
    let page = app.get(&format!("/demandes/{}", parcel(2).id)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Règle\u{a0}: Cour et jeux, urgence 4 et plus"), "{page}");
    assert!(!page.contains("Camille") && !page.contains("@example.org"), "{page}");
    let page = app.get(&format!("/demandes/{}", parcel(3).id)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Règle générale"), "{page}");
}

async fn a_rule_may_name_one_desk_or_nobody(app: TestApp) {
    let app = app.with_city().await;
    read(
        &app,
        r#"
rules = [
  { to = [] },
  { category = "cour-jeux", zone = "place:9990001X", to = ["direction@place:9990003Z"] },
]"#,
    )
    .await;
    app.report(&parcel(1), &swing()).await;
    let receipt: Value = app
        .report(&parcel(2), &json!({ "place": SCHOOL, "observed_at": MORNING.0, "lang": "fr" }))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(receipt["sent_to"], json!([]));
    app.run_jobs().await;
    let mails = app.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].is_to("phare@example.org"));
    let page = app.page(&parcel(1).id).await;
    assert_eq!(
        page["journal"][1]["event"]["why"]["zone"], "École maternelle les Goélands",
        "zones go by name"
    );
}

async fn why_is_explained_without_an_address(app: TestApp) {
    let app = app.with_city().await;
    read(&app, FILE).await;
    let question = Question { place: SCHOOL.into(), explain: true, ..Question::default() };
    let ask = async |question: &Question| explain::run(&app.app, question).await.unwrap();
    let swing = Question { category: Some("cour-jeux".into()), urgency: Some(4), ..question.clone() };
    let answer = ask(&swing).await;
    for line in [
        "École maternelle les Goélands stands, from near to far, in:",
        "  city:99901 (Port-Exemple)",
        "The report: kind simple, category cour-jeux of the group cour, urgency 4, status new.",
        "  category cour, urgency 4 or more → direction, mairie, circonscription, metropole: speaks",
        "  category cour → mairie: fits, but less precisely: the urgency decides",
        "  every report → direction, mairie: fits, but less precisely: the category decides",
        "  kind sst, status new, zone city:99901 → direction, mairie@city:99901: does not fit: the report is simple",
        "mairie: mairie@city:99901 (Mairie « du Port », \"écoles\"), 2 mailboxes, a holder by name",
        "circonscription: circonscription@circonscription:port-exemple-nord (Port-Exemple Nord), 1 mailbox",
        "metropole: missing, no desk holds it here; the report's page says so in public",
    ] {
        assert!(answer.contains(line), "{line}\n{answer}");
    }
    assert!(!answer.contains("example.org") && !answer.contains("Camille"), "{answer}");
    let shown = ask(&Question { addresses: true, ..swing.clone() }).await;
    assert!(shown.contains("    ecoles@example.org\n") && shown.contains("    Camille Exemple\n"), "{shown}");
    let sst = ask(&Question { kind: Some("sst".into()), explain: false, ..swing }).await;
    assert!(sst.starts_with("Rule: kind sst, status new, zone city:99901\n"), "{sst}");
    let nobody =
        Question { category: Some("citoyen-donnee-erreur".into()), explain: false, ..question.clone() };
    assert!(ask(&nobody).await.ends_with("It names nobody: the report goes to no desk.\n"));
    for wrong in [
        Question { place: "0130136C".into(), ..question.clone() },
        Question { category: Some("swing".into()), ..question.clone() },
        Question { kind: Some("rsst".into()), ..question.clone() },
        Question { urgency: Some(0), ..question },
    ] {
        assert!(explain::run(&app.app, &wrong).await.is_err(), "{wrong:?}");
    }
}
