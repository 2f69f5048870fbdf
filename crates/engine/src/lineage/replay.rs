//! A query of the study again, over chosen rows of the tables that it reads.

use super::capture::Captured;
use super::read::Rows;
use crate::error::EngineError;
use crate::places::{PLACE, numbered, with_place};
use crate::session::{Resources, register, session};
use crate::sql;
use crate::tables::Tables;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result, TableReference};
use datafusion::datasource::provider_as_source;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, LogicalPlan, TableType};
use datafusion::physical_plan::execution_plan::reset_plan_states;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::prelude::SessionContext;
use provenance::{RowIdColumn, RowSet, Subject};
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use study::{SqlFile, Study};
use terms::{Manifest, TableName};
use warehouse::Warehouse;

/// The models and appendices of a run, to be run again over some of the rows that they read.
///
/// The study must be the one that the run ran. What was read once stays in memory.
pub struct Replay<'a> {
    study: &'a Study,
    tables: Arc<Tables>,
}

/// A query that was planned, and the tables that it reads, empty until rows are put in.
pub struct ReplayQuery {
    context: SessionContext,
    plan: Arc<dyn ExecutionPlan>,
    slots: Vec<Arc<Slot>>,
    captured: Option<Captured>,
}

impl<'a> Replay<'a> {
    /// The queries of a run; nothing is read yet.
    pub fn open(study: &'a Study, warehouse: &Arc<Warehouse>, run: &Manifest) -> Self {
        Self::of(study, &Arc::new(Tables::of(warehouse, run)))
    }

    pub(crate) fn of(study: &'a Study, tables: &Arc<Tables>) -> Self {
        Self { study, tables: tables.clone() }
    }

    /// The query that made a table; none if no query did.
    ///
    /// # Errors
    /// A table that the query reads and the run does not have, a damaged object, a query that cannot be planned.
    pub async fn query(&self, table: &TableName) -> Result<Option<ReplayQuery>, EngineError> {
        self.planned(table, None).await
    }

    /// The same, saying of each row which rows the value in a column was computed from.
    ///
    /// # Errors
    /// As [`query`](Self::query); a column that the query does not have.
    pub async fn query_for(
        &self,
        table: &TableName,
        column: &str,
    ) -> Result<Option<ReplayQuery>, EngineError> {
        self.planned(table, Some(column)).await
    }

    async fn planned(
        &self,
        table: &TableName,
        column: Option<&str>,
    ) -> Result<Option<ReplayQuery>, EngineError> {
        let appendices = self.study.appendices.iter().map(|appendix| &appendix.model);
        let mut models = self.study.models.iter().chain(appendices);
        let Some(model) = models.find(|model| model.table == *table) else { return Ok(None) };
        let step = self.study.steps().iter().find(|step| step.writes.contains(table));
        let reads = step.map(|step| step.reads.as_slice()).unwrap_or_default();
        let resources = Resources { partitions: NonZeroUsize::MIN, ..Resources::default() };
        let context = session(resources, &std::env::temp_dir())?;
        let mut slots = Vec::new();
        let mut sources = BTreeMap::new();
        for read in reads {
            let slot = Arc::new(Slot {
                table: read.clone(),
                schema: with_place(&self.tables.schema(read)?),
                tables: self.tables.clone(),
                rows: Mutex::default(),
            });
            register(&context, read, Arc::new(SlotTable::without_places(&slot)?))?;
            let source = provider_as_source(Arc::new(SlotTable::with_places(&slot)));
            sources.insert((read.schema().to_owned(), read.table().to_owned()), source);
            slots.push(slot);
        }
        let frame = sql::query(&context, &model.sql, &self.study.parameters).await?;
        let place_of = |table: &TableReference| {
            let source = sources.get(&(table.schema()?.to_owned(), table.table().to_owned()))?.clone();
            Some(RowIdColumn::Of { source, column: PLACE.to_owned() })
        };
        let captured = column
            .map(|column| {
                let subject = Subject::Column(place_of_column(&model.sql, frame.logical_plan(), column)?);
                Captured::of_subject(&model.sql, frame.logical_plan(), subject, &place_of)
            })
            .transpose()?;
        let plan = captured.as_ref().map_or(frame.logical_plan(), Captured::plan);
        let plan = context.state().create_physical_plan(plan).await?;
        Ok(Some(ReplayQuery { context, plan, slots, captured }))
    }
}

fn place_of_column(sql: &SqlFile, plan: &LogicalPlan, column: &str) -> Result<usize, EngineError> {
    plan.schema().index_of_column_by_name(None, column).ok_or_else(|| {
        let columns: Vec<&str> = plan.schema().fields().iter().map(|field| field.name().as_str()).collect();
        let help = format!("its columns are {}", columns.join(", "));
        sql::shape_fault(sql, format!("the query has no column {column}"), &help)
    })
}

impl ReplayQuery {
    /// The rows that the query makes of these rows; of a table that is not named, of none.
    ///
    /// # Errors
    /// A query that fails on these rows.
    pub async fn again(&self, rows: &Rows) -> Result<Vec<RecordBatch>, EngineError> {
        for slot in &self.slots {
            let chosen = rows.get(&slot.table).cloned().unwrap_or_default();
            *slot.rows.lock().unwrap_or_else(PoisonError::into_inner) = chosen;
        }
        let plan = reset_plan_states(self.plan.clone())?;
        Ok(collect(plan, self.context.task_ctx()).await?)
    }

    /// The rows that the query makes of these rows, and what stands behind each, by table; for a query for a column.
    ///
    /// # Errors
    /// As [`again`](Self::again).
    pub async fn again_with_lineage(
        &self,
        rows: &Rows,
    ) -> Result<(Vec<RecordBatch>, Vec<Rows>), EngineError> {
        let Some(captured) = &self.captured else { return Ok((self.again(rows).await?, Vec::new())) };
        let (mut made, mut behind) = (Vec::new(), Vec::new());
        for batch in self.again(rows).await? {
            let (result, columns) = captured.split(&batch)?;
            for row in 0..result.num_rows() {
                behind.push(captured.behind(&columns, row)?);
            }
            made.push(result);
        }
        Ok((made, behind))
    }
}

/// Which rows of a table a query runs over, said after it was planned; the last column is the place.
struct Slot {
    table: TableName,
    schema: SchemaRef,
    tables: Arc<Tables>,
    rows: Mutex<RowSet>,
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("table", &self.table).finish_non_exhaustive()
    }
}

impl Slot {
    /// The rows, with these columns.
    fn read(&self, columns: &[usize]) -> Result<Vec<RecordBatch>, EngineError> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let place = self.schema.fields().len() - 1;
        let stored: Vec<usize> = columns.iter().copied().filter(|column| *column != place).collect();
        let taken = numbered(&self.tables.take(&self.table, &rows, &stored)?, rows.iter())?;
        // The place is the last of what was taken, wherever it was asked for.
        let mut next = 0..;
        let order: Vec<usize> = columns
            .iter()
            .map(|column| if *column == place { stored.len() } else { next.next().unwrap_or_default() })
            .collect();
        taken.iter().map(|batch| Ok(batch.project(&order)?)).collect()
    }
}

/// A slot as a table, with or without places.
#[derive(Debug)]
struct SlotTable {
    slot: Arc<Slot>,
    schema: SchemaRef,
}

impl SlotTable {
    fn with_places(slot: &Arc<Slot>) -> Self {
        Self { slot: slot.clone(), schema: slot.schema.clone() }
    }

    fn without_places(slot: &Arc<Slot>) -> Result<Self, EngineError> {
        let columns: Vec<usize> = (0..slot.schema.fields().len() - 1).collect();
        Ok(Self { slot: slot.clone(), schema: Arc::new(slot.schema.project(&columns)?) })
    }
}

#[async_trait]
impl TableProvider for SlotTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
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
        let columns = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        let schema = Arc::new(self.slot.schema.project(&columns)?);
        let rows = SlotRows { slot: self.slot.clone(), columns, schema: schema.clone() };
        let parts: Vec<Arc<dyn PartitionStream>> = vec![Arc::new(rows)];
        Ok(Arc::new(StreamingTableExec::try_new(schema, parts, None, vec![], false, limit)?))
    }
}

#[derive(Debug)]
struct SlotRows {
    slot: Arc<Slot>,
    columns: Vec<usize>,
    schema: SchemaRef,
}

impl PartitionStream for SlotRows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows: Vec<Result<RecordBatch>> = match self.slot.read(&self.columns) {
            Ok(rows) => rows.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(DataFusionError::External(Box::new(error)))],
        };
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), futures::stream::iter(rows)))
    }
}
