//! Decisions of rules that two runs took otherwise.

use super::loaded::texts;
use super::{DecisionChange, Sides, Verdict, records};
use crate::error::EngineError;
use std::collections::{BTreeMap, BTreeSet};
use terms::{TableName, TableRecord};
use warehouse::Warehouse;

/// Number of the round, round, rule and record.
type Key = (i64, String, String, String);

/// Decisions that only one run has or that differ in anything but their evidence, in the order of the rounds.
pub(super) fn changed(sides: &Sides<'_>) -> Result<Vec<DecisionChange>, EngineError> {
    let (before, after) = sides.records(&TableName::new("audit", "decisions")?);
    if before.map(|record| &record.object) == after.map(|record| &record.object) {
        return Ok(Vec::new());
    }
    let (mut old, mut new) = (verdicts(sides.warehouse, before)?, verdicts(sides.warehouse, after)?);
    let keys: BTreeSet<Key> = old.keys().chain(new.keys()).cloned().collect();
    let mut changes = Vec::new();
    for key in keys {
        let (before, after) = (old.remove(&key), new.remove(&key));
        if before != after {
            let (_, round, rule, row_id) = key;
            changes.push(DecisionChange { round, rule, row_id, place: None, before, after });
        }
    }
    let ids: BTreeSet<&str> = changes.iter().map(|change| change.row_id.as_str()).collect();
    let places = records::places(sides, &ids)?;
    for change in &mut changes {
        change.place = places.get(&change.row_id).cloned();
    }
    Ok(changes)
}

fn verdicts(
    warehouse: &Warehouse,
    record: Option<&TableRecord>,
) -> Result<BTreeMap<Key, Verdict>, EngineError> {
    let columns = [
        "round_no",
        "round",
        "rule",
        "row_id",
        "verb",
        "survivor_id",
        "population_from",
        "population_to",
        "changes",
        "reason",
        "applied",
        "decided_by",
    ];
    let mut verdicts = BTreeMap::new();
    for [number, round, rule, row, verb, survivor_id, from, to, changes, reason, applied, by] in
        texts(warehouse, record, columns)?
    {
        let number = number.and_then(|number| number.parse().ok()).unwrap_or_default();
        let key = (number, round.unwrap_or_default(), rule.unwrap_or_default(), row.unwrap_or_default());
        let verdict = Verdict {
            verb: verb.unwrap_or_default(),
            survivor_id,
            population: (from, to),
            changes: changes.unwrap_or_default(),
            reason: reason.unwrap_or_default(),
            applied: applied.as_deref() == Some("true"),
            decided_by: by.unwrap_or_default(),
        };
        verdicts.insert(key, verdict);
    }
    Ok(verdicts)
}
