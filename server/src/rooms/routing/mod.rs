//! Who is told. Owns rules, desks, holders and mailboxes; the judgement itself is `shared::routing`.
//!
//! `file.rs` is the whole of it as one readable file, `explain.rs` says in words why a report goes where it goes,
//! `import.rs` reads mailboxes from a list. Addresses and holders' names never leave this room but for sending.

pub mod explain;
pub mod file;
pub mod import;
pub mod register;
pub mod store;

use crate::app::App;
use crate::db::Tx;
use crate::edges::ids;
use anyhow::Result;
use shared::ids::PlaceId;
use shared::instant::Instant;
use shared::places::DeskView;
use shared::routing::rules::{Criteria, Rule, Subject, decide, default_rules};
use shared::routing::{Choice, Desk, Function, Target, choose, desk_id, further};
use sqlx::AnyConnection;

/// The source of mailboxes that an administrator gives; the register's own are `register`.
const GIVEN: &str = "desks";

/// Where a report goes, and by which rule.
pub struct Route {
    /// One line for each target.
    pub choices: Vec<Choice>,
    /// What the rule asked for, its zone by name: told in public.
    pub why: Criteria,
}

/// Gives a city without rules the default ones (DOMAIN 3).
pub async fn seed(app: &App) -> Result<()> {
    let mut tx = app.db.write().await?;
    if store::rules(&mut *tx).await?.is_empty() {
        for rule in default_rules() {
            store::insert_rule(&mut tx, &rule, || ids::id(app.clock.now()).into()).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Up to `most` desks further up from `place` than those `told`: who hears that nobody answers.
pub async fn wider(
    tx: &mut Tx,
    place: &PlaceId,
    told: &[String],
    most: usize,
    now: Instant,
) -> Result<Vec<Desk>> {
    if most == 0 {
        return Ok(vec![]);
    }
    let desks = store::desks_of(&mut **tx, place, now).await?;
    Ok(further(told, &desks, most).into_iter().cloned().collect())
}

/// Where a report of `subject` on `place` goes by the rules. No rule that fits: to nobody. Whether it was passed on since,
/// the answers know.
pub async fn route(
    db: &mut AnyConnection,
    place: &PlaceId,
    subject: &Subject<'_>,
    now: Instant,
) -> Result<Route> {
    let rules = store::rules_about(&mut *db, subject.category).await?;
    // Most cities name no zone in a rule.
    let zones = match rules.iter().any(|rule| rule.when.zone.is_some()) {
        true => store::zones_of(&mut *db, place).await?,
        false => vec![],
    };
    let Some(winner) = decide(&rules, subject, &zones).winner else {
        return Ok(Route { choices: vec![], why: Criteria::default() });
    };
    let desks = desks_for(db, winner, place, now).await?;
    let named = |id: &String| zones.iter().find(|zone| zone.id == *id).map(|zone| zone.name.clone());
    let why = Criteria { zone: winner.when.zone.as_ref().and_then(named), ..winner.when.clone() };
    Ok(Route { choices: choose(&winner.to, &desks), why })
}

/// The desks that `rule` may mean: those around `place`, and those it names.
async fn desks_for(db: &mut AnyConnection, rule: &Rule, place: &PlaceId, now: Instant) -> Result<Vec<Desk>> {
    let mut desks = store::desks_of(&mut *db, place, now).await?;
    for Target { function, zone } in &rule.to {
        let Some(id) = zone.as_ref().map(|zone| desk_id(*function, zone)) else { continue };
        if desks.iter().all(|desk| desk.id != id) {
            desks.extend(store::desk_far(&mut *db, &id, now).await?);
        }
    }
    Ok(desks)
}

/// A choice as the public sees it.
pub fn view(choice: &Choice) -> DeskView {
    let name = choice.desk.as_ref().map(|desk| desk.name.clone()).unwrap_or_default();
    DeskView {
        function: choice.function,
        name,
        has_mailbox: choice.desk.as_ref().is_some_and(|desk| desk.has_mailbox),
    }
}

/// The nearest desk of each function in charge of `place`, for its page.
pub async fn desks(app: &App, place: &PlaceId) -> Result<Vec<DeskView>> {
    let known = store::desks_of(app.db.read(), place, app.clock.now()).await?;
    let has = |function: &Function| known.iter().any(|desk: &Desk| desk.function == *function);
    let held: Vec<_> = Function::ALL.into_iter().filter(has).map(Target::from).collect();
    Ok(choose(&held, &known).iter().map(view).collect())
}
