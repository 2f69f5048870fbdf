//! Printed cells of one table that two runs print otherwise.

use crate::{CellKind, PrintedRow, PrintedTable};
use std::collections::{BTreeMap, BTreeSet};

/// A printed cell that is not the same in two runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct ChangedCell {
    /// Heading above its row, the key of the row, and its first text if that is another.
    pub row: String,
    /// Name of the column in the query.
    pub column: String,
    /// Header of the column.
    pub label: String,
    /// Text in the earlier run; none if it has no such row or column.
    pub before: Option<String>,
    /// Text in the later run; none if it has no such row or column.
    pub after: Option<String>,
    /// Place of the row in the earlier run, from 0.
    pub place_before: Option<usize>,
    /// Place of the row in the later run, from 0.
    pub place_after: Option<usize>,
}

/// Heading and key of a row, and how many such rows stand above it.
type Name<'t> = (&'t str, &'t str, usize);

/// The shown cells that differ, in the order of the later table, then those of rows that only the earlier has.
pub fn changed_cells(before: &PrintedTable, after: &PrintedTable) -> Vec<ChangedCell> {
    let (old, new) = (rows(before), rows(after));
    let gone = rows_in_order(before).into_iter().filter(|name| !new.contains_key(name));
    let mut cells = Vec::new();
    for name in rows_in_order(after).into_iter().chain(gone) {
        let (old, new) = (old.get(&name), new.get(&name));
        let mut seen = BTreeSet::new();
        for column in after.columns.iter().chain(&before.columns) {
            if !seen.insert(&column.name) {
                continue;
            }
            let text = |row: Option<&(usize, &PrintedRow)>| {
                let mut cells = row.into_iter().flat_map(|(_, row)| &row.cells);
                cells.find(|cell| cell.column == column.name).map(|cell| cell.text.clone())
            };
            let (before, after) = (text(old), text(new));
            if before != after {
                cells.push(ChangedCell {
                    row: label(&name, new.or(old).map(|(_, row)| *row)),
                    column: column.name.clone(),
                    label: column.label.clone(),
                    before,
                    after,
                    place_before: old.map(|(place, _)| *place),
                    place_after: new.map(|(place, _)| *place),
                });
            }
        }
    }
    cells
}

fn label((under, key, times): &Name<'_>, row: Option<&PrintedRow>) -> String {
    let heading = if under.is_empty() { String::new() } else { format!("{under} › ") };
    let mut texts = row.into_iter().flat_map(|row| &row.cells).filter(|cell| cell.kind == CellKind::Text);
    let first = texts
        .next()
        .map(|cell| cell.text.as_str())
        .filter(|text| text != key && text != under && !text.is_empty());
    let first = first.map(|text| format!(" {text}")).unwrap_or_default();
    let again = if *times == 0 { String::new() } else { format!(" ({})", times + 1) };
    format!("{heading}{key}{first}{again}")
}

fn rows_in_order(table: &PrintedTable) -> Vec<Name<'_>> {
    let mut seen = BTreeMap::<(&str, &str), usize>::new();
    let mut names = Vec::new();
    for row in &table.rows {
        let times = seen.entry((&row.under, &row.key)).or_default();
        names.push((row.under.as_str(), row.key.as_str(), *times));
        *times += 1;
    }
    names
}

fn rows(table: &PrintedTable) -> BTreeMap<Name<'_>, (usize, &PrintedRow)> {
    rows_in_order(table).into_iter().zip(table.rows.iter().enumerate()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{PrintedCell, PrintedColumn};

    fn table(rows: &[(&str, &str, &str)]) -> PrintedTable {
        let column = |name: &str| PrintedColumn {
            name: name.into(),
            label: name.to_uppercase(),
            kind: CellKind::Text,
            format: None,
            printed: true,
        };
        let cell = |key: &str, column: &str, text: &str| PrintedCell {
            key: key.into(),
            column: column.into(),
            text: text.into(),
            kind: CellKind::Text,
            value: None,
            marker: String::new(),
        };
        let row = |(under, key, n): &(&str, &str, &str)| PrintedRow {
            key: (*key).into(),
            heading: None,
            under: (*under).into(),
            cells: vec![cell(key, "key", key), cell(key, "n", n)],
            hidden: Vec::new(),
        };
        PrintedTable {
            number: 1,
            title: "T".into(),
            header: Vec::new(),
            columns: vec![column("key"), column("n")],
            rows: rows.iter().map(row).collect(),
            heading_column: None,
            notes: Vec::new(),
            unplaced_markers: Vec::new(),
        }
    }

    fn told(before: &[(&str, &str, &str)], after: &[(&str, &str, &str)]) -> Vec<String> {
        let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".into());
        changed_cells(&table(before), &table(after))
            .iter()
            .map(|c| format!("{} {} {} → {}", c.row, c.column, shown(&c.before), shown(&c.after)))
            .collect()
    }

    #[test]
    fn rows_are_the_same_by_heading_and_key_wherever_they_stand() {
        let before = [("", "a", "1"), ("", "b", "2"), ("later", "a", "3")];
        let after = [("", "b", "2"), ("", "a", "5"), ("later", "a", "3")];
        assert_eq!(told(&before, &after), ["a n 1 → 5"]);
        assert_eq!(told(&before, &before), Vec::<String>::new());
    }

    #[test]
    fn rows_that_come_and_go_are_told_cell_by_cell() {
        let told = told(&[("h", "a", "1")], &[("h", "b", "2")]);
        assert_eq!(told, ["h › b key – → b", "h › b n – → 2", "h › a key a → –", "h › a n 1 → –"]);
    }

    #[test]
    fn rows_with_one_key_are_told_apart_by_order() {
        assert_eq!(
            told(&[("", "a", "1"), ("", "a", "2")], &[("", "a", "1"), ("", "a", "9")]),
            ["a (2) n 2 → 9"]
        );
    }
}
