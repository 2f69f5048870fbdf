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
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use std::collections::BTreeSet;
use std::sync::Arc;

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

/// The columns for a form in which no two have one name: a second `a` is `a_2`, or the next that is free.
fn told_apart(schema: &SchemaRef) -> SchemaRef {
    let mut names: BTreeSet<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let mut seen = BTreeSet::new();
    let mut called = |field: &Arc<Field>| {
        if seen.insert(field.name().clone()) {
            return field.clone();
        }
        let free = (2..).map(|n| format!("{}_{n}", field.name())).find(|name| names.insert(name.clone()));
        Arc::new(field.as_ref().clone().with_name(free.unwrap_or_default()))
    };
    let fields: Vec<Arc<Field>> = schema.fields().iter().map(&mut called).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

/// Rows with these columns, which are called otherwise and are the same.
fn relabelled(batch: &RecordBatch, columns: &SchemaRef) -> Result<RecordBatch, Failure> {
    RecordBatch::try_new(columns.clone(), batch.columns().to_vec()).map_err(|error| unwritten(&error))
}

/// Rows that cannot be written in a form.
fn unwritten(error: &ArrowError) -> Failure {
    Failure::Io(format!("cannot write the result: {error}"))
}

#[cfg(test)]
mod tests;
