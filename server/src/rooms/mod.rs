//! The rooms: one folder per noun. `mod.rs` owns and promises, `http.rs` and `site.rs` answer, `store.rs` holds the SQL.

pub mod answers;
pub mod digest;
pub mod follow;
pub mod journal;
pub mod photos;
pub mod places;
pub mod push;
pub mod reports;
pub mod routing;
pub mod uploads;

use crate::app::App;
use crate::jobs::{Failed, Job};

/// Runs `job` in the room that put it: the list of every kind of job there is.
pub async fn run_job(app: &App, job: &Job) -> Result<(), Failed> {
    match job.kind.as_str() {
        answers::telling::MAIL => answers::jobs::mail_desk(app, job).await,
        answers::jobs::MAIL_PERSON => answers::jobs::mail_person(app, job).await,
        reports::jobs::TELL_DESK => reports::jobs::tell_desk(app, job).await,
        reports::jobs::MAIL_DESK => reports::jobs::mail_desk(app, job).await,
        reports::jobs::TELL_REPORTER => reports::jobs::tell_reporter(app, job).await,
        follow::ask::ASK => follow::ask::run(app, job).await,
        follow::letters::MAIL => follow::letters::mail(app, job).await,
        follow::relances::NEXT => follow::relances::next(app, job).await,
        digest::jobs::WEEK => digest::jobs::run_week(app, job).await,
        digest::jobs::MAIL => digest::jobs::mail(app, job).await,
        digest::jobs::SWEEP => digest::jobs::sweep(app, job).await,
        digest::jobs::CONFIRM => digest::jobs::confirm(app, job).await,
        journal::seal::SEAL => journal::seal::run(app, job).await,
        photos::darkroom::DEVELOP => photos::darkroom::run(app, job).await,
        photos::sweep::SWEEP => photos::sweep::run(app, job).await,
        push::jobs::SEND => push::jobs::send(app, job).await,
        uploads::jobs::SWEEP => uploads::jobs::sweep(app, job).await,
        _ => Err(Failed::Retry("unknown kind: made by a newer version".into())),
    }
}
