//! One step back: what rows were made from.

use super::tables::Tables;
use crate::chaid_sql;
use crate::error::EngineError;
use crate::lineage::{Lineage, Rows, lineage_fault};
use crate::places::{PLACE, placed_rows};
use crate::session::{Resources, register, session};
use crate::sql;
use datafusion::catalog::MemTable;
use datafusion::common::TableReference;
use datafusion::datasource::provider_as_source;
use datafusion::prelude::SessionContext;
use futures::StreamExt;
use provenance::{Grain, LineagePlan, ProvenanceError, RowIdColumn, RowSet, Subject, capture_with};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use study::{SqlFile, Step, StepKind, Study};
use terms::{Manifest, TableName};
use warehouse::Warehouse;

/// The stored lineage of a run, and what a question needs besides: the study, and the tables.
pub(super) struct Back<'a> {
    pub(super) study: &'a Study,
    pub(super) tables: Tables<'a>,
    pub(super) lineage: Lineage,
    context: SessionContext,
}

impl<'a> Back<'a> {
    pub(super) fn new(
        study: &'a Study,
        warehouse: &'a Arc<Warehouse>,
        run: &Manifest,
        resources: Resources,
    ) -> Result<Self, EngineError> {
        let context = session(resources, &std::env::temp_dir())?;
        let (tables, lineage) = (Tables::of(warehouse, run), Lineage::open(warehouse, run));
        Ok(Self { study, tables, lineage, context })
    }

    /// What these rows of a table were made from.
    ///
    /// # Errors
    /// A run that stored no lineage of the table.
    pub(super) fn behind(&self, step: &Step, table: &TableName, rows: &RowSet) -> Result<Rows, EngineError> {
        match step.kind {
            // What the audit tables hold was written down, not derived from rows; sources are the end.
            StepKind::Audit | StepKind::Source(_) => Ok(Rows::new()),
            _ if !self.tables.has_lineage(table) => Err(EngineError::Asked(format!(
                "the run stored no lineage of {table}: run the study again, and ask that run"
            ))),
            _ => self.lineage.behind(table, rows),
        }
    }

    /// What the value in one column of a row was made from: the step's query runs again with the places of its input rows
    /// travelling along. Rows that only decide whether the row is there are not in it.
    pub(super) async fn behind_value(
        &self,
        step: &Step,
        row: i64,
        column: &str,
    ) -> Result<Option<Rows>, EngineError> {
        let Some(sql) = query_of(self.study, step) else { return Ok(None) };
        let wanted = BTreeSet::from([row]);
        let found = self.values(sql, &step.reads, column, &wanted).await?;
        Ok(Some(found.into_values().next().unwrap_or_default()))
    }

    /// The session, with these tables known to it.
    pub(super) fn open(&self, tables: &[TableName]) -> Result<&SessionContext, EngineError> {
        for table in tables {
            let rows = self.tables.rows(table)?;
            register(&self.context, table, Arc::new(MemTable::try_new(rows[0].schema(), vec![rows])?))?;
        }
        Ok(&self.context)
    }

    /// What the values in one column of these rows were made from, by row.
    pub(super) async fn values(
        &self,
        sql: &SqlFile,
        reads: &[TableName],
        column: &str,
        wanted: &BTreeSet<i64>,
    ) -> Result<BTreeMap<i64, Rows>, EngineError> {
        let mut sources = BTreeMap::new();
        for table in reads {
            let plain = self.tables.rows(table)?;
            let placed = placed_rows(&plain[0].schema(), &plain)?;
            sources.insert((table.schema().to_owned(), table.table().to_owned()), provider_as_source(placed));
        }
        let frame = sql::query(self.open(reads)?, sql, &self.study.parameters).await?;
        let identity = |table: &TableReference| {
            let key = (table.schema()?.to_owned(), table.table().to_owned());
            sources
                .get(&key)
                .map(|source| RowIdColumn::Of { source: source.clone(), column: PLACE.to_owned() })
        };
        let place = frame.schema().index_of_column_by_name(None, column).ok_or_else(|| {
            sql::shape_fault(sql, format!("the query has no column {column}"), "ask for one of its columns")
        })?;
        let plan = frame.logical_plan();
        let lineage = capture_with(plan, Subject::Column(place), &identity, &chaid_sql::follow)
            .map_err(|error| lineage_fault(sql, &error))?;
        let mut rows =
            self.context.execute_logical_plan(lineage.plan().clone()).await?.execute_stream().await?;
        let mut first = 0;
        let mut found = BTreeMap::new();
        while let Some(batch) = rows.next().await {
            let split = lineage.split(&batch?, Grain::Table).map_err(|error| lineage_fault(sql, &error))?;
            let next = first + i64::try_from(split.result.num_rows()).unwrap_or(i64::MAX);
            for row in wanted.range(first..next) {
                let behind = behind_row(&lineage, &split, usize::try_from(row - first).unwrap_or_default())
                    .map_err(|error| lineage_fault(sql, &error))?;
                found.insert(*row, behind);
            }
            first = next;
        }
        Ok(found)
    }
}

/// The query of a model or an appendix.
pub(super) fn query_of<'s>(study: &'s Study, step: &Step) -> Option<&'s SqlFile> {
    match step.kind {
        StepKind::Model(i) => Some(&study.models[i].sql),
        StepKind::Appendix(i) => Some(&study.appendices[i].model.sql),
        _ => None,
    }
}

/// What stands behind a row of a split, by stored table.
pub(super) fn behind_row(
    lineage: &LineagePlan,
    split: &provenance::Split,
    row: usize,
) -> Result<Rows, ProvenanceError> {
    let mut behind = Rows::new();
    for (source, table) in lineage.tables().iter().enumerate() {
        // What is no table of a run, such as the list of all runs, has nothing behind it.
        let name = TableName::new(table.schema().unwrap_or_default(), table.table());
        let set = split.behind(source)?.get(row)?;
        if let (Ok(name), false) = (name, set.is_empty()) {
            behind.insert(name, set);
        }
    }
    Ok(behind)
}

/// The rows at these places, each with its place.
pub(super) fn pick<'r, T>(all: &'r [T], rows: &'r RowSet) -> impl Iterator<Item = (i64, &'r T)> {
    rows.iter().filter_map(|row| Some((row, all.get(usize::try_from(row).ok()?)?)))
}
