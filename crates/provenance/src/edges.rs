//! What stands behind each row: columns of identities or sets, and the edges that they mean.

use crate::error::ProvenanceError;
use crate::gather::united;
use crate::row_set::{RowSet, each_run};
use arrow::array::{Array, ArrayRef, AsArray, Int32Array, Int64Array, RecordBatch, new_null_array};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use std::sync::Arc;

/// One column for each source: the row behind each output row where none has more than one, else their set.
///
/// `hidden` holds, for each source, the hidden columns that belong to it.
pub(crate) fn sources(hidden: &[Vec<ArrayRef>], rows: usize) -> Result<Vec<ArrayRef>, ProvenanceError> {
    hidden
        .iter()
        .map(|columns| match columns.as_slice() {
            [] => Ok(new_null_array(&DataType::Int64, rows)),
            [only] => Ok(only.clone()),
            several => Ok(united(several)?),
        })
        .collect()
}

/// A column of identities or of sets of them.
#[derive(Clone, Debug)]
pub struct RowSets(ArrayRef);

impl RowSets {
    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.0.get_array_memory_size()
    }

    /// The column, if it is bigint, or binary that this crate wrote.
    ///
    /// # Errors
    /// A column of another type.
    pub fn new(column: ArrayRef) -> Result<Self, ProvenanceError> {
        match column.data_type() {
            DataType::Int64 | DataType::LargeBinary | DataType::Binary => Ok(Self(column)),
            other => Err(ProvenanceError::OtherRows(format!("a column of rows is {other}"))),
        }
    }

    /// How many sets.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// First and last row of each run of the set at a place; of a place that there is not, none.
    ///
    /// # Errors
    /// Bytes that no set is written as.
    pub fn each_run(&self, place: usize, mut run: impl FnMut(i64, i64)) -> Result<(), ProvenanceError> {
        if place >= self.0.len() || self.0.is_null(place) {
            return Ok(());
        }
        if let Some(ids) = self.0.as_primitive_opt::<Int64Type>() {
            run(ids.value(place), ids.value(place));
            return Ok(());
        }
        let bytes = match self.0.as_binary_opt::<i64>() {
            Some(sets) => sets.value(place),
            None => self.0.as_binary::<i32>().value(place),
        };
        each_run(bytes, run)
    }

    /// The set at a place; of a place that there is not, the one without rows.
    ///
    /// # Errors
    /// Bytes that no set is written as.
    pub fn get(&self, place: usize) -> Result<RowSet, ProvenanceError> {
        let mut runs = Vec::new();
        self.each_run(place, |first, last| runs.push((first, last)))?;
        Ok(RowSet::of_runs(&mut runs))
    }
}

/// Every edge by itself: `output_row` (from `first`), `source`, `input_row`; sorted by all three.
pub(crate) fn edges(sources: &[ArrayRef], first: i64) -> Result<RecordBatch, ProvenanceError> {
    let sets = sources.iter().map(|column| RowSets::new(column.clone())).collect::<Result<Vec<_>, _>>()?;
    let (mut outputs, mut codes, mut inputs) = (Vec::new(), Vec::new(), Vec::new());
    let length = sets.iter().map(RowSets::len).max().unwrap_or_default();
    for (number, row) in (first..).zip(0..length) {
        for (code, sets) in (0i32..).zip(&sets) {
            sets.each_run(row, |from, to| {
                for input in from..=to {
                    outputs.push(number);
                    codes.push(code);
                    inputs.push(input);
                }
            })?;
        }
    }
    let field = |name: &str, kind: DataType| Field::new(name, kind, false);
    let schema = Schema::new(vec![
        field("output_row", DataType::Int64),
        field("source", DataType::Int32),
        field("input_row", DataType::Int64),
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(outputs)),
        Arc::new(Int32Array::from(codes)),
        Arc::new(Int64Array::from(inputs)),
    ];
    Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
}
