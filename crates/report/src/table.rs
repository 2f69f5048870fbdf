//! One result table with everything that its printed form needs.

use crate::ReportError;
use crate::decimal::Decimal;
use crate::header::{HeaderCell, header_rows, labels_above};
use crate::values::{Value, ValueFault, column_values};
use arrow::array::RecordBatch;
use std::borrow::Cow;
use study::{Marker, NumberFormat, Presentation};

/// A table as it is printed: all texts are final, nothing is left to format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintedTable {
    /// Number in the publication.
    pub number: u32,
    /// Title.
    pub title: String,
    /// Header rows, top to bottom; the last one ends above the cells.
    pub header: Vec<Vec<HeaderCell>>,
    /// The shown columns, in print order.
    pub columns: Vec<PrintedColumn>,
    /// The rows, in the order of the query.
    pub rows: Vec<PrintedRow>,
    /// Label of the heading rows' column: its name in the query; none without heading rows.
    pub heading_column: Option<String>,
    /// Notes below the table.
    pub notes: Vec<String>,
    /// Markers whose row is not in the table.
    pub unplaced_markers: Vec<Marker>,
}

/// A shown column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintedColumn {
    /// Name in the query.
    pub name: String,
    /// Header.
    pub label: String,
    /// What its cells are.
    pub kind: CellKind,
    /// How its numbers are written; none: every digit that they have.
    pub format: Option<NumberFormat>,
    /// It stands in print; else only in files.
    pub printed: bool,
}

/// What a cell is, which decides on which side it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// Text, dates, Ja/Nee.
    Text,
    /// A number from a numeric column.
    Number,
}

/// One row of the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintedRow {
    /// Text of the column that tells the rows apart.
    pub key: String,
    /// Heading that stands above this row, if one begins here.
    pub heading: Option<String>,
    /// The heading under which this row stands; empty without heading rows.
    pub under: String,
    /// The shown cells, one per column.
    pub cells: Vec<PrintedCell>,
    /// Cells of the query's other columns, which are not shown.
    pub hidden: Vec<PrintedCell>,
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintedCell {
    /// Key of its row.
    pub key: String,
    /// Name of its column in the query.
    pub column: String,
    /// What is printed; empty for a missing value.
    pub text: String,
    /// What it is.
    pub kind: CellKind,
    /// The number behind the text with every digit that it has; none for texts and missing values.
    pub value: Option<Decimal>,
    /// What of the text is a marker behind the value, such as ` *`.
    pub marker: String,
}

impl PrintedTable {
    /// The printed form of a query's result.
    ///
    /// The key of a row is the text of the published table's key column, or of the query's first
    /// column when nothing is published. Batches must have one schema; without a batch there are no
    /// rows.
    ///
    /// Errors: the presentation names a column that the query does not return, a column has a type
    /// without a printed form, a cell is NaN or infinite.
    pub fn new(presentation: &Presentation, batches: &[RecordBatch]) -> Result<Self, ReportError> {
        let names = check_names(presentation, batches)?;
        let mut table = Self {
            number: presentation.number,
            title: presentation.title.clone(),
            header: header_rows(presentation)?,
            columns: presentation
                .columns
                .iter()
                .map(|column| PrintedColumn {
                    name: column.name.clone(),
                    label: column.label.clone(),
                    kind: CellKind::Text,
                    format: column.format.clone(),
                    printed: column.printed,
                })
                .collect(),
            rows: Vec::new(),
            heading_column: presentation.row_headings.clone(),
            notes: presentation.notes.clone(),
            unplaced_markers: Vec::new(),
        };
        for batch in batches {
            table.push_batch(presentation, &names, batch)?;
        }
        table.place_markers(&presentation.markers);
        table.place_headings();
        Ok(table)
    }

    /// The labels above a column, from the top down; its name if it has none.
    pub fn heading(&self, column: &str) -> String {
        let place = self.columns.iter().position(|known| known.name == column);
        let labels = place.map(|place| labels_above(&self.header, place).collect::<Vec<_>>().join(" / "));
        labels.filter(|labels| !labels.trim().is_empty()).unwrap_or_else(|| column.to_owned())
    }

    /// The table as it is set for the eye: without the columns that are not printed, and without the one whose texts
    /// stand as headings above the rows anyway. If nothing were left, it is the whole table.
    pub(crate) fn for_the_eye(&self) -> Cow<'_, Self> {
        let stays =
            |column: &PrintedColumn| column.printed && Some(&column.name) != self.heading_column.as_ref();
        let kept: Vec<bool> = self.columns.iter().map(stays).collect();
        if kept.iter().all(|kept| *kept) || !kept.contains(&true) {
            return Cow::Borrowed(self);
        }
        let mut table = self.clone();
        let mut flags = kept.iter();
        table.columns.retain(|_| flags.next().copied().unwrap_or(true));
        table.header = self.header.iter().map(|row| narrowed(row, &kept)).collect();
        for row in &mut table.rows {
            let cells = std::mem::take(&mut row.cells).into_iter().zip(&kept);
            let (shown, hidden): (Vec<_>, Vec<_>) = cells.partition(|(_, kept)| **kept);
            row.cells = shown.into_iter().map(|(cell, _)| cell).collect();
            row.hidden.extend(hidden.into_iter().map(|(cell, _)| cell));
        }
        Cow::Owned(table)
    }

    fn push_batch(
        &mut self,
        presentation: &Presentation,
        names: &[String],
        batch: &RecordBatch,
    ) -> Result<(), ReportError> {
        let key_column = presentation.published.as_ref().map(|published| &published.key).or(names.first());
        let mut columns = Vec::new();
        for (name, array) in names.iter().zip(batch.columns()) {
            let shown = presentation.columns.iter().find(|column| column.name == *name);
            let format = shown.and_then(|column| column.format.as_ref());
            let (kind, values) =
                column_values(array, format).map_err(|fault| self.fault(fault, name, array.data_type()))?;
            columns.push((name, kind, values));
        }
        for column in &mut self.columns {
            if let Some((_, kind, _)) = columns.iter().find(|(name, _, _)| **name == column.name) {
                column.kind = *kind;
            }
        }
        for row in 0..batch.num_rows() {
            let text_of = |wanted: &str| {
                columns
                    .iter()
                    .find(|(name, _, _)| *name == wanted)
                    .map(|(_, _, values)| values[row].0.clone())
            };
            let key = key_column.and_then(|column| text_of(column)).unwrap_or_default();
            let cell = |(name, kind, values): &(&String, CellKind, Vec<Value>)| PrintedCell {
                key: key.clone(),
                column: (*name).clone(),
                text: values[row].0.clone(),
                kind: *kind,
                value: values[row].1.clone(),
                marker: String::new(),
            };
            let find =
                |shown: &PrintedColumn| columns.iter().find(|(name, _, _)| **name == shown.name).map(cell);
            let is_shown = |name: &str| self.columns.iter().any(|column| column.name == name);
            self.rows.push(PrintedRow {
                heading: None,
                under: presentation.row_headings.as_deref().and_then(text_of).unwrap_or_default(),
                cells: self.columns.iter().filter_map(find).collect(),
                hidden: columns.iter().filter(|(name, _, _)| !is_shown(name)).map(cell).collect(),
                key,
            });
        }
        Ok(())
    }

    fn place_markers(&mut self, markers: &[Marker]) {
        for marker in markers {
            let mut placed = false;
            for row in self.rows.iter_mut().filter(|row| row.key == marker.row) {
                for cell in row.cells.iter_mut().filter(|cell| cell.column == marker.column) {
                    cell.text.push_str(&marker.text);
                    cell.marker.push_str(&marker.text);
                    placed = true;
                }
            }
            if !placed {
                self.unplaced_markers.push(marker.clone());
            }
        }
    }

    fn place_headings(&mut self) {
        let mut last = String::new();
        for row in &mut self.rows {
            if row.under != last {
                last.clone_from(&row.under);
                row.heading = Some(last.clone()).filter(|heading| !heading.is_empty());
            }
        }
    }

    fn fault(&self, fault: ValueFault, column: &str, data_type: &arrow::datatypes::DataType) -> ReportError {
        let (number, title, column) = (self.number, self.title.clone(), column.to_owned());
        match fault {
            ValueFault::Type => ReportError::Type { number, title, column, data_type: data_type.to_string() },
            ValueFault::NotFinite { row, value } => {
                ReportError::NotFinite { number, title, column, row: self.rows.len() + row + 1, value }
            }
        }
    }
}

impl PrintedRow {
    /// What names the row for people: its key, and where that is a number, its first text as well.
    pub fn label(&self) -> String {
        let first = self.cells.iter().find(|cell| cell.kind == CellKind::Text && !cell.text.is_empty());
        let is_number = !self.key.is_empty() && self.key.bytes().all(|byte| byte.is_ascii_digit());
        match first.filter(|first| is_number && first.text != self.key) {
            Some(first) => format!("{} {}", self.key, first.text),
            None => self.key.clone(),
        }
    }

    /// The cell of this column, shown or not.
    pub fn cell(&self, column: &str) -> Option<&PrintedCell> {
        self.cells.iter().chain(&self.hidden).find(|cell| cell.column == column)
    }

    /// Names of all columns of the query, the shown ones first.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().chain(&self.hidden).map(|cell| cell.column.as_str())
    }
}

/// A row of the header above the columns that are kept.
fn narrowed(row: &[HeaderCell], kept: &[bool]) -> Vec<HeaderCell> {
    let count = |from: usize, to: usize| kept.iter().take(to).skip(from).filter(|kept| **kept).count();
    let cells = row.iter().map(|cell| HeaderCell {
        column: count(0, cell.column),
        columns: count(cell.column, cell.column + cell.columns),
        ..cell.clone()
    });
    cells.filter(|cell| cell.columns > 0).collect()
}

/// The names of the query's columns; an error if the presentation names others.
fn check_names(presentation: &Presentation, batches: &[RecordBatch]) -> Result<Vec<String>, ReportError> {
    let Some(batch) = batches.first() else {
        return Ok(Vec::new());
    };
    let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    let shown = presentation.columns.iter().map(|column| ("a shown column", &column.name));
    let heading = presentation.row_headings.iter().map(|column| ("row_headings", column));
    let markers = presentation.markers.iter().map(|marker| ("a marker", &marker.column));
    let key = presentation.published.iter().map(|published| ("the published key", &published.key));
    for (what, column) in shown.chain(heading).chain(markers).chain(key) {
        if !names.contains(column) {
            return Err(ReportError::UnknownColumn {
                number: presentation.number,
                title: presentation.title.clone(),
                what,
                column: column.clone(),
                returned: names.join(", "),
            });
        }
    }
    Ok(names)
}
