//! A stored table in memory, as text where text is wanted.

use crate::cells::{cell, text_named};
use crate::error::EngineError;
use crate::objects::read_table;
use arrow::array::{RecordBatch, StringArray};
use arrow::compute::concat_batches;
use terms::TableRecord;
use warehouse::Warehouse;

/// All rows of a stored table in one batch; none if the run has no such table.
pub(super) fn whole(
    warehouse: &Warehouse,
    record: Option<&TableRecord>,
) -> Result<Option<RecordBatch>, EngineError> {
    let Some(record) = record else { return Ok(None) };
    let batches = read_table(warehouse, record)?;
    Ok(Some(concat_batches(&batches[0].schema(), &batches)?))
}

/// Some columns of a stored table as text, row by row; no rows if the run has no such table.
pub(super) fn texts<const N: usize>(
    warehouse: &Warehouse,
    record: Option<&TableRecord>,
    columns: [&str; N],
) -> Result<Vec<[Option<String>; N]>, EngineError> {
    let Some(batch) = whole(warehouse, record)? else { return Ok(Vec::new()) };
    let values: Vec<Option<StringArray>> =
        columns.iter().map(|name| text_named(&batch, name)).collect::<Result<_, _>>()?;
    let row = |row| {
        std::array::from_fn(|column| {
            let values: &Option<StringArray> = &values[column];
            values.as_ref().and_then(|values| cell(values, row)).map(str::to_owned)
        })
    };
    Ok((0..batch.num_rows()).map(row).collect())
}
