//! The texts of a table, each found by the place of its row and the name of its column.

use crate::{CellKind, PrintedTable};

/// The texts of a table by place and column, and what names each row for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableTexts {
    /// Names of the columns, the shown ones first.
    pub columns: Vec<String>,
    /// The cells of each row, in stored order.
    pub rows: Vec<Vec<String>>,
    /// What is printed in each row's key; none of a table that is not printed.
    pub keys: Vec<String>,
    /// What names each row: its key, and where that is a number, its first text; none of a table that is not printed.
    labels: Vec<String>,
}

impl TableTexts {
    /// The texts of a printed table, of columns that are not shown too.
    pub fn printed(table: &PrintedTable) -> Self {
        let mut texts = Self::default();
        for row in &table.rows {
            let cells = || row.cells.iter().chain(&row.hidden);
            texts.columns = cells().map(|cell| cell.column.clone()).collect();
            texts.rows.push(cells().map(|cell| cell.text.clone()).collect());
            let name = row.cells.iter().find(|cell| cell.kind == CellKind::Text && !cell.text.is_empty());
            // A number alone says little to people.
            let is_number = !row.key.is_empty() && row.key.bytes().all(|byte| byte.is_ascii_digit());
            texts.labels.push(match name.filter(|_| is_number) {
                Some(name) => format!("{} {:?}", row.key, name.text),
                None => format!("{:?}", row.key),
            });
            texts.keys.push(row.key.clone());
        }
        texts
    }

    /// The texts of a table that is not printed; `rows` have as many cells as there are columns.
    pub fn plain(columns: Vec<String>, rows: Vec<Vec<String>>) -> Self {
        Self { columns, rows, ..Self::default() }
    }

    /// What names a row, counted from 0, for people; in a table that is not printed, its number from 1.
    pub fn label(&self, place: i64) -> String {
        let row = usize::try_from(place).unwrap_or(usize::MAX);
        self.labels.get(row).cloned().unwrap_or_else(|| format!("{}", place.saturating_add(1)))
    }

    /// The text of a cell; `place` counts from 0.
    pub fn cell(&self, place: i64, column: &str) -> Option<&str> {
        let column = self.columns.iter().position(|name| name == column)?;
        self.rows.get(usize::try_from(place).ok()?)?.get(column).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_not_printed_are_named_by_their_number() {
        let texts = TableTexts::plain(vec!["a".into(), "b".into()], vec![vec!["1".into(), "2".into()]]);
        assert_eq!((texts.label(0).as_str(), texts.label(7).as_str()), ("1", "8"));
        assert_eq!(texts.cell(0, "b"), Some("2"));
        assert_eq!((texts.cell(0, "c"), texts.cell(1, "b"), texts.cell(-1, "b")), (None, None, None));
    }
}
