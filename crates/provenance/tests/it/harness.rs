//! Runs a query with and without lineage, and over the rows that its lineage names.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{Int32Type, Int64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::TableReference;
use datafusion::logical_expr::{Expr, LogicalPlan, lit};
use datafusion::prelude::{SessionConfig, SessionContext};
use provenance::{CaveatReason, Grain, LineagePlan, ProvenanceError, RowIdColumn, capture};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) type Rows = Vec<String>;
/// For each output row, for each source, the identities of input rows.
pub(crate) type Edges = Vec<BTreeMap<usize, BTreeSet<i64>>>;

pub(crate) fn session() -> SessionContext {
    let config = SessionConfig::new()
        .with_target_partitions(2)
        .set_bool("datafusion.sql_parser.collect_spans", true)
        .set_bool("datafusion.sql_parser.map_string_types_to_utf8view", false);
    SessionContext::new_with_config(config)
}

pub(crate) fn by_id(_: &TableReference) -> Option<RowIdColumn> {
    Some(RowIdColumn::Column("id".into()))
}

pub(crate) async fn planned(context: &SessionContext, sql: &str) -> LogicalPlan {
    context.state().create_logical_plan(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}"))
}

pub(crate) async fn batch(context: &SessionContext, plan: &LogicalPlan) -> RecordBatch {
    let frame = context.execute_logical_plan(plan.clone()).await;
    let frame = frame.unwrap_or_else(|error| panic!("{error}\n{}", plan.display_indent()));
    let schema = frame.schema().inner().clone();
    let batches = frame.collect().await.unwrap_or_else(|error| panic!("{error}\n{}", plan.display_indent()));
    let schema = batches.first().map_or(schema, RecordBatch::schema);
    concat_batches(&schema, &batches).unwrap()
}

pub(crate) fn rows(batch: &RecordBatch) -> Rows {
    let options = FormatOptions::new().with_null("∅");
    let columns: Vec<_> =
        batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
    (0..batch.num_rows())
        .map(|row| columns.iter().map(|c| c.value(row).to_string()).collect::<Vec<_>>().join("|"))
        .collect()
}

pub(crate) fn edges(lineage: &LineagePlan, batch: &RecordBatch, grain: Grain) -> (Rows, Edges) {
    let split = lineage.split(batch, grain).unwrap();
    let named = split.edges(0).unwrap();
    let mut edges: Edges = vec![BTreeMap::new(); batch.num_rows()];
    let output = named.column(0).as_primitive::<Int64Type>();
    let source = named.column(1).as_primitive::<Int32Type>();
    let input = named.column(2).as_primitive::<Int64Type>();
    let mut before = None;
    for edge in 0..named.num_rows() {
        assert!(!input.is_null(edge));
        let here = (output.value(edge), source.value(edge), input.value(edge));
        assert!(before < Some(here), "edges are sorted and each is there once");
        before = Some(here);
        edges[usize::try_from(here.0).unwrap()]
            .entry(usize::try_from(here.1).unwrap())
            .or_default()
            .insert(here.2);
    }
    (rows(&split.result), edges)
}

fn one_of(id: Expr, ids: Option<&BTreeSet<i64>>) -> Expr {
    id.in_list(ids.into_iter().flatten().map(|&id| lit(id)).collect(), false)
}

/// What was found of a query.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) edges: usize,
    pub(crate) caveats: Vec<CaveatReason>,
    /// Output rows that their own inputs alone did not give again, with each input cut down to its own rows.
    pub(crate) insufficient_by_input: Vec<String>,
    /// The same with each table cut down to the rows of all its inputs.
    pub(crate) insufficient_by_table: Vec<String>,
}

pub(crate) struct Captured {
    pub(crate) lineage: LineagePlan,
    pub(crate) rows: Rows,
    pub(crate) by_input: Edges,
}

/// Captures a query; its result must be the one that it gives without.
pub(crate) async fn captured(context: &SessionContext, sql: &str) -> Result<Captured, ProvenanceError> {
    let plan = planned(context, sql).await;
    let lineage = capture(&plan, &by_id)?;
    let base = batch(context, &plan).await;
    let with = batch(context, lineage.plan()).await;
    let (with_rows, by_input) = edges(&lineage, &with, Grain::Input);
    let sort = |mut rows: Rows| {
        rows.sort();
        rows
    };
    assert_eq!(sort(rows(&base)), sort(with_rows.clone()), "another result with lineage: {sql}");
    let names = |batch: &RecordBatch| {
        batch.schema().fields().iter().map(|f| (f.name().clone(), f.data_type().clone())).collect::<Vec<_>>()
    };
    let split = lineage.split(&with, Grain::Table).unwrap();
    assert_eq!(names(&base), names(&split.result), "other columns with lineage: {sql}");
    if matches!(plan, LogicalPlan::Sort(_)) {
        assert_eq!(rows(&base), with_rows, "another order with lineage: {sql}");
    }
    Ok(Captured { lineage, rows: with_rows, by_input })
}

/// Captures a query and runs it again over the lineage of each of its rows.
pub(crate) async fn findings(context: &SessionContext, sql: &str) -> Findings {
    let captured = captured(context, sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
    let Captured { lineage, rows: output, by_input } = captured;
    let caveats = lineage.caveats().into_iter().map(|caveat| caveat.reason).collect();
    let mut found = Findings { caveats, ..Findings::default() };
    for (row, sources) in output.iter().zip(&by_input) {
        found.edges += sources.values().map(BTreeSet::len).sum::<usize>();
        let plan = lineage.restricted(&by_id, &|input, id| Some(one_of(id, sources.get(&input)))).unwrap();
        let again = rows(&batch(context, &plan).await);
        if !again.contains(row) {
            found.insufficient_by_input.push(format!("{row} from {sources:?} gave {again:?}"));
        }
        let mut tables: BTreeMap<&TableReference, BTreeSet<i64>> = BTreeMap::new();
        for (input, ids) in sources {
            tables.entry(&lineage.inputs()[*input]).or_default().extend(ids);
        }
        let plan = lineage
            .restricted(&by_id, &|input, id| Some(one_of(id, tables.get(&lineage.inputs()[input]))))
            .unwrap();
        let again = rows(&batch(context, &plan).await);
        if !again.contains(row) {
            found.insufficient_by_table.push(format!("{row} from {tables:?} gave {again:?}"));
        }
    }
    found
}
