//! The ledger of a round: every verdict as a decision, and what each rule did to each population.

use crate::cells::cell;
use crate::error::EngineError;
use crate::steps::review::Reviews;
use crate::steps::verdicts::{Known, Verdicts};
use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use std::collections::BTreeMap;
use std::sync::Arc;
use study::{Round, Rule};
use terms::{Verb, WaterfallRow};

/// One verdict as it was applied or overruled.
#[derive(Default)]
struct Decision {
    step: i64,
    rule: String,
    row_id: String,
    verb: &'static str,
    survivor_id: Option<String>,
    population_from: Option<String>,
    population_to: Option<String>,
    reason: Option<String>,
    evidence: String,
    changes: String,
    applied: bool,
    decided_by: &'static str,
    reviewer: Option<String>,
    review_reason: Option<String>,
}

/// What a rule that loses or makes rows leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Imbalance {
    /// The run ends.
    Stops,
    /// It stands in the waterfall, for a run that is never published.
    IsShown,
}

/// Decisions and balance of one round.
pub(crate) struct Ledger<'a> {
    number: usize,
    round: &'a Round,
    imbalance: Imbalance,
    decisions: Vec<Decision>,
    waterfall: Vec<WaterfallRow>,
}

impl<'a> Ledger<'a> {
    /// The empty ledger of the round at this place in the study, from 1.
    pub(crate) fn new(number: usize, round: &'a Round, imbalance: Imbalance) -> Self {
        Self { number, round, imbalance, decisions: Vec::new(), waterfall: Vec::new() }
    }

    /// Notes all verdicts of a rule.
    pub(crate) fn record(
        &mut self,
        step: i64,
        rule: &Rule,
        verdicts: &Verdicts<'_>,
        known: &Known,
        reviews: &Reviews,
    ) -> Result<(), EngineError> {
        let populations = verdicts.new_values(&self.round.population.column)?;
        let (evidence, changes) = (verdicts.evidence()?, verdicts.changes()?);
        for (i, (evidence, changes)) in evidence.into_iter().zip(changes).enumerate() {
            let row = verdicts.row_id(i);
            let review = reviews.of(&rule.name, row);
            let from = known.population.get(row).cloned();
            let to = match verdicts.verb(i) {
                Verb::Merge | Verb::Remove => None,
                Verb::Add | Verb::Move => {
                    populations.as_ref().and_then(|values| cell(values, i)).map(str::to_owned)
                }
                Verb::Update => from.clone(),
            };
            self.decisions.push(Decision {
                step,
                rule: rule.name.clone(),
                row_id: row.to_owned(),
                verb: verdicts.verb(i).as_str(),
                survivor_id: verdicts.survivor(i).map(str::to_owned),
                population_from: from,
                population_to: to,
                reason: verdicts.reason(i).map(str::to_owned),
                evidence,
                changes,
                applied: !review.is_some_and(|review| review.rejects()),
                decided_by: if review.is_some() { "reviewer" } else { "rule" },
                reviewer: review.map(|review| review.reviewer.clone()),
                review_reason: review.and_then(|review| review.reason.clone()),
            });
        }
        Ok(())
    }

    /// Notes what a rule did to each population, and refuses to go on if rows were lost or made.
    pub(crate) fn balance(
        &mut self,
        step: i64,
        rule: &Rule,
        before: &BTreeMap<String, i64>,
        after: &BTreeMap<String, i64>,
    ) -> Result<(), EngineError> {
        for population in &self.round.population.values {
            let count = |verb: Verb, side: fn(&Decision) -> &Option<String>| {
                let decisions =
                    self.decisions.iter().filter(|d| d.applied && d.step == step && d.verb == verb.as_str());
                i64::try_from(decisions.filter(|d| side(d).as_ref() == Some(population)).count())
                    .unwrap_or(i64::MAX)
            };
            let row = WaterfallRow {
                round: self.round.name.clone(),
                step: u32::try_from(step).unwrap_or(u32::MAX),
                rule: rule.name.clone(),
                population: population.clone(),
                rows_in: before.get(population).copied().unwrap_or(0),
                merged: count(Verb::Merge, |d| &d.population_from),
                removed: count(Verb::Remove, |d| &d.population_from),
                added: count(Verb::Add, |d| &d.population_to),
                moved_in: count(Verb::Move, |d| &d.population_to),
                moved_out: count(Verb::Move, |d| &d.population_from),
                updated: count(Verb::Update, |d| &d.population_from),
                rows_out: after.get(population).copied().unwrap_or(0),
            };
            if self.imbalance == Imbalance::Stops && row.rows_out != row.expected_rows_out() {
                return Err(EngineError::Balance {
                    round: row.round.clone(),
                    rule: row.rule.clone(),
                    population: row.population.clone(),
                    expected: row.expected_rows_out(),
                    counted: row.rows_out,
                });
            }
            self.waterfall.push(row);
        }
        Ok(())
    }

    /// The decisions and the waterfall as rows.
    pub(crate) fn finish(self) -> Result<(RecordBatch, RecordBatch), EngineError> {
        let round = (i64::try_from(self.number).unwrap_or(i64::MAX), self.round.name.as_str());
        Ok((decision_batch(round, &self.decisions)?, waterfall_batch(round, &self.waterfall)?))
    }
}

/// No decisions and no waterfall, with their columns.
pub(crate) fn empty() -> Result<(RecordBatch, RecordBatch), EngineError> {
    Ok((decision_batch((0, ""), &[])?, waterfall_batch((0, ""), &[])?))
}

fn decision_batch(round: (i64, &str), rows: &[Decision]) -> Result<RecordBatch, EngineError> {
    let text = |of: &dyn Fn(&Decision) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<StringArray>())
    };
    let flags: BooleanArray = rows.iter().map(|d| Some(d.applied)).collect();
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("round_no", Arc::new(Int64Array::from(vec![round.0; rows.len()])) as ArrayRef, true),
        ("round", text(&|_| Some(round.1.to_owned())), true),
        ("step", Arc::new(rows.iter().map(|d| Some(d.step)).collect::<Int64Array>()), true),
        ("rule", text(&|d| Some(d.rule.clone())), true),
        ("row_id", text(&|d| Some(d.row_id.clone())), true),
        ("verb", text(&|d| Some(d.verb.to_owned())), true),
        ("survivor_id", text(&|d| d.survivor_id.clone()), true),
        ("population_from", text(&|d| d.population_from.clone()), true),
        ("population_to", text(&|d| d.population_to.clone()), true),
        ("reason", text(&|d| d.reason.clone()), true),
        ("evidence", text(&|d| Some(d.evidence.clone())), true),
        ("changes", text(&|d| Some(d.changes.clone())), true),
        ("applied", Arc::new(flags), true),
        ("decided_by", text(&|d| Some(d.decided_by.to_owned())), true),
        ("reviewer", text(&|d| d.reviewer.clone()), true),
        ("review_reason", text(&|d| d.review_reason.clone()), true),
    ])?)
}

fn waterfall_batch(round: (i64, &str), rows: &[WaterfallRow]) -> Result<RecordBatch, EngineError> {
    let number = |of: fn(&WaterfallRow) -> i64| -> ArrayRef {
        Arc::new(rows.iter().map(|r| Some(of(r))).collect::<Int64Array>())
    };
    let text = |of: fn(&WaterfallRow) -> &str| -> ArrayRef {
        Arc::new(rows.iter().map(|r| Some(of(r))).collect::<StringArray>())
    };
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("round_no", Arc::new(Int64Array::from(vec![round.0; rows.len()])) as ArrayRef, true),
        ("round", text(|r| &r.round), true),
        ("step", number(|r| i64::from(r.step)), true),
        ("rule", text(|r| &r.rule), true),
        ("population", text(|r| &r.population), true),
        ("rows_in", number(|r| r.rows_in), true),
        ("merged", number(|r| r.merged), true),
        ("removed", number(|r| r.removed), true),
        ("added", number(|r| r.added), true),
        ("moved_in", number(|r| r.moved_in), true),
        ("moved_out", number(|r| r.moved_out), true),
        ("updated", number(|r| r.updated), true),
        ("rows_out", number(|r| r.rows_out), true),
    ])?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::cells::text;
    use study::Study;

    /// A rule after which a row is missing that no decision accounts for.
    #[test]
    fn a_lost_row_stops_a_night_and_stands_in_the_waterfall_of_a_side_run() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/studies/library");
        let study = Study::load(&folder).unwrap();
        let (round, rule) = (&study.rounds[0], &study.rounds[0].rules[0]);
        let before = BTreeMap::from([("active".to_owned(), 6)]);
        let after = BTreeMap::from([("active".to_owned(), 5)]);
        let refused = Ledger::new(1, round, Imbalance::Stops).balance(1, rule, &before, &after).unwrap_err();
        assert!(refused.to_string().contains("6 rows expected after the rule, 5 counted"), "{refused}");

        let mut ledger = Ledger::new(1, round, Imbalance::IsShown);
        ledger.balance(1, rule, &before, &after).unwrap();
        let (_, waterfall) = ledger.finish().unwrap();
        let cells = |name| text(&waterfall, waterfall.schema().index_of(name).unwrap()).unwrap();
        assert_eq!(
            (cells("rows_in").value(0), cells("merged").value(0), cells("rows_out").value(0)),
            ("6", "0", "5")
        );
    }
}
