//! Answers of those in charge, by the link in their mail.

use crate::app::{TestApp, parcel, swing};
use crate::both_engines;
use crate::mail::mairie_at;
use reqwest::Response;
use serde_json::{Value, json};
use shared::instant::DAY;
use testkit::mail::Mail;
use vigie::rooms::answers::command;

mod hard;
mod heard;
mod transfers;

both_engines!(
    a_desk_answers_from_its_mail_and_everybody_reads_it,
    a_look_changes_nothing_and_a_form_sent_twice_is_one_answer,
    what_is_typed_stays_where_something_is_wrong,
    internal_words_are_read_by_desks_alone_and_known_by_all,
    whoever_waits_hears_of_the_answer_by_mail_and_may_stop_it,
    photos_and_a_document_come_with_an_answer,
);

pub const MAIRIE: &str = "mairie@example.org";
pub const DIRECTION: &str = "goelands.maternelle@example.org";

/// A form as browsers send it.
#[derive(Clone, Default)]
pub struct Form(Vec<u8>);

const BOUNDARY: &str = "----vigie-form-7MA4YWxk";

impl Form {
    /// The form of a page: with the id minted in it.
    pub fn of(page: &str) -> Self {
        let id = page.split("name=\"form\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        Self::default().with("form", id.expect("a form's id"))
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        let part =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        self.0.extend(part.into_bytes());
        self
    }

    pub fn file(mut self, name: &str, bytes: &[u8]) -> Self {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"un fichier\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        self.0.extend(head.into_bytes());
        self.0.extend(bytes);
        self.0.extend(b"\r\n");
        self
    }

    pub async fn post(&self, app: &TestApp, path: &str) -> Response {
        self.send(&format!("{}{path}", app.url)).await
    }

    /// Sends it, and follows nowhere.
    pub async fn send(&self, url: &str) -> Response {
        self.try_send(url).await.unwrap()
    }

    /// The same, to a server that may die meanwhile.
    pub async fn try_send(&self, url: &str) -> reqwest::Result<Response> {
        let mut body = self.0.clone();
        body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        client.post(url).header("content-type", kind).body(body).send().await
    }
}

/// The path of the link in a mail.
pub fn link(mail: &Mail) -> String {
    let links = mail.links();
    let link = links.iter().find(|link| link.contains("/repondre/")).expect("a link to answer");
    assert!(mail.text().contains(link.as_str()), "both forms of a mail hold it");
    link.strip_prefix("https://vigie.example.org").unwrap().to_owned()
}

/// The newest mail to that address.
pub fn to(app: &TestApp, address: &str) -> Mail {
    app.mails()
        .into_iter()
        .rfind(|mail| mail.is_to(address))
        .unwrap_or_else(|| panic!("no mail to {address}"))
}

/// The link in the newest mail to that address.
pub fn link_of(app: &TestApp, address: &str) -> String {
    link(&to(app, address))
}

/// The page of a link, which opens.
pub async fn open(app: &TestApp, path: &str) -> String {
    let answer = app.get(path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

/// A city with a report whose desks were written to.
pub async fn told(app: TestApp) -> TestApp {
    let app = app.with_city().await;
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    app
}

/// The last events of a journal.
pub async fn last(app: &TestApp, count: usize) -> Vec<Value> {
    let page = app.page(&parcel(1).id).await;
    let journal = page["journal"].as_array().unwrap();
    journal[journal.len() - count..].iter().map(|entry| entry["event"].clone()).collect()
}

async fn a_desk_answers_from_its_mail_and_everybody_reads_it(app: TestApp) {
    let app = told(app).await;
    let path = link_of(&app, MAIRIE);
    let page = open(&app, &path).await;
    for words in [
        "La chaîne a lâché.",
        "École maternelle les Goélands",
        "4 rue des Mâts",
        "Vous répondez pour la mairie",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let form = Form::of(&page)
        .with("step", "planned")
        .with("on", "2026-10-03")
        .with("words", "La pièce arrive lundi.")
        .with("intervention", "2026-04512");
    let answer = form.post(&app, &path).await;
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    assert_eq!(answer.headers()["location"].to_str().unwrap(), format!("{path}?dit#dit"));
    assert!(open(&app, &format!("{path}?dit")).await.contains("C’est dit."));
    let [status, said] = &last(&app, 2).await[..] else { panic!("two lines") };
    let by = json!({ "function": "mairie", "name": "Mairie de Port-Exemple" });
    assert_eq!(
        *status,
        json!({ "event": "status_changed", "to": "planned", "reason": null, "on": 20729, "by": by })
    );
    assert_eq!(
        *said,
        json!({ "event": "answered", "function": "mairie", "name": "Mairie de Port-Exemple", "words": "La pièce arrive lundi.", "intervention": "2026-04512" })
    );
    assert_eq!(app.page(&parcel(1).id).await["brief"]["status"], "planned");
    let public = open(&app, &format!("/demandes/{}", parcel(1).id)).await;
    for words in [
        "La pièce arrive lundi.",
        "Prévu pour le 3 octobre 2026",
        "2026-04512",
        "Réponse de la mairie, Mairie de Port-Exemple",
    ] {
        assert!(public.contains(words), "{words}: {public}");
    }
    let feed = open(&app, &format!("/demandes/{}/flux.atom", parcel(1).id)).await;
    assert!(feed.contains("La pièce arrive lundi."), "{feed}");
    app.run_jobs().await;
}

async fn a_look_changes_nothing_and_a_form_sent_twice_is_one_answer(app: TestApp) {
    let app = told(app).await;
    let path = link_of(&app, MAIRIE);
    let before = app.page(&parcel(1).id).await;
    for _ in 0..3 {
        let look = app.get(&path).send().await.unwrap();
        let headers = look.headers().clone();
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert!(headers["x-robots-tag"].to_str().unwrap().contains("noindex"));
        assert!(!headers.contains_key("set-cookie"));
        let head = app.client.head(format!("{}{path}", app.url)).send().await.unwrap();
        assert_eq!(head.status(), 200);
    }
    assert_eq!(app.page(&parcel(1).id).await, before, "programs look at links before people do");
    let form = Form::of(&open(&app, &path).await).with("step", "in_progress").with("words", "On arrive.");
    for _ in 0..2 {
        assert_eq!(form.post(&app, &path).await.status(), 303);
    }
    let page = app.page(&parcel(1).id).await;
    let journal = page["journal"].as_array().unwrap();
    assert_eq!(journal.len(), before["journal"].as_array().unwrap().len() + 2, "{journal:?}");
    let again = Form::of(&open(&app, &path).await).with("words", "Encore un mot.");
    assert_eq!(again.post(&app, &path).await.status(), 303, "a link may be used again");
    assert_eq!(last(&app, 1).await[0]["words"], "Encore un mot.");
    app.run_jobs().await;
}

async fn what_is_typed_stays_where_something_is_wrong(app: TestApp) {
    let app = told(app).await;
    let path = link_of(&app, MAIRIE);
    let page = open(&app, &path).await;
    let before = app.page(&parcel(1).id).await;
    let long = "é".repeat(5_001);
    for (fields, said) in [
        (vec![("step", "planned"), ("words", "Bientôt <b>")], "Choisissez le jour"),
        (vec![("step", "planned"), ("on", "2026-09-06"), ("words", "Bientôt <b>")], "Ce jour est passé"),
        (vec![("step", "planned"), ("on", "03/10/2031"), ("words", "Bientôt <b>")], "plus de trois ans"),
        (vec![("step", "elsewhere"), ("words", "Bientôt <b>")], "Choisissez un service"),
        (vec![("step", "elsewhere"), ("to", "other"), ("words", "Bientôt <b>")], "Dites qui"),
        (vec![("step", "refused"), ("words", "Bientôt <b>")], "L’état a changé"),
        (vec![("step", "sent"), ("words", "Bientôt <b>")], "L’état a changé"),
        (vec![("step", "nonsense"), ("words", "Bientôt <b>")], "L’état a changé"),
        (vec![("internal", long.as_str()), ("words", "Bientôt <b>")], "C’est trop long"),
    ] {
        let form = fields.iter().fold(Form::of(&page), |form, (name, value)| form.with(name, value));
        let answer = form.post(&app, &path).await;
        assert_eq!(answer.status(), 422, "{said}");
        let text = answer.text().await.unwrap();
        assert!(text.contains(said) && text.contains("Bientôt &lt;b&gt;</textarea>"), "{said}: {text}");
        assert!(text.contains("role=\"alert\"") && !text.contains("<b>"), "{text}");
    }
    let empty = Form::of(&page).post(&app, &path).await;
    assert_eq!(empty.status(), 422);
    assert!(empty.text().await.unwrap().contains("Dites au moins une chose"));
    assert_eq!(app.page(&parcel(1).id).await, before, "nothing of it was taken");
}

async fn internal_words_are_read_by_desks_alone_and_known_by_all(app: TestApp) {
    let app = told(app).await;
    let (mairie, direction) = (link_of(&app, MAIRIE), link_of(&app, DIRECTION));
    let form = Form::of(&open(&app, &mairie).await).with("internal", "Le devis dort chez Bernard.");
    assert_eq!(form.post(&app, &mairie).await.status(), 303);
    let said = json!({ "event": "internal_word", "function": "mairie", "name": "Mairie de Port-Exemple" });
    assert_eq!(last(&app, 1).await, [said]);
    for path in [&mairie, &direction] {
        assert!(open(&app, path).await.contains("Le devis dort chez Bernard."), "{path}");
    }
    app.run_jobs().await;
    let id = parcel(1).id;
    for path in
        [format!("/demandes/{id}"), format!("/api/v1/reports/{id}"), format!("/demandes/{id}/flux.atom")]
    {
        let text = open(&app, &path).await;
        assert!(!text.contains("Bernard"), "{path}");
    }
    assert!(open(&app, &format!("/demandes/{id}")).await.contains("Mot interne de la mairie"));
    assert!(app.mails().iter().all(|mail| !mail.text().contains("Bernard")));
}

async fn whoever_waits_hears_of_the_answer_by_mail_and_may_stop_it(app: TestApp) {
    let app = app.with_city().await;
    let mut body = swing();
    body["mail"] = json!("parent@example.org");
    app.report(&parcel(1), &body).await;
    app.run_jobs().await;
    let path = link_of(&app, MAIRIE);
    let say = async |words: &str| {
        let form = Form::of(&open(&app, &path).await).with("words", words).with("step", "");
        assert_eq!(form.post(&app, &path).await.status(), 303);
        app.run_jobs().await;
    };
    say("L’équipe passe mardi & jeudi.").await;
    let mail = to(&app, "parent@example.org");
    assert!(mail.text().contains("L’équipe passe mardi & jeudi."), "{}", mail.text());
    assert!(
        mail.text().contains("Réponse de la mairie, Mairie de Port-Exemple")
            && mail.html().contains("mardi &amp; jeudi")
    );
    assert!(mail.text().contains(parcel(1).key.reveal()), "it leads to what is theirs");
    assert!(mail.header("List-Unsubscribe").is_some());
    assert!(!mail.text().contains("/repondre/"), "a desk's link is the desk's");
    let count = app.mails().len();
    let stop = mail.header("List-Unsubscribe").unwrap();
    let stop = stop.trim_matches(['<', '>']).strip_prefix("https://vigie.example.org").unwrap().to_owned();
    assert_eq!(app.client.post(format!("{}{stop}", app.url)).send().await.unwrap().status(), 200);
    say("C’était bien ça.").await;
    assert_eq!(app.mails().len(), count, "who wants no news gets none");
}

async fn photos_and_a_document_come_with_an_answer(app: TestApp) {
    let app = told(app).await;
    let path = link_of(&app, MAIRIE);
    let photo = testkit::photo::tiny().bytes;
    let pdf = b"%PDF-1.4\n1 0 obj\nendobj\ntrailer\n%%EOF\n";
    let form =
        Form::of(&open(&app, &path).await).file("photos", &photo).file("document", pdf).file("photos", b"");
    let answer = form.post(&app, &path).await;
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    app.run_jobs().await;
    let said = &last(&app, 1).await[0];
    let (hash, document) = (said["photos"][0].as_str().unwrap(), said["document"]["hash"].as_str().unwrap());
    let public = open(&app, &format!("/demandes/{}", parcel(1).id)).await;
    assert!(
        public.contains(&format!("/photos/{hash}/320.jpg"))
            && public.contains(&format!("/documents/{document}.pdf"))
    );
    let shown = app.get(&format!("/photos/{hash}/960.jpg")).send().await.unwrap();
    assert_eq!(shown.status(), 200, "it is there from the first moment on");
    let shown = shown.bytes().await.unwrap();
    assert!(!shown.windows(4).any(|four| four == b"Exif"), "nothing but pixels");
    let served = app.get(&format!("/documents/{document}.pdf")).send().await.unwrap();
    assert_eq!(served.status(), 200);
    let header = |name: &str| served.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert!(header("content-disposition").starts_with("attachment;"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(served.bytes().await.unwrap()[..], pdf[..]);
    app.app.clock.advance(30 * DAY);
    app.run_jobs().await;
    for shelf in vigie::rooms::photos::sweep::shelves(&app.app).await.unwrap() {
        vigie::rooms::photos::sweep::shelf(&app.app, &shelf).await.unwrap();
    }
    assert_eq!(
        app.get(&format!("/photos/{hash}/960.jpg")).send().await.unwrap().status(),
        200,
        "an answer names it"
    );
}
