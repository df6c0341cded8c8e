//! What those who keep the server running ask of it.

use crate::app::{SCHOOL, TestApp, parcel, swing};
use crate::both_engines;
use openmetrics_parser::openmetrics::parse_openmetrics;
use openmetrics_parser::{MetricsExposition, OpenMetricsType, OpenMetricsValue, Sample};
use shared::instant::{HOUR, MINUTE};

both_engines!(figures_are_read_by_those_who_keep_it_running_alone, it_is_ready_until_something_is_not_well);

type Figures = MetricsExposition<OpenMetricsType, OpenMetricsValue>;

/// The figure of that name and label; of a histogram, how much it counted.
fn figure(all: &Figures, name: &str, label: Option<(&str, &str)>) -> Option<f64> {
    let family = all.families.get(name)?;
    let fits = |sample: &&Sample<OpenMetricsValue>| {
        let labels = sample.get_labelset().unwrap();
        label.is_none_or(|(key, value)| labels.get_label_value(key) == Some(value))
    };
    match &family.iter_samples().find(fits)?.value {
        OpenMetricsValue::Counter(counter) => Some(counter.value.as_f64()),
        OpenMetricsValue::Gauge(number) => Some(number.as_f64()),
        OpenMetricsValue::Histogram(histogram) => Some(histogram.count? as f64),
        _ => None,
    }
}

async fn figures_are_read_by_those_who_keep_it_running_alone(app: TestApp) {
    let app = app.with_city().await;
    app.photo(&testkit::photo::tiny().bytes).await;
    app.report(&parcel(1), &swing()).await;
    app.report(&parcel(1), &swing()).await;
    app.report(&parcel(2), &swing()).await;
    app.run_jobs().await;
    app.app.clock.advance(HOUR);
    app.get(&format!("/demandes/{}", parcel(1).id)).send().await.unwrap();
    app.get(&format!("/ecoles/{SCHOOL}?q=secret")).send().await.unwrap();
    assert_eq!(app.get("/metrics").send().await.unwrap().status(), 404);
    let text = vigie::metrics::text(&app.app).await.unwrap();
    for word in ["secret", SCHOOL, parcel(1).id.as_str(), "127.0.0.1"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    let all = parse_openmetrics(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let get = |name: &str, label| figure(&all, name, label).unwrap_or_else(|| panic!("no {name}: {text}"));
    assert_eq!(get("vigie_requests", Some(("route", "/demandes/{id}"))), 1.0);
    assert_eq!(get("vigie_requests", Some(("route", "/api/v1/reports/{id}"))), 3.0);
    assert_eq!(get("vigie_reports_taken", Some(("what", "new"))), 1.0, "a replay is none");
    assert_eq!(get("vigie_reports_taken", Some(("what", "supporter"))), 1.0);
    assert_eq!(get("vigie_photos_kept", None), 1.0);
    assert_eq!(get("vigie_mails", Some(("what", "sent"))), 2.0);
    assert_eq!(get("vigie_jobs", Some(("what", "dead"))), 0.0);
    assert_eq!(get("vigie_requests_in_flight", None), 0.0);
    assert!(get("process_resident_memory_bytes", None) > 1e6);
    assert!(get("vigie_db_connections", Some(("what", "open"))) >= 1.0);
    assert_eq!(get("vigie_request_duration_seconds", Some(("route", "/demandes/{id}"))), 1.0);
}

async fn it_is_ready_until_something_is_not_well(app: TestApp) {
    let app = app.with_city().await;
    let ready = async || {
        let answer = app.get("/readyz").send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(ready().await, (200, "ready\n".into()));
    app.report(&parcel(1), &swing()).await;
    app.app.clock.advance(20 * MINUTE);
    assert_eq!(ready().await, (503, "not ready: jobs\n".into()));
    assert_eq!(app.get("/healthz").send().await.unwrap().status(), 200, "it is alive all the same");
    app.run_jobs().await;
    assert_eq!(ready().await.0, 503, "an answer holds for some seconds");
    app.app.clock.advance(10_000);
    assert_eq!(ready().await, (200, "ready\n".into()));
}
