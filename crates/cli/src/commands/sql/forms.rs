//! Rows in the form that was asked for. Every form is written as rows come, a batch at a time; a workbook alone is held
//! whole, and of a table for the screen the first rows are, whose widths its columns take.

mod delimited;
mod expanded;
mod json;
mod markdown;
mod parquet;
mod table;
mod texts;
mod workbook;

pub(super) use texts::width;

use crate::args::Form;
use crate::failure::Failure;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

/// Writes results, one after the other, into bytes.
pub(super) trait Writer {
    /// A result with these columns begins.
    fn begin(&mut self, schema: &SchemaRef, into: &mut Vec<u8>) -> Result<(), Failure>;
    /// Rows of it.
    fn rows(&mut self, batch: &RecordBatch, into: &mut Vec<u8>) -> Result<(), Failure>;
    /// It has no more rows.
    fn end(&mut self, into: &mut Vec<u8>) -> Result<(), Failure>;
    /// There are no more results.
    fn finish(&mut self, into: &mut Vec<u8>) -> Result<(), Failure> {
        let _ = into;
        Ok(())
    }
}

/// What writers are told of where their rows come from.
pub(super) struct Facts<'f> {
    /// How texts are written in CSV.
    pub(super) texts: fn(&str) -> String,
    /// When the run began, UTC, RFC 3339: the time that a workbook says that it was made.
    pub(super) started: &'f str,
}

/// A writer of this form.
pub(super) fn writer(form: Form, facts: &Facts<'_>) -> Box<dyn Writer> {
    match form {
        Form::Table => Box::new(table::Table::default()),
        Form::Expanded => Box::new(expanded::Expanded::default()),
        Form::Csv => Box::new(delimited::Delimited::new(facts.texts)),
        Form::Json => Box::new(json::Json::<arrow::json::writer::JsonArray>::default()),
        Form::Jsonl => Box::new(json::Json::<arrow::json::writer::LineDelimited>::default()),
        Form::Markdown => Box::new(markdown::Markdown),
        Form::Parquet => Box::new(parquet::Parquet::default()),
        Form::Xlsx => Box::new(workbook::Sheets::new(facts.started)),
    }
}

/// Rows that cannot be written in a form.
fn unwritten(error: &ArrowError) -> Failure {
    Failure::Io(format!("cannot write the result: {error}"))
}

#[cfg(test)]
mod tests;
