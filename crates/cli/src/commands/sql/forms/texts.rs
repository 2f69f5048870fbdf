//! Values as texts on a line, the same whatever the locale.

use super::unwritten;
use crate::failure::Failure;
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use unicode_width::UnicodeWidthChar;

/// The texts of a batch, row by row; NULL is none.
pub(super) fn each_row(
    batch: &RecordBatch,
    mut row: impl FnMut(Vec<Option<String>>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let options = FormatOptions::new();
    let columns = batch.columns();
    let shown = columns.iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options));
    let shown = shown.collect::<Result<Vec<_>, _>>().map_err(|error| unwritten(&error))?;
    for number in 0..batch.num_rows() {
        let text = |(column, shown): (&arrow::array::ArrayRef, &ArrayFormatter<'_>)| {
            column.is_valid(number).then(|| shown.value(number).try_to_string()).transpose()
        };
        let texts = columns.iter().zip(&shown).map(text).collect::<Result<_, _>>();
        row(texts.map_err(|error| unwritten(&error))?)?;
    }
    Ok(())
}

/// A text that stays on its line and steers no terminal: ends of lines, tabs and other controls are drawn.
pub(super) fn on_a_line(text: &str) -> String {
    let drawn = |c: char| match c {
        '\n' => '⏎',
        '\t' => '⇥',
        // What turns the direction of a line would move the borders of a table.
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '·',
        c if c.is_control() => '·',
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(drawn).collect()
}

/// Columns of a terminal that a text takes.
pub(in crate::commands::sql) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Whether a column's texts stand at the right, so that their digits stand below each other.
pub(super) fn is_number(kind: &DataType) -> bool {
    kind.is_numeric()
}
