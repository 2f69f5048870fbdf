use crate::args::VerifyArgs;
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, chosen, table};
use report::{PrintedTable, Summary};
use std::path::Path;
use study::{Appendix, Study, Unreached};
use terms::Manifest;
use warehouse::Warehouse;

pub(crate) fn verify(place: &Place, args: &VerifyArgs, json: bool) -> Result<(), Failure> {
    let mut study = place.study()?;
    let (warehouse, _lease) = place.open_to_read()?;
    let manifest = chosen(&warehouse, &args.choice)?;
    if args.accept_unreached {
        if manifest.is_side_run() {
            return Err(Failure::Usage(format!(
                "run {} left out {}: what it does not reach says nothing of the study",
                manifest.run,
                manifest.without.join(", ")
            )));
        }
        study = accept(place, study, &warehouse, &manifest)?;
    }
    let tables = printed(&study, &warehouse, &manifest)?;
    let Some(summary) = report::verified(&study, pairs(&tables))? else {
        return Err(nothing_to_compare(&study));
    };
    if json {
        output::json(&summary)?;
    } else {
        let rows = if args.rows { summary.rows_text() } else { String::new() };
        output::text(&format!("{}{rows}", summary.text(output::width())))?;
    }
    if summary.is_clean() { Ok(()) } else { Err(Failure::Differs(faults(&summary))) }
}

fn nothing_to_compare(study: &Study) -> Failure {
    Failure::Usage(format!("study {} names no published tables to verify against", study.name))
}

fn faults(summary: &Summary) -> String {
    let (cells, differ) = match summary.differences {
        1 => ("cell", "differs"),
        _ => ("cells", "differ"),
    };
    let stale = match summary.stale {
        1 => "1 explanation is stale".to_owned(),
        stale => format!("{stale} explanations are stale"),
    };
    let mut text = format!("{} printed {cells} {differ} without explanation, {stale}", summary.differences);
    if summary.contradictions > 0 {
        let values = match summary.contradictions {
            1 => "1 printed p-value contradicts what is printed beside it".to_owned(),
            more => format!("{more} printed p-values contradict what is printed beside them"),
        };
        text.push_str(&format!(", {values}"));
    }
    text
}

/// Writes the list of what the synthetic data does not reach anew, and reads the study again.
fn accept(place: &Place, study: Study, warehouse: &Warehouse, manifest: &Manifest) -> Result<Study, Failure> {
    let Some(verify) = &study.verify else { return Err(nothing_to_compare(&study)) };
    let Some(list) = &verify.unreached else {
        return Err(Failure::Usage(format!(
            "study {} has no list of what its data does not reach; name a CSV file as `unreached` under `verify`, with \
             the line {}",
            study.name,
            Unreached::COLUMNS.join(",")
        )));
    };
    let tables = printed(&study, warehouse, manifest)?;
    let mut entries = Vec::new();
    for (appendix, compared) in report::compared(&study, verify, pairs(&tables))? {
        entries.extend(report::unreached(&appendix.presentation, &compared, &list.entries));
    }
    replace(&study.folder.join(&list.file), &report::unreached_csv(&entries)?)?;
    place.study()
}

/// Puts new contents in place of a file, wholly or not at all.
fn replace(path: &Path, contents: &[u8]) -> Result<(), Failure> {
    let partial = path.with_extension("partial");
    std::fs::write(&partial, contents).map_err(|error| Failure::io(&partial, &error))?;
    std::fs::rename(&partial, path).map_err(|error| Failure::io(path, &error))
}

/// Every appendix of a run, as printed.
pub(crate) fn printed<'s>(
    study: &'s Study,
    warehouse: &Warehouse,
    manifest: &Manifest,
) -> Result<Vec<(&'s Appendix, PrintedTable)>, Failure> {
    study
        .appendices
        .iter()
        .map(|appendix| {
            let batches = engine::read_table(warehouse, table(manifest, &appendix.model.table)?)?;
            Ok((appendix, PrintedTable::new(&appendix.presentation, &batches)?))
        })
        .collect()
}

/// The tables as the comparison takes them.
pub(crate) fn pairs<'s, 't>(
    tables: &'t [(&'s Appendix, PrintedTable)],
) -> impl Iterator<Item = (&'s Appendix, &'t PrintedTable)> {
    tables.iter().map(|(appendix, table)| (*appendix, table))
}
