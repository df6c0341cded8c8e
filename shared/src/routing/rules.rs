//! Which rule speaks for a report: the most precise of those that fit.
//!
//! Precise means: compare criterion by criterion in the order kind, category, urgency, status, zone, and the first
//! difference decides, whatever comes after it. Within one criterion, to name it is more precise than not to; a category
//! more than its group; a higher urgency more than a lower one; a nearer zone more than one further out.
//! Two rules that fit and are equally precise can only differ by two zones equally near: then the zone whose id comes
//! first in the alphabet speaks, and [`Decision::tied`] tells of the other.

use super::{Function, Target};
use crate::lang::Catalog;
use crate::reports::category;
use crate::reports::kind::Kind;
use crate::reports::status::Status;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// What a rule asks of a report; what is absent lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Criteria {
    /// What is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// A category, or a group of categories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// This urgency or a higher one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<i16>,
    /// How far the report is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// A zone in which the place stands: its id in a rule, its name where it is told to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

impl Criteria {
    /// Why a desk was told, in the words of `words`: "Règle : jeu cassé, urgence 3 et plus".
    pub fn told(&self, words: &Catalog) -> String {
        let slug = |prefix: &str, slug: &str| words.say(&[prefix, &slug.replace('-', "_")].concat());
        let mut asked = Vec::new();
        asked.extend(self.kind.map(|kind| slug("kind_", kind.as_str())));
        asked.extend(self.category.as_ref().map(|category| slug("category_", category)));
        asked.extend(self.urgency.map(|least| words.with("why_urgency", &[("least", &least.to_string())])));
        asked.extend(
            self.status
                .map(|status| words.with("why_status", &[("status", &slug("status_", status.as_str()))])),
        );
        asked.extend(self.zone.clone());
        if asked.is_empty() {
            words.say("why_any")
        } else {
            words.with("why", &[("list", &asked.join(", "))])
        }
    }
}

/// "Reports such as these go to those." No target: to nobody but the moderation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Such as these.
    pub when: Criteria,
    /// Those, in the order of [`Function::ALL`].
    pub to: Vec<Target>,
}

/// A zone in which a place stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// How far out: 0 the place itself.
    pub rank: i64,
}

/// What rules look at.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// What is asked for.
    pub kind: Kind,
    /// What it is about.
    pub category: Option<&'a str>,
    /// 1 to 4.
    pub urgency: i16,
    /// How far it is.
    pub status: Status,
}

impl<'a> Subject<'a> {
    /// A report as phones send them today.
    pub fn simple(category: Option<&'a str>, urgency: i16, status: Status) -> Self {
        Self { kind: Kind::Simple, category, urgency, status }
    }
}

/// The criteria, in the order in which they decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// What is asked for.
    Kind,
    /// What it is about.
    Category,
    /// How urgent.
    Urgency,
    /// How far.
    Status,
    /// Where.
    Zone,
}

/// How precise a rule that fits is: the greater, the more. The fields decide from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Precision {
    kind: bool,
    /// 0 any, 1 the group, 2 the category.
    category: u8,
    urgency: Option<i16>,
    status: bool,
    zone: Option<Reverse<i64>>,
}

impl Precision {
    /// The first criterion by which `self` is more precise than `other`, if there is one.
    pub fn beats(self, other: Self) -> Option<Criterion> {
        let compared = [
            (self.kind.cmp(&other.kind), Criterion::Kind),
            (self.category.cmp(&other.category), Criterion::Category),
            (self.urgency.cmp(&other.urgency), Criterion::Urgency),
            (self.status.cmp(&other.status), Criterion::Status),
            (self.zone.cmp(&other.zone), Criterion::Zone),
        ];
        let (order, criterion) = compared.into_iter().find(|(order, _)| order.is_ne())?;
        order.is_gt().then_some(criterion)
    }
}

/// How precisely `when` fits a report on a place that stands in `zones`.
///
/// # Errors
/// The first criterion by which it does not fit.
pub fn fit(when: &Criteria, subject: &Subject<'_>, zones: &[Zone]) -> Result<Precision, Criterion> {
    let group = subject.category.and_then(category::find).map(|category| category.group);
    let kind = asked(when.kind.as_ref(), |kind| *kind == subject.kind).ok_or(Criterion::Kind)?;
    let category = match when.category.as_deref() {
        None => 0,
        named if named == subject.category => 2,
        named if named == group => 1,
        _ => return Err(Criterion::Category),
    };
    asked(when.urgency.as_ref(), |least| subject.urgency >= *least).ok_or(Criterion::Urgency)?;
    let status = asked(when.status.as_ref(), |status| *status == subject.status).ok_or(Criterion::Status)?;
    let near = |id: &String| zones.iter().find(|zone| zone.id == *id).map(|zone| Reverse(zone.rank));
    let zone = when.zone.as_ref().map(|id| near(id).ok_or(Criterion::Zone)).transpose()?;
    Ok(Precision { kind, category, urgency: when.urgency, status, zone })
}

/// Whether a criterion is named; none when it is and does not hold.
fn asked<T>(named: Option<&T>, holds: impl Fn(&T) -> bool) -> Option<bool> {
    match named {
        None => Some(false),
        Some(value) => holds(value).then_some(true),
    }
}

/// Why a report goes where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<'a> {
    /// Every rule with how it fits, the most precise first, then those that do not fit, in their order.
    pub considered: Vec<(&'a Rule, Result<Precision, Criterion>)>,
    /// The rule that speaks, if one fits.
    pub winner: Option<&'a Rule>,
    /// Rules as precise as the winner, passed over by the name of their zone.
    pub tied: Vec<&'a Rule>,
}

/// Lets `rules` speak about a report on a place that stands in `zones`.
pub fn decide<'a>(rules: &'a [Rule], subject: &Subject<'_>, zones: &[Zone]) -> Decision<'a> {
    let mut considered: Vec<_> = rules.iter().map(|rule| (rule, fit(&rule.when, subject, zones))).collect();
    considered.sort_by(|(a, fit_a), (b, fit_b)| {
        let known = |fit: &Result<Precision, Criterion>| Reverse(fit.ok());
        known(fit_a).cmp(&known(fit_b)).then_with(|| match fit_a {
            Ok(_) => a.when.zone.cmp(&b.when.zone),
            Err(_) => std::cmp::Ordering::Equal,
        })
    });
    let best = considered.first().and_then(|(_, fit)| fit.ok());
    let mut equal =
        considered.iter().filter(|(_, fit)| best.is_some() && fit.ok() == best).map(|(rule, _)| *rule);
    let winner = equal.next();
    let tied = equal.collect();
    Decision { considered, winner, tied }
}

/// The rules a new city starts with: DOMAIN 3, and direction and mairie for what has no category.
pub fn default_rules() -> Vec<Rule> {
    let rule = |category: Option<&str>, to: &[Function]| Rule {
        when: Criteria { category: category.map(str::to_owned), ..Criteria::default() },
        to: to.iter().copied().map(Target::from).collect(),
    };
    let by_category = category::ALL.iter().map(|category| rule(Some(category.slug), category.to));
    std::iter::once(rule(None, &[Function::Direction, Function::Mairie])).chain(by_category).collect()
}

#[cfg(test)]
mod tests;
