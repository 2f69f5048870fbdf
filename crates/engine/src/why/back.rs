//! One step back: what rows were made from.

use super::again;
use super::records::Records;
use crate::error::EngineError;
use crate::lineage::{Lineage, Replay, ReplayQuery, Rows};
use crate::session::{Resources, register, session};
use crate::tables::Tables;
use datafusion::prelude::SessionContext;
use provenance::{LineagePlan, ProvenanceError, RowSet};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use study::{Step, StepKind, Study};
use terms::{Manifest, TableName};
use warehouse::Warehouse;

/// The stored lineage of a run, and what a question needs besides: the study, and the tables.
pub(super) struct Back<'a> {
    pub(super) study: &'a Study,
    pub(super) warehouse: Arc<Warehouse>,
    pub(super) run: Manifest,
    pub(super) resources: Resources,
    pub(super) tables: Arc<Tables>,
    pub(super) lineage: Lineage,
    pub(super) records: Records<'a>,
    context: SessionContext,
    replay: Replay<'a>,
    /// Queries that were planned to say what the values in one of their columns were made from.
    cells: Mutex<BTreeMap<(TableName, String), ReplayQuery>>,
}

impl<'a> Back<'a> {
    pub(super) fn new(
        study: &'a Study,
        warehouse: &Arc<Warehouse>,
        run: &Manifest,
        resources: Resources,
    ) -> Result<Self, EngineError> {
        let tables = Arc::new(Tables::of(warehouse, run));
        Ok(Self {
            study,
            warehouse: warehouse.clone(),
            run: run.clone(),
            resources,
            context: session(resources, &std::env::temp_dir())?,
            replay: Replay::of(study, &tables),
            records: Records::new(study, &tables),
            tables,
            lineage: Lineage::open(warehouse, run),
            cells: Mutex::default(),
        })
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

    /// What the value in one column of a row was made from; rows that only decide whether the row is there are not in it.
    /// None if no query made the table.
    pub(super) async fn behind_value(
        &self,
        table: &TableName,
        row: i64,
        column: &str,
    ) -> Result<Option<Rows>, EngineError> {
        let found = self.behind_values(table, &std::iter::once(row).collect(), column).await?;
        Ok(found.map(|found| found.into_values().next().unwrap_or_default()))
    }

    /// The session, with these tables known to it.
    pub(super) fn open(&self, tables: &[TableName]) -> Result<&SessionContext, EngineError> {
        for table in tables {
            register(&self.context, table, self.tables.opened(table)?.plain)?;
        }
        Ok(&self.context)
    }

    /// What the values in one column of these rows were made from, by row; none if no query made the table.
    ///
    /// The query runs again with the places of its input rows travelling along: over the rows that stand behind the asked
    /// ones, which make them again. A query that does not, of which rows depend on others that are not behind them, runs
    /// over all rows.
    pub(super) async fn behind_values(
        &self,
        table: &TableName,
        rows: &RowSet,
        column: &str,
    ) -> Result<Option<BTreeMap<i64, Rows>>, EngineError> {
        let Some(step) = self.study.steps().iter().find(|step| step.writes.contains(table)) else {
            return Ok(None);
        };
        let key = (table.clone(), column.to_owned());
        // Not shared: the rows that a query runs over are put into it.
        let planned = self.cells.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        let planned = match planned {
            Some(planned) => Some(planned),
            None => self.replay.query_for(table, column).await?,
        };
        let Some(query) = planned else { return Ok(None) };
        let (made, behind) = query.again_with_lineage(&self.behind(step, table, rows)?).await?;
        let places = again::places(&self.tables.take(table, rows, &self.tables.all_columns(table)?)?, &made)?;
        let found = match places {
            Some(places) => {
                rows.iter().zip(places.iter().filter_map(|place| behind.get(*place).cloned())).collect()
            }
            None => {
                let all = |read: &TableName| {
                    (0..i64::try_from(self.tables.count(read)).unwrap_or(i64::MAX)).collect()
                };
                let all = step.reads.iter().map(|read| (read.clone(), all(read))).collect();
                let (_, behind) = query.again_with_lineage(&all).await?;
                (0..).zip(behind).filter(|(row, _)| rows.contains(*row)).collect()
            }
        };
        self.cells.lock().unwrap_or_else(PoisonError::into_inner).insert(key, query);
        Ok(Some(found))
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
