use super::Told;
use crate::args::DdiArgs;
use crate::commands::report::write;
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, table};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use exchange::ddi::{CodebookOf, ListRow, codebook};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use terms::TableName;

#[derive(Serialize)]
struct Written<'a> {
    file: &'a PathBuf,
    bytes: usize,
}

pub(super) fn ddi(place: &Place, args: &DdiArgs, json: bool) -> Result<(), Failure> {
    let told = Told::of(place, &args.choice)?;
    let Some(declared) = &told.study.codebook else {
        return Err(Failure::Usage(format!(
            "study {} does not say which of its lists hold questions, answers and variables; name them under `codebook` in \
             pipeline.yaml (herkomst schema pipeline)",
            told.study.name
        )));
    };
    let mut lists = BTreeMap::new();
    for source in declared.sources() {
        lists.insert(source.to_owned(), rows(&told, source)?);
    }
    let told = CodebookOf { study: &told.study, codebook: declared, lists: &lists, manifest: &told.manifest };
    let bytes = codebook(&told).map_err(Failure::Exchange)?;
    if args.out == Path::new("-") {
        return output::text(&String::from_utf8_lossy(&bytes));
    }
    write(args.out.clone(), &bytes)?;
    if json {
        return output::json(&Written { file: &args.out, bytes: bytes.len() });
    }
    output::text(&format!("codebook written to {}\n", args.out.display()))
}

/// The rows of a list as texts, in the order of its lines.
fn rows(told: &Told, source: &str) -> Result<Vec<ListRow>, Failure> {
    let read = |schema: &str| {
        let name = TableName::new(schema, source).map_err(|error| Failure::Usage(error.to_string()))?;
        let batches = engine::read_table(&told.warehouse, table(&told.run, &name)?)?;
        let rows: Result<Vec<_>, Failure> = batches.iter().map(texts).collect();
        Ok::<Vec<ListRow>, Failure>(rows?.into_iter().flatten().collect())
    };
    let cell = |row: &ListRow, column: &str| row.get(column).cloned().unwrap_or_default();
    let place = |row: &ListRow| (cell(row, "file"), cell(row, "line").parse::<u64>().unwrap_or_default());
    let origin = read("origin")?;
    let places: BTreeMap<String, (String, u64)> =
        origin.iter().map(|row| (cell(row, "row_id"), place(row))).collect();
    let mut rows = read("staging")?;
    rows.sort_by_cached_key(|row| places.get(&cell(row, "row_id")).cloned());
    Ok(rows)
}

fn texts(batch: &RecordBatch) -> Result<Vec<ListRow>, Failure> {
    let schema = batch.schema();
    let mut rows = vec![ListRow::new(); batch.num_rows()];
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        let texts = cast(column, &DataType::Utf8).map_err(|error| Failure::Usage(error.to_string()))?;
        let texts = texts.as_string::<i32>();
        for (row, cells) in rows.iter_mut().enumerate().filter(|(row, _)| texts.is_valid(*row)) {
            cells.insert(field.name().clone(), texts.value(row).to_owned());
        }
    }
    Ok(rows)
}
