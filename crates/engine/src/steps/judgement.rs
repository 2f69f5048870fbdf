//! The queries of a round's rules: planned, and asked when their turn comes.
//!
//! What a rule decides hangs on what the rules before it did to the records; how its query is planned does not, and planning takes
//! the longer part. So where the records are held in memory, queries are planned on other threads, over a [slot](Slot) for them,
//! while those before them are asked.

use crate::error::EngineError;
use crate::lineage::records::Because;
use crate::lineage::{Capture, Captured};
use crate::night::Night;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use futures::StreamExt;
use provenance::RowIdColumn;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use study::Rule;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

/// The query of a rule, ready to be asked once.
pub(crate) struct Query {
    schema: SchemaRef,
    captured: Option<Captured>,
    plan: Arc<dyn ExecutionPlan>,
}

/// What a rule said.
pub(crate) struct Judgement {
    /// Columns of its query.
    pub(crate) schema: SchemaRef,
    /// Its verdicts.
    pub(crate) verdicts: Vec<RecordBatch>,
    /// The rows of stored tables behind each verdict, the records themselves left out.
    pub(crate) because: Because,
}

impl Query {
    /// Plans the query of a rule over the tables that the session knows now.
    pub(crate) async fn plan(night: &Night<'_>, rule: &Rule) -> Result<Self, EngineError> {
        let plan = night.plan(&rule.sql).await?;
        let schema: SchemaRef = Arc::new(plan.schema().as_arrow().clone());
        if night.capture() == Capture::Nothing {
            return Ok(Self { schema, captured: None, plan: night.physical_of(&plan).await? });
        }
        let captured = Captured::of(&rule.sql, &plan, &|table| match table.schema() {
            // Records and identities are rows of this round; which ones, the verdict says itself.
            None => Some(RowIdColumn::Computed),
            Some(_) => night.place_of(table),
        })?;
        let plan = night.plan_of(&captured).await?;
        Ok(Self { schema, captured: Some(captured), plan })
    }

    /// Asks it.
    pub(crate) async fn ask(self, night: &Night<'_>) -> Result<Judgement, EngineError> {
        let mut rows = night.execute(self.plan)?;
        let (mut verdicts, mut because) = (Vec::new(), Because::default());
        while let Some(batch) = rows.next().await.transpose()? {
            let Some(captured) = &self.captured else {
                verdicts.push(batch);
                continue;
            };
            let (batch, behind) = captured.split(&batch)?;
            because.add(&batch, captured.tables(), &behind)?;
            verdicts.push(batch);
        }
        Ok(Judgement { schema: self.schema, verdicts, because })
    }
}

/// Queries of rules in their order, as far as they are planned on other threads.
pub(crate) struct Ahead(std::vec::IntoIter<Receiver<Result<Query, EngineError>>>);

impl Ahead {
    /// None: every query is planned when its turn comes.
    pub(crate) fn nothing() -> Self {
        Self(Vec::new().into_iter())
    }

    /// The next one, which is waited for; none if nothing is planned ahead.
    pub(crate) fn next(&mut self) -> Option<Result<Query, EngineError>> {
        self.0.next().and_then(|planned| planned.recv().ok())
    }
}

/// Follows the rules while other threads plan the queries of those to come, over tables that the session knows now.
///
/// Nothing is planned ahead where the runtime has one thread, which could not go on meanwhile.
pub(crate) async fn with_queries<T>(
    night: &Night<'_>,
    rules: &[Rule],
    follow: impl AsyncFnOnce(Ahead) -> T,
) -> T {
    let runtime = Handle::current();
    let threads = night.threads().get().min(rules.len());
    if threads < 2 || runtime.runtime_flavor() == RuntimeFlavor::CurrentThread {
        return follow(Ahead::nothing()).await;
    }
    let (planned, ahead): (Vec<_>, Vec<_>) = rules.iter().map(|_| channel()).unzip();
    let (next, runtime) = (&Mutex::new(rules.iter().zip(planned)), &runtime);
    let plan = move || {
        let _counted = night.foresight().plans();
        loop {
            let rule = next.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((rule, planned)) = rule else { return };
            // Nobody waits for it after a rule that failed.
            if planned.send(runtime.block_on(Query::plan(night, rule))).is_err() {
                return;
            }
        }
    };
    block_in_place(|| {
        std::thread::scope(|scope| {
            let started = (0..threads).filter(|_| crate::abreast::start(scope, plan).is_ok()).count();
            let ahead = if started > 0 { Ahead(ahead.into_iter()) } else { Ahead::nothing() };
            runtime.block_on(follow(ahead))
        })
    })
}

/// A place for the records of a round, which a query that was planned over it finds when it is asked.
#[derive(Debug)]
pub(crate) struct Slot {
    schema: SchemaRef,
    records: Mutex<Vec<RecordBatch>>,
}

impl Slot {
    /// An empty one, for records of these columns.
    pub(crate) fn new(schema: SchemaRef) -> Arc<Self> {
        Arc::new(Self { schema, records: Mutex::default() })
    }

    /// The slot as a table.
    pub(crate) fn table(self: &Arc<Self>) -> Result<Arc<dyn TableProvider>, EngineError> {
        let table =
            StreamingTable::try_new(self.schema.clone(), vec![self.clone() as Arc<dyn PartitionStream>])?;
        Ok(Arc::new(table))
    }

    /// Puts records in place of those that are there.
    pub(crate) fn put(&self, records: &[RecordBatch]) {
        *self.records.lock().unwrap_or_else(PoisonError::into_inner) = records.to_vec();
    }
}

impl PartitionStream for Slot {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let rows = futures::stream::iter(records.into_iter().map(Ok));
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), rows))
    }
}
