//! Places of rows: where each row of a stored table stands, from 0, as one column more.

use crate::error::EngineError;
use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{MemTable, Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{DataFusionError, Result, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::{TableSchema, TableSchemaBuilder};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use parquet::arrow::RowNumber;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Name of the column that holds a row's place; no study may use it.
pub(crate) const PLACE: &str = "__place";

/// Rows in memory with their places, as a table.
pub(crate) fn placed_rows(schema: &SchemaRef, rows: &[RecordBatch]) -> Result<Arc<MemTable>, EngineError> {
    Ok(Arc::new(MemTable::try_new(with_place(schema), vec![with_places(rows)?])?))
}

/// All rows of a table, in stored order, with their places as last column.
pub(crate) fn with_places(rows: &[RecordBatch]) -> Result<Vec<RecordBatch>, EngineError> {
    numbered(rows, 0..)
}

/// Rows with their places, which come in the same order, as last column.
pub(crate) fn numbered(
    rows: &[RecordBatch],
    mut places: impl Iterator<Item = i64>,
) -> Result<Vec<RecordBatch>, EngineError> {
    let mut placed = Vec::new();
    for batch in rows {
        let places: ArrayRef = Arc::new(Int64Array::from_iter_values(places.by_ref().take(batch.num_rows())));
        let columns = batch.columns().iter().cloned().chain([places]).collect();
        placed.push(RecordBatch::try_new(with_place(&batch.schema()), columns)?);
    }
    Ok(placed)
}

/// The columns of a table, and that of the place.
pub(crate) fn with_place(schema: &SchemaRef) -> SchemaRef {
    let place = Field::new(PLACE, DataType::Int64, false);
    let fields = schema.fields().iter().map(|field| field.as_ref().clone());
    Arc::new(Schema::new(fields.chain([place]).collect::<Vec<_>>()))
}

/// The rows of a Parquet file with their places, which the reader of the file counts, whatever part of it a thread reads.
#[derive(Debug)]
pub(crate) struct PlacedFile {
    path: PathBuf,
    bytes: u64,
    rows: u64,
    table: TableSchema,
}

impl PlacedFile {
    /// The file at `path`, which holds this many rows.
    pub(crate) fn new(path: &Path, schema: &SchemaRef, rows: u64) -> Result<Self, EngineError> {
        let meta = std::fs::metadata(path).map_err(|source| EngineError::io(path, "read", source))?;
        let place = Field::new(PLACE, DataType::Int64, false).with_extension_type(RowNumber);
        let table =
            TableSchemaBuilder::new(schema.clone()).with_virtual_columns(vec![Arc::new(place)]).build();
        Ok(Self { path: path.to_owned(), bytes: meta.len(), rows, table })
    }
}

#[async_trait]
impl TableProvider for PlacedFile {
    fn schema(&self) -> SchemaRef {
        with_place(self.table.file_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let path = self.path.to_str().ok_or_else(|| {
            DataFusionError::Execution(format!("the path {} is no UTF-8", self.path.display()))
        })?;
        let source = Arc::new(ParquetSource::new(self.table.clone()));
        // Joins put the smaller side first, so they should know how many rows come.
        let mut statistics = Statistics::new_unknown(self.table.table_schema());
        statistics.num_rows = Precision::Exact(usize::try_from(self.rows).unwrap_or(usize::MAX));
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source)
            .with_file(PartitionedFile::new(path.to_owned(), self.bytes))
            .with_projection_indices(projection.cloned())?
            .with_statistics(statistics)
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
