//! The way back through the steps of a study.

use super::tables::{PLACE, Tables, placed};
use crate::chaid_sql;
use crate::error::EngineError;
use crate::session::{Resources, register, session};
use crate::sql;
use crate::steps::round::RoundTables;
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Int32Type, Int64Type};
use datafusion::catalog::MemTable;
use datafusion::common::TableReference;
use datafusion::datasource::provider_as_source;
use datafusion::prelude::SessionContext;
use provenance::{Grain, LineagePlan, ProvenanceError, RowIdColumn, Subject, capture_with};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use study::{Matching, Round, SqlFile, Step, StepKind, Study};
use terms::TableName;

/// Rows of a table, each beside a row of an input table that it was made from, by input table; all by place.
pub(super) type Links = BTreeMap<TableName, BTreeSet<(i64, i64)>>;

/// One step back from rows of a table.
pub(super) struct Back<'a> {
    pub(super) study: &'a Study,
    pub(super) tables: Tables<'a>,
    context: SessionContext,
}

impl<'a> Back<'a> {
    pub(super) fn new(
        study: &'a Study,
        tables: Tables<'a>,
        resources: Resources,
    ) -> Result<Self, EngineError> {
        let context = session(resources, &std::env::temp_dir())?;
        Ok(Self { study, tables, context })
    }

    /// What these rows of a table of the step were made from; of one column alone where one is named.
    pub(super) async fn behind(
        &self,
        step: &Step,
        table: &TableName,
        rows: &BTreeSet<i64>,
        column: Option<&str>,
    ) -> Result<Links, EngineError> {
        let study = self.study;
        let wanted = |output: i64, _: &TableName, _: i64| rows.contains(&output);
        match step.kind {
            StepKind::Model(i) => self.model(&study.models[i].sql, &step.reads, &wanted, column).await,
            StepKind::Appendix(i) => {
                self.model(&study.appendices[i].model.sql, &step.reads, &wanted, column).await
            }
            StepKind::Round(i) => self.round(&study.rounds[i], table, rows),
            StepKind::Matching(i) => self.matching(&study.matchings[i], table, rows),
            // What the audit tables hold was written down, not derived from rows; sources are the end.
            StepKind::Audit | StepKind::Source(_) => Ok(Links::new()),
        }
    }

    /// Runs a query again with the places of its input rows travelling along, and keeps the links that are wanted.
    pub(super) async fn model(
        &self,
        sql: &SqlFile,
        reads: &[TableName],
        wanted: &(dyn Fn(i64, &TableName, i64) -> bool + Sync),
        column: Option<&str>,
    ) -> Result<Links, EngineError> {
        let mut sources = BTreeMap::new();
        for table in reads {
            let plain = self.tables.rows(table)?;
            let placed = placed(&plain)?;
            register(&self.context, table, Arc::new(MemTable::try_new(plain[0].schema(), vec![plain])?))?;
            sources.insert((table.schema().to_owned(), table.table().to_owned()), provider_as_source(placed));
        }
        let frame = sql::query(&self.context, sql, &self.study.parameters).await?;
        let identity = |table: &TableReference| {
            let key = (table.schema()?.to_owned(), table.table().to_owned());
            sources
                .get(&key)
                .map(|source| RowIdColumn::Of { source: source.clone(), column: PLACE.to_owned() })
        };
        let place = column.map(|name| {
            let place = frame.schema().index_of_column_by_name(None, name);
            place.ok_or_else(|| {
                sql::shape_fault(sql, format!("the query has no column {name}"), "ask for one of its columns")
            })
        });
        let subject = place.transpose()?.map_or(Subject::Rows, Subject::Column);
        let lineage = capture_with(frame.logical_plan(), subject, &identity, &chaid_sql::follow)
            .map_err(|error| lineage_fault(sql, &error))?;
        let rows = self.context.execute_logical_plan(lineage.plan().clone()).await?.collect().await?;
        links(&rows, sql, &lineage, wanted)
    }

    /// Records of a round come from its base or from a delivery, with what was merged into them.
    fn round(&self, round: &Round, table: &TableName, rows: &BTreeSet<i64>) -> Result<Links, EngineError> {
        let all = self.tables.texts(table, ["row_id"])?;
        let mut merged = BTreeMap::<String, Vec<String>>::new();
        let decisions = RoundTables::of(round)?.decisions;
        for [row, survivor, verb, applied] in
            self.tables.texts(&decisions, ["row_id", "survivor_id", "verb", "applied"])?
        {
            if let (Some("merge"), Some("true"), Some(row), Some(survivor)) =
                (verb.as_deref(), applied.as_deref(), row, survivor)
            {
                merged.entry(survivor).or_default().push(row);
            }
        }
        let mut links = Links::new();
        let deliveries = round.rules.iter().filter_map(|rule| rule.adds_from.as_ref());
        for origin in std::iter::once(&round.base).chain(deliveries) {
            let origin = if table.schema() == "identity" { identity_of(origin)? } else { origin.clone() };
            if !self.tables.has(&origin) {
                continue;
            }
            let places = self.tables.places(&origin)?;
            let found = pick(&all, rows).flat_map(|(row, [id])| {
                let all = id.iter().flat_map(|id| with_merged(id, &merged));
                all.filter_map(|id| places.get(id).copied()).map(move |place| (row, place)).collect::<Vec<_>>()
            });
            links.entry(origin).or_default().extend(found);
        }
        Ok(links)
    }

    /// A pair comes from its two rows; a row without partner from itself.
    fn matching(
        &self,
        matching: &Matching,
        table: &TableName,
        rows: &BTreeSet<i64>,
    ) -> Result<Links, EngineError> {
        let alone = table.table().ends_with("_unmatched");
        let sides = [(&matching.left, "left_id"), (&matching.right, "right_id")];
        let mut links = Links::new();
        for (side, column) in sides.into_iter().take(if alone { 1 } else { 2 }) {
            let all = self.tables.texts(table, [column])?;
            let places = self.tables.places(side)?;
            let found = pick(&all, rows)
                .filter_map(|(row, [id])| Some((row, *places.get(id.as_ref()?)?)));
            links.entry(side.clone()).or_default().extend(found);
        }
        Ok(links)
    }
}

/// A record, and all that was merged into it.
fn with_merged<'m>(id: &'m String, merged: &'m BTreeMap<String, Vec<String>>) -> Vec<&'m String> {
    let mut all = vec![id];
    let mut next = 0;
    while let Some(id) = all.get(next).copied() {
        for more in merged.get(id).into_iter().flatten() {
            if !all.contains(&more) {
                all.push(more);
            }
        }
        next += 1;
    }
    all
}

/// The wanted links of the rows of a plan with lineage.
pub(super) fn links(
    rows: &[RecordBatch],
    sql: &SqlFile,
    lineage: &LineagePlan,
    wanted: &(dyn Fn(i64, &TableName, i64) -> bool + Sync),
) -> Result<Links, EngineError> {
    // What the lineage plan calls no table of a study has nothing behind it, and no edges either.
    let tables: Vec<Option<TableName>> = lineage
        .tables()
        .iter()
        .map(|table| TableName::new(table.schema().unwrap_or_default(), table.table()).ok())
        .collect();
    let mut first = 0;
    let mut found = Links::new();
    for batch in rows {
        let split = lineage.split(batch, first, Grain::Table).map_err(|error| lineage_fault(sql, &error))?;
        first += i64::try_from(split.result.num_rows()).unwrap_or(i64::MAX);
        collect(&split.edges, wanted, &tables, &mut found);
    }
    Ok(found)
}

/// The wanted links among edges.
fn collect(
    edges: &RecordBatch,
    wanted: &(dyn Fn(i64, &TableName, i64) -> bool + Sync),
    tables: &[Option<TableName>],
    found: &mut Links,
) {
    let outputs = edges.column(0).as_primitive::<Int64Type>().values();
    let sources = edges.column(1).as_primitive::<Int32Type>().values();
    let inputs = edges.column(2).as_primitive::<Int64Type>().values();
    for ((&output, source), &input) in outputs.iter().zip(sources).zip(inputs) {
        let table = usize::try_from(*source).ok().and_then(|source| tables.get(source)?.as_ref());
        if let Some(table) = table.filter(|table| wanted(output, table, input)) {
            found.entry(table.clone()).or_default().insert((output, input));
        }
    }
}

/// The rows at these places, each with its place.
pub(super) fn pick<'r, T>(all: &'r [T], rows: &'r BTreeSet<i64>) -> impl Iterator<Item = (i64, &'r T)> {
    rows.iter().filter_map(|&row| Some((row, all.get(usize::try_from(row).ok()?)?)))
}

pub(super) fn identity_of(table: &TableName) -> Result<TableName, EngineError> {
    Ok(TableName::new("identity", table.table())?)
}

/// A query whose lineage cannot be followed, at its place.
pub(super) fn lineage_fault(sql: &SqlFile, error: &ProvenanceError) -> EngineError {
    let place = match error {
        ProvenanceError::Unsupported { place: Some(place), .. } => Some((place.line, place.column)),
        _ => None,
    };
    sql::fault_at(sql, place, error.to_string(), "write the query without it, or ask for another row")
}
