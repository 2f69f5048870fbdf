//! Header rows: labels, and above them the headers that span several columns.

use crate::ReportError;
use study::Presentation;

/// One cell of the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderCell {
    /// What is printed.
    pub text: String,
    /// First shown column below it, from 0.
    pub column: usize,
    /// Number of columns that it stands above, at least 1.
    pub columns: usize,
    /// Number of header rows that it takes, at least 1.
    pub rows: usize,
}

/// The header rows of a presentation, top to bottom. Wider spanning headers stand above narrower ones;
/// a label without any spanning header above it takes the whole height.
pub(crate) fn header_rows(presentation: &Presentation) -> Result<Vec<Vec<HeaderCell>>, ReportError> {
    let mut spans = spans(presentation)?;
    spans.sort_by_key(|span| (std::cmp::Reverse(span.columns), span.column));
    let mut rows: Vec<Vec<HeaderCell>> = Vec::new();
    for span in spans {
        if rows.iter().flatten().any(|other| overlap(other, &span) && !contains(other, &span)) {
            return Err(fault(presentation, &span));
        }
        let level =
            (0..rows.len()).rev().find(|&level| rows[level].iter().any(|other| overlap(other, &span)));
        let level = level.map_or(0, |level| level + 1);
        if level == rows.len() {
            rows.push(Vec::new());
        }
        rows[level].push(span);
    }
    let height = rows.len() + 1;
    let mut labels = Vec::new();
    for (column, shown) in presentation.columns.iter().enumerate() {
        let label = HeaderCell { text: shown.label.clone(), column, columns: 1, rows: 1 };
        let under =
            (0..rows.len()).rev().find(|&level| rows[level].iter().any(|other| overlap(other, &label)));
        let top = under.map_or(0, |level| level + 1);
        let label = HeaderCell { rows: height - top, ..label };
        match rows.get_mut(top) {
            Some(row) => row.push(label),
            None => labels.push(label),
        }
    }
    rows.push(labels);
    rows.iter_mut().for_each(|row| row.sort_by_key(|cell| cell.column));
    Ok(rows)
}

/// The labels of one column from top to bottom, those of spanning headers included.
pub(crate) fn labels_above(header: &[Vec<HeaderCell>], column: usize) -> impl Iterator<Item = &str> {
    let above = move |cell: &&HeaderCell| (cell.column..cell.column + cell.columns).contains(&column);
    header.iter().flatten().filter(above).map(|cell| cell.text.as_str())
}

fn spans(presentation: &Presentation) -> Result<Vec<HeaderCell>, ReportError> {
    let place = |name: &str| presentation.columns.iter().position(|column| column.name == name);
    let span = |spanning: &study::Spanning| match (place(&spanning.from), place(&spanning.to)) {
        (Some(from), Some(to)) if from <= to => {
            Ok(HeaderCell { text: spanning.label.clone(), column: from, columns: to - from + 1, rows: 1 })
        }
        _ => Err(spanning_fault(presentation, spanning)),
    };
    presentation.spanning.iter().map(span).collect()
}

fn fault(presentation: &Presentation, span: &HeaderCell) -> ReportError {
    let name =
        |column: usize| presentation.columns.get(column).map(|shown| shown.name.clone()).unwrap_or_default();
    let (from, to) = (name(span.column), name(span.column + span.columns - 1));
    spanning_fault(presentation, &study::Spanning { label: span.text.clone(), from, to })
}

fn spanning_fault(presentation: &Presentation, spanning: &study::Spanning) -> ReportError {
    ReportError::Spanning {
        number: presentation.number,
        title: presentation.title.clone(),
        label: spanning.label.clone(),
        from: spanning.from.clone(),
        to: spanning.to.clone(),
    }
}

fn contains(outer: &HeaderCell, inner: &HeaderCell) -> bool {
    outer.column <= inner.column && inner.column + inner.columns <= outer.column + outer.columns
}

fn overlap(a: &HeaderCell, b: &HeaderCell) -> bool {
    a.column < b.column + b.columns && b.column < a.column + a.columns
}
