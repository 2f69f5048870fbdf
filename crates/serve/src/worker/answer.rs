//! One request: plan, look at the plan, run it, send what comes.

use super::catalogue::Catalogue;
use super::databases::Listed;
use super::dialect::Dialect;
use super::fault::{engine_fault, fault_of, refused};
use super::functions;
use super::ordinals::from_one;
use super::queries::QueryLogTable;
use super::values::values;
use super::{WorkerOptions, own};
use crate::error::ServeError;
use crate::frame::{Ask, Fault, Frame, Reply, Request, columns};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::common::ParamValues;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use datafusion_pg_catalog::pg_catalog::PgCatalogStaticTables;
use engine::{Access, Desk, NamedPlan, ReadingRoom, Resources, Seat};
use futures::StreamExt;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use terms::TableName;
use tokio::sync::mpsc::Sender;
use warehouse::Warehouse;

/// What all requests of a worker share.
pub(super) struct Answering {
    room: ReadingRoom,
    dialect: Dialect,
    catalogue: Arc<PgCatalogStaticTables>,
    query_log: PathBuf,
    /// Bytes above which the process is not asked again.
    heavy: usize,
}

impl Answering {
    pub(super) fn new(warehouse: Arc<Warehouse>, options: &WorkerOptions) -> Result<Self, ServeError> {
        // What DataFusion does not count, such as rows on their way, takes the rest.
        let resources = Resources { partitions: options.partitions, memory: options.memory / 10 * 6 };
        let failed = |error: DataFusionError| ServeError::Engine(error.into());
        let catalogue = Arc::new(PgCatalogStaticTables::try_new().map_err(failed)?);
        let teach = |context: &SessionContext| functions::teach(context, &catalogue);
        Ok(Self {
            room: ReadingRoom::new(warehouse, resources, teach)?,
            dialect: Dialect::default(),
            catalogue,
            query_log: options.query_log.clone(),
            heavy: own(options) + options.memory / 2,
        })
    }

    /// Whether the process holds so much memory that another should answer the next request.
    pub(super) fn is_heavy(&self) -> bool {
        held().is_none_or(|bytes| bytes > self.heavy)
    }

    /// A desk for a request, with the catalogue of Postgres on it.
    async fn desk(&self, request: &Request) -> Result<Desk, Fault> {
        let seat = Seat {
            database: request.database.clone(),
            pinned: request.pinned,
            schema: request.schema.clone(),
            access: request.access,
        };
        let mut further: Vec<(TableName, Arc<dyn TableProvider>)> = Vec::new();
        if request.access == Access::Everything
            && let Ok(name) = TableName::new("audit", "queries")
        {
            further.push((name, Arc::new(QueryLogTable::new(&self.query_log))));
        }
        let desk = self.room.desk(&seat, further).map_err(|error| engine_fault(&error))?;
        let others = self.room.databases().map_err(|error| engine_fault(&error))?;
        let listed = Listed::new(&desk, &seat.database, others);
        let catalogue = Catalogue::new(listed, self.catalogue.clone()).map_err(|error| fault_of(&error))?;
        desk.catalog()
            .register_schema("pg_catalog", Arc::new(catalogue))
            .map_err(|error| fault_of(&error))?;
        functions::introduce(desk.context(), &seat, &request.user);
        Ok(desk)
    }
}

/// The last word on a request that was answered.
pub(super) enum Last {
    /// What the query is: a column for each parameter, and the columns.
    Described { run: u64, parameters: RecordBatch, columns: RecordBatch },
    /// All rows are sent.
    Done,
}

/// Answers a request: sends what comes before the last word, which it returns.
///
/// # Errors
/// The request is at fault.
pub(super) async fn answer(
    answering: Arc<Answering>,
    request: Frame<Request>,
    replies: Sender<Frame<Reply>>,
) -> Result<Last, Fault> {
    match request.header.ask {
        Ask::Description => describe(&answering, &request.header).await,
        Ask::Rows => rows(&answering, &request, &replies).await,
    }
}

async fn describe(answering: &Answering, request: &Request) -> Result<Last, Fault> {
    let desk = answering.desk(request).await?;
    let named = plan(answering, &desk, request).await?;
    let parameters = parameters(&named.plan).map_err(|error| fault_of(&error))?;
    let (parameters, result) = (columns(&parameters), columns(&named.schema()));
    Ok(Last::Described { run: desk.run(), parameters, columns: result })
}

async fn rows(
    answering: &Answering,
    request: &Frame<Request>,
    replies: &Sender<Frame<Reply>>,
) -> Result<Last, Fault> {
    let asked = &request.header;
    let desk = answering.desk(asked).await?;
    let mut named = plan(answering, &desk, asked).await?;
    let given = match &asked.values {
        Some(text) => {
            let wanted = parameters(&named.plan).map_err(|error| fault_of(&error))?;
            values(&desk, &answering.dialect, text, &wanted).await?
        }
        None => values_of(request).map_err(|error| fault_of(&error))?,
    };
    if !given.is_empty() {
        let given = ParamValues::from(given);
        named.plan = named.plan.replace_params_with_values(&given).map_err(|error| fault_of(&error))?;
    }
    desk.refuse(&named.plan).map_err(|refusal| refused(&refusal))?;
    let schema = named.schema();
    let context = desk.context();
    let frame = context.execute_logical_plan(named.plan).await.map_err(|error| fault_of(&error))?;
    let mut batches = frame.execute_stream().await.map_err(|error| fault_of(&error))?;
    send(replies, Reply::Columns { run: desk.run() }, &[&columns(&schema)]).await?;
    let mut sent = 0;
    while let Some(batch) = batches.next().await {
        let batch = batch.map_err(|error| fault_of(&error))?;
        sent += batch.num_rows() as u64;
        if sent > asked.rows {
            let said = format!("the result has more than the {} rows that are allowed", asked.rows);
            return Err(Fault::new("54000", said).with_hint("Ask for fewer with WHERE or LIMIT."));
        }
        for part in parts(&batch) {
            send(replies, Reply::Rows, &[&relabelled(&part, &schema)]).await?;
        }
    }
    Ok(Last::Done)
}

/// Plans a query and looks at the plan.
async fn plan(answering: &Answering, desk: &Desk, request: &Request) -> Result<NamedPlan, Fault> {
    let mut named = answering.dialect.plan(desk.context(), &request.sql, &request.declared).await?;
    named.plan = from_one(named.plan).map_err(|error| fault_of(&error))?;
    desk.refuse(&named.plan).map_err(|refusal| refused(&refusal))?;
    Ok(named)
}

/// A column for each parameter, `$1` first, of type null where the plan does not say.
fn parameters(plan: &LogicalPlan) -> Result<SchemaRef, DataFusionError> {
    let mut known: BTreeMap<String, Option<DataType>> = plan.get_parameter_types()?.into_iter().collect();
    plan.apply_with_subqueries(|node| {
        for expression in node.expressions() {
            expression.apply(|part| {
                if let Expr::Cast(cast) = part
                    && let Expr::Placeholder(placeholder) = cast.expr.as_ref()
                {
                    let entry = known.entry(placeholder.id.clone()).or_default();
                    entry.get_or_insert_with(|| cast.field.data_type().clone());
                }
                Ok(TreeNodeRecursion::Continue)
            })?;
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    let place = |name: &str| name.trim_start_matches('$').parse::<usize>().unwrap_or(0);
    let last = known.keys().map(|name| place(name)).max().unwrap_or(0);
    let mut types = vec![DataType::Null; last];
    for (name, data_type) in known {
        if let (Some(kind), Some(slot)) =
            (data_type, place(&name).checked_sub(1).and_then(|at| types.get_mut(at)))
        {
            *slot = kind;
        }
    }
    let fields = types.into_iter().zip(1..).map(|(kind, at)| Field::new(format!("${at}"), kind, true));
    Ok(Arc::new(Schema::new(fields.collect::<Vec<_>>())))
}

/// The values of a request: the first row of its table, if it has one.
fn values_of(request: &Frame<Request>) -> Result<Vec<ScalarValue>, DataFusionError> {
    if request.tables() == 0 {
        return Ok(Vec::new());
    }
    request.table(0)?.columns().iter().map(|column| ScalarValue::try_from_array(column, 0)).collect()
}

/// A batch in parts of so many rows that none is large.
fn parts(batch: &RecordBatch) -> impl Iterator<Item = RecordBatch> {
    const ROWS: usize = 1_024;
    let batch = batch.clone();
    (0..batch.num_rows()).step_by(ROWS).map(move |at| batch.slice(at, ROWS.min(batch.num_rows() - at)))
}

/// The batch with the columns of the plan, which carry what Postgres calls their types.
fn relabelled(batch: &RecordBatch, schema: &SchemaRef) -> RecordBatch {
    let fields = schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    RecordBatch::try_new(schema, batch.columns().to_vec()).unwrap_or_else(|_| batch.clone())
}

async fn send(replies: &Sender<Frame<Reply>>, reply: Reply, tables: &[&RecordBatch]) -> Result<(), Fault> {
    let frame = Frame::new(reply, tables).map_err(|error| fault_of(&error.into()))?;
    replies.send(frame).await.map_err(|_| Fault::new("57014", "nobody listens"))
}

/// Memory that this process holds, in bytes.
pub(super) fn held() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmData:"))?;
    let kilobytes: usize = line.trim().trim_end_matches(" kB").trim().parse().ok()?;
    Some(kilobytes * 1_024)
}
