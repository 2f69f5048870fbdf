//! Comparison of produced tables with what was printed.

mod cell;
mod outcome;
mod published;
mod summary;

use crate::{PrintedTable, ReportError};
use cell::Likeness;
use published::{Published, PublishedColumn, PublishedRow, fold};
use std::collections::{BTreeMap, BTreeSet};
use study::{Misprint, Presentation, PublishedTable};

pub use outcome::{Comparison, Difference, DifferenceKind, Explained, StaleMisprint, StaleReason};
pub use summary::Summary;

/// Compares every printed cell with the produced one of the same key and column, as text.
///
/// The file's columns are compared with the appendix's columns of the same name or of the name given
/// in the presentation, shown or not; all except those that the presentation ignores and
/// `seed_lines`, which says where the transcription found the row. Runs of blanks count as one. Of
/// `misprints`, those of other appendices are passed over.
///
/// Errors: the presentation has no published table or names a column that the file does not have, the
/// file is not CSV, a key occurs twice.
pub fn compare(
    appendix: &str,
    presentation: &Presentation,
    table: &PrintedTable,
    published_csv: &[u8],
    misprints: &[Misprint],
) -> Result<Comparison, ReportError> {
    let declared = presentation
        .published
        .as_ref()
        .ok_or_else(|| ReportError::NotPublished { appendix: appendix.to_owned() })?;
    let published = Published::read(appendix, declared, published_csv)?;
    let produced = produced_places(appendix, declared, table)?;
    let mut compared = Compared::new(appendix, declared, misprints);
    let columns = compared.columns(table, &published);
    for printed in &published.rows {
        match produced.get(&printed.key) {
            Some(&place) => compared.row(printed, &columns, &table.rows[place]),
            None => compared.missing_row(printed, columns.len()),
        }
    }
    let printed_keys: BTreeSet<&str> = published.rows.iter().map(|row| row.key.as_str()).collect();
    for row in table.rows.iter().map(|row| fold(&row.key)).filter(|key| !printed_keys.contains(key.as_str()))
    {
        compared.differ(&row, "", "", &row, DifferenceKind::ExtraRow);
    }
    compared.order(&declared.key, &published.rows, &produced);
    Ok(compared.finish(table, &produced))
}

/// Place of each produced row by its key.
fn produced_places(
    appendix: &str,
    declared: &PublishedTable,
    table: &PrintedTable,
) -> Result<BTreeMap<String, usize>, ReportError> {
    let mut places = BTreeMap::new();
    for (place, row) in table.rows.iter().enumerate() {
        if places.insert(fold(&row.key), place).is_some() {
            return Err(ReportError::DuplicateKey {
                appendix: appendix.to_owned(),
                place: "the query".into(),
                column: declared.key.clone(),
                key: row.key.clone(),
            });
        }
    }
    Ok(places)
}

/// A comparison under way.
struct Compared<'a> {
    result: Comparison,
    /// Explanations by row and column, each with whether it was needed.
    explanations: Vec<(&'a Misprint, bool)>,
}

impl<'a> Compared<'a> {
    fn new(appendix: &str, declared: &PublishedTable, misprints: &'a [Misprint]) -> Self {
        Self {
            result: Comparison {
                appendix: appendix.to_owned(),
                cells: 0,
                equal: 0,
                misprints: Vec::new(),
                differences: Vec::new(),
                stale: Vec::new(),
                ignored: declared.ignore.clone(),
            },
            explanations: misprints.iter().filter(|m| m.appendix == appendix).map(|m| (m, false)).collect(),
        }
    }

    /// The printed columns that can be compared; those that the query does not return are told.
    fn columns<'p>(&mut self, table: &PrintedTable, published: &'p Published) -> Vec<&'p PublishedColumn> {
        let is_there =
            |column: &&PublishedColumn| table.rows.first().is_none_or(|row| row.cell(&column.own).is_some());
        let (there, missing): (Vec<_>, Vec<_>) = published.columns.iter().partition(is_there);
        for column in missing {
            self.count(published.rows.len());
            self.differ("", &column.own, &column.printed, "", DifferenceKind::MissingColumn);
        }
        there
    }

    fn row(&mut self, printed: &PublishedRow, columns: &[&PublishedColumn], produced: &crate::PrintedRow) {
        self.count(columns.len());
        for column in columns {
            let printed_text = fold(&printed.texts[column.place]);
            let produced_text = fold(produced.cell(&column.own).map_or("", |cell| cell.text.as_str()));
            match cell::likeness(&printed_text, &produced_text) {
                Likeness::Equal => self.result.equal += 1,
                Likeness::Format => {
                    self.differ(
                        &printed.key,
                        &column.own,
                        &printed_text,
                        &produced_text,
                        DifferenceKind::Format,
                    );
                }
                Likeness::Different => {
                    self.differ(
                        &printed.key,
                        &column.own,
                        &printed_text,
                        &produced_text,
                        DifferenceKind::Value,
                    );
                }
            }
        }
    }

    fn missing_row(&mut self, printed: &PublishedRow, columns: usize) {
        self.count(columns);
        self.differ(&printed.key, "", &printed.key, "", DifferenceKind::MissingRow);
    }

    /// Reports the rows that stand elsewhere than printed, among the rows that are in both tables.
    fn order(&mut self, key_column: &str, printed: &[PublishedRow], produced: &BTreeMap<String, usize>) {
        let common: Vec<(&str, usize)> =
            printed.iter().filter_map(|row| Some((row.key.as_str(), *produced.get(&row.key)?))).collect();
        let mut sorted: Vec<usize> = common.iter().map(|(_, place)| *place).collect();
        sorted.sort_unstable();
        for (at, (key, place)) in common.iter().enumerate() {
            let rank = sorted.partition_point(|other| other < place);
            if rank != at {
                let (printed, produced) = ((at + 1).to_string(), (rank + 1).to_string());
                self.differ(key, key_column, &printed, &produced, DifferenceKind::RowOrder);
            }
        }
    }

    fn count(&mut self, cells: usize) {
        self.result.cells += cells as u64;
    }

    fn differ(&mut self, row: &str, column: &str, printed: &str, produced: &str, kind: DifferenceKind) {
        let difference = Difference {
            appendix: self.result.appendix.clone(),
            row: row.into(),
            column: column.into(),
            printed: printed.into(),
            produced: produced.into(),
            kind,
        };
        let explains = |m: &Misprint| {
            fold(&m.row) == row
                && m.column == column
                && fold(&m.printed) == printed
                && fold(&m.produced) == produced
        };
        match self.explanations.iter_mut().find(|(misprint, _)| explains(misprint)) {
            Some((misprint, needed)) => {
                *needed = true;
                self.result.misprints.push(Explained {
                    difference,
                    misprint: misprint.kind.clone(),
                    explanation: misprint.explanation.clone(),
                });
            }
            None => self.result.differences.push(difference),
        }
    }

    fn finish(mut self, table: &PrintedTable, produced: &BTreeMap<String, usize>) -> Comparison {
        let unneeded = self.explanations.iter().filter(|(_, needed)| !needed);
        let stale = unneeded.map(|(misprint, _)| StaleMisprint {
            appendix: misprint.appendix.clone(),
            row: misprint.row.clone(),
            column: misprint.column.clone(),
            line: misprint.line,
            reason: self.why_stale(misprint, table, produced),
        });
        let stale = stale.collect();
        self.result.stale = stale;
        self.result
    }

    fn why_stale(
        &self,
        misprint: &Misprint,
        table: &PrintedTable,
        produced: &BTreeMap<String, usize>,
    ) -> StaleReason {
        let row = fold(&misprint.row);
        let seen = |d: &&Difference| d.row == row && d.column == misprint.column;
        let explained = self.result.misprints.iter().map(|explained| &explained.difference);
        if let Some(found) = self.result.differences.iter().chain(explained).find(seen) {
            return StaleReason::OtherTexts {
                printed: found.printed.clone(),
                produced: found.produced.clone(),
            };
        }
        match produced.get(&row).map(|place| table.rows[*place].cell(&misprint.column)) {
            None => StaleReason::NoSuchRow,
            Some(None) => StaleReason::NoSuchColumn,
            Some(Some(cell)) => StaleReason::NoDifference { text: cell.text.clone() },
        }
    }
}
