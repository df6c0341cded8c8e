//! The story of a report coming in, on one page and in one transaction, which others who come in may share:
//! claim the id → place → duplicate judged → routed → jobs put → receipt.
//!
//! The first statement is a write (the claim), so two deliveries of one parcel wait for each other, and the second is
//! answered with the stored receipt. The place's row is written next, so two reports on one place wait for each other,
//! and the second sees the first. What is only written goes last, in one exchange (`Bundle`). Photos may come later: what
//! is still missing is said anew with each answer. Nothing here talks to the network: mails leave later, by jobs.

use super::store::{self, Row};
use super::{awaited, jobs, judging, key_hash, note, notices};
use crate::app::App;
use crate::db::Tx;
use crate::db::bundle::Bundle;
use crate::error::Result;
use crate::rooms::answers::charge;
use crate::rooms::routing::Route;
use crate::rooms::{follow, journal, places, routing};
use anyhow::Context;
use shared::followup::Rhythm;
use shared::ids::{Key, ParcelId};
use shared::instant::Instant;
use shared::problem::{Code, Problem};
use shared::reports::duplicate::{Link, Reason, Verdict};
use shared::reports::status::Status;
use shared::reports::{Event, NewReport, NewSupport, Outcome, Receipt, category};
use shared::routing::Choice;
use shared::routing::rules::{Criteria, Subject};
use std::sync::Arc;

/// A parcel on the counter: its id, the proof of its owner, and the hour.
#[derive(Clone)]
pub struct Parcel {
    /// Minted on the phone; the report keeps it.
    pub id: ParcelId,
    /// The phone's secret.
    pub key: Key,
    /// When it came.
    pub at: Instant,
}

/// Takes `report` in. A replay is answered with the stored receipt; either says which photos are still missing.
///
/// # Errors
/// What [`NewReport::checked`] refuses, `id_taken`, `place_unknown`, `place_closed`.
pub async fn take(app: &App, parcel: &Parcel, report: NewReport) -> Result<Receipt> {
    let _rush = app.rush.begin();
    let story = Arc::new((app.clone(), parcel.clone(), report.checked()?));
    let told = Arc::clone(&story);
    let (receipt, is_new) = app
        .db
        .together(move |tx| {
            let story = Arc::clone(&told);
            Box::pin(async move { admit(&story.0, tx, &story.1, &story.2).await })
        })
        .await?;
    if is_new {
        app.metrics.report_taken(receipt.outcome);
        app.jobs_put.notify_one();
    }
    let (_, _, report) = &*story;
    let missing = if report.photos.is_empty() { vec![] } else { awaited::missing(app, &parcel.id).await? };
    Ok(Receipt { missing, ..receipt })
}

/// The receipt, and whether it is a new one.
async fn admit(app: &App, tx: &mut Tx, parcel: &Parcel, report: &NewReport) -> Result<(Receipt, bool)> {
    if let Some(receipt) = claim(tx, parcel).await? {
        return Ok((receipt, false));
    }
    places::lock(tx, &report.place, parcel.at).await?;
    let mut writes = Bundle::default();
    let receipt = match judging::verdict(tx, parcel, report).await? {
        Verdict::Same(link) => join(tx, parcel, report, &link).await?,
        Verdict::New => open(tx, &mut writes, parcel, (report, &[])).await?,
        Verdict::Perhaps(links) => open(tx, &mut writes, parcel, (report, &links)).await?,
    };
    if let Some(mail) = &report.mail {
        store::add_contact(&mut writes, parcel, mail, &report.lang);
        jobs::add_tell_reporter(&mut writes, parcel)?;
    }
    let chosen = report.follow.or_else(|| report.ask_at.map(|at| app.days.named(at)));
    let ask_at = match receipt.outcome {
        Outcome::New => follow::begin_own(app, &mut writes, parcel, (chosen, standing(report).0))?,
        _ => follow::begin(app, tx, (parcel, &receipt.report), chosen).await?,
    };
    let receipt = Receipt { ask_at, ..receipt };
    settle(&mut writes, &receipt)?;
    writes.run(tx).await?;
    Ok((receipt, true))
}

/// Takes a "moi aussi" in. On a report that was merged, it counts for the one it was merged into.
///
/// # Errors
/// `id_taken`; `report_unknown`, also for what is not public.
pub async fn support(app: &App, parcel: &Parcel, support: &NewSupport) -> Result<Receipt> {
    let mut tx = app.db.write().await?;
    if let Some(receipt) = claim(&mut tx, parcel).await? {
        return Ok(receipt);
    }
    let Some((main, false)) = store::lock_main(&mut tx, &support.report).await? else {
        return Err(Problem::of(Code::ReportUnknown, "report").into());
    };
    let receipt = add_supporter(&mut tx, parcel, &main, &[]).await?;
    let chosen = support.follow.map(Rhythm::checked);
    let ask_at = follow::begin(app, &mut tx, (parcel, &main), chosen).await?;
    let receipt = Receipt { ask_at, ..receipt };
    let mut writes = Bundle::default();
    settle(&mut writes, &receipt)?;
    writes.run(&mut tx).await?;
    tx.commit().await?;
    app.metrics.report_taken(receipt.outcome);
    Ok(receipt)
}

/// The first statement: whoever inserts the id owns it. `Some` is the receipt of an earlier delivery.
pub async fn claim(tx: &mut Tx, parcel: &Parcel) -> Result<Option<Receipt>> {
    let proof = key_hash(&parcel.key);
    if store::claim(tx, &parcel.id, &proof, parcel.at).await? {
        return Ok(None);
    }
    match store::claimed(tx, &parcel.id).await? {
        Some((owner, receipt)) if owner == proof => {
            let text = receipt.context("a claimed parcel has no receipt")?;
            Ok(Some(serde_json::from_str(&text)?))
        }
        _ => Err(Problem::of(Code::IdTaken, "id").into()),
    }
}

/// Nobody had said this: a report of its own, beside those it may be the same as, its number, its desks, a job for each
/// mailbox. What is only written is left in `writes`.
async fn open(
    tx: &mut Tx,
    writes: &mut Bundle,
    parcel: &Parcel,
    (report, like): (&NewReport, &[Link]),
) -> Result<Receipt> {
    let waits = store::waits_for_any(tx, &report.photos).await?;
    let leave_at = awaited::leave_at(parcel.at, standing(report).0, waits);
    let subject = Subject::simple(report.category.as_deref(), standing(report).0, Status::New);
    let route = routing::route(tx, &report.place, &subject, parcel.at).await?;
    let mailboxes = routing::store::mailboxes_of(&mut **tx, &desks(&route), parcel.at).await?;
    let mut told = vec![Event::Received];
    told.extend(judging::resembles(tx, like).await?);
    // Whoever takes the next number waits for this transaction from here on.
    let number = store::next_number(tx).await?;
    store::insert(writes, &Row { parcel, report, number: Some(number), merged_into: None, told: told.len() });
    journal::begin(writes, &parcel.id, parcel.at, &told)?;
    judging::add_links(writes, &parcel.id, like, parcel.at)?;
    tell_first(tx, writes, &parcel.id, (&route, &mailboxes, (parcel.at, leave_at))).await?;
    Ok(Receipt {
        id: parcel.id.clone(),
        report: parcel.id.clone(),
        number,
        outcome: Outcome::New,
        people: 1,
        sent_to: route.choices.iter().map(routing::view).collect(),
        at: parcel.at,
        missing: vec![],
        ask_at: None,
    })
}

/// Each mailbox of the desks in charge of a report that is being written gets a job, as [`tell`] says.
async fn tell_first(
    tx: &mut Tx,
    writes: &mut Bundle,
    report: &ParcelId,
    (route, mailboxes, (at, leave_at)): (&Route, &[(String, String)], (Instant, Instant)),
) -> Result<()> {
    for desk in desks(route) {
        let own = mailboxes.iter().filter(|(of, _)| of == desk).map(|(_, mailbox)| mailbox.as_str());
        jobs::add_mail_desk(writes, report, (desk, &route.why), own, (at, leave_at))?;
    }
    for choice in route.choices.iter().filter(|choice| held(choice).is_none()) {
        // Of a report that is there.
        writes.run(tx).await?;
        tell(tx, report, (choice, &route.why), (at, leave_at)).await?;
    }
    Ok(())
}

/// The desk that is meant, where it has a mailbox.
fn held(choice: &Choice) -> Option<&str> {
    choice.desk.as_ref().filter(|desk| desk.has_mailbox).map(|desk| desk.id.as_str())
}

fn desks(route: &Route) -> Vec<&str> {
    route.choices.iter().filter_map(held).collect()
}

/// Each mailbox of a desk gets a job, put at the first instant to run from the second on; that there is none is said in
/// public.
async fn tell(
    tx: &mut Tx,
    report: &ParcelId,
    (choice, why): (&Choice, &Criteria),
    (at, leave_at): (Instant, Instant),
) -> Result<()> {
    match &choice.desk {
        Some(desk) if desk.has_mailbox => {
            jobs::put_mail_desk(tx, report, (&desk.id, why), (at, leave_at)).await
        }
        _ => note(tx, report, at, &Event::NoMailbox { function: choice.function, refused: false }).await,
    }
}

/// Tells every desk in charge of `report`.
pub async fn tell_all(tx: &mut Tx, report: &ParcelId, now: Instant) -> Result<()> {
    let route = in_charge(tx, report, now).await?;
    for choice in &route.choices {
        tell(tx, report, (choice, &route.why), (now, now)).await?;
    }
    Ok(())
}

/// Who is in charge of `report` today, be it by a rule or because it was passed to them.
pub async fn in_charge(tx: &mut Tx, report: &ParcelId, now: Instant) -> Result<Route> {
    let about = store::count_people(tx, report, 0).await?;
    let subject = Subject::simple(about.category.as_deref(), about.urgency, about.status);
    Ok(charge::route(tx, report, (&about.place, &subject), now).await?)
}

/// Somebody says that it is more urgent than was known: the journal says so, whoever is in charge now and was not told is
/// told, and of what is immediate all are told at once, be it for the second time.
pub async fn raise(tx: &mut Tx, main: &ParcelId, to: i16, now: Instant) -> Result<()> {
    if !store::raise(tx, main, to).await? {
        return Ok(());
    }
    note(tx, main, now, &Event::UrgencyRaised { to }).await?;
    if to == awaited::IMMEDIATE {
        jobs::hurry(tx, main, now).await?;
        notices::forget_sent(tx, main).await?;
        follow::hurried(tx, main, now).await?;
    }
    let route = in_charge(tx, main, now).await?;
    for desk in route.choices.iter().filter_map(|choice| choice.desk.as_ref()) {
        jobs::put_mail_desk(tx, main, (&desk.id, &route.why), (now, now)).await?;
    }
    Ok(())
}

/// Said before: the newcomer's words and photos are kept under the first report, which gains a supporter.
async fn join(tx: &mut Tx, parcel: &Parcel, report: &NewReport, link: &Link) -> Result<Receipt> {
    let known = store::lock_main(tx, &link.with).await?;
    let (main, _) = known.context("the report that was judged the same is gone")?;
    let mut writes = Bundle::default();
    store::insert(&mut writes, &Row { parcel, report, number: None, merged_into: Some(&main), told: 0 });
    writes.run(tx).await?;
    raise(tx, &main, standing(report).0, parcel.at).await?;
    add_supporter(tx, parcel, &main, &link.why).await
}

/// One more person waits; unless it is one who does already, by the secret they show.
async fn add_supporter(tx: &mut Tx, parcel: &Parcel, main: &ParcelId, why: &[Reason]) -> Result<Receipt> {
    let known = store::waits(&mut **tx, main, &key_hash(&parcel.key)).await?;
    let counted = store::count_people(tx, main, if known { 0 } else { 1 }).await?;
    if !known {
        let event = Event::Supported { people: counted.people, why: why.to_vec() };
        note(tx, main, parcel.at, &event).await?;
    }
    let subject = Subject::simple(counted.category.as_deref(), counted.urgency, counted.status);
    let route = charge::route(tx, main, (&counted.place, &subject), parcel.at).await?;
    Ok(Receipt {
        id: parcel.id.clone(),
        report: main.clone(),
        number: counted.number,
        outcome: Outcome::Supporter,
        people: counted.people,
        sent_to: route.choices.iter().map(routing::view).collect(),
        at: parcel.at,
        missing: vec![],
        ask_at: None,
    })
}

/// The last write: the receipt is stored with the claim. What is left is to commit it all.
pub fn settle(writes: &mut Bundle, receipt: &Receipt) -> Result<()> {
    store::settle(writes, receipt, &serde_json::to_string(receipt)?);
    Ok(())
}

/// The urgency of a report is what the person says, else its category's; its privacy follows from its category.
pub fn standing(report: &NewReport) -> (i16, bool) {
    let slug = report.category.as_deref();
    (report.urgency.unwrap_or_else(|| category::urgency(slug)), category::is_private(slug))
}
