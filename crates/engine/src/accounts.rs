//! What a manifest says of deliveries and rounds, read off the audit tables.

use crate::cells::text;
use crate::earlier::Earlier;
use crate::error::EngineError;
use crate::objects::read_table;
use crate::so_far::SoFar;
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use terms::{InputRecord, ObjectHash, TableName, WaterfallRow};
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
    let columns = "source, file, sha256, format, bytes, records, staged, quarantined";
    for batch in audit_rows(known, warehouse, "files", columns)? {
        let number = |column: usize, row: usize| -> u64 {
            u64::try_from(batch.column(column).as_primitive::<Int64Type>().value(row)).unwrap_or(0)
        };
        let (source, file, sha256, format) =
            (text(&batch, 0)?, text(&batch, 1)?, text(&batch, 2)?, text(&batch, 3)?);
        for row in 0..batch.num_rows() {
            inputs.push(InputRecord {
                source: source.value(row).to_owned(),
                file: file.value(row).to_owned(),
                sha256: ObjectHash::try_from(sha256.value(row).to_owned())
                    .map_err(|e| EngineError::Bug(e.to_string()))?,
                format: format.value(row).to_owned(),
                bytes: number(4, row),
                records: number(5, row),
                staged: number(6, row),
                quarantined: number(7, row),
            });
        }
    }
    Ok(inputs)
}

fn waterfall(known: &SoFar<'_>, warehouse: &Warehouse) -> Result<Vec<WaterfallRow>, EngineError> {
    let columns = "round, rule, population, step, rows_in, merged, removed, added, moved_in, moved_out, updated, rows_out";
    let mut rows = Vec::new();
    for batch in audit_rows(known, warehouse, "waterfall", columns)? {
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

/// Columns of an audit table, in the stored order.
fn audit_rows(
    known: &SoFar<'_>,
    warehouse: &Warehouse,
    table: &str,
    columns: &str,
) -> Result<Vec<RecordBatch>, EngineError> {
    let batches = read_table(warehouse, &known.record(&audit(table)?)?)?;
    batches
        .into_iter()
        .map(|batch| {
            let places = columns
                .split(", ")
                .map(|name| batch.schema().index_of(name))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(batch.project(&places)?)
        })
        .collect()
}
