//! `vigie route`: where a report would go, and why, in plain words.
//!
//! Judges with the very functions that intake calls. Addresses and holders' names are printed only where they are asked for.

use super::{desks_for, store};
use crate::app::App;
use anyhow::{Context, Result, bail};
use shared::ids::PlaceId;
use shared::reports::category;
use shared::reports::kind::Kind;
use shared::reports::status::Status;
use shared::routing::rules::{Criterion, Decision, Rule, Subject, Zone, decide};
use shared::routing::{Choice, Desk, Target, choose};
use std::fmt::Write as _;

/// What is asked; words as they are typed.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Code of the place.
    pub place: String,
    /// Category of the report.
    pub category: Option<String>,
    /// Its urgency; by default the category's.
    pub urgency: Option<i16>,
    /// What is asked for; simple by default.
    pub kind: Option<String>,
    /// How far it is; new by default.
    pub status: Option<String>,
    /// Whether every rule is told about, not only who is told.
    pub explain: bool,
    /// Whether addresses and names are told.
    pub addresses: bool,
}

/// The answer.
///
/// # Errors
/// A word that is none, or a place that is not known.
pub async fn run(app: &App, question: &Question) -> Result<String> {
    let subject = subject(question)?;
    let place = PlaceId::parse(&question.place).ok();
    let found = match &place {
        Some(place) => crate::rooms::places::store::find(app.db.read(), place).await?,
        None => None,
    };
    let (Some(place), Some(found)) = (place, found) else {
        bail!("there is no place “{}”: give its code, such as 0130136C", question.place);
    };
    let mut db = app.db.read().acquire().await?;
    let zones = store::zones_of(&mut *db, &place).await?;
    let rules = store::rules(&mut *db).await?;
    let decision = decide(&rules, &subject, &zones);
    let mut text = String::new();
    if question.explain {
        where_and_what(&mut text, &found.place.name, &zones, &subject)?;
        considered(&mut text, &decision, &subject)?;
    }
    let Some(winner) = decision.winner else {
        return Ok(text + "No rule fits: nobody is told.\n");
    };
    writeln!(text, "Rule: {}", criteria(winner))?;
    if winner.to.is_empty() {
        return Ok(text + "It names nobody: the report goes to no desk.\n");
    }
    let now = app.clock.now();
    let desks = desks_for(&mut db, winner, &place, now).await?;
    drop(db);
    for choice in choose(&winner.to, &desks) {
        told(&mut text, app, &choice, question.addresses).await?;
        if question.explain {
            passed_over(&mut text, &choice, &winner.to, &desks)?;
        }
    }
    Ok(text)
}

fn subject(question: &Question) -> Result<Subject<'_>> {
    let slug = question.category.as_deref();
    if let Some(unknown) = slug.filter(|slug| category::find(slug).is_none()) {
        let known: Vec<_> = category::ALL.iter().map(|category| category.slug).collect();
        bail!("“{unknown}” is no category: {}", known.join(", "));
    }
    let word = |word: &Option<String>| word.clone().unwrap_or_default();
    let (kind, status) = (word(&question.kind), word(&question.status));
    let kinds = || Kind::ALL.map(Kind::as_str).join(", ");
    let statuses = || Status::ALL.map(Status::as_str).join(", ");
    let urgency = question.urgency.unwrap_or_else(|| category::urgency(slug));
    if !shared::reports::URGENCIES.contains(&urgency) {
        bail!("“{urgency}” is no urgency: 1 to 4");
    }
    let kind = if kind.is_empty() { Some(Kind::default()) } else { Kind::parse(&kind) };
    let status = if status.is_empty() { Some(Status::default()) } else { Status::parse(&status) };
    Ok(Subject {
        kind: kind.with_context(|| format!("that is no kind: {}", kinds()))?,
        category: slug,
        urgency,
        status: status.with_context(|| format!("that is no status: {}", statuses()))?,
    })
}

fn where_and_what(text: &mut String, place: &str, zones: &[Zone], subject: &Subject<'_>) -> Result<()> {
    writeln!(text, "{place} stands, from near to far, in:")?;
    for zone in zones {
        writeln!(text, "  {} ({})", zone.id, zone.name)?;
    }
    let about = match subject.category.and_then(category::find) {
        Some(category) => format!("category {} of the group {}", category.slug, category.group),
        None => "no category".into(),
    };
    let Subject { kind, urgency, status, .. } = subject;
    writeln!(
        text,
        "\nThe report: kind {}, {about}, urgency {urgency}, status {}.\n\nRules, the most precise first:",
        kind.as_str(),
        status.as_str()
    )?;
    Ok(())
}

fn considered(text: &mut String, decision: &Decision<'_>, subject: &Subject<'_>) -> Result<()> {
    let best = decision.considered.first().and_then(|(_, fit)| fit.ok());
    for (rule, fit) in &decision.considered {
        let verdict = match fit {
            Ok(_) if Some(*rule) == decision.winner => "speaks".into(),
            Ok(fit) => match best.and_then(|best| best.beats(*fit)) {
                Some(criterion) => format!("fits, but less precisely: {}", word(criterion)),
                None => {
                    "fits as precisely: passed over, the name of its zone comes later in the alphabet".into()
                }
            },
            Err(criterion) => format!("does not fit: {}", misfit(*criterion, rule, subject)),
        };
        let to: Vec<_> = rule.to.iter().map(Target::to_string).collect();
        let to = if to.is_empty() { "nobody".into() } else { to.join(", ") };
        writeln!(text, "  {} → {to}: {verdict}", criteria(rule))?;
    }
    text.push('\n');
    Ok(())
}

fn misfit(criterion: Criterion, rule: &Rule, subject: &Subject<'_>) -> String {
    match criterion {
        Criterion::Kind => format!("the report is {}", subject.kind.as_str()),
        Criterion::Category => "another category".into(),
        Criterion::Urgency => format!("its urgency is {}", subject.urgency),
        Criterion::Status => format!("it is {}", subject.status.as_str()),
        Criterion::Zone => {
            format!("the place does not stand in {}", rule.when.zone.as_deref().unwrap_or_default())
        }
    }
}

fn word(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::Kind => "the kind decides",
        Criterion::Category => "the category decides",
        Criterion::Urgency => "the urgency decides",
        Criterion::Status => "the status decides",
        Criterion::Zone => "the nearer zone decides",
    }
}

/// "category cour-jeux, urgency 3 or more", or "every report".
fn criteria(rule: &Rule) -> String {
    let when = &rule.when;
    let asked: Vec<String> = [
        when.kind.map(|kind| format!("kind {}", kind.as_str())),
        when.category.as_ref().map(|category| format!("category {category}")),
        when.urgency.map(|urgency| format!("urgency {urgency} or more")),
        when.status.map(|status| format!("status {}", status.as_str())),
        when.zone.as_ref().map(|zone| format!("zone {zone}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if asked.is_empty() { "every report".into() } else { asked.join(", ") }
}

async fn told(text: &mut String, app: &App, choice: &Choice, addresses: bool) -> Result<()> {
    let function = choice.function.as_str();
    let Some(desk) = &choice.desk else {
        writeln!(text, "{function}: missing, no desk holds it here; the report's page says so in public")?;
        return Ok(());
    };
    let now = app.clock.now();
    let boxes = store::mailboxes(app.db.read(), &desk.id, now).await?;
    let holders = store::holders(app.db.read(), &desk.id, now).await?;
    let standing = match boxes.len() {
        0 => "missing, it has no mailbox today; the report's page says so in public".to_owned(),
        n => format!("{n} mailbox{}", if n == 1 { "" } else { "es" }),
    };
    let held = match holders.len() {
        0 => "",
        1 => ", a holder by name",
        _ => ", holders by name",
    };
    writeln!(text, "{function}: {} ({}), {standing}{held}", desk.id, desk.name)?;
    if addresses {
        for shown in boxes.iter().map(|mailbox| &mailbox.mail).chain(&holders) {
            writeln!(text, "    {shown}")?;
        }
    }
    Ok(())
}

/// Desks of the same function that stand further out.
fn passed_over(text: &mut String, choice: &Choice, to: &[Target], desks: &[Desk]) -> Result<()> {
    let Some(chosen) = &choice.desk else { return Ok(()) };
    let named = to.iter().any(|target| target.to_string() == chosen.id);
    for desk in desks.iter().filter(|desk| desk.function == choice.function && desk.id != chosen.id) {
        let why = match (named, desk.rank == chosen.rank) {
            (true, _) => "the rule names the desk itself",
            (false, true) => "equally near: first the one with a mailbox, then by name",
            (false, false) => "further out",
        };
        writeln!(text, "    passed over: {} ({}), {why}", desk.id, desk.name)?;
    }
    Ok(())
}
