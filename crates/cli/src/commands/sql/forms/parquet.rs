//! A Parquet file of one result.

use super::{Writer, relabelled, told_apart};
use crate::failure::Failure;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

/// Row groups go out as they are full.
#[derive(Default)]
pub(super) struct Parquet {
    writer: Option<(ArrowWriter<Vec<u8>>, SchemaRef)>,
    is_full: bool,
}

impl Writer for Parquet {
    fn begin(&mut self, schema: &SchemaRef, _: &mut Vec<u8>) -> Result<(), Failure> {
        if self.is_full {
            return Err(Failure::Usage(
                "a Parquet file holds one result, and this is the second; ask one statement, or take another form".into(),
            ));
        }
        self.is_full = true;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let schema = told_apart(schema);
        let writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties)).map_err(unfit)?;
        self.writer = Some((writer, schema));
        Ok(())
    }

    fn rows(&mut self, batch: &RecordBatch, into: &mut Vec<u8>) -> Result<(), Failure> {
        if let Some((writer, schema)) = &mut self.writer {
            writer.write(&relabelled(batch, schema)?).map_err(unfit)?;
            into.append(writer.inner_mut());
        }
        Ok(())
    }

    fn end(&mut self, into: &mut Vec<u8>) -> Result<(), Failure> {
        if let Some((mut writer, _)) = self.writer.take() {
            writer.finish().map_err(unfit)?;
            into.append(writer.inner_mut());
        }
        Ok(())
    }
}

fn unfit(error: ParquetError) -> Failure {
    Failure::Usage(format!(
        "the result does not fit in a Parquet file: {error}; cast what is at fault, or take another form"
    ))
}
