//! A table for the screen.

use super::Writer;
use super::texts::{each_row, is_number, on_a_line, width};
use crate::commands::words::counted;
use crate::failure::Failure;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

/// Rows that decide how wide columns are; where there are more, a longer text moves the borders of its own row.
const MEASURED: usize = 10_000;

/// Borders of `+`, `-` and `|`, and the number of rows at the end.
#[derive(Default)]
pub(super) struct Table {
    columns: Vec<Column>,
    held: Vec<Vec<String>>,
    rows: u64,
    is_begun: bool,
}

struct Column {
    name: String,
    is_number: bool,
    width: usize,
}

impl Table {
    fn border(&self, into: &mut Vec<u8>) {
        for column in &self.columns {
            into.push(b'+');
            into.resize(into.len() + column.width + 2, b'-');
        }
        into.extend_from_slice(if self.columns.is_empty() { b"++\n" } else { b"+\n" });
    }

    fn line(&self, texts: &[String], into: &mut Vec<u8>) {
        for (column, text) in self.columns.iter().zip(texts) {
            let blank = column.width.saturating_sub(width(text));
            let (before, after) = if column.is_number { (blank, 0) } else { (0, blank) };
            into.extend_from_slice(b"| ");
            into.resize(into.len() + before, b' ');
            into.extend_from_slice(text.as_bytes());
            into.resize(into.len() + after + 1, b' ');
        }
        into.extend_from_slice(if self.columns.is_empty() { b"||\n" } else { b"|\n" });
    }

    /// Writes what was held until the widths were known.
    fn release(&mut self, into: &mut Vec<u8>) {
        if !self.is_begun {
            self.is_begun = true;
            self.border(into);
            let names: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
            self.line(&names, into);
            self.border(into);
        }
        for row in std::mem::take(&mut self.held) {
            self.line(&row, into);
        }
    }
}

impl Writer for Table {
    fn begin(&mut self, schema: &SchemaRef, _: &mut Vec<u8>) -> Result<(), Failure> {
        let column = |field: &arrow::datatypes::FieldRef| {
            let name = on_a_line(field.name());
            Column { is_number: is_number(field.data_type()), width: width(&name), name }
        };
        *self = Self { columns: schema.fields().iter().map(column).collect(), ..Self::default() };
        Ok(())
    }

    fn rows(&mut self, batch: &RecordBatch, into: &mut Vec<u8>) -> Result<(), Failure> {
        each_row(batch, |texts| {
            let texts: Vec<String> =
                texts.into_iter().map(|text| text.map(|text| on_a_line(&text)).unwrap_or_default()).collect();
            self.rows += 1;
            if !self.is_begun {
                for (column, text) in self.columns.iter_mut().zip(&texts) {
                    column.width = column.width.max(width(text));
                }
            }
            self.held.push(texts);
            if self.is_begun || self.held.len() == MEASURED {
                self.release(into);
            }
            Ok(())
        })
    }

    fn end(&mut self, into: &mut Vec<u8>) -> Result<(), Failure> {
        self.release(into);
        self.border(into);
        into.extend_from_slice(format!("({})\n", counted(self.rows, "row")).as_bytes());
        Ok(())
    }
}
