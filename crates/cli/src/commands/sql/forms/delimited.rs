//! CSV.

use super::{Writer, unwritten};
use crate::failure::Failure;
use arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow::csv::WriterBuilder;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use std::sync::Arc;

/// RFC 4180 with line feeds: a header, then the rows.
pub(super) struct Delimited {
    texts: fn(&str) -> String,
}

impl Delimited {
    pub(super) fn new(texts: fn(&str) -> String) -> Self {
        Self { texts }
    }

    fn write(&self, batch: &RecordBatch, header: bool, into: &mut Vec<u8>) -> Result<(), ArrowError> {
        let mut writer = WriterBuilder::new().with_header(header).build(into);
        writer.write(&flat(batch, self.texts)?)
    }
}

impl Writer for Delimited {
    fn begin(&mut self, schema: &SchemaRef, into: &mut Vec<u8>) -> Result<(), Failure> {
        self.write(&RecordBatch::new_empty(schema.clone()), true, into).map_err(|error| unwritten(&error))
    }

    fn rows(&mut self, batch: &RecordBatch, into: &mut Vec<u8>) -> Result<(), Failure> {
        self.write(batch, false, into).map_err(|error| unwritten(&error))
    }

    fn end(&mut self, _: &mut Vec<u8>) -> Result<(), Failure> {
        Ok(())
    }
}

/// Lists and structs as text, since CSV has none; texts and names of columns as `texts` writes them.
fn flat(batch: &RecordBatch, texts: fn(&str) -> String) -> Result<RecordBatch, ArrowError> {
    let options = FormatOptions::new();
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        let name = texts(field.name());
        if column.data_type().is_nested() || column.data_type().is_string() {
            let shown = ArrayFormatter::try_new(column.as_ref(), &options)?;
            let rows = (0..column.len())
                .map(|row| column.is_valid(row).then(|| texts(&shown.value(row).to_string())));
            let rows: ArrayRef = Arc::new(rows.collect::<StringArray>());
            fields.push(Field::new(name, DataType::Utf8, true));
            columns.push(rows);
        } else {
            fields.push(field.as_ref().clone().with_name(name));
            columns.push(column.clone());
        }
    }
    let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &rows)
}
