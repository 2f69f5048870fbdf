//! A table ready to be set: by a word processor or on a page.

use super::{List, Marks};
use crate::{CellKind, HeaderCell, PrintedTable};

/// A table of the book, whichever it is: every text with the sign behind it.
pub(crate) struct SetTable<'a> {
    /// Its title or caption.
    pub(crate) title: &'a str,
    /// Header rows, top to bottom.
    pub(crate) header: Vec<Vec<HeaderCell>>,
    /// What each column holds.
    pub(crate) kinds: Vec<CellKind>,
    /// Its rows.
    pub(crate) rows: Vec<SetRow<'a>>,
}

/// A row of it.
pub(crate) enum SetRow<'a> {
    /// A heading over all columns.
    Heading(&'a str),
    /// Cells with the signs behind them.
    Cells(Vec<(&'a str, &'static str)>),
    /// The last row, which adds up the others.
    Total(Vec<(&'a str, &'static str)>),
}

impl<'a> SetTable<'a> {
    /// A printed table with the signs behind its cells.
    pub(crate) fn printed(table: &'a PrintedTable, marks: &Marks) -> Self {
        let mut rows = Vec::new();
        for row in &table.rows {
            rows.extend(row.heading.as_deref().map(SetRow::Heading));
            let cells = row.cells.iter().map(|cell| (cell.text.as_str(), marks.at(cell).unwrap_or_default()));
            rows.push(SetRow::Cells(cells.collect()));
        }
        let kinds = table.columns.iter().map(|column| column.kind).collect();
        Self { title: &table.title, header: table.header.clone(), kinds, rows }
    }

    /// A table of a page.
    pub(crate) fn list(list: &'a List) -> Self {
        fn cells(texts: &[String]) -> Vec<(&str, &'static str)> {
            texts.iter().map(|text| (text.as_str(), "")).collect()
        }
        let label = |(column, (label, _)): (usize, &(&str, CellKind))| HeaderCell {
            text: (*label).to_owned(),
            column,
            columns: 1,
            rows: 1,
        };
        let header = vec![list.header.iter().enumerate().map(label).collect()];
        let kinds = list.header.iter().map(|(_, kind)| *kind).collect();
        let rows = list.rows.iter().map(|row| SetRow::Cells(cells(row)));
        let rows = rows.chain(list.total.as_deref().map(|total| SetRow::Total(cells(total))));
        Self { title: &list.caption, header, kinds, rows: rows.collect() }
    }

    /// The cells of all rows that have some.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &Vec<(&'a str, &'static str)>> {
        self.rows.iter().filter_map(|row| match row {
            SetRow::Cells(cells) | SetRow::Total(cells) => Some(cells),
            SetRow::Heading(_) => None,
        })
    }
}
