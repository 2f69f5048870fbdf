//! Rows on their way from one query to the next: in memory while few, in a temporary file when many.
//!
//! Parquet does not notice most flipped bits, so each query that reads a temporary file first compares its bytes with
//! those that were written ([`checked`]).

mod checked;

use crate::encode::{EncodeError, Encoder, stored_batch, stored_schema};
use crate::error::EngineError;
use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use checked::{CheckedTable, Summed};
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempPath;

/// Tables of at most this many rows are held in memory: reading them costs less than opening a file.
pub(crate) const ROWS_IN_MEMORY: usize = 65_536;

/// Collects rows and becomes a table.
pub(crate) struct Spool<'a> {
    folder: &'a Path,
    schema: SchemaRef,
    held: Vec<RecordBatch>,
    rows: usize,
    file: Option<(Encoder<Summed>, TempPath)>,
}

/// Spooled rows as a table; a temporary file lives as long as this does.
pub(crate) struct Spooled {
    /// The rows.
    pub(crate) table: Arc<dyn TableProvider>,
    /// How many.
    pub(crate) rows: usize,
    /// They themselves, where they are in memory.
    pub(crate) held: Option<Vec<RecordBatch>>,
    _file: Option<TempPath>,
}

impl<'a> Spool<'a> {
    /// A spool whose temporary file, if it comes to one, is made in `folder`.
    pub(crate) fn new(folder: &'a Path, schema: &Schema) -> Self {
        Self { folder, schema: stored_schema(schema), held: Vec::new(), rows: 0, file: None }
    }

    /// Adds rows.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.rows += batch.num_rows();
        self.held.push(stored_batch(batch, &self.schema)?);
        if self.file.is_none() && self.rows > ROWS_IN_MEMORY {
            let (file, path) = tempfile::Builder::new()
                .prefix("spool-")
                .suffix(".parquet")
                .tempfile_in(self.folder)
                .map_err(|source| EngineError::io(self.folder, "make a temporary file in", source))?
                .into_parts();
            self.file = Some((
                Encoder::new(Summed::new(file), &self.schema, &[]).map_err(EncodeError::without_order)?,
                path,
            ));
        }
        if let Some((encoder, _)) = &mut self.file {
            for batch in self.held.drain(..) {
                encoder.push(&batch).map_err(EncodeError::without_order)?;
            }
        }
        Ok(())
    }

    /// Adds all rows of a stream.
    pub(crate) async fn drain(&mut self, mut rows: SendableRecordBatchStream) -> Result<(), EngineError> {
        while let Some(batch) = rows.next().await {
            self.push(&batch?)?;
        }
        Ok(())
    }

    /// The rows as a table.
    pub(crate) fn finish(self) -> Result<Spooled, EngineError> {
        let Some((encoder, path)) = self.file else {
            let table = Arc::new(MemTable::try_new(self.schema, vec![self.held.clone()])?);
            return Ok(Spooled { table, rows: self.rows, held: Some(self.held), _file: None });
        };
        let (summed, _) = encoder.finish().map_err(EncodeError::without_order)?;
        let table = CheckedTable::new(parquet_table(&path, self.schema)?, &path, summed.sum());
        Ok(Spooled { table: Arc::new(table), rows: self.rows, held: None, _file: Some(path) })
    }
}

/// A Parquet file as a table that is read anew by each query.
pub(crate) fn parquet_table(path: &Path, schema: SchemaRef) -> Result<Arc<dyn TableProvider>, EngineError> {
    let url = ListingTableUrl::parse(path.to_string_lossy())?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension("");
    let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(schema);
    Ok(Arc::new(ListingTable::try_new(config)?))
}
