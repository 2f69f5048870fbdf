//! The table twin of a drawing: everything that is drawn, and why nodes are not split.

use super::tree::{Node, Tree};
use super::words::Words;
use crate::decimal::Decimal;
use crate::header::header_rows;
use crate::table::{PrintedCell, PrintedColumn, PrintedRow};
use crate::{CellKind, PrintedTable, ReportError, labels};
use study::{ColumnPresentation, NumberFormat, Presentation, Spanning, TreePresentation};

/// One column of a twin.
struct Column {
    name: String,
    label: String,
    kind: CellKind,
    /// The class above it, if it is one of the two columns of a class.
    class: Option<String>,
    /// How its numbers are written, if not with every digit.
    format: Option<NumberFormat>,
}

/// The nodes of trees, in the order of the table that is drawn; trees are told apart by heading rows.
pub(super) fn twin(
    presentation: &Presentation,
    tree: &TreePresentation,
    title: &str,
    trees: &[&Tree],
) -> Result<PrintedTable, ReportError> {
    let words = Words::new(tree);
    let columns = columns(tree);
    let shown = Presentation {
        title: title.into(),
        columns: columns.iter().map(Column::presented).collect(),
        spanning: spanning(&columns),
        row_headings: None,
        notes: Vec::new(),
        markers: Vec::new(),
        published: None,
        drawing: None,
        ..presentation.clone()
    };
    let rows =
        trees.iter().flat_map(|drawn| drawn.nodes.iter().map(|node| row(&columns, drawn, node, &words)));
    Ok(PrintedTable {
        number: shown.number,
        title: shown.title.clone(),
        header: header_rows(&shown)?,
        columns: columns
            .iter()
            .map(|column| PrintedColumn {
                name: column.name.clone(),
                label: column.label.clone(),
                kind: column.kind,
                format: column.format.clone(),
                printed: true,
            })
            .collect(),
        rows: rows.collect(),
        heading_column: (trees.len() != 1).then(|| tree.title.clone()),
        notes: Vec::new(),
        unplaced_markers: Vec::new(),
    })
}

fn columns(tree: &TreePresentation) -> Vec<Column> {
    let text = |column: &ColumnPresentation| Column {
        name: column.name.clone(),
        label: column.label.clone(),
        kind: CellKind::Text,
        class: None,
        format: None,
    };
    let number = |column: &ColumnPresentation| Column {
        kind: CellKind::Number,
        format: column.format.clone(),
        ..text(column)
    };
    let mut columns = vec![text(&tree.node), text(&tree.parent), text(&tree.group)];
    for class in &tree.classes {
        let part = |name: String, label: &str, format| Column {
            name,
            label: label.into(),
            kind: CellKind::Number,
            class: Some(class.label.clone()),
            format,
        };
        columns.push(part(class.name.clone(), labels::CASES, None));
        let share = format!("{} {}", class.name, labels::SHARE);
        columns.push(part(share, labels::SHARE, Some(tree.share.clone())));
    }
    columns.push(Column {
        name: labels::TOTAL.into(),
        label: labels::TOTAL.into(),
        kind: CellKind::Number,
        class: None,
        format: None,
    });
    columns.push(text(&tree.predictor));
    columns.extend(tree.statistics.iter().map(number));
    columns.push(text(&tree.stop));
    columns
}

/// A header above the two columns of each class.
fn spanning(columns: &[Column]) -> Vec<Spanning> {
    let pairs = columns.windows(2).filter(|pair| pair[1].label == labels::SHARE);
    let span = |pair: &[Column]| {
        let label = pair[1].class.clone()?;
        Some(Spanning { label, from: pair[0].name.clone(), to: pair[1].name.clone() })
    };
    pairs.filter_map(span).collect()
}

fn row(columns: &[Column], tree: &Tree, node: &Node, words: &Words) -> PrintedRow {
    let text = |text: &str| (text.to_owned(), None);
    let count = |count: u64| (count.to_string(), i64::try_from(count).ok().map(Decimal::from_i64));
    let mut values = vec![text(&node.name), text(&node.above), text(&node.group)];
    for of_class in &node.counts {
        values.push(count(*of_class));
        values.push((words.share(*of_class, node.n()), words.share_value(*of_class, node.n())));
    }
    values.extend([count(node.n()), text(&node.predictor)]);
    values.extend(node.statistics.iter().cloned().zip(node.numbers.iter().cloned()));
    values.push(text(&node.stop));
    let cells = columns.iter().zip(values).map(|(column, (text, value))| PrintedCell {
        key: node.name.clone(),
        column: column.name.clone(),
        text,
        kind: column.kind,
        value,
        marker: String::new(),
    });
    PrintedRow {
        key: node.name.clone(),
        heading: None,
        under: tree.title.clone(),
        cells: cells.collect(),
        hidden: Vec::new(),
    }
}

impl Column {
    fn presented(&self) -> ColumnPresentation {
        ColumnPresentation { name: self.name.clone(), label: self.label.clone(), format: None, printed: true }
    }
}
