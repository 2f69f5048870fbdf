//! Queries of models, planned before the tables that they read are made.
//!
//! Where tables have some hundred rows, planning a query takes longer than its rows do. It hangs on the columns of the tables
//! alone, and those are mostly what they were in the run before. So a thread that has nothing to do plans over
//! [promises](Promised) of tables; how the rows are made is settled when the tables are there, so what comes of a query does not
//! hang on when it was planned.

use crate::lineage::Captured;
use crate::objects::Opened;
use crate::places::with_place;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, LogicalPlan, TableType};
use datafusion::physical_plan::ExecutionPlan;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use terms::TableName;

/// The query of a model as it runs.
pub(crate) struct ModelQuery {
    /// Its columns by which the rows are sorted.
    pub(crate) sorted_by: Vec<usize>,
    /// What tells the rows from what stands behind them, if that is captured.
    pub(crate) captured: Option<Captured>,
    /// The optimised plan.
    pub(crate) plan: LogicalPlan,
}

/// A query that was planned over promises.
pub(crate) struct Foreseen {
    pub(crate) query: ModelQuery,
    pub(crate) promises: Vec<Promised>,
}

/// A table of few rows that is going to be made, most likely with these columns.
pub(crate) struct Promised {
    pub(crate) table: TableName,
    schema: SchemaRef,
    pub(crate) plain: Arc<Promise>,
    /// The same with the places of its rows.
    pub(crate) placed: Arc<Promise>,
}

impl Promised {
    pub(crate) fn new(table: TableName, schema: SchemaRef) -> Self {
        let (plain, placed) = (Promise::of(schema.clone()), Promise::of(with_place(&schema)));
        Self { table, schema, plain, placed }
    }

    /// Puts the table in place of the promise; `false` if it is not the one that was promised.
    pub(crate) fn keep(&self, made: &Opened) -> bool {
        let is_it = made.held.is_some() && made.plain.schema() == self.schema;
        is_it && self.plain.keep(&made.plain) && self.placed.keep(&made.placed)
    }
}

/// A table to come, over which queries can be planned.
#[derive(Debug)]
pub(crate) struct Promise {
    schema: SchemaRef,
    table: OnceLock<Arc<dyn TableProvider>>,
}

impl Promise {
    fn of(schema: SchemaRef) -> Arc<Self> {
        Arc::new(Self { schema, table: OnceLock::new() })
    }

    fn keep(&self, table: &Arc<dyn TableProvider>) -> bool {
        self.table.set(table.clone()).is_ok()
    }
}

#[async_trait]
impl TableProvider for Promise {
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
        let broken = || DataFusionError::Internal("a table was read that is only promised".to_owned());
        self.table.get().ok_or_else(broken)?.scan(session, projection, filters, limit).await
    }
}

/// Queries of a run that were planned, or are being planned, before their turn.
#[derive(Default)]
pub(crate) struct Foresight {
    queries: Mutex<BTreeMap<TableName, Receiver<Foreseen>>>,
    planning: AtomicUsize,
}

impl Foresight {
    /// For whoever plans the query that makes this table, to say what came of it.
    pub(crate) fn begin(&self, table: &TableName) -> Sender<Foreseen> {
        let (say, hear) = channel();
        self.queries.lock().unwrap_or_else(PoisonError::into_inner).insert(table.clone(), hear);
        say
    }

    /// The query that makes this table, which is waited for while it is planned; none if nobody planned it, or could.
    pub(crate) fn take(&self, table: &TableName) -> Option<Foreseen> {
        let hear = self.queries.lock().unwrap_or_else(PoisonError::into_inner).remove(table)?;
        hear.recv().ok()
    }

    /// Threads that tasks have planning for them, beside their own.
    pub(crate) fn planning(&self) -> usize {
        self.planning.load(Ordering::Relaxed)
    }

    /// Counts a thread of a task until what this gives is dropped.
    pub(crate) fn plans(&self) -> Planning<'_> {
        self.planning.fetch_add(1, Ordering::Relaxed);
        Planning(&self.planning)
    }
}

/// A thread that plans for a task.
pub(crate) struct Planning<'f>(&'f AtomicUsize);

impl Drop for Planning<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::as_text;
    use arrow::array::{ArrayRef, Int64Array, RecordBatch};
    use arrow::datatypes::{DataType, Field, Schema};
    use datafusion::prelude::SessionContext;

    fn made(column: &str) -> Opened {
        let numbers = Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef;
        let rows = RecordBatch::try_from_iter_with_nullable([(column, numbers, true)]).unwrap();
        Opened::held(rows.schema(), vec![rows]).unwrap()
    }

    #[tokio::test]
    async fn a_query_that_was_planned_over_a_promise_finds_the_table() {
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
        let promised = Promised::new(TableName::parse("staging.a").unwrap(), schema);
        let context = SessionContext::new();
        context.register_table("plain", promised.plain.clone()).unwrap();
        context.register_table("placed", promised.placed.clone()).unwrap();
        let query = "select sum(plain.n) as a, sum(__place) as b from plain join placed on plain.n = placed.n where plain.n > 1";
        let state = context.state();
        let plan = state.optimize(&state.create_logical_plan(query).await.unwrap()).unwrap();
        let physical = async || state.query_planner().create_physical_plan(&plan, &state).await;
        assert!(physical().await.unwrap_err().to_string().contains("only promised"));
        assert!(!promised.keep(&made("m")), "it has another column");
        assert!(promised.keep(&made("n")));
        let rows =
            datafusion::physical_plan::collect(physical().await.unwrap(), context.task_ctx()).await.unwrap();
        let text = |column: usize| as_text(rows[0].column(column)).unwrap().value(0).to_owned();
        assert_eq!((text(0), text(1)), ("5".to_owned(), "3".to_owned()));
    }

    #[test]
    fn a_query_is_taken_once_and_not_waited_for_when_it_could_not_be_planned() {
        let (foresight, table) = (Foresight::default(), TableName::parse("staging.a").unwrap());
        assert!(foresight.take(&table).is_none());
        drop(foresight.begin(&table));
        assert!(foresight.take(&table).is_none());
        let plans = foresight.plans();
        assert_eq!(foresight.planning(), 1);
        drop(plans);
        assert_eq!(foresight.planning(), 0);
    }
}
