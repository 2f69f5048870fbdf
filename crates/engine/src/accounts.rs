//! What a manifest says of deliveries and rounds, read off the audit tables.

use crate::cells::text;
use crate::earlier::Earlier;
use crate::error::EngineError;
use crate::objects::read_table;
use crate::so_far::SoFar;
use crate::steps::source::files_of;
use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use ingest::FileSummary;
use terms::{InputRecord, TableName, WaterfallRow};
use warehouse::Warehouse;

/// Every file that was read, and what each rule did to each population.
pub(crate) struct Accounts {
    pub(crate) inputs: Vec<InputRecord>,
    pub(crate) waterfall: Vec<WaterfallRow>,
}

impl Accounts {
    /// Those of a run whose audit tables exist; not read where the last run said the same of the same tables.
    pub(crate) fn of(
        known: &SoFar<'_>,
        warehouse: &Warehouse,
        earlier: &Earlier,
    ) -> Result<Self, EngineError> {
        let (files, waterfall_table) = (known.record(&audit("files")?)?, known.record(&audit("waterfall")?)?);
        if let Some(last) = earlier.said_of(&[&files, &waterfall_table]) {
            return Ok(Self { inputs: last.inputs.clone(), waterfall: last.waterfall.clone() });
        }
        Ok(Self { inputs: inputs(known, warehouse)?, waterfall: waterfall(known, warehouse)? })
    }
}

fn audit(table: &str) -> Result<TableName, EngineError> {
    Ok(TableName::new("audit", table)?)
}

fn inputs(known: &SoFar<'_>, warehouse: &Warehouse) -> Result<Vec<InputRecord>, EngineError> {
    let mut inputs = Vec::new();
    for rows in read_table(warehouse, &known.record(&audit("files")?)?)? {
        let input = |(source, file): (String, FileSummary)| InputRecord {
            source,
            file: file.file,
            sha256: file.sha256,
            format: file.format,
            bytes: file.bytes,
            records: file.records,
            staged: file.staged,
            quarantined: file.quarantined,
        };
        inputs.extend(files_of(&rows)?.into_iter().map(input));
    }
    Ok(inputs)
}

fn waterfall(known: &SoFar<'_>, warehouse: &Warehouse) -> Result<Vec<WaterfallRow>, EngineError> {
    let columns = "round, rule, population, step, rows_in, merged, removed, added, moved_in, moved_out, updated, rows_out";
    let mut rows = Vec::new();
    for batch in read_table(warehouse, &known.record(&audit("waterfall")?)?)? {
        let place = |name| batch.schema_ref().index_of(name);
        let batch = batch.project(&columns.split(", ").map(place).collect::<Result<Vec<_>, _>>()?)?;
        let (round, rule, population) = (text(&batch, 0)?, text(&batch, 1)?, text(&batch, 2)?);
        for row in 0..batch.num_rows() {
            let number = |column: usize| batch.column(column).as_primitive::<Int64Type>().value(row);
            rows.push(WaterfallRow {
                round: round.value(row).to_owned(),
                rule: rule.value(row).to_owned(),
                population: population.value(row).to_owned(),
                step: u32::try_from(number(3)).unwrap_or(0),
                rows_in: number(4),
                merged: number(5),
                removed: number(6),
                added: number(7),
                moved_in: number(8),
                moved_out: number(9),
                updated: number(10),
                rows_out: number(11),
            });
        }
    }
    Ok(rows)
}
