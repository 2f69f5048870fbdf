//! JSON: an array for each result, or an object on each line. NULL is left out.

use super::{Writer, relabelled, told_apart, unwritten};
use crate::failure::Failure;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::json::writer::JsonFormat;

/// One of Arrow's two formats, which differ in what stands around and between rows.
#[derive(Default)]
pub(super) struct Json<F: JsonFormat> {
    writer: Option<arrow::json::Writer<Vec<u8>, F>>,
    /// The columns, no two of one name.
    columns: Option<SchemaRef>,
}

impl<F: JsonFormat> Json<F> {
    fn write(
        &mut self,
        into: &mut Vec<u8>,
        what: impl FnOnce(&mut arrow::json::Writer<Vec<u8>, F>) -> Result<(), ArrowError>,
    ) -> Result<(), Failure> {
        let writer = self.writer.get_or_insert_with(|| arrow::json::Writer::new(Vec::new()));
        what(writer).map_err(|error| unwritten(&error))?;
        into.append(writer.get_mut());
        Ok(())
    }
}

impl<F: JsonFormat> Writer for Json<F> {
    fn begin(&mut self, schema: &SchemaRef, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.writer = None;
        self.columns = Some(told_apart(schema));
        Ok(())
    }

    fn rows(&mut self, batch: &RecordBatch, into: &mut Vec<u8>) -> Result<(), Failure> {
        let batch = match &self.columns {
            Some(columns) => &relabelled(batch, columns)?,
            None => batch,
        };
        self.write(into, |writer| writer.write(batch))
    }

    fn end(&mut self, into: &mut Vec<u8>) -> Result<(), Failure> {
        self.write(into, arrow::json::Writer::finish)?;
        if into.last().is_some_and(|last| *last != b'\n') {
            into.push(b'\n');
        }
        Ok(())
    }
}
