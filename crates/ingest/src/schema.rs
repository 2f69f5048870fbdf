//! The two tables that a file becomes, known from the contract alone.

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;
use terms::{Column, ColumnType, Contract, Sensitivity};

/// Digits and decimals of a staged decimal number.
pub(crate) const PRECISION: u8 = 18;
/// Decimals of a staged decimal number.
pub(crate) const SCALE: i8 = 6;

/// The contract's own columns as they are staged, in order: name, type, who may see it.
///
/// The file column comes first; the pseudonym of a column stands directly after it, is `Utf8`, and is
/// [`Sensitivity::Sensitive`]: it names nobody, but it is about a person. All may be null.
pub fn column_schema(contract: &Contract) -> Vec<(String, DataType, Sensitivity)> {
    let columns = contract.file_column.iter().chain(&contract.columns);
    columns.flat_map(|column| [Some(own(column)), pseudonym(column)].into_iter().flatten()).collect()
}

/// Schema of [`Chunk::staged`](crate::Chunk::staged).
///
/// | column | type | null |
/// |---|---|---|
/// | `content_id` | `Utf8`: [`RowId`](terms::RowId) of source, file column and typed values | no |
/// | `file` | `Utf8`: name relative to the data folder | no |
/// | `sheet` | `Utf8` | delimited text |
/// | `line` | `Int64`: line (delimited text) or row (XLSX) on which the record starts, from 1 | no |
/// | `byte_offset`, `byte_length` | `Int64`: the record's bytes in the file, line end included | XLSX |
/// | … | [`column_schema`] | missing value |
pub fn staged_schema(contract: &Contract) -> SchemaRef {
    let place = [
        Field::new("content_id", DataType::Utf8, false),
        Field::new("file", DataType::Utf8, false),
        Field::new("sheet", DataType::Utf8, true),
        Field::new("line", DataType::Int64, false),
        Field::new("byte_offset", DataType::Int64, true),
        Field::new("byte_length", DataType::Int64, true),
    ];
    let own = column_schema(contract).into_iter().map(|(name, kind, _)| Field::new(name, kind, true));
    Arc::new(Schema::new(place.into_iter().chain(own).collect::<Vec<_>>()))
}

/// Schema of [`Chunk::quarantine`](crate::Chunk::quarantine): one row per fault, so several rows per record.
///
/// | column | type | null |
/// |---|---|---|
/// | `source`, `file` | `Utf8` | no |
/// | `sheet` | `Utf8` | delimited text |
/// | `line` | `Int64`: line or row on which the record starts, from 1 | no |
/// | `column` | `Utf8`: SQL name | the whole record is at fault |
/// | `value` | `Utf8`: the cell as delivered, bounded | no single cell is at fault |
/// | `reason_code` | `Utf8`: a [`ReasonCode`](crate::ReasonCode) | no |
/// | `reason` | `Utf8`: a sentence with the way out; holds no delivered value | no |
/// | `raw` | `Utf8`: the record as delivered, bounded; cells of a sheet are joined by tabs | no |
pub fn quarantine_schema() -> SchemaRef {
    let text = |name: &str, null: bool| Field::new(name, DataType::Utf8, null);
    Arc::new(Schema::new(vec![
        text("source", false),
        text("file", false),
        text("sheet", true),
        Field::new("line", DataType::Int64, false),
        text("column", true),
        text("value", true),
        text("reason_code", false),
        text("reason", false),
        text("raw", false),
    ]))
}

/// Arrow type of a staged column.
pub(crate) fn data_type(kind: &ColumnType) -> DataType {
    match kind {
        ColumnType::Text | ColumnType::Code(_) => DataType::Utf8,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Decimal => DataType::Decimal128(PRECISION, SCALE),
        ColumnType::Date => DataType::Date32,
        ColumnType::Boolean => DataType::Boolean,
    }
}

fn own(column: &Column) -> (String, DataType, Sensitivity) {
    (column.name.clone(), data_type(&column.kind), column.sensitivity)
}

fn pseudonym(column: &Column) -> Option<(String, DataType, Sensitivity)> {
    Some((column.pseudonym.clone()?, DataType::Utf8, Sensitivity::Sensitive))
}
