//! Links that were altered, are too old, revoked or another's; words and files that mean harm.

use super::*;
use testkit::mail_trap::{Behaviour, MailTrap};
use vigie::rooms::routing::file;

both_engines!(
    a_link_altered_by_one_bit_opens_nothing,
    a_link_expires_and_its_desk_gets_a_new_one_once_a_day,
    a_revoked_link_opens_no_more_and_the_next_one_does,
    a_link_dies_with_its_mailbox,
    a_link_to_a_mailbox_that_was_taken_off_the_list_says_what_to_do,
    a_link_opens_one_report_and_no_private_one_beside,
    words_of_any_kind_are_words,
    files_that_are_none_are_refused_beside_their_field,
    two_desks_at_once_never_take_an_impossible_step,
    a_desk_that_never_stops_is_stopped_until_tomorrow,
);

/// Whether nothing opens there, whatever is asked, and nothing of the report is told.
async fn is_nothing(app: &TestApp, path: &str) {
    let form = Form::default().with("form", parcel(9).id.as_str()).with("words", "Je passe par là.");
    for answer in [app.get(path).send().await.unwrap(), form.post(app, path).await] {
        assert_eq!(answer.status(), 404, "{path}");
        let text = answer.text().await.unwrap();
        assert!(text.contains("Ce lien n’ouvre rien") && !text.contains("La chaîne"), "{text}");
    }
}

async fn a_link_altered_by_one_bit_opens_nothing(app: TestApp) {
    let app = told(app).await;
    let path = link_of(&app, MAIRIE);
    let before = app.page(&parcel(1).id).await;
    let from = "/repondre/".len();
    for at in from..path.len() {
        let bit = 1 << (at % 3);
        let mut bytes = path.clone().into_bytes();
        bytes[at] ^= bit;
        let altered = String::from_utf8(bytes).unwrap();
        // What an address cannot hold is no link either.
        if altered[from..].bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) {
            is_nothing(&app, &altered).await;
        }
    }
    for other in
        [format!("{path}A"), path[..path.len() - 1].to_owned(), "/repondre/x".into(), format!("{path}%00")]
    {
        is_nothing(&app, &other).await;
    }
    let english = app.get(&format!("{path}A")).header("accept-language", "en").send().await.unwrap();
    assert!(english.text().await.unwrap().contains("This link opens nothing"));
    assert_eq!(app.page(&parcel(1).id).await, before);
}

async fn a_link_expires_and_its_desk_gets_a_new_one_once_a_day(app: TestApp) {
    let app = told(app).await;
    let path = link_of(&app, MAIRIE);
    app.app.clock.advance(180 * DAY);
    open(&app, &path).await;
    app.app.clock.advance(DAY);
    let before = app.page(&parcel(1).id).await;
    for answer in [
        app.get(&path).send().await.unwrap(),
        Form::default().with("words", "Trop tard ?").post(&app, &path).await,
    ] {
        assert_eq!(answer.status(), 410);
        let text = answer.text().await.unwrap();
        assert!(text.contains("Un lien vaut 180 jours") && text.contains("/nouveau\"><button"), "{text}");
        assert!(!text.contains("La chaîne"));
    }
    assert_eq!(app.page(&parcel(1).id).await, before);
    let count = app.mails().len();
    for _ in 0..3 {
        let asked = app.client.post(format!("{}{path}/nouveau", app.url)).send().await.unwrap();
        assert_eq!(asked.status(), 200);
        assert!(asked.text().await.unwrap().contains("Un nouveau lien est en route"));
    }
    app.run_jobs().await;
    assert_eq!(app.mails().len(), count + 1, "once a day, to the desk's own mailbox");
    let new = link_of(&app, MAIRIE);
    assert_ne!(new, path);
    let form = Form::of(&open(&app, &new).await).with("words", "On s’en occupe.");
    assert_eq!(form.post(&app, &new).await.status(), 303);
    app.run_jobs().await;
}

async fn a_revoked_link_opens_no_more_and_the_next_one_does(app: TestApp) {
    let app = told(app).await;
    let (mairie, direction) = (link_of(&app, MAIRIE), link_of(&app, DIRECTION));
    assert!(command::revoke(&app.app, 1001, "metropole").await.is_err());
    assert!(command::revoke(&app.app, 1, "mairie").await.is_err());
    command::revoke(&app.app, 1001, "mairie").await.unwrap();
    let answer = app.get(&mairie).send().await.unwrap();
    assert_eq!(answer.status(), 410);
    assert!(answer.text().await.unwrap().contains("Il a été retiré"));
    open(&app, &direction).await;
    command::notice(&app.app, 1001, "mairie", "Voyez celui-ci.").await.unwrap();
    app.run_jobs().await;
    let new = link_of(&app, MAIRIE);
    open(&app, &new).await;
    assert_eq!(app.get(&mairie).send().await.unwrap().status(), 410);
}

async fn a_link_dies_with_its_mailbox(app: TestApp) {
    let app = app.with_city().await;
    mairie_at(&app, &["a@example.org", "b@example.org"]).await;
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    let (a, b) = (link_of(&app, "a@example.org"), link_of(&app, "b@example.org"));
    let until = "[[desk]]\nfunction = \"mairie\"\nzone = \"city:99901\"\nmailboxes = [{ mail = \"a@example.org\", until = 2026-09-08 }, { mail = \"b@example.org\" }]\n";
    let path = app.folder.path().join("closing.toml");
    std::fs::write(&path, until).unwrap();
    file::import(&app.app, &path, false).await.unwrap();
    open(&app, &a).await;
    app.app.clock.advance(DAY);
    let answer = app.get(&a).send().await.unwrap();
    assert_eq!(answer.status(), 410, "whoever left leaves their links behind");
    assert!(answer.text().await.unwrap().contains("n’est plus en service"));
    open(&app, &b).await;
    app.client.post(format!("{}{a}/nouveau", app.url)).send().await.unwrap();
    app.run_jobs().await;
    assert!(to(&app, "b@example.org").text().contains("Voici un nouveau lien"));
    assert_eq!(app.mails().iter().filter(|mail| mail.is_to("a@example.org")).count(), 1);
}

async fn a_link_to_a_mailbox_that_was_taken_off_the_list_says_what_to_do(app: TestApp) {
    let app = told(app).await;
    let path = link_of(&app, MAIRIE);
    mairie_at(&app, &["b@example.org"]).await;
    let form = Form::default().with("form", parcel(9).id.as_str()).with("words", "Je passe par là.");
    for answer in [
        app.get(&path).send().await.unwrap(),
        form.post(&app, &path).await,
        form.post(&app, &format!("{path}/nouveau")).await,
        form.post(&app, &format!("{path}/mot")).await,
    ] {
        assert_eq!(answer.status(), 410);
        assert!(answer.headers()["x-robots-tag"].to_str().unwrap().contains("noindex"));
        let text = answer.text().await.unwrap();
        for words in ["Ce lien ne s’ouvre plus", "n’est plus en service", "Demandez à qui administre Vigie"]
        {
            assert!(text.contains(words) && !text.contains("La chaîne"), "{words}: {text}");
        }
    }
    app.run_jobs().await;
    assert_eq!(app.mails().iter().filter(|mail| mail.is_to("b@example.org")).count(), 0, "no link to nobody");
}

async fn a_link_opens_one_report_and_no_private_one_beside(app: TestApp) {
    let app = told(app).await;
    let mut private = swing();
    private["category"] = json!("securite-harcelement-eleve");
    private["description"] = json!("Ce que personne d’autre ne lit.");
    app.report(&parcel(2), &private).await;
    app.run_jobs().await;
    let open_of = async |words: &str| {
        let mails = app.mails();
        let links: Vec<_> = mails
            .iter()
            .filter(|mail| mail.is_to(DIRECTION) && mail.text().contains(words))
            .map(link)
            .collect();
        open(&app, &links[0]).await
    };
    let (public, secret) = (open_of("La chaîne a lâché.").await, open_of("Ce que personne").await);
    assert!(!public.contains("Ce que personne") && !secret.contains("La chaîne a lâché."));
    assert!(secret.contains("Ce que personne d’autre ne lit.") && secret.contains("n’est pas public"));
    assert!(!secret.contains(&format!("/demandes/{}", parcel(2).id)), "no way to a page that is refused");
    assert_eq!(app.get(&format!("/api/v1/reports/{}", parcel(2).id)).send().await.unwrap().status(), 403);
    let path = link_of(&app, DIRECTION);
    let form = Form::of(&secret).with("words", "Nous avons vu les parents.");
    assert_eq!(form.post(&app, &path).await.status(), 303, "its desks answer as well");
    let list =
        app.get("/api/v1/reports?since=2026-09-01T00:00:00Z").send().await.unwrap().text().await.unwrap();
    assert!(!list.contains(parcel(2).id.as_str()));
    app.run_jobs().await;
}

async fn words_of_any_kind_are_words(app: TestApp) {
    let app = told(app).await;
    let path = link_of(&app, MAIRIE);
    let xss = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{ 7*7 }} ${7*7}";
    let odd = format!("{xss}\u{202e}rtl\u{202c} שלום 🙈👩‍👩‍👧\r\nsuite\0fin");
    let long =
        format!("{odd}{}", "é".repeat(5_000 - odd.replace("\r\n", "\n").replace('\0', "").chars().count()));
    let form = Form::of(&open(&app, &path).await)
        .with("words", &long)
        .with("intervention", xss)
        .with("step", "done");
    let answer = form.post(&app, &path).await;
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    let said = &last(&app, 1).await[0];
    let words = said["words"].as_str().unwrap();
    assert_eq!(words.chars().count(), 5_000);
    assert!(words.contains("\u{202e}rtl\u{202c} שלום 🙈👩‍👩‍👧\nsuitefin") && words.starts_with(xss));
    app.run_jobs().await;
    let id = parcel(1).id;
    for page in [open(&app, &path).await, open(&app, &format!("/demandes/{id}")).await] {
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script>alert"));
        assert!(!page.contains("<img src=x") && page.contains("{{ 7*7 }}"));
    }
    let feed = open(&app, &format!("/demandes/{id}/flux.atom")).await;
    let feed: atom_syndication::Feed = feed.parse().expect("a feed that parses");
    assert!(feed.entries()[0].content().unwrap().value().unwrap().contains("<script>alert(1)</script>"));
    let too_long = Form::of(&open(&app, &path).await).with("words", &"é".repeat(5_001));
    assert_eq!(too_long.post(&app, &path).await.status(), 422);
    // Fields that nobody asked for, a form that is none.
    let odd = Form::of(&open(&app, &path).await)
        .with("report", "autre")
        .with("\"; x=\"", "y")
        .with("words", "Bien.");
    assert_eq!(odd.post(&app, &path).await.status(), 303);
    let none = app.client.post(format!("{}{path}", app.url)).body("words=urlencoded");
    let none = none.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    assert_eq!(none.status(), 422);
}

async fn files_that_are_none_are_refused_beside_their_field(app: TestApp) {
    let app = told(app).await;
    let path = link_of(&app, MAIRIE);
    let page = open(&app, &path).await;
    let photo = testkit::photo::tiny().bytes;
    let png = b"\x89PNG\r\n\x1a\n0000".to_vec();
    let mut huge = b"%PDF-1.4\n".to_vec();
    huge.resize(5 * 1024 * 1024 + 1, b' ');
    huge.extend(b"%%EOF");
    let before = app.page(&parcel(1).id).await;
    for (field, bytes, said) in [
        ("document", b"<html><script>alert(1)</script></html>".to_vec(), "n’est pas un PDF"),
        ("document", b"MZ\x90 %PDF-1.4 %%EOF".to_vec(), "n’est pas un PDF"),
        ("document", huge, "dépasse 5 Mo"),
        ("photos", png, "n’est pas un JPEG"),
        ("photos", photo[..photo.len() / 2].to_vec(), "ne s’ouvre pas"),
    ] {
        let form =
            Form::of(&page).with("words", "Voyez la photo.").file("photos", &photo).file(field, &bytes);
        let answer = form.post(&app, &path).await;
        assert_eq!(answer.status(), 422, "{said}");
        let text = answer.text().await.unwrap();
        assert!(text.contains(said) && text.contains("Voyez la photo.</textarea>"), "{said}: {text}");
        assert!(text.contains("1 photo est gardée") && text.contains("name=\"kept\""), "{text}");
    }
    assert_eq!(app.page(&parcel(1).id).await, before);
    let kept = vigie::rooms::photos::hex(&<sha2::Sha256 as sha2::Digest>::digest(&photo));
    let form =
        Form::of(&page).with("words", "Voyez la photo.").with("kept", &kept).with("kept", &"0".repeat(64));
    assert_eq!(form.post(&app, &path).await.status(), 303);
    assert_eq!(last(&app, 1).await[0]["photos"], json!([kept]), "what came with an earlier try is there");
    assert_eq!(app.get(&format!("/documents/{}.pdf", "0".repeat(64))).send().await.unwrap().status(), 404);
    app.run_jobs().await;
}

async fn two_desks_at_once_never_take_an_impossible_step(app: TestApp) {
    let app = told(app).await;
    let (mairie, direction) = (link_of(&app, MAIRIE), link_of(&app, DIRECTION));
    let form =
        async |path: &str| Form::of(&open(&app, path).await).with("step", "done").with("words", "Réparé.");
    let (first, second) = (form(&mairie).await, form(&direction).await);
    let (first, second) = tokio::join!(first.post(&app, &mairie), second.post(&app, &direction));
    let mut statuses = [first.status().as_u16(), second.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    let page = app.page(&parcel(1).id).await;
    let journal = page["journal"].as_array().unwrap();
    assert_eq!(
        journal.iter().filter(|entry| entry["event"]["event"] == "answered").count(),
        1,
        "{journal:?}"
    );
    app.run_jobs().await;
}

async fn a_desk_that_never_stops_is_stopped_until_tomorrow(app: TestApp) {
    let app = told(app).await;
    let path = link_of(&app, MAIRIE);
    let say = async |n: u8| {
        let form = Form::default().with("form", parcel(n).id.as_str()).with("words", "Encore.");
        form.post(&app, &path).await.status().as_u16()
    };
    for n in 100..120 {
        assert_eq!(say(n).await, 303);
    }
    assert_eq!(say(120).await, 422);
    assert_eq!(say(100).await, 303, "what was said before was");
    app.app.clock.advance(DAY + 1);
    assert_eq!(say(120).await, 303);
    app.run_jobs().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_recipient_refused_of_three_leaves_answers_to_the_others() {
    let trap = MailTrap::start();
    let app = TestApp::with_smtp(&trap.url()).await.with_city().await;
    mairie_at(&app, &["a@example.org", "gone@example.org", "z@example.org"]).await;
    trap.behave(Behaviour::RefuseRecipient("gone@example.org".into()));
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    for (address, words) in [("a@example.org", "Premier mot."), ("z@example.org", "Second mot.")] {
        let path = link(&trap.mails_to(address)[0]);
        let form = Form::of(&open(&app, &path).await).with("words", words);
        assert_eq!(form.post(&app, &path).await.status(), 303);
        assert_eq!(last(&app, 1).await[0]["words"], words);
    }
}
