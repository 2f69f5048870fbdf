//! The list of what the synthetic data does not reach, written anew.

use super::known::{distance, is_acceptable};
use super::{Comparison, Difference};
use crate::ReportError;
use std::collections::BTreeMap;
use study::{Presentation, Unreached};

/// Every difference of a comparison that may be left because the data is invented, as entries of the study's list.
///
/// A cell that is in the list `earlier` with a reason of its own keeps it; the others have none, which stands for that
/// of the presentation.
/// Only values in the columns of `published.reach` count: rows, columns, their order and how a number is written are
/// not the data's. Lines are those of the entries among themselves, from 1.
pub fn unreached(
    presentation: &Presentation,
    compared: &Comparison,
    earlier: &[Unreached],
) -> Vec<Unreached> {
    let Some(reach) = presentation.published.as_ref().and_then(|published| published.reach.as_ref()) else {
        return Vec::new();
    };
    let reasons: BTreeMap<[&str; 3], &str> = earlier
        .iter()
        .map(|entry| ([&*entry.appendix, &*entry.row, &*entry.column], entry.reason.as_str()))
        .collect();
    let accepted = compared.unreached.iter().map(|left| &left.difference);
    let mut differences: Vec<&Difference> =
        accepted.chain(compared.differences.iter().filter(|other| is_acceptable(reach, other))).collect();
    let columns: Vec<&str> = reach.columns().collect();
    let place = |difference: &Difference| {
        let row = compared
            .reached
            .as_ref()
            .and_then(|reached| reached.rows.iter().position(|row| row.row == difference.row));
        (row, columns.iter().position(|column| *column == difference.column))
    };
    differences.sort_by_key(|difference| place(difference));
    (1..)
        .zip(differences)
        .map(|(line, d)| Unreached {
            appendix: d.appendix.clone(),
            row: d.row.clone(),
            column: d.column.clone(),
            printed: d.printed.clone(),
            produced: d.produced.clone(),
            distance: distance(&d.printed, &d.produced),
            reason: reasons.get(&[&*d.appendix, &*d.row, &*d.column]).copied().unwrap_or_default().to_owned(),
            line,
        })
        .collect()
}

/// The list as a CSV file in UTF-8, with its header.
///
/// Errors: the CSV writer refuses a row, which it does not.
pub fn unreached_csv(entries: &[Unreached]) -> Result<Vec<u8>, ReportError> {
    let fault = |source| ReportError::WriteUnreached { source };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(Unreached::COLUMNS).map_err(fault)?;
    for e in entries {
        let record = [&e.appendix, &e.row, &e.column, &e.printed, &e.produced, &e.distance, &e.reason];
        writer.write_record(record).map_err(fault)?;
    }
    writer.into_inner().map_err(|error| fault(error.into_error().into()))
}
