//! "It is not ours": reports that change hands, desks that are told, words of one's own.

use super::*;
use crate::follow::heard;
use shared::reports::status::Status;
use vigie::rooms::reports::{Change, change_status};
use vigie::rooms::routing::file;

both_engines!(
    a_report_that_is_passed_on_is_the_other_desks_with_its_history,
    whoever_passed_it_on_hears_no_more_of_it,
    nobody_passes_a_report_into_the_dark,
    a_report_comes_back_once_and_then_somebody_decides,
    desks_that_the_rules_name_for_a_status_are_told_once,
    the_first_message_and_a_reopening_follow_the_rules_like_any_change,
    a_word_of_ones_own_reaches_another_desk_and_the_journal,
    what_is_closed_may_be_opened_again_by_its_desk,
);

/// A report told to mairie and direction, with a métropole nearby that can be written to.
async fn with_metropole(app: TestApp) -> TestApp {
    let app = app.with_city().await;
    rules(&app, "").await;
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    app
}

async fn rules(app: &TestApp, more: &str) {
    let text = format!(
        "rules = [{{ to = [\"direction\", \"mairie\"] }}, {more}]\n[[desk]]\nfunction = \"metropole\"\nzone = \"city:99901\"\nname = \"Métropole du Port\"\nmailboxes = [{{ mail = \"metropole@example.org\" }}]\n"
    );
    let path = app.folder.path().join("rules.toml");
    std::fs::write(&path, text).unwrap();
    file::import(&app.app, &path, false).await.unwrap();
}

async fn pass(app: &TestApp, path: &str, to: &str) {
    let form = Form::of(&open(app, path).await).with("step", "elsewhere").with("to", to);
    let answer = form.post(app, path).await;
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    app.run_jobs().await;
}

async fn in_charge(app: &TestApp) -> Vec<String> {
    let page = app.page(&parcel(1).id).await;
    let desks = page["desks"].as_array().unwrap().iter();
    desks.map(|desk| desk["function"].as_str().unwrap().to_owned()).collect()
}

async fn a_report_that_is_passed_on_is_the_other_desks_with_its_history(app: TestApp) {
    let app = with_metropole(app).await;
    let mairie = link_of(&app, MAIRIE);
    let form = Form::of(&open(&app, &mairie).await)
        .with("step", "elsewhere")
        .with("to", "metropole@city:99901")
        .with("words", "Le trottoir est à la métropole.");
    assert_eq!(form.post(&app, &mairie).await.status(), 303);
    assert_eq!(form.post(&app, &mairie).await.status(), 303, "twice is once");
    app.run_jobs().await;
    let events = last(&app, 3).await;
    assert_eq!(events[0]["words"], "Le trottoir est à la métropole.");
    let names = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(events[1]["event"], "transferred");
    assert_eq!(
        names(events[1]["from"]["function"].as_str().unwrap(), events[1]["to"]["function"].as_str().unwrap()),
        names("mairie", "metropole")
    );
    assert_eq!(
        (events[2]["event"].as_str(), events[2]["function"].as_str()),
        (Some("notice_sent"), Some("metropole"))
    );
    assert_eq!(in_charge(&app).await, ["direction", "metropole"]);
    let mail = to(&app, "metropole@example.org");
    for words in [
        "vous transmet ce signalement",
        "Le trottoir est à la métropole.",
        "La chaîne a lâché.",
        "Ce qui s’est passé",
    ] {
        assert!(mail.text().contains(words) && mail.html().contains(words), "{words}: {}", mail.text());
    }
    assert!(!mail.text().contains("&#"), "plain words: {}", mail.text());
    assert_eq!(app.mails().iter().filter(|mail| mail.is_to("metropole@example.org")).count(), 1);
    let page = open(&app, &mairie).await;
    assert!(page.contains("Vous avez transmis ce signalement") && !page.contains("value=\"done\""), "{page}");
    for (name, value) in [("step", "done"), ("step", "elsewhere")] {
        let form = Form::of(&page).with(name, value).with("to", "direction@place:9990001X");
        assert_eq!(form.post(&app, &mairie).await.status(), 422, "{value}: it is no longer theirs");
    }
    assert_eq!(Form::of(&page).with("words", "Encore un mot.").post(&app, &mairie).await.status(), 303);
    let public = open(&app, &format!("/demandes/{}", parcel(1).id)).await;
    assert!(public.contains("Transmis à la métropole, Métropole du Port, par la mairie"), "{public}");
}

async fn whoever_passed_it_on_hears_no_more_of_it(app: TestApp) {
    let app = with_metropole(app).await;
    pass(&app, &link_of(&app, MAIRIE), "metropole@city:99901").await;
    // A new supporter is told who is in charge now, and so is whoever is told of a higher urgency.
    let receipt: Value = app.support(&parcel(2), parcel(1).id.as_str()).await.json().await.unwrap();
    let told: Vec<_> =
        receipt["sent_to"].as_array().unwrap().iter().map(|desk| desk["function"].clone()).collect();
    assert_eq!(told, ["direction", "metropole"]);
    let count = app.mails().iter().filter(|mail| mail.is_to(MAIRIE)).count();
    let mut urgent = swing();
    urgent["urgency"] = json!(4);
    app.report(&parcel(3), &urgent).await;
    app.run_jobs().await;
    let wish = json!({ "report": parcel(1).id, "wish": "relance" });
    let put = app.put(&format!("/api/v1/follow-ups/{}", parcel(40).id)).bearer_auth(parcel(1).key.reveal());
    assert_eq!(put.json(&wish).send().await.unwrap().status(), 200);
    app.run_jobs().await;
    open(&app, &link_of(&app, "metropole@example.org")).await;
    assert!(
        to(&app, "metropole@example.org").text().contains("vous demande des nouvelles"),
        "a relance is theirs, and they answer it"
    );
    assert_eq!(app.mails().iter().filter(|mail| mail.is_to(MAIRIE)).count(), count, "it is no longer theirs");
}

async fn nobody_passes_a_report_into_the_dark(app: TestApp) {
    let app = with_metropole(app).await;
    let mairie = link_of(&app, MAIRIE);
    let form = Form::of(&open(&app, &mairie).await).with("step", "elsewhere");
    let wrong = form.with("to", "mairie@city:99901").post(&app, &mairie).await;
    assert_eq!(wrong.status(), 422);
    assert!(wrong.text().await.unwrap().contains("C’est vous"));
    let form = Form::of(&open(&app, &mairie).await).with("step", "elsewhere").with("to", "other");
    assert_eq!(form.with("whom", "le bailleur").post(&app, &mairie).await.status(), 303);
    let said = &last(&app, 1).await[0];
    assert_eq!(
        (said["event"].as_str(), said["words"].as_str()),
        (Some("transfer_proposed"), Some("le bailleur"))
    );
    assert_eq!(in_charge(&app).await, ["direction", "mairie"], "until somebody decides");
    let waiting = command::waiting(&app.app).await.unwrap();
    assert_eq!(waiting.trim(), "report 1001: mairie@city:99901 says it is “le bailleur”");
    let (findings, _) = vigie::doctor::examine(&app.config).await.unwrap();
    assert!(findings.contains("1 transfers wait: vigie answers waiting"), "{findings}");
    assert!(command::transfer(&app.app, 1001, "nonsense").await.is_err());
    command::transfer(&app.app, 1001, "metropole").await.unwrap();
    app.run_jobs().await;
    assert_eq!(in_charge(&app).await, ["direction", "metropole"]);
    assert_eq!(command::waiting(&app.app).await.unwrap(), "no transfer waits");
    assert!(to(&app, "metropole@example.org").text().contains("vous transmet ce signalement"));
}

async fn a_report_comes_back_once_and_then_somebody_decides(app: TestApp) {
    let app = with_metropole(app).await;
    let (mairie, city) = ("mairie@city:99901", "metropole@city:99901");
    pass(&app, &link_of(&app, MAIRIE), city).await;
    pass(&app, &link_of(&app, "metropole@example.org"), mairie).await;
    assert_eq!(in_charge(&app).await, ["direction", "mairie"], "it may come back once");
    assert_eq!(app.mails().iter().filter(|mail| mail.is_to(MAIRIE)).count(), 2, "and is told so");
    pass(&app, &link_of(&app, MAIRIE), city).await;
    assert_eq!(in_charge(&app).await, ["direction", "metropole"]);
    let before = app.mails().len();
    pass(&app, &link_of(&app, "metropole@example.org"), mairie).await;
    assert_eq!(last(&app, 1).await[0]["event"], "transfer_proposed", "the third time is decided by somebody");
    assert_eq!(in_charge(&app).await, ["direction", "metropole"]);
    assert_eq!(app.mails().len(), before);
    command::transfer(&app.app, 1001, "mairie").await.unwrap();
    app.run_jobs().await;
    assert_eq!(in_charge(&app).await, ["direction", "mairie"]);
}

async fn desks_that_the_rules_name_for_a_status_are_told_once(app: TestApp) {
    let app = app.with_city().await;
    rules(&app, "{ status = \"planned\", to = [\"metropole\", \"mairie\"] }").await;
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    let path = link_of(&app, MAIRIE);
    let plan = async |on: &str| {
        let form = Form::of(&open(&app, &path).await).with("step", "planned").with("on", on);
        assert_eq!(form.post(&app, &path).await.status(), 303);
        app.run_jobs().await;
    };
    let told = |address: &str| app.mails().iter().filter(|mail| mail.is_to(address)).count();
    let mairie = told(MAIRIE);
    plan("2026-10-03").await;
    assert_eq!((told("metropole@example.org"), told(MAIRIE)), (1, mairie), "not whoever says so");
    assert!(to(&app, "metropole@example.org").text().contains("a changé d’état"));
    let sent = &last(&app, 1).await[0];
    assert_eq!((sent["event"].as_str(), sent["function"].as_str()), (Some("notice_sent"), Some("metropole")));
    plan("2026-10-10").await;
    assert_eq!(told("metropole@example.org"), 1, "once");
    let changed = app.page(&parcel(1).id).await["journal"]
        .as_array()
        .unwrap()
        .iter()
        .rfind(|entry| entry["event"]["to"] == "planned")
        .cloned();
    assert_eq!(changed.unwrap()["event"]["on"], 20736, "the new date is public");
}

async fn the_first_message_and_a_reopening_follow_the_rules_like_any_change(app: TestApp) {
    let app = app.with_city().await;
    rules(&app, "{ status = \"sent\", to = [\"metropole\", \"mairie\"] }").await;
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    let told = || {
        ["metropole@example.org", MAIRIE].map(|to| app.mails().iter().filter(|mail| mail.is_to(to)).count())
    };
    assert_eq!(told(), [1, 1], "it became a sent one; the mairie has the first message itself");
    assert!(to(&app, "metropole@example.org").text().contains("a changé d’état"));
    // Closed by its reporter, then opened again by them.
    for (seed, said) in [(11, "fixed"), (12, "not_fixed"), (13, "not_fixed")] {
        heard(&app, seed, 1, json!(said)).await;
        app.run_jobs().await;
    }
    assert_eq!(told(), [2, 2], "opened again: said anew, once");
    heard(&app, 14, 1, json!("fixed")).await;
    heard(&app, 15, 1, json!("not_fixed")).await;
    app.run_jobs().await;
    assert_eq!(told(), [3, 3], "and each time");
    let mails = app.mails();
    let ids: std::collections::BTreeSet<_> = mails.iter().map(testkit::mail::Mail::message_id).collect();
    assert_eq!(ids.len(), mails.len(), "messages of their own, not repetitions");
    // By the administrator's word too.
    change_status(&app.app, 1001, Change { to: Status::Done, reason: None }).await.unwrap();
    change_status(&app.app, 1001, Change { to: Status::Sent, reason: None }).await.unwrap();
    app.run_jobs().await;
    assert_eq!(told(), [4, 4]);
}

async fn a_word_of_ones_own_reaches_another_desk_and_the_journal(app: TestApp) {
    let app = told(app).await;
    let path = link_of(&app, MAIRIE);
    let page = open(&app, &path).await;
    let word_form = || {
        let form = page.split("action=\"").find(|rest| rest.contains("/mot\"")).unwrap();
        Form::of(form)
    };
    let form =
        word_form().with("to", "direction@place:9990001X").with("words", "Pouvez-vous fermer la cour ?");
    for _ in 0..2 {
        let answer = form.post(&app, &format!("{path}/mot")).await;
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    }
    app.run_jobs().await;
    let mails = app.mails();
    let direction: Vec<_> = mails.iter().filter(|mail| mail.is_to(DIRECTION)).collect();
    assert_eq!(direction.len(), 2, "the first, and one word");
    assert!(direction[1].text().contains("Pouvez-vous fermer la cour ?"));
    assert_eq!(direction[0].header("References"), direction[1].header("References"), "one thread");
    let said = &last(&app, 1).await[0];
    assert_eq!(
        (said["event"].as_str(), said["words"].as_str()),
        (Some("word_sent"), Some("Pouvez-vous fermer la cour ?"))
    );
    for (to, words) in [
        ("", "x"),
        ("metropole@city:99901", "x"),
        ("mairie@city:99901", "x"),
        ("direction@place:9990001X", ""),
    ] {
        let wrong = word_form().with("to", to).with("words", words).post(&app, &format!("{path}/mot")).await;
        assert_eq!(wrong.status(), 422, "{to}: {words}");
    }
    let mut statuses = vec![];
    for n in 0..6 {
        let form =
            Form::default().with("form", parcel(50 + n).id.as_str()).with("to", "direction@place:9990001X");
        statuses
            .push(form.with("words", "Encore.").post(&app, &format!("{path}/mot")).await.status().as_u16());
    }
    assert_eq!(statuses, [303, 303, 303, 303, 422, 422], "five a day");
    app.run_jobs().await;
    let sent = command::notice(&app.app, 1001, "mairie", "La sous-préfecture demande.").await.unwrap();
    assert_eq!(sent, "report 1001: the word goes to mairie@city:99901 (Mairie de Port-Exemple)");
    app.run_jobs().await;
    assert!(to(&app, MAIRIE).text().contains("L’administration de Vigie vous écrit"));
    assert!(command::notice(&app.app, 1001, "mairie", "  ").await.is_err());
    assert!(command::notice(&app.app, 7, "mairie", "x").await.is_err());
}

async fn what_is_closed_may_be_opened_again_by_its_desk(app: TestApp) {
    let app = told(app).await;
    let path = link_of(&app, MAIRIE);
    change_status(&app.app, 1001, Change { to: Status::Done, reason: None }).await.unwrap();
    let page = open(&app, &path).await;
    assert!(page.contains("Finalement pas réglé") && !page.contains("value=\"planned\""), "{page}");
    assert_eq!(Form::of(&page).with("step", "sent").post(&app, &path).await.status(), 303);
    assert_eq!(app.page(&parcel(1).id).await["brief"]["status"], "sent");
    change_status(&app.app, 1001, Change { to: Status::Refused, reason: Some("Doublon.".into()) })
        .await
        .unwrap();
    let page = open(&app, &path).await;
    assert!(!page.contains("value=\"sent\""), "what moderation refused, moderation opens");
    app.run_jobs().await;
}
