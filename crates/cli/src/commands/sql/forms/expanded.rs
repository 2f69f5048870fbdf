//! For the screen, a line for each value: rows with more columns than a screen is wide.

use super::Writer;
use super::texts::{each_row, on_a_line, width};
use crate::commands::words::counted;
use crate::failure::Failure;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

/// A heading with its number above each row.
#[derive(Default)]
pub(super) struct Expanded {
    names: Vec<String>,
    rows: u64,
}

impl Writer for Expanded {
    fn begin(&mut self, schema: &SchemaRef, _: &mut Vec<u8>) -> Result<(), Failure> {
        let mut names: Vec<String> = schema.fields().iter().map(|field| on_a_line(field.name())).collect();
        let widest = names.iter().map(|name| width(name)).max().unwrap_or(0);
        for name in &mut names {
            name.push_str(&" ".repeat(widest - width(name)));
        }
        *self = Self { names, rows: 0 };
        Ok(())
    }

    fn rows(&mut self, batch: &RecordBatch, into: &mut Vec<u8>) -> Result<(), Failure> {
        each_row(batch, |texts| {
            self.rows += 1;
            into.extend_from_slice(format!("-[ row {} ]-\n", self.rows).as_bytes());
            for (name, text) in self.names.iter().zip(texts) {
                let line = format!("{name} | {}", on_a_line(&text.unwrap_or_default()));
                into.extend_from_slice(line.trim_end().as_bytes());
                into.push(b'\n');
            }
            Ok(())
        })
    }

    fn end(&mut self, into: &mut Vec<u8>) -> Result<(), Failure> {
        into.extend_from_slice(format!("({})\n", counted(self.rows, "row")).as_bytes());
        Ok(())
    }
}
