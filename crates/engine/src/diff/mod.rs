//! What differs between two runs, and why: tables, rows and cells on the one side; files, delivered records, decisions,
//! queries and parameters on the other.
//!
//! Two stored runs are compared as they are; nothing is run again. Equal objects are known by their hash and not read.
//! Identifying values are named, not shown.

mod decisions;
mod explain;
mod keys;
mod loaded;
mod records;
mod roots;
mod tables;

use crate::error::EngineError;
use crate::query::lease;
pub use explain::{Because, Explainer};
use roots::Roots;
use serde::Serialize;
use std::collections::BTreeMap;
use terms::{Manifest, TableName, TableRecord};
use warehouse::Warehouse;

/// Stands for a value that may identify a person.
pub const HIDDEN: &str = "(identifying)";

/// How much of a difference is wanted.
#[derive(Clone, Debug)]
pub struct DiffOptions {
    /// This table only; none: every table.
    pub table: Option<TableName>,
    /// At most so many differing rows of a table; all are counted.
    pub limit: usize,
}

/// What differs between two runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// The one run.
    pub before: u64,
    /// The other.
    pub after: u64,
    /// What was different before anything was computed, and what was decided otherwise.
    pub causes: Causes,
    /// Checks with another number of violations.
    pub checks: Vec<Changed>,
    /// Tables that differ, in the order in which the later run made them; then those that only the earlier has.
    pub tables: Vec<TableDiff>,
}

/// Where differences come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Causes {
    /// Versions of the engine, if they differ.
    pub engine: Option<Changed>,
    /// Rules and passes that one of the runs left out.
    pub left_out: Vec<Changed>,
    /// Parameters with another value.
    pub parameters: Vec<Changed>,
    /// Steps, queries and declarations that differ, as `step` or `step/part`.
    pub definitions: Vec<Changed>,
    /// Delivered files, as `source/file`, with their SHA-256.
    pub files: Vec<Changed>,
    /// Delivered records.
    pub records: Vec<RecordChange>,
    /// What the quarantine holds more or less.
    pub quarantine: Vec<QuarantineChange>,
    /// Decisions of rules.
    pub decisions: Vec<DecisionChange>,
}

/// Something with a name, as it was in the one run and is in the other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Changed {
    /// Its name.
    pub name: String,
    /// In the earlier run; none if it was not there.
    pub before: Option<String>,
    /// In the later run; none if it is not there.
    pub after: Option<String>,
}

/// Where a record was delivered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Source.
    pub source: String,
    /// File, relative to the folder of its source.
    pub file: String,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Line, or row of the sheet, from 1.
    pub line: i64,
}

/// A delivered record that one of the runs does not have; both sides are there if it stands in the place of another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RecordChange {
    /// The record of the earlier run.
    pub before: Option<PlacedRecord>,
    /// The record of the later run.
    pub after: Option<PlacedRecord>,
    /// Cells that differ, if both sides are there.
    pub cells: Vec<Changed>,
}

/// A record and where it was delivered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PlacedRecord {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Its identity.
    pub row_id: String,
}

/// A refusal that one of the runs does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct QuarantineChange {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Column of the contract; none if the record as a whole was refused.
    pub column: Option<String>,
    /// Why, in one word.
    pub reason_code: String,
    /// The earlier run refused it.
    pub before: bool,
    /// The later run refuses it.
    pub after: bool,
}

/// A decision that one of the runs does not have, or that was taken otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DecisionChange {
    /// Round.
    pub round: String,
    /// Rule.
    pub rule: String,
    /// The judged record.
    pub row_id: String,
    /// Where it was delivered, if that is known.
    pub place: Option<Place>,
    /// In the earlier run.
    pub before: Option<Verdict>,
    /// In the later run.
    pub after: Option<Verdict>,
}

/// What was decided about a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Verdict {
    /// `merge`, `remove`, `move`, `add` or `update`.
    pub verb: String,
    /// The record that it was merged into.
    pub survivor_id: Option<String>,
    /// Population before and after.
    pub population: (Option<String>, Option<String>),
    /// New values as a JSON object by column.
    pub changes: String,
    /// Why.
    pub reason: String,
    /// `false`: a reviewer rejected it.
    pub applied: bool,
    /// `rule` or `reviewer`.
    pub decided_by: String,
}

/// A table that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableDiff {
    /// The table.
    pub table: TableName,
    /// Rows in the earlier run; none if it has no such table.
    pub rows_before: Option<u64>,
    /// Rows in the later run; none if it has no such table.
    pub rows_after: Option<u64>,
    /// What changed at the beginning of the way to this table.
    pub because: Vec<Root>,
    /// Columns that came, went or have another type.
    pub columns: Vec<Changed>,
    /// Columns by which rows of the two runs are the same row; all columns if no fewer tell all rows apart.
    pub key: Vec<String>,
    /// Rows that only the later run has.
    pub appeared: u64,
    /// Rows that only the earlier run has.
    pub vanished: u64,
    /// Rows of both with other cells.
    pub changed: u64,
    /// The first of these rows, in order of the key.
    pub rows: Vec<RowDiff>,
}

/// A row that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowDiff {
    /// Its cells in the columns of the key; NULL is none.
    pub key: Vec<Option<String>>,
    /// Place in the stored order of the earlier run, from 0.
    pub before: Option<u64>,
    /// Place in the stored order of the later run, from 0.
    pub after: Option<u64>,
    /// Cells that differ, if both runs have the row.
    pub cells: Vec<Changed>,
}

/// What a difference begins with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "name")]
pub enum Root {
    /// Delivered files of a source.
    Source(String),
    /// A rule or pass that was left out.
    LeftOut(String),
    /// A parameter.
    Parameter(String),
    /// A query or declaration, as `step` or `step/part`.
    Definition(String),
    /// Nothing of the study or its inputs: another engine or identity key made it.
    Engine(String),
}

/// Compares two runs of a warehouse.
///
/// # Errors
/// A damaged or missing object among those that differ.
pub fn diff(
    warehouse: &Warehouse,
    before: &Manifest,
    after: &Manifest,
    options: &DiffOptions,
) -> Result<Diff, EngineError> {
    let _lease = lease(warehouse, [before.run, after.run])?;
    let sides = Sides { warehouse, before, after };
    let roots = Roots::of(&sides);
    let causes = Causes {
        engine: roots.engine(),
        left_out: roots.left_out(),
        parameters: roots.parameters(),
        definitions: roots.definitions(),
        files: roots.files(),
        records: records::changed(&sides)?,
        quarantine: records::refused(&sides)?,
        decisions: decisions::changed(&sides)?,
    };
    let mut tables = Vec::new();
    for (table, before, after) in sides.differing() {
        if options.table.as_ref().is_none_or(|wanted| wanted == table) {
            let because = roots.behind(table);
            tables.push(tables::compare(warehouse, table, before, after, because, options.limit)?);
        }
    }
    Ok(Diff { before: before.run, after: after.run, causes, checks: roots.checks(), tables })
}

/// Two runs of one warehouse.
struct Sides<'a> {
    warehouse: &'a Warehouse,
    before: &'a Manifest,
    after: &'a Manifest,
}

/// A table with its record in each run.
type Pair<'a> = (&'a TableName, Option<&'a TableRecord>, Option<&'a TableRecord>);

impl<'a> Sides<'a> {
    /// Tables whose objects differ, in the order of the later run, then those that only the earlier has.
    fn differing(&self) -> Vec<Pair<'a>> {
        let by_name = |run: &'a Manifest| -> BTreeMap<&'a TableName, &'a TableRecord> {
            run.tables().map(|record| (&record.table, record)).collect()
        };
        let (before, after) = (by_name(self.before), by_name(self.after));
        let gone = self.before.tables().filter(|record| !after.contains_key(&record.table));
        let all = self.after.tables().chain(gone).map(|record| &record.table);
        let pairs = all.map(|table| (table, before.get(table).copied(), after.get(table).copied()));
        pairs.filter(|(_, b, a)| b.map(|r| &r.object) != a.map(|r| &r.object)).collect()
    }

    /// Those of a schema.
    fn differing_in(&self, schema: &str) -> Vec<Pair<'a>> {
        self.differing().into_iter().filter(|(table, _, _)| table.schema() == schema).collect()
    }

    fn records(&self, table: &TableName) -> (Option<&'a TableRecord>, Option<&'a TableRecord>) {
        let find = |run: &'a Manifest| run.tables().find(|record| &record.table == table);
        (find(self.before), find(self.after))
    }
}
