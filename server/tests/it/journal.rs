//! The journal: chained line by line, sealed, and checked by ours and by others.

mod lists;

use crate::app::{MORNING, TestApp, parcel, swing};
use crate::both_engines;
use crate::reports::receipt;
use shared::reports::Event;
use shared::reports::status::Status;
use sqlx::AssertSqlSafe;
use vigie::doctor;
use vigie::rooms::journal::check::{self, Findings};
use vigie::rooms::journal::seal;
use vigie::rooms::reports::{Change, change_status, note};

both_engines!(
    what_nobody_touched_is_whole,
    whoever_touches_a_line_is_found,
    whoever_touches_what_is_sealed_is_found_though_lines_hold_together,
    what_was_written_before_there_was_a_chain_is_chained_at_the_start,
    many_writers_at_once_keep_the_chain,
    lines_wait_for_their_seal_and_the_doctor_says_so,
    a_seal_that_is_cut_off_is_made_later,
);

/// Two reports with a journal of some lines each: the first has five.
async fn told(app: TestApp) -> TestApp {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    receipt(&app, &parcel(2), &swing()).await;
    let mut other = swing();
    other["place"] = "9990006C".into();
    receipt(&app, &parcel(3), &other).await;
    app.run_jobs().await;
    let change = Change { to: Status::Planned, reason: Some("Lundi".into()) };
    change_status(&app.app, 1001, change).await.unwrap();
    app.run_jobs().await;
    app
}

async fn run(app: &TestApp, sql: &str) {
    let mut tx = app.app.db.write().await.unwrap();
    for statement in sql.split(';') {
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn found(app: &TestApp) -> Findings {
    check::examine(&app.app).await.unwrap()
}

async fn what_nobody_touched_is_whole(app: TestApp) {
    let app = told(app).await;
    let before = found(&app).await;
    assert_eq!((before.reports, before.sealed.clone(), before.broken), (2, None, None));
    assert_eq!(before.waiting.0, before.lines);
    seal::all(&app.app).await.unwrap();
    let Findings { lines, sealed, waiting, broken, .. } = found(&app).await;
    let (number, last, hash) = sealed.unwrap();
    assert_eq!((number, last, waiting.0, broken), (1, lines, 0, None));
    change_status(&app.app, 1001, Change { to: Status::Done, reason: None }).await.unwrap();
    app.run_jobs().await;
    seal::all(&app.app).await.unwrap();
    seal::all(&app.app).await.unwrap();
    let again = found(&app).await;
    assert_eq!((again.sealed.clone().unwrap().0, again.broken), (2, None), "nothing new makes no seal");
    let (report, sound) = doctor::examine(&app.config).await.unwrap();
    assert!(sound, "{report}");
    let line =
        format!("ok    journal: {} lines about 2 reports, sealed up to line {0} (seal 2: ", again.lines);
    assert!(report.contains(&line) && !report.contains(&hash), "{report}");
}

/// What somebody does to the database, and what the doctor says of it.
fn tampering() -> Vec<(String, &'static str)> {
    let one = parcel(1).id;
    let at = |position: i64| format!("WHERE report_id = '{one}' AND position = {position}");
    vec![
        (
            format!("UPDATE journal SET event = REPLACE(event, 'supported', 'suppoorted') {}", at(2)),
            "line 2 of report 1001 is not what was written",
        ),
        (
            format!("UPDATE journal SET at = at + 1 {}", at(5)),
            "line 5 of report 1001 is not what was written",
        ),
        (format!("DELETE FROM journal {}", at(2)), "line 2 of report 1001 is missing"),
        (
            format!(
                "DELETE FROM journal {}; UPDATE journal SET position = position - 1 WHERE report_id = '{one}' AND position > 2",
                at(2)
            ),
            "line 2 of report 1001 is not what was written",
        ),
        (format!("DELETE FROM journal {}", at(5)), "line 5 of report 1001 is missing"),
        (format!("DELETE FROM journal WHERE report_id = '{one}'"), "line 1 of report 1001 is missing"),
        (
            format!(
                "UPDATE journal SET position = 99 {}; UPDATE journal SET position = 2 {}; UPDATE journal SET position = 3 {}",
                at(2),
                at(3),
                at(99)
            ),
            "line 2 of report 1001 is not what was written",
        ),
        (
            format!(
                "UPDATE journal SET position = position + 10 WHERE report_id = '{one}' AND position > 2; UPDATE journal SET position = position - 9 WHERE report_id = '{one}' AND position > 2; INSERT INTO journal (report_id, position, at, event, hash) SELECT report_id, 3, at, event, hash FROM journal {}",
                at(2)
            ),
            "line 3 of report 1001 is not what was written",
        ),
        (
            format!(
                "INSERT INTO journal (report_id, position, at, event, hash) SELECT report_id, 6, at, event, hash FROM journal {}",
                at(5)
            ),
            "line 6 of report 1001 was slipped in",
        ),
        (
            format!("UPDATE journal SET hash = NULL {}", at(3)),
            "line 3 of report 1001 is not what was written",
        ),
    ]
}

async fn whoever_touches_a_line_is_found(app: TestApp) {
    let app = told(app).await;
    seal::all(&app.app).await.unwrap();
    run(&app, "CREATE TABLE kept AS SELECT * FROM journal").await;
    for (sql, sentence) in tampering() {
        run(&app, &sql).await;
        let Findings { broken, .. } = found(&app).await;
        assert_eq!(broken.as_deref(), Some(sentence), "{sql}");
        let (report, sound) = doctor::examine(&app.config).await.unwrap();
        assert!(!sound && report.contains(&format!("MEND  journal: {sentence}")), "{sql}: {report}");
        run(&app, "DELETE FROM journal; INSERT INTO journal SELECT * FROM kept").await;
        assert_eq!(found(&app).await.broken, None, "put back after {sql}");
    }
    run(&app, "DROP TABLE kept").await;
}

/// Who knows the rules writes hashes and counts that fit; the seal has the last word.
async fn whoever_touches_what_is_sealed_is_found_though_lines_hold_together(app: TestApp) {
    let app = told(app).await;
    let lines = found(&app).await.lines;
    seal::all(&app.app).await.unwrap();
    let one = parcel(1).id;
    run(&app, "CREATE TABLE kept AS SELECT * FROM journal").await;
    for (sql, sentence) in [
        (
            format!(
                "DELETE FROM journal WHERE report_id = '{one}' AND position = 5; UPDATE reports SET lines = 4 WHERE id = '{one}'"
            ),
            format!("seal 1 closed {lines} lines, of which {} are there", lines - 1),
        ),
        (
            format!(
                "DELETE FROM journal WHERE report_id = '{one}'; UPDATE reports SET lines = 0 WHERE id = '{one}'"
            ),
            format!("seal 1 closed {lines} lines, of which {} are there", lines - 5),
        ),
        // Written anew by our own hand, and given the old one's place.
        (
            format!(
                "DELETE FROM journal WHERE report_id = '{one}' AND position = 5; UPDATE reports SET lines = 4 WHERE id = '{one}'; NOTE"
            ),
            "the lines under seal 1 are not those that it closed".to_owned(),
        ),
    ] {
        let (sql, anew) = sql.split_once("; NOTE").map_or((sql.as_str(), false), |(sql, _)| (sql, true));
        run(&app, sql).await;
        if anew {
            let mut tx = app.app.db.write().await.unwrap();
            note(&mut tx, &one, MORNING, &Event::Joined { number: 7 }).await.unwrap();
            tx.commit().await.unwrap();
            run(&app, &format!("UPDATE journal SET seq = (SELECT seq FROM kept WHERE report_id = '{one}' AND position = 5) WHERE seq IS NULL")).await;
        }
        assert_eq!(found(&app).await.broken, Some(sentence));
        run(&app, &format!("DELETE FROM journal; INSERT INTO journal SELECT * FROM kept; UPDATE reports SET lines = 5 WHERE id = '{one}'")).await;
        assert_eq!(found(&app).await.broken, None);
    }
    run(&app, "UPDATE seals SET at = at + 1").await;
    assert_eq!(found(&app).await.broken.as_deref(), Some("seal 1 is not what was made"));
    run(&app, "DELETE FROM seals").await;
    assert_eq!(found(&app).await.broken.as_deref(), Some("seal 1 is missing"));
}

async fn what_was_written_before_there_was_a_chain_is_chained_at_the_start(app: TestApp) {
    let app = told(app).await;
    run(&app, "UPDATE journal SET hash = NULL; UPDATE reports SET lines = 0").await;
    seal::catch_up(&app.app).await.unwrap();
    let Findings { lines, sealed, waiting, broken, .. } = found(&app).await;
    assert_eq!((sealed.unwrap().1, waiting.0, broken), (lines, 0, None));
    seal::catch_up(&app.app).await.unwrap();
    change_status(&app.app, 1001, Change { to: Status::Done, reason: None }).await.unwrap();
    app.run_jobs().await;
    seal::all(&app.app).await.unwrap();
    let after = found(&app).await;
    assert_eq!((after.sealed.unwrap().0, after.broken), (2, None));
}

async fn many_writers_at_once_keep_the_chain(app: TestApp) {
    let app = told(app).await;
    let before = found(&app).await.lines;
    let writers = (0..8).map(|n: u8| {
        let app = app.app.clone();
        tokio::spawn(async move {
            for round in 0..10 {
                let mut tx = app.db.write().await.unwrap();
                let id = parcel(if n.is_multiple_of(2) { 1 } else { 3 }).id;
                let event = Event::Supported { people: i64::from(n) * 100 + round, why: vec![] };
                note(&mut tx, &id, MORNING, &event).await.unwrap();
                tx.commit().await.unwrap();
                if n < 2 {
                    seal::all(&app).await.unwrap();
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    seal::all(&app.app).await.unwrap();
    let Findings { lines, sealed, waiting, broken, .. } = found(&app).await;
    assert_eq!((lines, sealed.unwrap().1, waiting.0, broken), (before + 80, lines, 0, None));
}

async fn lines_wait_for_their_seal_and_the_doctor_says_so(app: TestApp) {
    let app = told(app).await;
    let waiting = found(&app).await.waiting;
    assert_eq!(waiting.1, Some(MORNING));
    // The doctor looks by the clock of the machine, which is later than this.
    let (report, _) = doctor::examine(&app.config).await.unwrap();
    assert!(report.contains(&format!("journal: {} lines wait for their seal", waiting.0)), "{report}");
    seal::plan(&app.app).await.unwrap();
    assert_eq!(app.run_jobs().await, 1);
    assert_eq!(found(&app).await.waiting, (0, None));
    app.app.clock.advance(seal::PACE);
    assert_eq!(app.run_jobs().await, 1, "it goes on");
    assert_eq!(app.jobs().await, (0, 0), "and nobody waits for it");
}

async fn a_seal_that_is_cut_off_is_made_later(app: TestApp) {
    let app = told(app).await;
    let lines = found(&app).await.lines;
    // As a start leaves it that is killed while it seals what an earlier version wrote.
    run(&app, "UPDATE journal SET seq = (SELECT COUNT(*) FROM journal o WHERE o.report_id < journal.report_id OR (o.report_id = journal.report_id AND o.position <= journal.position))").await;
    assert_eq!(found(&app).await.waiting.0, lines);
    seal::all(&app.app).await.unwrap();
    let Findings { sealed, waiting, broken, .. } = found(&app).await;
    assert_eq!((sealed.unwrap().1, waiting.0, broken), (lines, 0, None));
}
