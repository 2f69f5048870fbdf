use crate::args::{Form, SqlArgs};
use crate::commands::run::runtime;
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, chosen, manifests};
use arrow::array::RecordBatch;
use engine::{EngineError, Reader, Resources};

pub(crate) fn sql(place: &Place, args: &SqlArgs, json: bool) -> Result<(), Failure> {
    let warehouse = place.open_warehouse()?;
    let run = chosen(&warehouse, &args.choice)?;
    let all = manifests(&warehouse)?;
    let reader = Reader::open(&warehouse, &run, &all, Resources::default())?;
    let batches = runtime()?.block_on(reader.query(&args.command)).map_err(refused)?;
    output::text(&render(&batches, if json { Form::Json } else { args.format })?)
}

/// A query at fault is its writer's affair; a table whose bytes are not what they were is not.
fn refused(error: EngineError) -> Failure {
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

fn render(batches: &[RecordBatch], form: Form) -> Result<String, Failure> {
    let failed = |error: arrow::error::ArrowError| Failure::Io(format!("cannot write the result: {error}"));
    let mut bytes = Vec::new();
    match form {
        Form::Table => {
            let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
            let table = arrow::util::pretty::pretty_format_batches(batches).map_err(failed)?;
            return Ok(format!("{table}\n({rows} rows)\n"));
        }
        Form::Csv => {
            let mut writer = arrow::csv::Writer::new(&mut bytes);
            batches.iter().try_for_each(|batch| writer.write(batch)).map_err(failed)?;
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
