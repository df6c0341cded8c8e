//! `/styleguide`, in development builds: what the app does not draw itself, made of examples by the templates that are sent.
//! Owns the examples. The app links here (`pwa/src/rooms/styleguide`).

use crate::app::App;
use crate::error::Result;
use crate::rooms::journal;
use crate::rooms::reports::week::{Named, Week};
use crate::web::visit::Visit;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::header;
use minijinja::value::{Serde, Value};
use serde_json::json;

/// `GET /styleguide/semaine`: a weekly message, with all that it can say.
pub async fn week(State(app): State<App>, visit: Visit) -> Result<Response> {
    let report = |number, category: Option<&str>, days| Named {
        id: "01920000-0000-7000-8000-000000000000".to_owned(),
        number,
        category: category.map(str::to_owned),
        excerpt: "La chaîne de la balançoire a cédé, le siège pend par un seul côté".to_owned(),
        days,
    };
    let full = Week {
        new: 7,
        named: vec![report(1042, Some("cour-jeux"), 2), report(1043, None, 3)],
        answered: 2,
        solved: 1,
        longest: Some(report(1001, Some("hygiene-toilettes"), 214)),
    };
    let quiet = Week { solved: 1, ..Week::default() };
    let schools = [
        ("9990001X", "École maternelle les Goélands", full),
        ("9990006C", "École primaire de la Criée", quiet),
    ];
    let schools = schools.map(|(id, name, week)| json!({ "id": id, "name": name, "week": week }));
    let seal = journal::newest_seal(app.db.read()).await?;
    let values = json!({ "schools": schools, "stop": "/styleguide", "seal": seal });
    let html = app.pages.render("mail/place_digest/body.html", &visit.lang, Value::from(Serde(values)))?;
    // A mail carries its style on its elements.
    let policy = [(header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'")];
    Ok((policy, Html(html)).into_response())
}
