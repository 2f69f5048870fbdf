//! Signs behind cells that are not as they are printed.

use crate::{Comparison, Difference, PrintedCell, labels};
use std::collections::BTreeMap;

/// What the reader is told at the cells of one table. The sign is no part of the cell's value: a copy of the value, a
/// number in a workbook and a file of texts do not have it.
#[derive(Clone, Debug, Default)]
pub struct Marks<'a> {
    cells: BTreeMap<(&'a str, &'a str), &'static str>,
    /// Signs in use and what they mean, in the order of the reader's interest.
    pub legend: Vec<(&'static str, &'static str)>,
}

impl<'a> Marks<'a> {
    /// The sign of a misprint.
    pub const MISPRINT: &'static str = labels::MISPRINT_MARK;
    /// The sign of what invented data does not reach.
    pub const UNREACHED: &'static str = labels::UNREACHED_MARK;
    /// The sign of a difference that nothing explains.
    pub const UNEXPLAINED: &'static str = labels::UNEXPLAINED_MARK;

    /// The signs of a table, none if it was not compared.
    pub fn of(comparison: Option<&'a Comparison>) -> Self {
        let mut marks = Self::default();
        let Some(comparison) = comparison else { return marks };
        let misprints = comparison.misprints.iter().map(|known| &known.difference);
        let unreached = comparison.unreached.iter().map(|known| &known.difference);
        let unexplained = comparison.differences.iter();
        marks.put(misprints, (labels::MISPRINT_MARK, labels::MISPRINT_LEGEND));
        marks.put(unreached, (labels::UNREACHED_MARK, labels::UNREACHED_LEGEND));
        marks.put(unexplained, (labels::UNEXPLAINED_MARK, labels::UNEXPLAINED_LEGEND));
        marks
    }

    /// The sign behind a cell, if any.
    pub fn at(&self, cell: &PrintedCell) -> Option<&'static str> {
        self.cells.get(&(cell.key.as_str(), cell.column.as_str())).copied()
    }

    fn put(
        &mut self,
        differences: impl Iterator<Item = &'a Difference>,
        (sign, meaning): (&'static str, &'static str),
    ) {
        // A whole row or column is no place for a sign; the page of differences has it.
        let places = differences.filter(|d| !d.row.is_empty() && !d.column.is_empty());
        let before = self.cells.len();
        self.cells.extend(places.map(|d| ((d.row.as_str(), d.column.as_str()), sign)));
        if self.cells.len() > before {
            self.legend.push((sign, meaning));
        }
    }
}
