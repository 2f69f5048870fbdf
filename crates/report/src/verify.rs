//! Comparison of produced tables with what was printed.

mod accept;
mod cell;
mod known;
mod outcome;
mod published;
mod reach;
mod recompute;
mod summary;
mod whole;

use crate::{PrintedRow, PrintedTable, ReportError};
use cell::Likeness;
use known::{Entries, Explanation};
use published::{Published, PublishedColumn, PublishedRow, fold};
use reach::Cell;
use std::collections::{BTreeMap, BTreeSet};
use study::{Presentation, PublishedTable, Reach, Recompute};

pub use accept::{unreached, unreached_csv};
pub use known::Known;
pub use outcome::{
    Comparison, Difference, DifferenceKind, Explained, KnownList, NotReached, StaleEntry, StaleReason,
};
pub use reach::{ReachCounts, Reached, ReachedRow, RowStatus};
pub use recompute::{Finding, Recomputed, RecomputedRow};
pub use summary::Summary;
pub use whole::{compared, verified};

/// Compares every printed cell with the produced one of the same key and column, as text.
///
/// The file's columns are compared with the appendix's columns of the same name or of the name given
/// in the presentation, shown or not; all except those that the presentation ignores and
/// `seed_lines`, which says where the transcription found the row. Runs of blanks count as one. Of what is
/// known, entries of other appendices are passed over.
///
/// A table of statistical tests (`published.reach`) is also told row by row, and its printed p-values are computed
/// again (`published.recompute`).
///
/// Errors: the presentation has no published table or names a column that the file or the query does not have, the
/// file is not CSV, a key occurs twice, a number from which p is to be computed is none.
pub fn compare(
    appendix: &str,
    presentation: &Presentation,
    table: &PrintedTable,
    published_csv: &[u8],
    known: &Known<'_>,
) -> Result<Comparison, ReportError> {
    let declared = presentation
        .published
        .as_ref()
        .ok_or_else(|| ReportError::NotPublished { appendix: appendix.to_owned() })?;
    let published = Published::read(appendix, declared, published_csv)?;
    let produced = produced_places(appendix, declared, table)?;
    let mut compared = Compared::new(appendix, declared, known);
    let columns = compared.columns(table, &published);
    for printed in &published.rows {
        let row = produced.get(&printed.key).map(|place| &table.rows[*place]);
        compared.row(printed, &columns, row);
        if let (Some(recompute), Some(row)) = (&declared.recompute, row) {
            compared.recompute(recompute, printed, &published, row, table)?;
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
    known: Entries<'a>,
    reach: Option<&'a Reach>,
}

impl<'a> Compared<'a> {
    fn new(appendix: &str, declared: &'a PublishedTable, known: &Known<'a>) -> Self {
        let reach = declared.reach.as_ref();
        Self {
            result: Comparison {
                appendix: appendix.to_owned(),
                cells: 0,
                equal: 0,
                misprints: Vec::new(),
                unreached: Vec::new(),
                differences: Vec::new(),
                stale: Vec::new(),
                reached: reach.map(|_| reach::Reached::default()),
                recomputed: declared.recompute.as_ref().map(|_| recompute::Recomputed::default()),
                ignored: declared.ignore.clone(),
            },
            known: Entries::of(appendix, known, reach),
            reach,
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

    /// Compares a printed row with the produced one, if there is one.
    fn row(&mut self, printed: &PublishedRow, columns: &[&PublishedColumn], produced: Option<&PrintedRow>) {
        self.count(columns.len());
        let key = printed.key.as_str();
        let texts: Vec<[String; 3]> =
            columns.iter().map(|column| self.texts(printed, column, produced)).collect();
        let cells = columns.iter().zip(&texts).map(|(column, [printed, expected, produced])| Cell {
            column: &column.own,
            printed,
            expected,
            produced,
        });
        let cells: Vec<Cell<'_>> = cells.collect();
        if let (Some(reached), Some(reach)) = (&mut self.result.reached, self.reach) {
            reached.push(reach, key, &cells);
        }
        if produced.is_none() {
            return self.differ(key, "", key, "", DifferenceKind::MissingRow);
        }
        for cell in &cells {
            let kind = match (cell.printed == cell.produced, cell::likeness(cell.expected, cell.produced)) {
                (true, _) => {
                    self.result.equal += 1;
                    continue;
                }
                // As it should have been printed: how the misprint differs from that.
                (false, Likeness::Equal) => kind(cell::likeness(cell.printed, cell.produced)),
                (false, likeness) => kind(likeness),
            };
            self.differ(key, cell.column, cell.printed, cell.produced, kind);
        }
    }

    /// What is printed, what should have been, and what is produced.
    fn texts(
        &mut self,
        printed: &PublishedRow,
        column: &PublishedColumn,
        produced: Option<&PrintedRow>,
    ) -> [String; 3] {
        let text = fold(&printed.texts[column.place]);
        let produced = produced.and_then(|row| row.cell(&column.own)).map_or("", |cell| cell.text.as_str());
        let produced = fold(produced);
        // What is produced as it is printed needs no correction: an entry that gives one is then stale.
        let corrected =
            (text != produced).then(|| self.known.correction(&printed.key, &column.own, &text)).flatten();
        [text.clone(), corrected.unwrap_or(text), produced]
    }

    fn recompute(
        &mut self,
        declared: &Recompute,
        printed: &PublishedRow,
        published: &Published,
        produced: &PrintedRow,
        table: &PrintedTable,
    ) -> Result<(), ReportError> {
        let Some(recomputed) = &mut self.result.recomputed else { return Ok(()) };
        let of_print = |own: &str| {
            let column = published.columns.iter().find(|column| column.own == own);
            column.map(|column| fold(&printed.texts[column.place])).unwrap_or_default()
        };
        let of_query = |column: &str| {
            produced.cell(column).map(|cell| cell.text.as_str()).ok_or_else(|| ReportError::UnknownColumn {
                number: table.number,
                title: table.title.clone(),
                what: "published.recompute",
                column: column.to_owned(),
                returned: produced.columns().collect::<Vec<_>>().join(", "),
            })
        };
        let (statistic, df, p) =
            (of_print(&declared.statistic), of_print(&declared.df), of_print(&declared.p));
        let texts = recompute::Texts {
            row: &printed.key,
            statistic: &statistic,
            df: &df,
            p: &p,
            level: of_query(&declared.level)?,
            categories: of_query(&declared.categories)?,
        };
        let fault = |what, text: &str| ReportError::NotRecomputable {
            appendix: self.result.appendix.clone(),
            row: printed.key.clone(),
            what,
            text: text.to_owned(),
        };
        let known = &mut self.known;
        recomputed.push(&texts, || known.correction(&printed.key, &declared.p, &p), fault)
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
        match self.known.explain(difference) {
            Explanation::Misprint(explained) => self.result.misprints.push(explained),
            Explanation::NotReached(left) => self.result.unreached.push(left),
            Explanation::None(difference) => self.result.differences.push(difference),
        }
    }

    fn finish(mut self, table: &PrintedTable, produced: &BTreeMap<String, usize>) -> Comparison {
        let result = &self.result;
        let explained = result.misprints.iter().map(|explained| &explained.difference);
        let unreached = result.unreached.iter().map(|left| &left.difference);
        let seen: Vec<&Difference> = result.differences.iter().chain(explained).chain(unreached).collect();
        let stale = self.known.stale(&seen, table, produced);
        self.result.stale = stale;
        self.result
    }
}

fn kind(likeness: Likeness) -> DifferenceKind {
    match likeness {
        Likeness::Format => DifferenceKind::Format,
        Likeness::Equal | Likeness::Different => DifferenceKind::Value,
    }
}
