//! A Markdown table (GitHub Flavored Markdown, extension "tables").

use super::Writer;
use super::texts::{each_row, is_number, on_a_line};
use crate::failure::Failure;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

/// A row on each line; numbers at the right.
pub(super) struct Markdown;

impl Writer for Markdown {
    fn begin(&mut self, schema: &SchemaRef, into: &mut Vec<u8>) -> Result<(), Failure> {
        let names = schema.fields().iter().map(|field| escaped(field.name()));
        line(names, into);
        let rule =
            |field: &arrow::datatypes::FieldRef| if is_number(field.data_type()) { "--:" } else { "---" };
        line(schema.fields().iter().map(|field| rule(field).to_owned()), into);
        Ok(())
    }

    fn rows(&mut self, batch: &RecordBatch, into: &mut Vec<u8>) -> Result<(), Failure> {
        each_row(batch, |texts| {
            line(texts.into_iter().map(|text| escaped(&text.unwrap_or_default())), into);
            Ok(())
        })
    }

    fn end(&mut self, _: &mut Vec<u8>) -> Result<(), Failure> {
        Ok(())
    }
}

fn line(texts: impl Iterator<Item = String>, into: &mut Vec<u8>) {
    for text in texts {
        into.extend_from_slice(b"| ");
        into.extend_from_slice(text.as_bytes());
        into.push(b' ');
    }
    into.extend_from_slice(b"|\n");
}

/// A text that is shown as it is: what Markdown or HTML would take for a mark is escaped, an end of line is `<br>`.
fn escaped(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut into = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' => into.push_str("<br>"),
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '|' | '\\' | '`' | '*' | '[' | ']' | '~' => into.extend(['\\', c]),
            // Within a word an underscore is no mark, and names of columns stay readable.
            '_' if !(before.is_alphanumeric() && rest.peek().is_some_and(|c| c.is_alphanumeric())) => {
                into.push_str("\\_");
            }
            c => into.push_str(&on_a_line(&c.to_string())),
        }
        before = c;
    }
    into
}
