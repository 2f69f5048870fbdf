use crate::args::{Form, SqlArgs};
use crate::commands::run::runtime;
use crate::commands::words::counted;
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, chosen};
use arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use engine::{EngineError, Reader, Resources};
use std::sync::Arc;

pub(crate) fn sql(place: &Place, args: &SqlArgs, json: bool) -> Result<(), Failure> {
    let warehouse = place.open_warehouse()?;
    let run = chosen(&warehouse, &args.choice)?;
    let reader = Reader::open(&warehouse, &run, Resources::default())?;
    let batches = runtime()?.block_on(reader.query(&args.command)).map_err(refused)?;
    let texts: fn(&str) -> String = if args.raw { str::to_owned } else { report::harmless };
    output::text(&render(&batches, if json { Form::Json } else { args.format }, texts)?)
}

/// A query at fault is its writer's affair; a table whose bytes are not what they were is not.
pub(crate) fn refused(error: EngineError) -> Failure {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(error) = cause {
        if let Some(EngineError::Warehouse(damage @ warehouse::Error::Corrupt { .. })) = error.downcast_ref()
        {
            return Failure::Seal(damage.to_string());
        }
        cause = error.source();
    }
    Failure::Usage(error.to_string())
}

/// The rows in this form; CSV with its texts as `texts` writes them.
fn render(batches: &[RecordBatch], form: Form, texts: fn(&str) -> String) -> Result<String, Failure> {
    let failed = |error: ArrowError| Failure::Io(format!("cannot write the result: {error}"));
    let mut bytes = Vec::new();
    match form {
        Form::Table => {
            let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
            let table = arrow::util::pretty::pretty_format_batches(batches).map_err(failed)?;
            return Ok(format!("{table}\n({})\n", counted(rows as u64, "row")));
        }
        Form::Csv => {
            let mut writer = arrow::csv::Writer::new(&mut bytes);
            batches.iter().try_for_each(|batch| writer.write(&flat(batch, texts)?)).map_err(failed)?;
        }
        Form::Json => {
            let mut writer = arrow::json::ArrayWriter::new(&mut bytes);
            batches.iter().try_for_each(|batch| writer.write(batch)).map_err(failed)?;
            writer.finish().map_err(failed)?;
            drop(writer);
            bytes.push(b'\n');
        }
    }
    String::from_utf8(bytes).map_err(|error| Failure::Io(error.to_string()))
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
