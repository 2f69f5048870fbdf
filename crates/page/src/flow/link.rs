//! Addresses of decisions.

use super::effects::{Effect, Flow};
use crate::visit::{Visit, segment};
use terms::Verb;

/// The address of the decisions of a rule; of those that had an effect if one is named.
pub(super) fn decisions(visit: &Visit, round: &str, rule: &str, of: Option<(&Flow<'_>, &Effect)>) -> String {
    let path = format!("/flow/{}/{}", segment(round), segment(rule));
    let Some((flow, effect)) = of else { return visit.link(&path, &[]) };
    let name = |place: Option<usize>| place.and_then(|place| flow.populations.get(place)).copied();
    let population = match effect.verb {
        // Rows that moved were in the one and are in the other.
        Verb::Move => None,
        _ => name(effect.from.or(effect.to)),
    };
    let values =
        [("verb", effect.verb.as_str()), ("population", population.unwrap_or_default()), ("applied", "yes")];
    visit.link(&path, &values)
}

/// The address of one decision.
pub(crate) fn decision(visit: &Visit, round: &str, rule: &str, row_id: &str) -> String {
    visit.link(&format!("/flow/{}/{}/{}", segment(round), segment(rule), segment(row_id)), &[])
}

/// The address of the record of a row id.
pub(crate) fn record(visit: &Visit, row_id: &str) -> String {
    visit.link("/record", &[("q", row_id)])
}
