//! Differences that the study knows of: misprints, and what its synthetic data does not reach.

use super::cell::number;
use super::outcome::{Difference, DifferenceKind, Explained, KnownList, NotReached, StaleEntry, StaleReason};
use super::published::fold;
use crate::PrintedTable;
use std::collections::BTreeMap;
use study::{Misprint, Reach, Unreached};

/// Everything that a study knows of differences from the print, for all its appendices.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// Errors of the print.
    pub misprints: &'a [Misprint],
    /// What synthetic data does not reach.
    pub unreached: &'a [Unreached],
}

/// What a difference turned out to be.
pub(super) enum Explanation {
    Misprint(Explained),
    NotReached(NotReached),
    None(Difference),
}

/// The entries of one appendix, each with whether it was needed.
pub(super) struct Entries<'a> {
    misprints: Vec<(&'a Misprint, bool)>,
    unreached: Vec<(&'a Unreached, bool)>,
    reach: Option<&'a Reach>,
}

impl<'a> Entries<'a> {
    pub(super) fn of(appendix: &str, known: &Known<'a>, reach: Option<&'a Reach>) -> Self {
        Self {
            misprints: known
                .misprints
                .iter()
                .filter(|entry| entry.appendix == appendix)
                .map(|entry| (entry, false))
                .collect(),
            unreached: known
                .unreached
                .iter()
                .filter(|entry| entry.appendix == appendix)
                .map(|entry| (entry, false))
                .collect(),
            reach,
        }
    }

    /// What should have been printed, where a misprint says so of a column that the data may fail to reach.
    ///
    /// There the print can be wrong and the data beside it as well; elsewhere a misprint explains one difference.
    pub(super) fn correction(&mut self, row: &str, column: &str, printed: &str) -> Option<String> {
        if !self.reach?.columns().any(|reached| reached == column) {
            return None;
        }
        let corrects =
            |m: &Misprint| fold(&m.row) == row && m.column == column && fold(&m.printed) == printed;
        let (misprint, needed) = self.misprints.iter_mut().find(|(misprint, _)| corrects(misprint))?;
        *needed = true;
        Some(fold(&misprint.produced))
    }

    pub(super) fn explain(&mut self, difference: Difference) -> Explanation {
        let same_cell = |row: &str, column: &str, printed: &str, produced: &str| {
            fold(row) == difference.row
                && column == difference.column
                && fold(printed) == difference.printed
                && fold(produced) == difference.produced
        };
        let explains = |m: &Misprint| same_cell(&m.row, &m.column, &m.printed, &m.produced);
        if let Some((misprint, needed)) = self.misprints.iter_mut().find(|(m, _)| explains(m)) {
            *needed = true;
            return Explanation::Misprint(Explained {
                misprint: misprint.kind.clone(),
                explanation: misprint.explanation.clone(),
                difference,
            });
        }
        let accepts = |u: &Unreached| same_cell(&u.row, &u.column, &u.printed, &u.produced);
        let reach = self.reach.filter(|reach| is_acceptable(reach, &difference));
        match (reach, self.unreached.iter_mut().find(|(u, _)| accepts(u))) {
            (Some(reach), Some((entry, needed))) => {
                *needed = true;
                let reason = if entry.reason.is_empty() { &reach.reason } else { &entry.reason };
                let distance = distance(&difference.printed, &difference.produced);
                Explanation::NotReached(NotReached { distance, reason: reason.clone(), difference })
            }
            _ => Explanation::None(difference),
        }
    }

    /// The entries that were not needed; `seen` are the differences that were found.
    pub(super) fn stale(
        &self,
        seen: &[&Difference],
        table: &PrintedTable,
        produced: &BTreeMap<String, usize>,
    ) -> Vec<StaleEntry> {
        let why = |row: &str, column: &str| why_stale(&fold(row), column, seen, table, produced);
        let misprints = self.misprints.iter().filter(|(_, needed)| !needed).map(|(entry, _)| StaleEntry {
            list: KnownList::Misprints,
            appendix: entry.appendix.clone(),
            row: entry.row.clone(),
            column: entry.column.clone(),
            line: entry.line,
            reason: why(&entry.row, &entry.column),
        });
        let unreached = self.unreached.iter().filter_map(|(entry, needed)| {
            let reason = if *needed {
                let found = distance(&fold(&entry.printed), &fold(&entry.produced));
                (found != entry.distance).then_some(StaleReason::OtherDistance { distance: found })?
            } else {
                why(&entry.row, &entry.column)
            };
            Some(stale_unreached(entry, reason))
        });
        misprints.chain(unreached).collect()
    }
}

/// An entry of the list of what is not reached, as stale.
pub(super) fn stale_unreached(entry: &Unreached, reason: StaleReason) -> StaleEntry {
    StaleEntry {
        list: KnownList::Unreached,
        appendix: entry.appendix.clone(),
        row: entry.row.clone(),
        column: entry.column.clone(),
        line: entry.line,
        reason,
    }
}

/// Whether a difference is one of values in a column that the data may fail to reach.
pub(super) fn is_acceptable(reach: &Reach, difference: &Difference) -> bool {
    difference.kind == DifferenceKind::Value && reach.columns().any(|column| column == difference.column)
}

/// Produced less printed; empty where one of them is no number.
pub(super) fn distance(printed: &str, produced: &str) -> String {
    let difference = number(produced).zip(number(printed)).and_then(|(a, b)| a.minus(&b));
    difference.map_or(String::new(), |difference| {
        let sign = if difference.is_negative() { "-" } else { "+" };
        let point = if difference.decimals() > 0 { "." } else { "" };
        format!("{sign}{}{point}{}", difference.integer_digits(), difference.fraction_digits())
    })
}

fn why_stale(
    row: &str,
    column: &str,
    seen: &[&Difference],
    table: &PrintedTable,
    produced: &BTreeMap<String, usize>,
) -> StaleReason {
    if let Some(found) = seen.iter().find(|difference| difference.row == row && difference.column == column) {
        return StaleReason::OtherTexts { printed: found.printed.clone(), produced: found.produced.clone() };
    }
    match produced.get(row).map(|place| table.rows[*place].cell(column)) {
        None => StaleReason::NoSuchRow,
        Some(None) => StaleReason::NoSuchColumn,
        Some(Some(cell)) => StaleReason::NoDifference { text: cell.text.clone() },
    }
}
