//! All tables of a study against the files that it names as published.

use super::{Comparison, Known, Summary, compare};
use crate::{PrintedTable, ReportError};
use study::{Appendix, Study, UnreachedList, Verify};

/// The comparison of all tables with the print, whose files are read from the study's folder; none if the study has no print.
///
/// # Errors
/// A published file that cannot be read, and what [`compare`] refuses.
pub fn verified<'s, 't>(
    study: &'s Study,
    tables: impl IntoIterator<Item = (&'s Appendix, &'t PrintedTable)>,
) -> Result<Option<Summary>, ReportError> {
    let Some(verify) = &study.verify else { return Ok(None) };
    let comparisons = compared(study, verify, tables)?.into_iter().map(|(_, compared)| compared).collect();
    Ok(Some(Summary::new(comparisons, &known(verify))))
}

/// Each table that was published, with its comparison; the published files are read from the study's folder.
///
/// # Errors
/// A published file that cannot be read, and what [`compare`] refuses.
pub fn compared<'s, 't>(
    study: &Study,
    verify: &Verify,
    tables: impl IntoIterator<Item = (&'s Appendix, &'t PrintedTable)>,
) -> Result<Vec<(&'s Appendix, Comparison)>, ReportError> {
    let mut comparisons = Vec::new();
    for (appendix, table) in tables {
        if let Some(published) = &appendix.presentation.published {
            let file = study.folder.join(&verify.published).join(&published.file);
            let bytes = std::fs::read(&file)
                .map_err(|source| ReportError::ReadPublished { file: file.display().to_string(), source })?;
            let name = appendix.model.table.table();
            let compared = compare(name, &appendix.presentation, table, &bytes, &known(verify))?;
            comparisons.push((appendix, compared));
        }
    }
    Ok(comparisons)
}

fn known(verify: &Verify) -> Known<'_> {
    let unreached = verify.unreached.as_ref().map_or(&[][..], |list: &UnreachedList| &list.entries);
    Known { misprints: &verify.misprints, unreached }
}
