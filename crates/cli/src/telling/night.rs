//! The report of a committed run, from the warehouse.

use crate::commands::run::one_line;
use crate::failure::Failure;
use crate::place::table;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use report::{NightEnd, NightReport, QuarantineCount};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use terms::{Manifest, TableName};
use warehouse::Warehouse;

/// A committed run beside the published run before it.
pub(crate) fn night_report(
    warehouse: &Warehouse,
    run: &Manifest,
    end: NightEnd,
) -> Result<NightReport, Failure> {
    let before = published_before(warehouse, run)?;
    let quarantine = match warehouse.require_kept(run.run) {
        Ok(()) => Some(quarantine(warehouse, run)?),
        Err(warehouse::Error::Collected { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(NightReport::new(run, before.as_deref(), quarantine, end))
}

/// How a run ended, as its manifest tells it.
pub(crate) fn end_of(run: &Manifest, exit_code: u8) -> NightEnd {
    let time = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
    let seconds = match (time(&run.started), time(&run.finished)) {
        (Some(from), Some(to)) => u64::try_from((to - from).num_seconds()).ok(),
        _ => None,
    };
    NightEnd { exit_code, summary: one_line(run), message: None, seconds }
}

/// The newest run before this one that was published; none if there is none.
fn published_before(warehouse: &Warehouse, run: &Manifest) -> Result<Option<Arc<Manifest>>, Failure> {
    for earlier in warehouse.runs()?.iter().rev().skip_while(|earlier| earlier.number >= run.run) {
        let manifest = warehouse.manifest_of(earlier)?;
        if manifest.published {
            return Ok(Some(manifest));
        }
    }
    Ok(None)
}

/// File, column and reason of a fault, after the source.
type Kind = (String, String, Option<String>, String);

/// What is in quarantine, counted; the values stay where they are.
fn quarantine(warehouse: &Warehouse, run: &Manifest) -> Result<Vec<QuarantineCount>, Failure> {
    let name = TableName::new("audit", "quarantine").map_err(|error| Failure::Usage(error.to_string()))?;
    let mut records: BTreeMap<Kind, BTreeSet<(Option<String>, i64)>> = BTreeMap::new();
    for batch in engine::read_table(warehouse, table(run, &name)?)? {
        let text = |column: &str, row: usize| text(&batch, column, row);
        let Some(lines) =
            batch.column_by_name("line").and_then(|lines| lines.as_primitive_opt::<Int64Type>())
        else {
            continue;
        };
        for row in 0..batch.num_rows() {
            let of = |column: &str| text(column, row).unwrap_or_default();
            let kind = (of("source"), of("file"), text("column", row), of("reason_code"));
            records.entry(kind).or_default().insert((text("sheet", row), lines.value(row)));
        }
    }
    let count = |((source, file, column, reason), records): (Kind, BTreeSet<_>)| QuarantineCount {
        source,
        file,
        column,
        reason,
        records: records.len() as u64,
    };
    Ok(records.into_iter().map(count).collect())
}

/// A text of a row; none if it is null.
fn text(batch: &RecordBatch, column: &str, row: usize) -> Option<String> {
    let texts = batch.column_by_name(column)?;
    match texts.as_string_view_opt() {
        Some(texts) => texts.is_valid(row).then(|| texts.value(row).to_owned()),
        None => {
            let texts = texts.as_string_opt::<i32>()?;
            texts.is_valid(row).then(|| texts.value(row).to_owned())
        }
    }
}
