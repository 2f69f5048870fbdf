//! `information_schema.columns` counts columns from 1, as the standard has it; DataFusion counts them from 0.

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::common::tree_node::Transformed;
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::logical_expr::{Expr, LogicalPlan, Operator, TableType};
use datafusion::physical_plan::expressions::{BinaryExpr, Column, Literal};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::{ExecutionPlan, PhysicalExpr};
use datafusion::scalar::ScalarValue;
use std::sync::Arc;

const COLUMN: &str = "ordinal_position";

/// The plan, in which places of columns are counted from 1.
pub(super) fn from_one(plan: LogicalPlan) -> Result<LogicalPlan> {
    let counted = plan.transform_up_with_subqueries(|node| {
        let LogicalPlan::TableScan(mut scan) = node else { return Ok(Transformed::no(node)) };
        let name = &scan.table_name;
        if name.table() != "columns" || name.schema() != Some("information_schema") {
            return Ok(Transformed::no(LogicalPlan::TableScan(scan)));
        }
        let inner = source_as_provider(&scan.source)?;
        scan.source = provider_as_source(Arc::new(FromOne { inner }));
        Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
    });
    Ok(counted?.data)
}

/// A table, in whose column of places is one more.
#[derive(Debug)]
struct FromOne {
    inner: Arc<dyn TableProvider>,
}

#[async_trait]
impl TableProvider for FromOne {
    fn schema(&self) -> SchemaRef {
        self.inner.schema()
    }

    fn table_type(&self) -> TableType {
        self.inner.table_type()
    }

    /// Filters are for the rows that come out, so none goes in.
    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let rows = self.inner.scan(session, projection, &[], limit).await?;
        let schema = rows.schema();
        let Ok(place) = schema.index_of(COLUMN) else { return Ok(rows) };
        let one = ScalarValue::new_one(schema.field(place).data_type())?;
        let columns = schema.fields().iter().enumerate().map(|(at, field)| {
            let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new(field.name(), at));
            let told: Arc<dyn PhysicalExpr> = match at == place {
                true => {
                    Arc::new(BinaryExpr::new(column, Operator::Plus, Arc::new(Literal::new(one.clone()))))
                }
                false => column,
            };
            (told, field.name().clone())
        });
        Ok(Arc::new(ProjectionExec::try_new(columns.collect::<Vec<_>>(), rows)?))
    }
}
