mod text;

use crate::args::DiffArgs;
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, table};
use ::report::{ChangedCell, PrintedTable, changed_cells};
use engine::{Because, Diff, DiffOptions, Explainer};
use serde::Serialize;
use std::sync::Arc;
use study::{Appendix, Study};
use terms::{Manifest, TableName};
use warehouse::Warehouse;

/// What differs between two runs, the printed cells included.
#[derive(Serialize)]
pub(crate) struct Difference {
    #[serde(flatten)]
    diff: Diff,
    appendices: Vec<AppendixDiff>,
}

/// One appendix that is not printed alike.
#[derive(Serialize)]
struct AppendixDiff {
    appendix: String,
    /// Printed cells that differ, in all rows.
    cells: usize,
    /// Printed rows that differ.
    differing: usize,
    /// The first of them.
    rows: Vec<PrintedRowDiff>,
    /// Why its cells cannot be compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

/// One printed row that differs, and what of the differences stands behind it.
#[derive(Serialize)]
struct PrintedRowDiff {
    row: String,
    cells: Vec<ChangedCell>,
    because: Because,
}

pub(crate) fn diff(place: &Place, args: &DiffArgs, json: bool) -> Result<(), Failure> {
    let study = place.study()?;
    let (warehouse, _lease) = place.open_to_read()?;
    let (before, after) = pair(&warehouse, args)?;
    let options = DiffOptions { table: wanted(&study, args)?, limit: args.limit };
    let difference = between(&study, &warehouse, &before, &after, &options)?;
    if json { output::json(&difference) } else { output::text(&difference.text(&after, args.limit)) }
}

/// Compares two runs, and the appendices as the study prints them now.
pub(crate) fn between(
    study: &Study,
    warehouse: &Arc<Warehouse>,
    before: &Manifest,
    after: &Manifest,
    options: &DiffOptions,
) -> Result<Difference, Failure> {
    let diff = engine::diff(warehouse, before, after, options)?;
    let is_different = |appendix: &&Appendix| diff.tables.iter().any(|d| d.table == appendix.model.table);
    let differing: Vec<&Appendix> = study.appendices.iter().filter(is_different).collect();
    let mut appendices = Vec::new();
    if !differing.is_empty() {
        let explainer = Explainer::open(warehouse, before, after, &diff)?;
        for appendix in differing {
            if let Some(printed) = printed(warehouse, appendix, before, after)? {
                appendices.push(explained(appendix, printed, &explainer, options.limit)?);
            }
        }
    }
    appendices.retain(|appendix| appendix.cells > 0 || appendix.fault.is_some());
    Ok(Difference { diff, appendices })
}

/// The rows of an appendix that differ, the first of them with what stands behind the difference.
fn explained(
    appendix: &Appendix,
    printed: Result<Vec<ChangedCell>, String>,
    explainer: &Explainer<'_>,
    limit: usize,
) -> Result<AppendixDiff, Failure> {
    let table = &appendix.model.table;
    let (cells, fault) = match printed {
        Ok(cells) => (cells, None),
        Err(fault) => (Vec::new(), Some(fault)),
    };
    let count = cells.len();
    let place = |place: Option<usize>| place.map(|place| place as u64);
    let same_row =
        |a: &ChangedCell, b: &ChangedCell| (a.place_before, a.place_after) == (b.place_before, b.place_after);
    let all: Vec<&[ChangedCell]> = cells.chunk_by(same_row).collect();
    let mut rows = Vec::new();
    for cells in all.iter().take(limit) {
        let because = explainer.explain(table, place(cells[0].place_before), place(cells[0].place_after))?;
        rows.push(PrintedRowDiff { row: cells[0].row.clone(), cells: cells.to_vec(), because });
    }
    let appendix = table.table().to_owned();
    Ok(AppendixDiff { appendix, cells: count, differing: all.len(), rows, fault })
}

/// The printed cells of an appendix that differ, or why they cannot be compared; none if only one run has it.
fn printed(
    warehouse: &Warehouse,
    appendix: &Appendix,
    before: &Manifest,
    after: &Manifest,
) -> Result<Option<Result<Vec<ChangedCell>, String>>, Failure> {
    let name = &appendix.model.table;
    let mut tables = Vec::new();
    for run in [before, after] {
        let Ok(record) = table(run, name) else { return Ok(None) };
        let batches = engine::read_table(warehouse, record)?;
        match PrintedTable::new(&appendix.presentation, &batches) {
            Ok(printed) => tables.push(printed),
            Err(fault) => return Ok(Some(Err(format!("run {}: {fault}", run.run)))),
        }
    }
    Ok(Some(Ok(changed_cells(&tables[0], &tables[1]))))
}

/// The two runs: as named, else the current one and the published one before it.
fn pair(warehouse: &Warehouse, args: &DiffArgs) -> Result<(Arc<Manifest>, Arc<Manifest>), Failure> {
    let current = || {
        let none = || Failure::Usage("no run is published yet; run the study with: herkomst run".into());
        warehouse.current()?.ok_or_else(none)
    };
    let (before, after) = match (args.before, args.after) {
        (Some(before), Some(after)) => (before, after),
        (Some(before), None) => (before, current()?),
        _ => {
            let current = current()?;
            (published_before(warehouse, current)?, current)
        }
    };
    warehouse.require_kept(before)?;
    warehouse.require_kept(after)?;
    Ok((warehouse.manifest(before)?, warehouse.manifest(after)?))
}

fn published_before(warehouse: &Warehouse, current: u64) -> Result<u64, Failure> {
    for run in warehouse.runs()?.iter().rev().filter(|run| run.number < current) {
        if warehouse.manifest_of(run)?.published {
            return Ok(run.number);
        }
    }
    Err(Failure::Usage(format!("no run was published before run {current}; name two runs to compare")))
}

/// The table that is asked for: an appendix by its name, or schema.table.
fn wanted(study: &Study, args: &DiffArgs) -> Result<Option<TableName>, Failure> {
    args.table.as_ref().map(|name| super::find::name(study, name)).transpose()
}
