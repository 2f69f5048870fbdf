use crate::args::RunChoice;
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, chosen, table};
use report::{PrintedTable, Summary};
use study::{Appendix, Study};
use terms::Manifest;
use warehouse::Warehouse;

pub(crate) fn verify(place: &Place, choice: &RunChoice, json: bool) -> Result<(), Failure> {
    let study = place.study()?;
    let warehouse = place.open_warehouse()?;
    let manifest = chosen(&warehouse, choice)?;
    let tables = printed(&study, &warehouse, &manifest)?;
    let Some(summary) = summary(&study, &tables)? else {
        return Err(Failure::Usage(format!(
            "study {} names no published tables to verify against",
            study.name
        )));
    };
    if json {
        output::json(&summary)?;
    } else {
        output::text(&summary.text(output::width()))?;
    }
    if summary.is_clean() {
        Ok(())
    } else {
        Err(Failure::Differs(format!(
            "{} printed cells differ without explanation, {} explanations are stale",
            summary.differences, summary.stale
        )))
    }
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

/// The comparison with the print; none if the study has no print.
pub(crate) fn summary(
    study: &Study,
    tables: &[(&Appendix, PrintedTable)],
) -> Result<Option<Summary>, Failure> {
    let Some(verify) = &study.verify else { return Ok(None) };
    let mut comparisons = Vec::new();
    for (appendix, table) in tables {
        if let Some(published) = &appendix.presentation.published {
            let path = study.folder.join(&verify.published).join(&published.file);
            let bytes = std::fs::read(&path).map_err(|error| Failure::io(&path, &error))?;
            let name = appendix.model.table.table();
            comparisons.push(report::compare(
                name,
                &appendix.presentation,
                table,
                &bytes,
                &verify.misprints,
            )?);
        }
    }
    Ok(Some(Summary::new(comparisons, &verify.misprints)))
}
