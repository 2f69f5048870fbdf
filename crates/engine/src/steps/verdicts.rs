//! What a rule returned, validated: verdicts that can be applied as they stand.

use crate::cells::{cell, json_objects, text_named};
use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch, StringArray};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::SchemaRef;
use std::collections::{BTreeMap, BTreeSet};
use study::{Population, Rule};
use terms::Verb;

/// Columns of a rule's query that are no evidence.
const FIXED: [&str; 4] = ["row_id", "verb", "survivor_id", "reason"];
/// A column with this prefix holds new values for the column that follows it.
pub(crate) const SET: &str = "set_";

/// All verdicts of one rule, a row each, in order of row identity.
pub(crate) struct Verdicts<'a> {
    rule: &'a Rule,
    rows: RecordBatch,
    row_ids: StringArray,
    verbs: Vec<Verb>,
    survivors: StringArray,
    reasons: StringArray,
}

/// What is known of the rows that verdicts name.
pub(crate) struct Known {
    /// Population by row identity, of the rows in the round that a verdict names.
    pub(crate) population: BTreeMap<String, String>,
    /// Identities in the delivery that a verdict names.
    pub(crate) delivered: BTreeSet<String>,
}

impl<'a> Verdicts<'a> {
    /// Reads what the query of a rule returned.
    pub(crate) fn read(
        rule: &'a Rule,
        schema: &SchemaRef,
        batches: &[RecordBatch],
    ) -> Result<Self, EngineError> {
        let rows = sort_by_row_id(rule, &concat_batches(schema, batches)?)?;
        let text = |name| text_column(rule, &rows, name);
        let (row_ids, survivors, reasons) = (text("row_id")?, text("survivor_id")?, text("reason")?);
        let verbs = text("verb")?
            .iter()
            .map(|word| {
                let word = word.unwrap_or("NULL");
                Verb::from_word(word).ok_or_else(|| {
                    fault(rule, format!("unknown verb {word:?}"), "use merge, remove, move, add or update")
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { rule, rows, row_ids, verbs, survivors, reasons })
    }

    pub(crate) fn len(&self) -> usize {
        self.verbs.len()
    }

    pub(crate) fn row_id(&self, i: usize) -> &str {
        self.row_ids.value(i)
    }

    pub(crate) fn verb(&self, i: usize) -> Verb {
        self.verbs[i]
    }

    pub(crate) fn survivor(&self, i: usize) -> Option<&str> {
        self.survivors.is_valid(i).then(|| self.survivors.value(i))
    }

    pub(crate) fn reason(&self, i: usize) -> Option<&str> {
        self.reasons.is_valid(i).then(|| self.reasons.value(i))
    }

    /// Every row identity that a verdict names, as row or as survivor.
    pub(crate) fn named(&self) -> BTreeSet<&str> {
        self.row_ids.iter().chain(self.survivors.iter()).flatten().collect()
    }

    /// Names of the columns with new values, without their prefix.
    pub(crate) fn set_columns(&self) -> Vec<String> {
        let names = self.rows.schema_ref().fields().iter();
        names.filter_map(|field| field.name().strip_prefix(SET).map(str::to_owned)).collect()
    }

    /// The new values of a column, as text; none if no verdict gives any.
    pub(crate) fn new_values(&self, column: &str) -> Result<Option<StringArray>, EngineError> {
        text_named(&self.rows, &format!("{SET}{column}"))
    }

    /// Evidence of every verdict, as JSON objects.
    pub(crate) fn evidence(&self) -> Result<Vec<String>, EngineError> {
        json_objects(&self.rows, |name| {
            let evidence = !FIXED.contains(&name) && !name.starts_with(SET);
            evidence.then(|| name.to_owned())
        })
    }

    /// New values of every verdict, as JSON objects by column.
    pub(crate) fn changes(&self) -> Result<Vec<String>, EngineError> {
        json_objects(&self.rows, |name| name.strip_prefix(SET).map(str::to_owned))
    }

    /// The verdicts for which `keep` holds: `v_row_id`, `v_verb` and the columns with new values.
    pub(crate) fn applied(&self, keep: impl Fn(usize) -> bool) -> Result<RecordBatch, EngineError> {
        let mask: BooleanArray = (0..self.len()).map(|i| Some(keep(i))).collect();
        let verbs: StringArray = self.verbs.iter().map(|verb| Some(verb.as_str())).collect();
        let mut columns: Vec<(String, ArrayRef)> = vec![
            ("v_row_id".to_owned(), std::sync::Arc::new(self.row_ids.clone())),
            ("v_verb".to_owned(), std::sync::Arc::new(verbs)),
        ];
        for (field, values) in self.rows.schema_ref().fields().iter().zip(self.rows.columns()) {
            if field.name().starts_with(SET) {
                columns.push((field.name().clone(), values.clone()));
            }
        }
        Ok(filter_record_batch(&RecordBatch::try_from_iter(columns)?, &mask)?)
    }

    /// Refuses verdicts that contradict each other or the rows.
    pub(crate) fn validate(
        &self,
        known: &Known,
        population: &Population,
        columns: &[String],
    ) -> Result<(), EngineError> {
        if let Some(unknown) = self.set_columns().iter().find(|column| !columns.contains(column)) {
            return Err(self.fault(
                format!("there is no column {unknown} to set"),
                "name a column of records after set_",
            ));
        }
        let gone: BTreeSet<&str> = (0..self.len())
            .filter(|&i| matches!(self.verb(i), Verb::Merge | Verb::Remove))
            .map(|i| self.row_id(i))
            .collect();
        let populations = self.new_values(&population.column)?;
        for i in 0..self.len() {
            if self.row_ids.is_null(i) {
                return Err(self.fault("a verdict without row_id".to_owned(), "every verdict names its row"));
            }
            if i > 0 && self.row_id(i) == self.row_id(i - 1) {
                let message = format!("row {} is judged twice", self.row_id(i));
                return Err(self
                    .fault(message, "return one verdict a row; choose among candidates with row_number()"));
            }
            if self.reason(i).is_none_or(|reason| reason.trim().is_empty()) {
                return Err(self.fault(
                    format!("row {} is judged without reason", self.row_id(i)),
                    "say why in column reason",
                ));
            }
            let to = populations.as_ref().and_then(|values| cell(values, i));
            self.validate_verb(i, known, population, to, &gone)?;
        }
        Ok(())
    }

    fn validate_verb(
        &self,
        i: usize,
        known: &Known,
        population: &Population,
        to: Option<&str>,
        gone: &BTreeSet<&str>,
    ) -> Result<(), EngineError> {
        let (row, verb) = (self.row_id(i), self.verb(i));
        let from = known.population.get(row).map(String::as_str);
        let fail = |message: String, help: &str| Err(self.fault(message, help));
        match verb {
            Verb::Add if from.is_some() => {
                return fail(
                    format!("row {row} is added but is there already"),
                    "add rows of the delivery that records lacks",
                );
            }
            Verb::Add if self.rule.adds_from.is_none() => {
                return fail(
                    format!("row {row} is added by a rule without adds_from"),
                    "declare adds_from in pipeline.yaml",
                );
            }
            Verb::Add if !known.delivered.contains(row) => {
                return fail(
                    format!("row {row} is added but is not in the delivery"),
                    "take row_id from the table of adds_from",
                );
            }
            Verb::Add => {}
            _ if from.is_none() => {
                return fail(
                    format!("row {row} gets verb {verb} but is not in records"),
                    "take row_id from records",
                );
            }
            _ => {}
        }
        match (verb, to) {
            (Verb::Add | Verb::Move, None) => fail(
                format!("row {row}: {verb} without population"),
                &format!("give {SET}{}", population.column),
            ),
            (Verb::Move, Some(to)) if Some(to) == from => {
                fail(format!("row {row} is moved to {to}, where it is already"), "leave the verdict out")
            }
            (Verb::Update, Some(to)) if Some(to) != from => {
                fail(format!("row {row}: update changes its population to {to}"), "use verb move")
            }
            (_, Some(to)) if !population.values.iter().any(|value| value == to) => fail(
                format!("row {row}: there is no population {to:?}"),
                &format!("populations are {}", population.values.join(", ")),
            ),
            (Verb::Merge, _) => self.validate_merge(i, known, gone),
            _ => Ok(()),
        }
    }

    fn validate_merge(&self, i: usize, known: &Known, gone: &BTreeSet<&str>) -> Result<(), EngineError> {
        let row = self.row_id(i);
        let Some(survivor) = self.survivor(i) else {
            return Err(self.fault(format!("row {row} is merged into nothing"), "give survivor_id"));
        };
        if survivor == row || gone.contains(survivor) || !known.population.contains_key(survivor) {
            let message = format!("row {row} is merged into {survivor}, which does not survive this rule");
            return Err(self.fault(message, "let every row of a group name the one row that stays"));
        }
        Ok(())
    }

    fn fault(&self, message: String, help: &str) -> EngineError {
        fault(self.rule, message, help)
    }
}

fn fault(rule: &Rule, message: String, help: &str) -> EngineError {
    EngineError::Verdict {
        path: rule.sql.path.to_string_lossy().into_owned(),
        message,
        help: help.to_owned(),
    }
}

fn text_column(rule: &Rule, rows: &RecordBatch, name: &str) -> Result<StringArray, EngineError> {
    text_named(rows, name)?.ok_or_else(|| {
        fault(rule, format!("the query has no column {name}"), "return row_id, verb, survivor_id, reason")
    })
}

fn sort_by_row_id(rule: &Rule, rows: &RecordBatch) -> Result<RecordBatch, EngineError> {
    let ids = text_column(rule, rows, "row_id")?;
    let order = arrow::compute::sort_to_indices(&ids, None, None)?;
    Ok(arrow::compute::take_record_batch(rows, &order)?)
}
