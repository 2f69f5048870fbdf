//! What is open for review in a run: verdicts and pairs that a reviewer is asked to judge and has not.
//!
//! Nothing of it is stored. A manifest says which rules and matchings ask; which of their verdicts and pairs are open follows
//! from the decisions and candidates of the run.

use crate::cells::{cell, text_named};
use crate::error::EngineError;
use crate::objects::{read_rows, some_columns, stored_schema};
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::SchemaRef;
use provenance::RowSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use terms::{Manifest, MatchingReviews, ObjectHash, ReviewsAsked, RoundReviews, TableName, TableRecord};
use warehouse::Warehouse;

/// The table.
pub(super) const TABLE: &str = "open_reviews";

/// One thing that a reviewer could decide.
#[derive(Default)]
struct Open {
    kind: &'static str,
    name: String,
    step: Option<i64>,
    rule: String,
    record: String,
    record_table: String,
    other: Option<String>,
    other_table: Option<String>,
    verb: String,
    outcome: &'static str,
    reason: Option<String>,
    evidence: Option<String>,
}

/// The rows of runs one after the other; of runs that ask the same of the same objects they are found once.
#[derive(Debug, Default)]
pub(super) struct Finding {
    last: Option<((ReviewsAsked, Vec<ObjectHash>), RecordBatch)>,
}

impl Finding {
    /// What is open in a run: verdicts in the order of rounds, rules and records, then pairs in the order of matchings,
    /// passes and rows.
    pub(super) fn of(&mut self, warehouse: &Warehouse, run: &Manifest) -> Result<RecordBatch, EngineError> {
        let asked = &run.reviews;
        let rounds =
            asked.rounds.iter().map(|round| TableName::new("audit", &format!("decisions_{}", round.round)));
        let matchings = asked
            .matchings
            .iter()
            .map(|matching| TableName::new("linkage", &format!("{}_candidates", matching.matching)));
        let names = rounds.chain(matchings).collect::<Result<Vec<_>, _>>()?;
        let made: BTreeMap<&TableName, &TableRecord> =
            run.nodes.iter().flat_map(|node| &node.tables).map(|record| (&record.table, record)).collect();
        let records = names.iter().map(|name| {
            let missing = || {
                EngineError::Bug(format!("run {} asks for reviews of {name}, which it did not make", run.run))
            };
            made.get(name).copied().ok_or_else(missing)
        });
        let records = records.collect::<Result<Vec<_>, _>>()?;
        let key = (asked.clone(), records.iter().map(|record| record.object.clone()).collect::<Vec<_>>());
        if let Some((known, rows)) = &self.last
            && *known == key
        {
            return Ok(rows.clone());
        }
        let mut open = Vec::new();
        let (of_rounds, of_matchings) = records.split_at(asked.rounds.len());
        for (round, record) in asked.rounds.iter().zip(of_rounds) {
            verdicts(warehouse, round, record, &mut open)?;
        }
        for (matching, record) in asked.matchings.iter().zip(of_matchings) {
            pairs(warehouse, matching, record, &mut open)?;
        }
        let rows = batch(&open)?;
        self.last = Some((key, rows.clone()));
        Ok(rows)
    }
}

/// The columns of the table, but for the run.
pub(super) fn schema() -> Result<SchemaRef, EngineError> {
    Ok(batch(&[])?.schema())
}

/// Verdicts of the rules that ask, on which no reviewer has said anything.
fn verdicts(
    warehouse: &Warehouse,
    round: &RoundReviews,
    decisions: &TableRecord,
    open: &mut Vec<Open>,
) -> Result<(), EngineError> {
    let from = open.len();
    let (mut places, mut adding) = (Vec::new(), Vec::new());
    let mut place = 0;
    for columns in some(warehouse, decisions, &["rule", "applied", "verb", "decided_by"], None)? {
        let columns = columns?;
        for row in 0..columns.rows {
            let cell = |name| columns.cell(name, row);
            let rule = cell("rule").unwrap_or_default();
            let adds = cell("applied") == Some("true") && cell("verb") == Some("add");
            adding.extend((adds && round.adds_from.contains_key(rule)).then_some(place));
            let asks = round.rules.iter().any(|asks| asks == rule) && cell("decided_by") == Some("rule");
            places.extend(asks.then_some(place));
            place += 1;
        }
    }
    let mut added = BTreeMap::<String, TableName>::new();
    for columns in some(warehouse, decisions, &["rule", "row_id"], Some(adding.into_iter().collect()))? {
        let columns = columns?;
        for row in 0..columns.rows {
            let delivery = columns.cell("rule", row).and_then(|rule| round.adds_from.get(rule));
            added.extend(columns.cell("row_id", row).map(str::to_owned).zip(delivery.cloned()));
        }
    }
    const TOLD: [&str; 9] =
        ["rule", "row_id", "applied", "verb", "decided_by", "step", "survivor_id", "reason", "evidence"];
    for columns in some(warehouse, decisions, &TOLD, Some(places.into_iter().collect()))? {
        let columns = columns?;
        for row in 0..columns.rows {
            let cell = |name| columns.cell(name, row);
            open.push(Open {
                kind: "verdict",
                name: round.round.clone(),
                step: cell("step").and_then(|step| step.parse().ok()),
                rule: cell("rule").unwrap_or_default().to_owned(),
                record: cell("row_id").unwrap_or_default().to_owned(),
                other: cell("survivor_id").map(str::to_owned),
                verb: cell("verb").unwrap_or_default().to_owned(),
                outcome: if cell("applied") == Some("true") { "applied" } else { "not_applied" },
                reason: cell("reason").map(str::to_owned),
                evidence: cell("evidence").map(str::to_owned),
                ..Open::default()
            });
        }
    }
    // Before the round a record stood in the base, or in the delivery from which a rule of the round added it.
    let stood = |id: &str| added.get(id).unwrap_or(&round.base).to_string();
    for verdict in &mut open[from..] {
        verdict.record_table = stood(&verdict.record);
        verdict.other_table = verdict.other.as_deref().map(stood);
    }
    Ok(())
}

/// Ambiguous pairs whose left row found no partner in another pass either, each in the first pass that proposed it: what is
/// said there is decided before later passes are tried.
fn pairs(
    warehouse: &Warehouse,
    matching: &MatchingReviews,
    candidates: &TableRecord,
    open: &mut Vec<Open>,
) -> Result<(), EngineError> {
    let (mut places, mut rivals) = (Vec::new(), BTreeSet::new());
    let mut place = 0;
    for columns in some(warehouse, candidates, &["left_id", "outcome"], None)? {
        let columns = columns?;
        for row in 0..columns.rows {
            if columns.cell("outcome", row) == Some("ambiguous") {
                places.push(place);
                rivals.extend(columns.cell("left_id", row).map(str::to_owned));
            }
            place += 1;
        }
    }
    let matched = matched(warehouse, candidates, &rivals)?;
    const TOLD: [&str; 6] = ["left_id", "right_id", "pass", "pass_no", "reason", "evidence"];
    let mut ambiguous = Vec::new();
    for columns in some(warehouse, candidates, &TOLD, Some(places.into_iter().collect()))? {
        let columns = columns?;
        for row in 0..columns.rows {
            let cell = |name| columns.cell(name, row);
            ambiguous.push(Open {
                kind: "pair",
                name: matching.matching.clone(),
                step: cell("pass_no").and_then(|number| number.parse().ok()),
                rule: cell("pass").unwrap_or_default().to_owned(),
                record: cell("left_id").unwrap_or_default().to_owned(),
                record_table: matching.left.to_string(),
                other: cell("right_id").map(str::to_owned),
                other_table: Some(matching.right.to_string()),
                verb: "match".to_owned(),
                outcome: "ambiguous",
                reason: cell("reason").map(str::to_owned),
                evidence: cell("evidence").map(str::to_owned),
            });
        }
    }
    let mut asked = BTreeSet::new();
    for pair in ambiguous {
        let rows = (pair.record.clone(), pair.other.clone());
        if !matched.contains(&pair.record) && asked.insert(rows) {
            open.push(pair);
        }
    }
    Ok(())
}

/// Which of these left rows are matched.
fn matched(
    warehouse: &Warehouse,
    candidates: &TableRecord,
    rivals: &BTreeSet<String>,
) -> Result<BTreeSet<String>, EngineError> {
    let mut matched = BTreeSet::new();
    if rivals.is_empty() {
        return Ok(matched);
    }
    for columns in some(warehouse, candidates, &["left_id", "outcome"], None)? {
        let columns = columns?;
        for row in (0..columns.rows).filter(|row| columns.cell("outcome", *row) == Some("matched")) {
            let left = columns.cell("left_id", row).filter(|left| rivals.contains(*left));
            matched.extend(left.map(str::to_owned));
        }
    }
    Ok(matched)
}

/// Some columns of a table, a stretch at a time, of these rows or of all: tables are long, and little of them is open.
fn some(
    warehouse: &Warehouse,
    record: &TableRecord,
    columns: &[&'static str],
    rows: Option<RowSet>,
) -> Result<Box<dyn Iterator<Item = Result<Columns, EngineError>>>, EngineError> {
    let schema = stored_schema(warehouse, record)?;
    let there: Vec<usize> = columns.iter().filter_map(|name| schema.index_of(name).ok()).collect();
    let names = columns.to_vec();
    Ok(match rows {
        Some(rows) => {
            let batches = read_rows(warehouse, &record.object, &rows, &there)?;
            Box::new(batches.into_iter().map(move |batch| Columns::of(&batch, &names)))
        }
        None => {
            let batches = some_columns(warehouse, &record.object, &there)?;
            Box::new(batches.map(move |batch| Columns::of(&batch?, &names)))
        }
    })
}

/// The columns of decisions or candidates that are read here, as text; those that a table does not have are missing.
struct Columns {
    rows: usize,
    columns: BTreeMap<&'static str, StringArray>,
}

impl Columns {
    fn of(batch: &RecordBatch, names: &[&'static str]) -> Result<Self, EngineError> {
        let mut columns = BTreeMap::new();
        for name in names {
            columns.extend(text_named(batch, name)?.map(|values| (*name, values)));
        }
        Ok(Self { rows: batch.num_rows(), columns })
    }

    fn cell(&self, name: &str, row: usize) -> Option<&str> {
        self.columns.get(name).and_then(|values| cell(values, row))
    }
}

fn batch(rows: &[Open]) -> Result<RecordBatch, EngineError> {
    let text = |of: &dyn Fn(&Open) -> Option<&str>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<StringArray>())
    };
    let columns: [(&str, ArrayRef); 12] = [
        ("kind", text(&|open| Some(open.kind))),
        ("name", text(&|open| Some(&open.name))),
        ("step", Arc::new(rows.iter().map(|open| open.step).collect::<Int64Array>())),
        ("rule", text(&|open| Some(&open.rule))),
        ("record", text(&|open| Some(&open.record))),
        ("record_table", text(&|open| Some(&open.record_table))),
        ("other", text(&|open| open.other.as_deref())),
        ("other_table", text(&|open| open.other_table.as_deref())),
        ("verb", text(&|open| Some(&open.verb))),
        ("outcome", text(&|open| Some(open.outcome))),
        ("reason", text(&|open| open.reason.as_deref())),
        ("evidence", text(&|open| open.evidence.as_deref())),
    ];
    let columns = columns.into_iter().map(|(name, values)| (name, values, true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}
