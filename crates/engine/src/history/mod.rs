//! The audit tables of all runs of a warehouse, as tables that open only what a query asks for.
//!
//! What a query says of column `run` is decided before anything is opened: `where run = 7` reads one manifest and the
//! objects that it names, however many runs there are. An object that many runs share is read once.

mod made;
mod open;
mod stored;

use crate::error::EngineError;
use crate::steps::audit;
use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::compute::{cast, filter};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::DFSchema;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use std::sync::Arc;
use terms::Manifest;
use warehouse::{RunRef, Warehouse};

/// Column that says of which run a row is; the first of each of these tables.
const RUN: &str = "run";

/// Prefix of the names under which the chosen run's own tables are read, beside those of all runs.
const OWN: &str = "run_";

/// Where the rows of a run come from.
#[derive(Clone, Copy, Debug)]
enum Origin {
    /// The run's manifest.
    Manifest(fn(&Manifest) -> Result<RecordBatch, EngineError>),
    /// The table of this name in schema `audit` of the run.
    Stored(&'static str),
    /// What the run's decisions and candidates leave open for review.
    Open,
}

/// One audit table over all runs.
#[derive(Debug)]
pub(crate) struct AllRuns {
    warehouse: Arc<Warehouse>,
    runs: Vec<RunRef>,
    origin: Origin,
    schema: SchemaRef,
}

/// A table with its name in schema `audit`.
type Named = (&'static str, Arc<dyn TableProvider>);

/// The audit tables over all runs.
pub(crate) fn tables(warehouse: &Arc<Warehouse>) -> Result<Vec<Named>, EngineError> {
    let runs = warehouse.runs()?;
    let collected = warehouse.collected()?;
    let kept: Vec<RunRef> = runs.iter().filter(|run| !collected.contains(&run.number)).cloned().collect();
    let mut origins = Vec::new();
    for (name, make) in made::TABLES {
        origins.push((name, Origin::Manifest(make), made::schema(make)?));
    }
    for (name, schema) in audit::schemas()? {
        origins.push((name, Origin::Stored(name), with_run(&schema)));
    }
    origins.push((open::TABLE, Origin::Open, with_run(open::schema()?.as_ref())));
    let table = |(name, origin, schema)| {
        // Of a collected run only the manifest is left.
        let runs = if matches!(origin, Origin::Manifest(_)) { runs.clone() } else { kept.clone() };
        let warehouse = warehouse.clone();
        let table: Arc<dyn TableProvider> = Arc::new(AllRuns { warehouse, runs, origin, schema });
        (name, table)
    };
    Ok(origins.into_iter().map(table).collect())
}

/// The name under which a table of one run is read: audit tables of all runs take the plain name.
pub(crate) fn own_name(schema: &str, table: &str) -> String {
    let is_shadowed = schema == "audit" && audit::TABLES.contains(&table);
    if is_shadowed { format!("{OWN}{table}") } else { table.to_owned() }
}

fn with_run(schema: &Schema) -> SchemaRef {
    let run = Field::new(RUN, DataType::Int64, false);
    let others = schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true));
    Arc::new(Schema::new(std::iter::once(run).chain(others).collect::<Vec<_>>()))
}

#[async_trait]
impl TableProvider for AllRuns {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> datafusion::error::Result<Vec<TableProviderFilterPushDown>> {
        let support = |filter: &&Expr| match is_about_run(filter) {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(support).collect())
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> datafusion::error::Result<Arc<dyn ExecutionPlan>> {
        let rows = Rows {
            warehouse: self.warehouse.clone(),
            runs: chosen(&self.runs, session, filters)?,
            origin: self.origin,
            schema: self.schema.clone(),
        };
        let partitions: Vec<Arc<dyn PartitionStream>> = vec![Arc::new(rows)];
        let plan =
            StreamingTableExec::try_new(self.schema.clone(), partitions, projection, [], false, limit)?;
        Ok(Arc::new(plan))
    }
}

/// Whether a filter can be decided by the number of the run alone.
fn is_about_run(filter: &Expr) -> bool {
    let columns = filter.column_refs();
    let is_subquery = |e: &Expr| matches!(e, Expr::ScalarSubquery(_) | Expr::InSubquery(_) | Expr::Exists(_));
    let has_subquery = datafusion::common::tree_node::TreeNode::exists(filter, |e| Ok(is_subquery(e)));
    !columns.is_empty()
        && columns.iter().all(|column| column.name == RUN)
        && !filter.is_volatile()
        && matches!(has_subquery, Ok(false))
}

/// The runs for which all filters hold.
fn chosen(
    runs: &[RunRef],
    session: &dyn Session,
    filters: &[Expr],
) -> datafusion::error::Result<Vec<RunRef>> {
    let schema = Arc::new(Schema::new(vec![Field::new(RUN, DataType::Int64, false)]));
    let numbers: Int64Array = runs.iter().map(|run| i64::try_from(run.number).ok()).collect();
    let mut left = RecordBatch::try_new(schema.clone(), vec![Arc::new(numbers)])?;
    let names = DFSchema::try_from(schema.clone())?;
    for expression in filters {
        let holds = session.create_physical_expr(expression.clone(), &names)?.evaluate(&left)?;
        let holds = holds.into_array(left.num_rows())?;
        left = RecordBatch::try_new(schema.clone(), vec![filter(left.column(0), holds.as_boolean())?])?;
    }
    let numbers = left.column(0).as_primitive::<Int64Type>().values().iter().copied();
    let numbers: std::collections::BTreeSet<i64> = numbers.collect();
    let is_chosen = |run: &&RunRef| i64::try_from(run.number).is_ok_and(|number| numbers.contains(&number));
    Ok(runs.iter().filter(is_chosen).cloned().collect())
}

/// The rows of the chosen runs, opened as they are asked for.
#[derive(Debug)]
struct Rows {
    warehouse: Arc<Warehouse>,
    runs: Vec<RunRef>,
    origin: Origin,
    schema: SchemaRef,
}

impl PartitionStream for Rows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (warehouse, runs, schema) = (self.warehouse.clone(), self.runs.clone(), self.schema.clone());
        let rows: Box<dyn Iterator<Item = Result<RecordBatch, EngineError>> + Send> = match self.origin {
            Origin::Manifest(make) => Box::new(runs.into_iter().map(move |run| {
                let manifest = warehouse.manifest_of(&run)?;
                make(&manifest)
            })),
            Origin::Open => {
                let (schema, mut finding) = (self.schema.clone(), open::Finding::default());
                Box::new(runs.into_iter().map(move |run| {
                    let manifest = warehouse.manifest_of(&run)?;
                    aligned(&finding.of(&warehouse, &manifest)?, run.number, &schema)
                }))
            }
            Origin::Stored(table) => Box::new(stored::Walk::new(warehouse, runs, table, self.schema.clone())),
        };
        let rows = rows.map(|batch| batch.map_err(|error| DataFusionError::External(Box::new(error))));
        Box::pin(RecordBatchStreamAdapter::new(schema, futures::stream::iter(rows)))
    }
}

/// Rows of a run in the columns of the table of all runs: one that the run's version did not have is NULL.
fn aligned(batch: &RecordBatch, run: u64, schema: &SchemaRef) -> Result<RecordBatch, EngineError> {
    let rows = batch.num_rows();
    let number = i64::try_from(run).unwrap_or(i64::MAX);
    let mut columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(vec![number; rows]))];
    for field in schema.fields().iter().skip(1) {
        columns.push(match batch.column_by_name(field.name()) {
            Some(values) => cast(values, field.data_type())?,
            None => arrow::array::new_null_array(field.data_type(), rows),
        });
    }
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}
