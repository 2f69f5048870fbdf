//! A table as a reader may see it: these columns and no others.

use crate::error::EngineError;
use crate::spool::parquet_table;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use std::sync::{Arc, OnceLock};
use terms::ObjectHash;
use warehouse::Warehouse;

/// Where the rows are.
#[derive(Debug)]
pub(super) enum Rows {
    /// In an object, which is verified when it is first read.
    Stored {
        warehouse: Arc<Warehouse>,
        object: ObjectHash,
        columns: SchemaRef,
        opened: OnceLock<Arc<dyn TableProvider>>,
    },
    /// Made while they are asked for.
    Made(Arc<dyn TableProvider>),
}

/// A table of which some columns are there.
#[derive(Debug)]
pub(super) struct Readable {
    rows: Rows,
    schema: SchemaRef,
    /// Places of the columns in the whole table.
    kept: Vec<usize>,
}

impl Readable {
    /// The columns at these places of a table of these columns.
    pub(super) fn new(rows: Rows, columns: &SchemaRef, kept: Vec<usize>) -> Result<Self> {
        let schema = Arc::new(columns.project(&kept)?);
        Ok(Self { rows, schema, kept })
    }

    fn opened(&self) -> Result<&Arc<dyn TableProvider>> {
        let (warehouse, object, columns, opened) = match &self.rows {
            Rows::Made(table) => return Ok(table),
            Rows::Stored { warehouse, object, columns, opened } => (warehouse, object, columns, opened),
        };
        if let Some(table) = opened.get() {
            return Ok(table);
        }
        let failed = |error: EngineError| DataFusionError::External(Box::new(error));
        let verified = warehouse.object(object).map_err(|error| failed(error.into()))?;
        let table = parquet_table(&verified.path, columns.clone()).map_err(failed)?;
        Ok(opened.get_or_init(|| table))
    }
}

#[async_trait]
impl TableProvider for Readable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        self.opened()?.supports_filters_pushdown(filters)
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let asked: Vec<usize> = match projection {
            Some(asked) => asked.iter().filter_map(|at| self.kept.get(*at)).copied().collect(),
            None => self.kept.clone(),
        };
        self.opened()?.scan(session, Some(&asked), filters, limit).await
    }
}
