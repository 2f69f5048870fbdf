//! Where steps are executed one after the other: a session, and the tables that it knows.

use crate::abreast;
use crate::agenda::Size;
use crate::encode::{EncodeError, Encoder, OrderTie};
use crate::error::EngineError;
use crate::foresight::{Foreseen, Foresight, ModelQuery, Promised};
use crate::held::{self, Kept};
use crate::lineage::{Capture, Captured};
use crate::places::PLACE;
use crate::session::{
    Resources, forget_local, optimized_after_capture, register, session_for_few, session_on,
};
use crate::site::Site;
use crate::so_far::SoFar;
use crate::spool::{Spool, Spooled};
use crate::sql;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::TableReference;
use datafusion::datasource::provider_as_source;
use datafusion::execution::{SendableRecordBatchStream, SessionState, TaskContext};
use datafusion::logical_expr::{LogicalPlan, TableSource};
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{DataFrame, SessionContext, ident};
use futures::StreamExt;
use provenance::RowIdColumn;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use study::{SqlFile, Study};
use terms::{ObjectHash, TableName, TableRecord};
use warehouse::Warehouse;

/// A table whose rows are in memory, and the columns that it is stored in the order of.
pub(crate) struct Whole<'s> {
    pub(crate) table: TableName,
    pub(crate) rows: RecordBatch,
    pub(crate) sort: &'s [&'s str],
}

/// A session of a run under way. Steps that run side by side have one each.
pub(crate) struct Night<'a> {
    pub(crate) study: &'a Study,
    pub(crate) warehouse: &'a Warehouse,
    pub(crate) context: SessionContext,
    /// What queries are planned with: a copy of the session's, which copies all its functions for each who asks it. The tables
    /// are those that the session knows at the time.
    state: SessionState,
    task: Arc<TaskContext>,
    site: Arc<Site>,
    known: Arc<SoFar<'a>>,
    opened: BTreeMap<TableName, Arc<dyn TableSource>>,
    threads: NonZeroUsize,
}

impl<'a> Night<'a> {
    /// A session on the site of a run, for tasks of one size.
    pub(crate) fn begin(
        known: Arc<SoFar<'a>>,
        warehouse: &'a Warehouse,
        site: Arc<Site>,
        resources: Resources,
        size: Size,
    ) -> Result<Self, EngineError> {
        let context = match size {
            Size::Large => session_on(site.runtime(), resources)?,
            // A small query is planned faster than it is spread, and other tasks use the other threads.
            Size::Small => session_for_few(site.runtime(), resources)?,
        };
        Ok(Self {
            study: known.study,
            warehouse,
            state: context.state(),
            task: context.task_ctx(),
            context,
            site,
            known,
            opened: BTreeMap::new(),
            threads: resources.partitions,
        })
    }

    /// What queries are planned with.
    pub(crate) fn state(&self) -> &SessionState {
        &self.state
    }

    /// Forgets the tables that a step made known for its own queries.
    pub(crate) fn end_of_step(&self) -> Result<(), EngineError> {
        Ok(forget_local(&self.context)?)
    }

    /// Threads that the run may use; others may have tasks of their own.
    pub(crate) fn threads(&self) -> NonZeroUsize {
        self.threads
    }

    /// A spool for rows of this schema.
    pub(crate) fn spool(&self, schema: &SchemaRef) -> Spool<'_> {
        Spool::new(self.site.scratch(), schema)
    }

    /// The rows of a query as a table that can be read many times.
    pub(crate) async fn settle(&self, frame: DataFrame) -> Result<Spooled, EngineError> {
        let rows = frame.execute_stream().await?;
        let mut spool = self.spool(&rows.schema());
        spool.drain(rows).await?;
        spool.finish()
    }

    /// The rows of a spool, all columns or these: no plan is made where they are in memory.
    pub(crate) async fn rows(
        &self,
        spooled: &Spooled,
        columns: Option<&[&str]>,
    ) -> Result<SendableRecordBatchStream, EngineError> {
        if let Some(held) = &spooled.held {
            return held::stream(&spooled.table.schema(), held, columns);
        }
        let frame = self.context.read_table(spooled.table.clone())?;
        let frame = match columns {
            Some(columns) => frame.select(columns.iter().map(|name| ident(*name)).collect::<Vec<_>>())?,
            None => frame,
        };
        Ok(frame.execute_stream().await?)
    }

    /// Takes note of tables whose objects exist.
    pub(crate) fn know(&self, records: &[TableRecord]) {
        self.known.know(records);
    }

    /// The record of a table that exists.
    pub(crate) fn record(&self, table: &TableName) -> Result<TableRecord, EngineError> {
        self.known.record(table)
    }

    /// The object that holds a table, if the table exists.
    pub(crate) fn object(&self, table: &TableName) -> Option<ObjectHash> {
        self.known.object(table)
    }

    /// Makes tables known to the session, verifying their objects the first time.
    pub(crate) fn open(&mut self, tables: &[TableName]) -> Result<(), EngineError> {
        for table in tables {
            if !self.opened.contains_key(table) {
                let opened = self.site.open(self.warehouse, &self.record(table)?)?;
                register(&self.context, table, opened.plain)?;
                self.opened.insert(table.clone(), provider_as_source(opened.placed));
            }
        }
        Ok(())
    }

    /// All rows of a table.
    pub(crate) async fn table(&mut self, table: &TableName) -> Result<DataFrame, EngineError> {
        self.open(std::slice::from_ref(table))?;
        self.opened_table(table).await
    }

    /// All rows of a table that was [opened](Self::open).
    pub(crate) async fn opened_table(&self, table: &TableName) -> Result<DataFrame, EngineError> {
        Ok(self.context.table(TableReference::partial(table.schema(), table.table())).await?)
    }

    /// The plan of a file of the study, not optimised.
    pub(crate) async fn plan(&self, sql: &SqlFile) -> Result<LogicalPlan, EngineError> {
        sql::plan(&self.state, sql, &self.study.parameters).await
    }

    /// Whether the query of a file of the study has any rows.
    pub(crate) async fn has_rows(&self, sql: &SqlFile) -> Result<bool, EngineError> {
        let plan = self.plan(sql).await?;
        let mut rows = self.execute(self.physical_of(&plan).await?)?;
        while let Some(batch) = rows.next().await.transpose()? {
            if batch.num_rows() > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Stores the rows of a frame, sorted by these columns, which must tell every row apart.
    pub(crate) async fn store_sorted(
        &mut self,
        table: TableName,
        frame: DataFrame,
        sort: &[&str],
    ) -> Result<TableRecord, EngineError> {
        let keys = sort.iter().map(|name| datafusion::prelude::col(*name).sort(true, true)).collect();
        let sorted_by: Vec<usize> = sort
            .iter()
            .map(|name| frame.schema().index_of_column_by_name(None, name))
            .collect::<Option<_>>()
            .ok_or_else(|| EngineError::Bug(format!("table {table} lacks one of the columns {sort:?}")))?;
        let rows = frame.sort(keys)?.execute_stream().await?;
        match self.write(&table, rows, &sorted_by).await? {
            Ok(record) => Ok(record),
            Err(tie) => Err(not_total(&table, &tie)),
        }
    }

    /// Stores all columns of rows that are in memory, sorted as by [`store_sorted`](Self::store_sorted): no plan is made for it.
    pub(crate) fn store_whole(
        &mut self,
        table: TableName,
        rows: &RecordBatch,
        sort: &[&str],
    ) -> Result<TableRecord, EngineError> {
        let record = self.write_held(&table, rows, sort)?;
        Ok(self.made(record))
    }

    /// Stores tables whose rows are in memory, each as [`store_whole`](Self::store_whole) does: the first beside the others.
    pub(crate) fn store_all(&mut self, tables: &[Whole<'_>]) -> Result<Vec<TableRecord>, EngineError> {
        let write = |whole: &Whole<'_>| self.write_held(&whole.table, &whole.rows, whole.sort);
        let Some((first, others)) = tables.split_first() else { return Ok(Vec::new()) };
        let (first, others) = self.both(|| write(first), || others.iter().map(write).collect::<Vec<_>>());
        let records = std::iter::once(first).chain(others).collect::<Result<Vec<_>, _>>()?;
        Ok(records.into_iter().map(|record| self.made(record)).collect())
    }

    /// Does two things that need each other's results in nothing: side by side, if the run may use several threads.
    pub(crate) fn both<A, B: Send>(
        &self,
        one: impl FnOnce() -> A,
        other: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        if self.threads == NonZeroUsize::MIN {
            return (one(), other());
        }
        abreast::both(one, other)
    }

    fn write_held(
        &self,
        table: &TableName,
        rows: &RecordBatch,
        sort: &[&str],
    ) -> Result<TableRecord, EngineError> {
        let place = |name: &&str| rows.schema_ref().index_of(name);
        let sorted_by = sort.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let rows = held::sorted(rows, &sorted_by)?;
        let encoded = Encoder::new(self.warehouse.writer()?, rows.schema_ref(), &sorted_by);
        let encoded = encoded.and_then(|mut encoder| {
            encoder.push(&rows)?;
            encoder.finish()
        });
        let (writer, count) = encoded.map_err(|error| error.with_tie(|tie| not_total(table, &tie)))?;
        let stored = writer.finish()?;
        let mut kept = Kept::of(rows.schema_ref());
        kept.push(&rows, 0)?;
        self.keep(&stored.hash, kept)?;
        let (object, bytes) = (stored.hash, stored.bytes);
        Ok(TableRecord { table: table.clone(), object, rows: count, bytes, lineage: None })
    }

    /// The rows of a table, where they are in memory.
    pub(crate) fn held(&self, table: &TableName) -> Result<Option<Vec<RecordBatch>>, EngineError> {
        Ok(self.site.open(self.warehouse, &self.record(table)?)?.held)
    }

    /// Plans the query of a model over the tables that the session knows now.
    async fn planned(&self, sql: &SqlFile) -> Result<ModelQuery, EngineError> {
        let plan = self.plan(sql).await?;
        sql::plain_types(sql, &plan)?;
        let sorted_by = sql::sorted_by(sql, &plan)?;
        if self.capture() == Capture::Nothing {
            return Ok(ModelQuery { sorted_by, captured: None, plan: self.state.optimize(&plan)? });
        }
        let captured = Captured::of(sql, &plan, &|table| self.place_of(table))?;
        let plan = self.optimized(&captured)?;
        Ok(ModelQuery { sorted_by, captured: Some(captured), plan })
    }

    /// Plans the query that makes a table before its turn: of the tables that it reads, `promises` are not made yet.
    pub(crate) async fn foresee(
        &mut self,
        table: &TableName,
        sql: &SqlFile,
        reads: &[TableName],
        promises: Vec<Promised>,
    ) -> Result<(), EngineError> {
        let say = self.site.foresight().begin(table);
        let is_made = |read: &&TableName| promises.iter().all(|promised| promised.table != **read);
        self.open(&reads.iter().filter(is_made).cloned().collect::<Vec<_>>())?;
        for promised in &promises {
            register(&self.context, &promised.table, promised.plain.clone())?;
        }
        let placed = |promised: &Promised| provider_as_source(promised.placed.clone());
        self.opened.extend(promises.iter().map(|promised| (promised.table.clone(), placed(promised))));
        let planned = self.planned(sql).await;
        // The next task that reads one of them opens the table itself.
        promises.iter().for_each(|promised| drop(self.opened.remove(&promised.table)));
        // Nobody waits for it where the run has failed.
        let _ = say.send(Foreseen { query: planned?, promises });
        Ok(())
    }

    /// The query that makes a table, if it was planned before its turn over tables such as were made since.
    fn foreseen(&self, table: &TableName) -> Result<Option<ModelQuery>, EngineError> {
        let Some(foreseen) = self.site.foresight().take(table) else { return Ok(None) };
        for promised in &foreseen.promises {
            if !promised.keep(&self.site.open(self.warehouse, &self.record(&promised.table)?)?) {
                return Ok(None);
            }
        }
        Ok(Some(foreseen.query))
    }

    /// Stores the rows of a model's query in the order that the query gives them.
    pub(crate) async fn store_query(
        &mut self,
        table: &TableName,
        sql: &SqlFile,
    ) -> Result<TableRecord, EngineError> {
        let query = match self.foreseen(table)? {
            Some(query) => query,
            None => self.planned(sql).await?,
        };
        let mut rows = self.execute(self.physical(&query.plan).await?)?;
        let tie = |tie: OrderTie| {
            let columns = tie.columns.join(", ");
            sql::order_fault(
                sql,
                format!(
                    "the order is not total: row {} of {table} equals the one before it in {columns}",
                    tie.row
                ),
            )
        };
        let Some(captured) = &query.captured else {
            return self.write(table, rows, &query.sorted_by).await?.map_err(tie);
        };
        let mut lineage = captured.writer(self.warehouse)?;
        let mut encoder = Encoder::new(self.warehouse.writer()?, captured.schema(), &query.sorted_by)
            .map_err(EncodeError::without_order)?;
        let (mut kept, mut count) = (Kept::of(captured.schema()), 0);
        while let Some(batch) = rows.next().await {
            let (result, behind) = captured.split(&batch?)?;
            kept.push(&result, count)?;
            count += result.num_rows() as u64;
            encoder.push(&result).map_err(|error| error.with_tie(tie))?;
            lineage.push(behind, result.num_rows())?;
        }
        let lineage = lineage.finish()?;
        let (writer, rows) = encoder.finish().map_err(|error| error.with_tie(tie))?;
        let stored = writer.finish()?;
        self.keep(&stored.hash, kept)?;
        Ok(self.made(TableRecord {
            table: table.clone(),
            object: stored.hash,
            rows,
            bytes: stored.bytes,
            lineage: Some(lineage),
        }))
    }

    /// How the rows of a query, and what stands behind them, are made.
    pub(crate) async fn plan_of(&self, captured: &Captured) -> Result<Arc<dyn ExecutionPlan>, EngineError> {
        self.physical(&self.optimized(captured)?).await
    }

    /// The plan of a query was analysed when it was followed, and subqueries were made joins, so that is not done again.
    fn optimized(&self, captured: &Captured) -> Result<LogicalPlan, EngineError> {
        Ok(optimized_after_capture(captured.plan().clone(), &self.state)?)
    }

    /// How the rows of a plan that was not optimised are made.
    pub(crate) async fn physical_of(
        &self,
        plan: &LogicalPlan,
    ) -> Result<Arc<dyn ExecutionPlan>, EngineError> {
        Ok(self.state.create_physical_plan(plan).await?)
    }

    async fn physical(&self, optimized: &LogicalPlan) -> Result<Arc<dyn ExecutionPlan>, EngineError> {
        Ok(self.state.query_planner().create_physical_plan(optimized, &self.state).await?)
    }

    /// Queries that are planned beside what this session does.
    pub(crate) fn foresight(&self) -> &Foresight {
        self.site.foresight()
    }

    /// The rows of a plan.
    pub(crate) fn execute(
        &self,
        plan: Arc<dyn ExecutionPlan>,
    ) -> Result<SendableRecordBatchStream, EngineError> {
        Ok(execute_stream(plan, self.task.clone())?)
    }

    /// How the rows of a table that was opened are told apart: by their place.
    pub(crate) fn place_of(&self, table: &TableReference) -> Option<RowIdColumn> {
        let table = TableName::new(table.schema()?, table.table()).ok()?;
        let source = self.opened.get(&table)?.clone();
        Some(RowIdColumn::Of { source, column: PLACE.to_owned() })
    }

    /// What is captured of the rows that are made.
    pub(crate) fn capture(&self) -> Capture {
        self.known.capture
    }

    fn keep(&self, object: &ObjectHash, kept: Kept) -> Result<(), EngineError> {
        kept.finish()?.map_or(Ok(()), |rows| self.site.keep(object, rows))
    }

    /// Takes note of a table that was made.
    pub(crate) fn made(&mut self, record: TableRecord) -> TableRecord {
        self.opened.remove(&record.table);
        self.know(std::slice::from_ref(&record));
        record
    }

    async fn write(
        &mut self,
        table: &TableName,
        mut rows: SendableRecordBatchStream,
        sorted_by: &[usize],
    ) -> Result<Result<TableRecord, OrderTie>, EngineError> {
        let mut encoder = match Encoder::new(self.warehouse.writer()?, &rows.schema(), sorted_by) {
            Ok(encoder) => encoder,
            Err(error) => return tie_or_error(error),
        };
        let (mut kept, mut count) = (Kept::of(&rows.schema()), 0);
        while let Some(batch) = rows.next().await.transpose()? {
            kept.push(&batch, count)?;
            count += batch.num_rows() as u64;
            if let Err(error) = encoder.push(&batch) {
                return tie_or_error(error);
            }
        }
        let (writer, rows) = match encoder.finish() {
            Ok(done) => done,
            Err(error) => return tie_or_error(error),
        };
        let stored = writer.finish()?;
        self.keep(&stored.hash, kept)?;
        let (object, bytes) = (stored.hash, stored.bytes);
        Ok(Ok(self.made(TableRecord { table: table.clone(), object, rows, bytes, lineage: None })))
    }
}

fn not_total(table: &TableName, tie: &OrderTie) -> EngineError {
    EngineError::Bug(format!("rows of {table} tie in {:?} at row {}", tie.columns, tie.row))
}

fn tie_or_error<T>(error: EncodeError) -> Result<Result<T, OrderTie>, EngineError> {
    match error {
        EncodeError::Tie(tie) => Ok(Err(tie)),
        error => Err(error.without_order()),
    }
}
