use crate::args::WhyArgs;
use crate::commands::run::runtime;
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, chosen, table};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use engine::{Asked, Record, Resources, Why};
use report::PrintedTable;
use serde::Serialize;
use std::io::{Read, Seek, SeekFrom};
use study::{Root, Study};
use terms::{Manifest, TableName};
use warehouse::Warehouse;

#[derive(Serialize)]
struct Answer<'a> {
    table: String,
    row: &'a str,
    column: Option<&'a str>,
    value: Option<String>,
    #[serde(flatten)]
    why: &'a Why,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<Vec<String>>,
}

pub(crate) fn why(place: &Place, args: &WhyArgs, json: bool) -> Result<(), Failure> {
    let study = place.study()?;
    let warehouse = place.open_warehouse()?;
    let manifest = chosen(&warehouse, &args.choice)?;
    let name = super::table_name(&study, &args.table)?;
    let (row, value) = find(&study, &warehouse, &manifest, &name, args)?;
    let asked = Asked { table: &name, row, column: args.column.as_deref() };
    let why =
        runtime()?.block_on(engine::why(&study, &warehouse, &manifest, &asked, Resources::default()))?;
    let raw = args.raw.then(|| why.records.iter().map(|record| line(&study, record)).collect::<Vec<_>>());
    let answer = Answer {
        table: name.to_string(),
        row: &args.row,
        column: args.column.as_deref(),
        value,
        why: &why,
        raw,
    };
    if json { output::json(&answer) } else { output::text(&text(&answer)) }
}

/// Place of the asked row, and the text of the asked cell.
fn find(
    study: &Study,
    warehouse: &Warehouse,
    manifest: &Manifest,
    name: &TableName,
    args: &WhyArgs,
) -> Result<(i64, Option<String>), Failure> {
    let batches = engine::read_table(warehouse, table(manifest, name)?)?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut columns: Vec<String> = Vec::new();
    match study.appendices.iter().find(|appendix| &appendix.model.table == name) {
        Some(appendix) => {
            let printed = PrintedTable::new(&appendix.presentation, &batches)?;
            for row in &printed.rows {
                let cells = || row.cells.iter().chain(&row.hidden);
                columns = cells().map(|cell| cell.column.clone()).collect();
                rows.push(cells().map(|cell| cell.text.clone()).collect());
            }
        }
        None => {
            for batch in &batches {
                columns = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
                let options = FormatOptions::new();
                let shown = batch
                    .columns()
                    .iter()
                    .map(|values| ArrayFormatter::try_new(values.as_ref(), &options))
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(|error| Failure::Io(error.to_string()))?;
                rows.extend(
                    (0..batch.num_rows()).map(|row| shown.iter().map(|s| s.value(row).to_string()).collect()),
                );
            }
        }
    }
    let found: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].contains(&args.row)).collect();
    let [row] = found.as_slice() else {
        return Err(Failure::Usage(format!(
            "{} rows of {name} have a cell {:?}; name one row by a text that only it has",
            found.len(),
            args.row
        )));
    };
    let value = match &args.column {
        None => None,
        Some(column) => {
            let place = columns.iter().position(|name| name == column);
            let place = place.ok_or_else(|| {
                Failure::Usage(format!("{name} has no column {column:?}; columns are {}", columns.join(", ")))
            })?;
            rows[*row].get(place).cloned()
        }
    };
    Ok((i64::try_from(*row).unwrap_or(i64::MAX), value))
}

fn text(answer: &Answer<'_>) -> String {
    let cell = answer.column.map(|column| format!(", column {column}")).unwrap_or_default();
    let value = answer.value.as_ref().map(|value| format!(": {value}")).unwrap_or_default();
    let mut text = format!("{}, row {:?}{cell}{value}\n\nmade from\n", answer.table, answer.row);
    for reached in &answer.why.tables {
        text.push_str(&format!("  {:>8}  {}\n", reached.rows, reached.table));
    }
    text.push_str(&format!("\n{} delivered records\n", answer.why.records.len()));
    for (place, record) in answer.why.records.iter().enumerate() {
        text.push_str(&format!("  {}:{}  {}\n", record.file, record.line, record.row_id));
        if let Some(raw) = answer.raw.as_ref().and_then(|raw| raw.get(place)) {
            text.push_str(&format!("      {raw}\n"));
        }
        for decided in &record.decisions {
            let overruled = if decided.applied { "" } else { " (rejected by a reviewer)" };
            text.push_str(&format!(
                "      {} {}: {}{overruled}: {}\n",
                decided.round, decided.rule, decided.verb, decided.reason
            ));
        }
    }
    text
}

/// The record as delivered; for a workbook, or a file that is no longer there, a word about it.
fn line(study: &Study, record: &Record) -> String {
    let source = study.sources.iter().find(|source| source.contract.name == record.source);
    let root = match source.map(|source| source.root) {
        Some(Root::Study) => &study.folder,
        _ => &study.data,
    };
    let (Some(offset), Some(length)) = (record.byte_offset, record.byte_length) else {
        return format!("row {} of sheet {}", record.line, record.sheet.as_deref().unwrap_or("1"));
    };
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = std::fs::File::open(root.join(&record.file))?;
        file.seek(SeekFrom::Start(u64::try_from(offset).unwrap_or_default()))?;
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Ok(bytes) => String::from_utf8_lossy(&bytes).trim_end().to_owned(),
        Err(error) => format!("cannot be shown: {error}"),
    }
}
