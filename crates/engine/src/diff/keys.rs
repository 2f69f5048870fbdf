//! Which columns say that a row of one run is a row of another.

use crate::error::EngineError;
use arrow::array::{ArrayRef, RecordBatch};
use arrow::row::{RowConverter, Rows, SortField};
use std::collections::BTreeSet;

/// Keys of the tables whose columns the engine itself names, the most specific first.
const KNOWN: [&[&str]; 4] =
    [&["round", "rule", "row_id"], &["round", "rule", "population"], &["row_id"], &["left_id"]];

/// A key of more columns than this is no easier to read than the whole row.
const WIDEST: usize = 6;

/// The places of the columns that tell all rows apart in both batches, which have the same columns: a known key, else the
/// fewest leading columns, else all.
pub(super) fn key(before: &RecordBatch, after: &RecordBatch) -> Result<Vec<usize>, EngineError> {
    let schema = before.schema();
    let known = KNOWN
        .iter()
        .filter_map(|names| names.iter().map(|name| schema.index_of(name).ok()).collect::<Option<Vec<_>>>());
    let leading = (1..=WIDEST.min(before.num_columns())).map(|width| (0..width).collect());
    for places in known.chain(leading) {
        if are_distinct(before, &places)? && are_distinct(after, &places)? {
            return Ok(places);
        }
    }
    Ok((0..before.num_columns()).collect())
}

fn are_distinct(batch: &RecordBatch, places: &[usize]) -> Result<bool, EngineError> {
    let rows = encoded(batch, places)?;
    let mut seen = BTreeSet::new();
    Ok(rows.iter().all(|row| seen.insert(row)))
}

/// Rows of some columns in a form that compares as the values do.
pub(super) fn encoded(batch: &RecordBatch, places: &[usize]) -> Result<Rows, EngineError> {
    let columns: Vec<ArrayRef> = places.iter().map(|place| batch.column(*place).clone()).collect();
    let fields = columns.iter().map(|column| SortField::new(column.data_type().clone())).collect();
    Ok(RowConverter::new(fields)?.convert_columns(&columns)?)
}
