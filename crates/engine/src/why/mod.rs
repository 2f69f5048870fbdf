//! Why a cell or a row is what it is: the rows that it was made from, down to lines of delivered files.
//!
//! Lineage is followed backwards, step by step. Models are run again with row identities travelling along
//! (crate `provenance`); rounds and matchings wrote down what they did, and that is read. A row of a stored table
//! is named by its place in the stored order.

mod back;
mod tables;

use crate::error::EngineError;
use crate::session::Resources;
use back::Back;
use serde::Serialize;
use study::Study;
use tables::Tables;
use terms::{Manifest, TableName};
use warehouse::Warehouse;

/// What is asked about: a row of a table, or one cell of it.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The table.
    pub table: &'a TableName,
    /// Place of the row in the stored order, from 0.
    pub row: i64,
    /// The column, or none for the whole row.
    pub column: Option<&'a str>,
}

/// The answer: what the cell or row was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Why {
    /// How many rows of each table took part, in the order of the way back.
    pub tables: Vec<Reached>,
    /// The delivered records at the end of the way, by source, file and line.
    pub records: Vec<Record>,
}

/// How many rows of a table took part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reached {
    /// The table.
    pub table: TableName,
    /// Rows of it.
    pub rows: u64,
}

/// One delivered record, where it stands, and what was decided about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Record {
    /// Source.
    pub source: String,
    /// File, relative to the folder of its source.
    pub file: String,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Line, or row of the sheet, from 1.
    pub line: i64,
    /// First byte of the record in a text file.
    pub byte_offset: Option<i64>,
    /// Bytes of the record in a text file.
    pub byte_length: Option<i64>,
    /// Its identity.
    pub row_id: String,
    /// What rules decided about it, in order.
    pub decisions: Vec<Decided>,
}

/// One decision about a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Decided {
    /// Round.
    pub round: String,
    /// Rule.
    pub rule: String,
    /// `merge`, `remove`, `move`, `add` or `update`.
    pub verb: String,
    /// Why.
    pub reason: String,
    /// `false`: a reviewer rejected it.
    pub applied: bool,
}

/// Follows a cell or a row of a run back to the delivered records.
///
/// The study must be the one that the run ran: a model whose query has changed since gives other rows.
///
/// # Errors
/// A table that the run does not have, a query whose lineage cannot be followed (with its place in the SQL), a damaged object.
pub async fn why(
    study: &Study,
    warehouse: &Warehouse,
    run: &Manifest,
    asked: &Asked<'_>,
    resources: Resources,
) -> Result<Why, EngineError> {
    let mut back = Back::new(study, Tables::of(warehouse, run), resources)?;
    back.ask(asked).await?;
    back.answer()
}
