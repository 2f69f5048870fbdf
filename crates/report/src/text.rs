//! A table for a terminal.

use crate::grid::{Align, Line, lay_out, wrap};
use crate::{CellKind, PrintedTable};

/// The table as plain text of at most `width` characters a line: title, header, rows, notes.
///
/// Texts wrap at blanks, numbers stand right. A table with too many columns for `width` runs over it.
pub fn text(table: &PrintedTable, width: usize) -> String {
    let mut out = String::new();
    for line in wrap(&table.title, width) {
        out.push_str(&line);
        out.push('\n');
    }
    out.push('\n');
    let aligns: Vec<Align> = table.columns.iter().map(|column| align(column.kind)).collect();
    out.push_str(&lay_out(&aligns, &lines(table), width));
    if !table.notes.is_empty() {
        out.push('\n');
    }
    for line in table.notes.iter().flat_map(|note| wrap(note, width)) {
        out.push_str(&line);
        out.push('\n');
    }
    out
}

fn align(kind: CellKind) -> Align {
    match kind {
        CellKind::Text => Align::Left,
        CellKind::Number => Align::Right,
    }
}

fn lines(table: &PrintedTable) -> Vec<Line> {
    let mut lines = vec![Line::Rule];
    // Spanning headers get a line each; labels all stand on the last one, next to the cells.
    let spanning_rows = table.header.len().saturating_sub(1);
    for row in &table.header[..spanning_rows] {
        let mut spans = Vec::new();
        let mut column = 0;
        for cell in row.iter().filter(|cell| cell.columns > 1) {
            spans.extend((column..cell.column).map(|_| (String::new(), 1)));
            spans.push((cell.text.clone(), cell.columns));
            column = cell.column + cell.columns;
        }
        lines.push(Line::Spans(spans));
    }
    lines.push(Line::Cells(table.columns.iter().map(|column| column.label.clone()).collect()));
    lines.push(Line::Rule);
    for row in &table.rows {
        lines.extend(row.heading.iter().map(|heading| Line::Heading(heading.clone())));
        lines.push(Line::Cells(row.cells.iter().map(|cell| cell.text.clone()).collect()));
    }
    lines.push(Line::Rule);
    lines
}
