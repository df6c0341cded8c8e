//! The story of a report coming in, on one page and in one transaction:
//! claim the id → place → duplicate judged → routed → jobs put → receipt.
//!
//! The first statement is a write (the claim), so two deliveries of one parcel wait for each other, and the second is
//! answered with the stored receipt. The place's row is written next, so two reports on one place wait for each other,
//! and the second sees the first. Photos may come later: what is still missing is said anew with each answer. Nothing
//! here talks to the network: mails leave later, by jobs.

use super::store::{self, Row};
use super::{awaited, jobs, key_hash, note};
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::rooms::{places, routing};
use anyhow::Context;
use shared::ids::{Key, ParcelId};
use shared::instant::Instant;
use shared::problem::{Code, Problem};
use shared::reports::duplicate::{Facts, Said, Verdict, judge};
use shared::reports::status::Status;
use shared::reports::{Event, NewReport, Outcome, Receipt, category};
use shared::routing::Choice;
use shared::routing::rules::{Criteria, Subject};

/// A parcel on the counter: its id, the proof of its owner, and the hour.
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
    let report = report.checked()?;
    let receipt = admit(app, parcel, &report).await?;
    let missing = if report.photos.is_empty() { vec![] } else { awaited::missing(app, &parcel.id).await? };
    Ok(Receipt { missing, ..receipt })
}

async fn admit(app: &App, parcel: &Parcel, report: &NewReport) -> Result<Receipt> {
    let mut tx = app.db.write().await?;
    if let Some(receipt) = claim(&mut tx, parcel).await? {
        return Ok(receipt);
    }
    places::lock(&mut tx, &report.place, parcel.at).await?;
    let receipt = match verdict(&mut tx, parcel, report).await? {
        Verdict::Same(main) => join(&mut tx, parcel, report, &main).await?,
        Verdict::New => open(&mut tx, parcel, report).await?,
    };
    if let Some(mail) = &report.mail {
        store::insert_contact(&mut tx, parcel, mail, &report.lang).await?;
        jobs::put_tell_reporter(&mut tx, parcel).await?;
    }
    settle(tx, &receipt).await?;
    app.metrics.report_taken(receipt.outcome);
    app.jobs_put.notify_one();
    Ok(receipt)
}

/// Takes a "moi aussi" in. On a report that was merged, it counts for the one it was merged into.
///
/// # Errors
/// `id_taken`; `report_unknown`, also for what is not public.
pub async fn support(app: &App, parcel: &Parcel, report: &ParcelId) -> Result<Receipt> {
    let mut tx = app.db.write().await?;
    if let Some(receipt) = claim(&mut tx, parcel).await? {
        return Ok(receipt);
    }
    let main =
        store::main_of(&mut tx, report).await?.ok_or_else(|| Problem::of(Code::ReportUnknown, "report"))?;
    let receipt = add_supporter(&mut tx, parcel, &main).await?;
    settle(tx, &receipt).await?;
    app.metrics.report_taken(receipt.outcome);
    Ok(receipt)
}

/// The first statement: whoever inserts the id owns it. `Some` is the receipt of an earlier delivery.
async fn claim(tx: &mut Tx, parcel: &Parcel) -> Result<Option<Receipt>> {
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

/// New, or said before. The person's word is heard about public reports only, and a private report is never put under a
/// public one, where its words would show.
async fn verdict(tx: &mut Tx, parcel: &Parcel, report: &NewReport) -> Result<Verdict> {
    let mut candidates = store::open_at(tx, &report.place, report.category.as_deref()).await?;
    let (_, private) = standing(report);
    let named = match &report.same_as {
        Some(same) if !private => store::public(tx, same).await?,
        _ => None,
    };
    let same_as = named.as_ref().map(|facts| facts.id.clone());
    candidates.extend(named);
    let draft = Facts {
        id: parcel.id.clone(),
        place: report.place.clone(),
        category: report.category.clone(),
        status: Status::New,
    };
    Ok(judge(&draft, Said { same_as: same_as.as_ref(), unlike: &report.unlike }, &candidates))
}

/// Nobody had said this: a report of its own, its number, its desks, a job for each mailbox.
async fn open(tx: &mut Tx, parcel: &Parcel, report: &NewReport) -> Result<Receipt> {
    let number = store::next_number(tx).await?;
    let row = Row { parcel, report, number: Some(number), merged_into: None };
    store::insert(tx, &row).await?;
    note(tx, &parcel.id, parcel.at, &Event::Received).await?;
    let missing = !store::missing(&mut **tx, &parcel.id).await?.is_empty();
    let leave_at = awaited::leave_at(parcel.at, standing(report).0, missing);
    let subject = Subject::simple(report.category.as_deref(), standing(report).0, Status::New);
    let route = routing::route(tx, &report.place, &subject, parcel.at).await?;
    for choice in &route.choices {
        tell(tx, parcel, (choice, &route.why), leave_at).await?;
    }
    Ok(Receipt {
        id: parcel.id.clone(),
        report: parcel.id.clone(),
        number,
        outcome: Outcome::New,
        people: 1,
        sent_to: route.choices.iter().map(routing::view).collect(),
        at: parcel.at,
        missing: vec![],
    })
}

/// Each mailbox of a desk gets a job; that there is none is said in public.
async fn tell(
    tx: &mut Tx,
    parcel: &Parcel,
    (choice, why): (&Choice, &Criteria),
    leave_at: Instant,
) -> Result<()> {
    match &choice.desk {
        Some(desk) if desk.has_mailbox => jobs::put_mail_desk(tx, parcel, &desk.id, why, leave_at).await,
        _ => {
            let event = Event::NoMailbox { function: choice.function, refused: false };
            note(tx, &parcel.id, parcel.at, &event).await
        }
    }
}

/// Said before: the newcomer's words and photos are kept under the first report, which gains a supporter.
async fn join(tx: &mut Tx, parcel: &Parcel, report: &NewReport, main: &ParcelId) -> Result<Receipt> {
    store::insert(tx, &Row { parcel, report, number: None, merged_into: Some(main) }).await?;
    add_supporter(tx, parcel, main).await
}

/// One more person waits; unless it is one who does already, by the secret they show.
async fn add_supporter(tx: &mut Tx, parcel: &Parcel, main: &ParcelId) -> Result<Receipt> {
    let known = store::owns(&mut **tx, main, &key_hash(&parcel.key)).await?;
    let counted = store::count_people(tx, main, if known { 0 } else { 1 }).await?;
    if !known {
        note(tx, main, parcel.at, &Event::Supported { people: counted.people }).await?;
    }
    let subject = Subject::simple(counted.category.as_deref(), counted.urgency, counted.status);
    let route = routing::route(tx, &counted.place, &subject, parcel.at).await?;
    Ok(Receipt {
        id: parcel.id.clone(),
        report: main.clone(),
        number: counted.number,
        outcome: Outcome::Supporter,
        people: counted.people,
        sent_to: route.choices.iter().map(routing::view).collect(),
        at: parcel.at,
        missing: vec![],
    })
}

/// The last statement: the receipt is stored with the claim, and all of it becomes true at once.
async fn settle(mut tx: Tx, receipt: &Receipt) -> Result<()> {
    store::settle(&mut tx, receipt, &serde_json::to_string(receipt)?).await?;
    tx.commit().await?;
    Ok(())
}

/// The urgency of a report is what the person says, else its category's; its privacy follows from its category.
pub fn standing(report: &NewReport) -> (i16, bool) {
    let slug = report.category.as_deref();
    (report.urgency.unwrap_or_else(|| category::urgency(slug)), category::is_private(slug))
}
