//! `audit.queries`: the log of queries as a table, read when it is asked for.

use crate::log;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::json::ReaderBuilder;
use async_trait::async_trait;
use datafusion::catalog::{MemTable, Session, TableProvider};
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The log at a path, with the parts that were put aside.
#[derive(Debug)]
pub(super) struct QueryLogTable {
    path: PathBuf,
    schema: SchemaRef,
}

impl QueryLogTable {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), schema: log::schema() }
    }

    fn rows(&self) -> Result<Vec<RecordBatch>> {
        let mut rows = Vec::new();
        for part in log::parts(&self.path) {
            let Ok(mut lines) = std::fs::read(&part) else { continue };
            // The last line may be one that is being written.
            lines.truncate(lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1));
            let reader = ReaderBuilder::new(self.schema.clone()).build(Cursor::new(lines))?;
            for batch in reader {
                rows.push(batch?);
            }
        }
        Ok(rows)
    }
}

#[async_trait]
impl TableProvider for QueryLogTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let rows =
            self.rows().map_err(|error| DataFusionError::Execution(format!("audit.queries: {error}")))?;
        MemTable::try_new(self.schema.clone(), vec![rows])?.scan(session, projection, filters, limit).await
    }
}
