mod text;

use crate::args::DiffArgs;
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, table};
use ::report::{ChangedCell, PrintedTable, changed_cells};
use engine::{Diff, DiffOptions};
use serde::Serialize;
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
    cells: Vec<ChangedCell>,
    /// Why its cells cannot be compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

pub(crate) fn diff(place: &Place, args: &DiffArgs, json: bool) -> Result<(), Failure> {
    let study = place.study()?;
    let warehouse = place.open_warehouse()?;
    let (before, after) = pair(&warehouse, args)?;
    let options = DiffOptions { table: wanted(&study, args)?, limit: args.limit };
    let difference = between(&study, &warehouse, &before, &after, &options)?;
    if json { output::json(&difference) } else { output::text(&difference.text(&after, args.limit)) }
}

/// Compares two runs, and the appendices as the study prints them now.
pub(crate) fn between(
    study: &Study,
    warehouse: &Warehouse,
    before: &Manifest,
    after: &Manifest,
    options: &DiffOptions,
) -> Result<Difference, Failure> {
    let diff = engine::diff(warehouse, before, after, options)?;
    let mut appendices = Vec::new();
    for appendix in &study.appendices {
        if diff.tables.iter().any(|differing| differing.table == appendix.model.table) {
            appendices.extend(printed(warehouse, appendix, before, after)?);
        }
    }
    Ok(Difference { diff, appendices })
}

/// The printed cells of an appendix that differ; none if it differs in what is not printed, or if only one run has it.
fn printed(
    warehouse: &Warehouse,
    appendix: &Appendix,
    before: &Manifest,
    after: &Manifest,
) -> Result<Option<AppendixDiff>, Failure> {
    let name = &appendix.model.table;
    let read = |run: &Manifest| -> Result<Result<PrintedTable, ::report::ReportError>, Failure> {
        let batches = engine::read_table(warehouse, table(run, name)?)?;
        Ok(PrintedTable::new(&appendix.presentation, &batches))
    };
    if [before, after].iter().any(|run| table(run, name).is_err()) {
        return Ok(None);
    }
    let appendix = name.table().to_owned();
    let (cells, fault) = match (read(before)?, read(after)?) {
        (Ok(before), Ok(after)) => (changed_cells(&before, &after), None),
        (Err(fault), _) => (Vec::new(), Some(format!("run {}: {fault}", before.run))),
        (_, Err(fault)) => (Vec::new(), Some(format!("run {}: {fault}", after.run))),
    };
    let differs = !cells.is_empty() || fault.is_some();
    Ok(differs.then_some(AppendixDiff { appendix, cells, fault }))
}

/// The two runs: as named, else the current one and the published one before it.
fn pair(warehouse: &Warehouse, args: &DiffArgs) -> Result<(Manifest, Manifest), Failure> {
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
    args.table.as_ref().map(|name| super::table_name(study, name)).transpose()
}
