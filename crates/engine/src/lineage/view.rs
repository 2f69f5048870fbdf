//! `audit.lineage`: every edge by itself, made while a query asks for it.

use crate::error::EngineError;
use crate::objects::read_object;
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, Operator, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use provenance::RowSets;
use std::sync::Arc;
use terms::{Manifest, TableName, TableRecord};
use warehouse::Warehouse;

const BATCH_ROWS: usize = 8_192;
const COLUMNS: [&str; 4] = ["output_table", "output_row", "input_table", "input_row"];

/// The lineage of a run as a table: `output_table`, `output_row`, `input_table`, `input_row`.
///
/// Only the tables that a condition `output_table = …` or `input_table = …` names are read.
#[derive(Debug)]
pub(crate) struct LineageTable {
    warehouse: Arc<Warehouse>,
    tables: Vec<TableRecord>,
    schema: SchemaRef,
}

impl LineageTable {
    pub(crate) fn new(warehouse: &Arc<Warehouse>, run: &Manifest) -> Self {
        let tables = run.tables().filter(|table| table.lineage.is_some()).cloned().collect();
        let kinds = [DataType::Utf8, DataType::Int64, DataType::Utf8, DataType::Int64];
        let fields = COLUMNS.iter().zip(kinds).map(|(name, kind)| Field::new(*name, kind, false));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        Self { warehouse: warehouse.clone(), tables, schema }
    }
}

#[async_trait]
impl TableProvider for LineageTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let named = |filter: &&Expr| COLUMNS.iter().any(|column| wanted(filter, column).is_some());
        let inexact = |filter| match named(filter) {
            true => TableProviderFilterPushDown::Inexact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(inexact).collect())
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let of = |column: &str| filters.iter().find_map(|filter| wanted(filter, column));
        let (output, input) = (of("output_table"), of("input_table"));
        let kept = |table: &&TableRecord| output.as_ref().is_none_or(|name| *name == table.table.to_string());
        let edges = Edges {
            warehouse: self.warehouse.clone(),
            tables: self.tables.iter().filter(kept).cloned().collect(),
            input,
            schema: self.schema.clone(),
        };
        let parts: Vec<Arc<dyn PartitionStream>> = vec![Arc::new(edges)];
        Ok(Arc::new(StreamingTableExec::try_new(
            self.schema.clone(),
            parts,
            projection,
            vec![],
            false,
            limit,
        )?))
    }
}

/// The text that a condition `column = text` asks for.
fn wanted(filter: &Expr, column: &str) -> Option<String> {
    let Expr::BinaryExpr(binary) = filter else { return None };
    let is = |expr: &Expr| matches!(expr, Expr::Column(named) if named.name == column);
    match (binary.op, binary.left.as_ref(), binary.right.as_ref()) {
        (Operator::Eq, named, Expr::Literal(value, _)) | (Operator::Eq, Expr::Literal(value, _), named)
            if is(named) =>
        {
            match value {
                ScalarValue::Utf8(text) | ScalarValue::Utf8View(text) => text.clone(),
                _ => None,
            }
        }
        _ => None,
    }
}

#[derive(Debug)]
struct Edges {
    warehouse: Arc<Warehouse>,
    tables: Vec<TableRecord>,
    input: Option<String>,
    schema: SchemaRef,
}

/// A run of rows behind a row.
struct Run {
    output: Arc<str>,
    row: i64,
    input: Arc<str>,
    first: i64,
    last: i64,
}

impl PartitionStream for Edges {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (warehouse, input) = (self.warehouse.clone(), self.input.clone());
        let runs = self.tables.clone().into_iter().flat_map(move |table| {
            runs_of(&warehouse, &table, input.as_deref())
                .unwrap_or_else(|error| Box::new(std::iter::once(Err(error))))
        });
        let batches = Batches { runs, open: None, schema: self.schema.clone() };
        let batches = batches.map(|batch| batch.map_err(|error| DataFusionError::External(Box::new(error))));
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), futures::stream::iter(batches)))
    }
}

type Runs = Box<dyn Iterator<Item = Result<Run, EngineError>> + Send>;

/// The runs of a table, row by row for one input after the other.
fn runs_of(warehouse: &Warehouse, table: &TableRecord, only: Option<&str>) -> Result<Runs, EngineError> {
    let Some(lineage) = &table.lineage else { return Ok(Box::new(std::iter::empty())) };
    let batches = read_object(warehouse, &lineage.object)?;
    let output: Arc<str> = table.table.to_string().into();
    let names: Vec<Arc<str>> =
        batches[0].schema().fields().iter().map(|field| field.name().as_str().into()).collect();
    let only = only.map(str::to_owned);
    let inputs = names
        .into_iter()
        .enumerate()
        .filter(move |(_, name)| only.as_deref().is_none_or(|only| only == &**name));
    Ok(Box::new(inputs.flat_map(move |(place, input)| {
        let (output, batches) = (output.clone(), batches.clone());
        let mut first = 0;
        batches.into_iter().flat_map(move |batch| {
            let start = first;
            first += i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
            stretch(&batch, place, start, &output, &input)
        })
    })))
}

fn stretch(batch: &RecordBatch, place: usize, start: i64, output: &Arc<str>, input: &Arc<str>) -> Runs {
    let bug = |error: provenance::ProvenanceError| EngineError::Bug(error.to_string());
    let sets = match RowSets::new(batch.column(place).clone()) {
        Ok(sets) => sets,
        Err(error) => return Box::new(std::iter::once(Err(bug(error)))),
    };
    let (output, input) = (output.clone(), input.clone());
    Box::new((start..).zip(0..sets.len()).flat_map(move |(row, place)| {
        let (output, input) = (output.clone(), input.clone());
        let run = move |(first, last): (i64, i64)| Run {
            output: output.clone(),
            row,
            input: input.clone(),
            first,
            last,
        };
        match sets.get(place) {
            Ok(set) => set.runs().to_vec().into_iter().map(run).map(Ok).collect::<Vec<_>>(),
            Err(error) => vec![Err(bug(error))],
        }
    }))
}

/// Runs as batches of edges, none of them large.
struct Batches<I> {
    runs: I,
    /// What is left of a run that did not fit.
    open: Option<Run>,
    schema: SchemaRef,
}

impl<I: Iterator<Item = Result<Run, EngineError>>> Iterator for Batches<I> {
    type Item = Result<RecordBatch, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut outputs, mut rows, mut inputs, mut places) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        while rows.len() < BATCH_ROWS {
            let run = match self.open.take().map(Ok).or_else(|| self.runs.next()) {
                None => break,
                Some(Ok(run)) => run,
                Some(Err(error)) => return Some(Err(error)),
            };
            let room = i64::try_from(BATCH_ROWS - rows.len()).unwrap_or(i64::MAX);
            let last = run.last.min(run.first.saturating_add(room - 1));
            for place in run.first..=last {
                outputs.push(run.output.clone());
                rows.push(run.row);
                inputs.push(run.input.clone());
                places.push(place);
            }
            if last < run.last {
                self.open = Some(Run { first: last + 1, ..run });
            }
        }
        let text = |values: Vec<Arc<str>>| -> ArrayRef { Arc::new(StringArray::from_iter_values(values)) };
        let columns: Vec<ArrayRef> = vec![
            text(outputs),
            Arc::new(Int64Array::from(rows)),
            text(inputs),
            Arc::new(Int64Array::from(places)),
        ];
        if columns[1].is_empty() {
            return None;
        }
        Some(RecordBatch::try_new(self.schema.clone(), columns).map_err(EngineError::from))
    }
}

/// `places('schema.table')`: a table of the run with the place of each row, by which lineage names it, as column `place`.
#[derive(Debug)]
pub(crate) struct Places {
    pub(crate) warehouse: Arc<Warehouse>,
    pub(crate) tables: Vec<TableRecord>,
}

impl Places {
    fn table(&self, args: &[Expr]) -> Result<&TableRecord> {
        let [Expr::Literal(ScalarValue::Utf8(Some(name)), _)] = args else {
            return Err(DataFusionError::Plan(
                "places takes the name of a table: places('schema.table')".into(),
            ));
        };
        let table =
            TableName::parse(name).map_err(|error| DataFusionError::Plan(format!("places: {error}")))?;
        let known = self.tables.iter().find(|record| record.table == table);
        known.ok_or_else(|| DataFusionError::Plan(format!("places: the run has no table {table}")))
    }
}

impl datafusion::catalog::TableFunctionImpl for Places {
    fn call(&self, args: &[Expr]) -> Result<Arc<dyn TableProvider>> {
        use crate::places::PLACE;
        use datafusion::catalog::view::ViewTable;
        use datafusion::datasource::provider_as_source;
        use datafusion::logical_expr::LogicalPlanBuilder;
        use datafusion::prelude::ident;
        let opened = crate::objects::open_table(&self.warehouse, self.table(args)?)
            .map_err(|error| DataFusionError::External(Box::new(error)))?;
        let columns = opened.placed.schema();
        let exprs = columns.fields().iter().map(|field| match field.name().as_str() {
            PLACE => ident(PLACE).alias("place"),
            name => ident(name),
        });
        let plan = LogicalPlanBuilder::scan("places", provider_as_source(opened.placed.clone()), None)?
            .project(exprs.collect::<Vec<_>>())?
            .build()?;
        Ok(Arc::new(ViewTable::new(plan, None)))
    }
}
