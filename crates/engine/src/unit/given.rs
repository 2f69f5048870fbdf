//! Rows of a test in the types of a real table.

use super::fault;
use crate::error::EngineError;
use arrow::array::{ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use study::{UnitCell, UnitTable, nearest};

/// The rows in the columns of a real table; columns that are not given are NULL.
pub(super) fn batch(table: &UnitTable, schema: &SchemaRef) -> Result<RecordBatch, EngineError> {
    for (place, name) in table.columns.iter().enumerate() {
        if schema.index_of(name).is_err() {
            // A column that is named has a cell in some row.
            let spot = table.rows.iter().map(|row| &row[place]).find(|cell| cell.spot != table.spot);
            let spot = spot.map_or(&table.spot, |cell| &cell.spot);
            let message = format!("{} has no column {name}", table.name);
            return Err(fault(spot.fault(message, known(name, schema))));
        }
    }
    let mut columns: Vec<ArrayRef> = Vec::new();
    for field in schema.fields() {
        let given = table.columns.iter().position(|name| name == field.name());
        columns.push(match given {
            Some(place) => {
                let cells: Vec<&UnitCell> = table.rows.iter().map(|row| &row[place]).collect();
                typed(&cells, field.data_type(), field.name())?
            }
            None => new_null_array(field.data_type(), table.rows.len()),
        });
    }
    // Rows without a NULL where the real table has none would say more than is given.
    let fields = schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(table.rows.len()));
    Ok(RecordBatch::try_new_with_options(schema.into(), columns, &options)?)
}

/// The columns that come nearest to a name, or all columns.
pub(super) fn known(name: &str, schema: &Schema) -> String {
    nearest(name, schema.fields().iter().map(|field| field.name().as_str()), "columns are")
}

/// Cells in the type of their column.
pub(super) fn typed(cells: &[&UnitCell], kind: &DataType, column: &str) -> Result<ArrayRef, EngineError> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let texts: StringArray = cells.iter().map(|cell| cell.text.as_deref()).collect();
    if let Ok(values) = cast_with_options(&texts, kind, &strict) {
        return Ok(values);
    }
    let is_bad = |cell: &&&UnitCell| {
        let text = StringArray::from(vec![cell.text.as_deref()]);
        cast_with_options(&text, kind, &strict).is_err()
    };
    let bad = cells.iter().find(is_bad).or(cells.first());
    match bad {
        Some(cell) => Err(fault(cell.spot.fault(
            format!("no value of column {column}, whose type is {kind}"),
            "write the value as SQL shows it: 12, 1.5, 2010-11-01, true, or null",
        ))),
        None => Ok(new_null_array(kind, 0)),
    }
}
