//! A query of the study with what stands behind its rows.

use super::read::Rows;
use super::write::LineageWriter;
use crate::chaid_sql;
use crate::error::EngineError;
use crate::sql;
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::Schema;
use datafusion::common::TableReference;
use datafusion::logical_expr::LogicalPlan;
use provenance::{Grain, LineagePlan, ProvenanceError, RowIdColumn, RowSets, Subject, capture_with};
use std::sync::Arc;
use study::SqlFile;
use terms::TableName;
use warehouse::Warehouse;

/// The plan of a query of the study, made to say what stands behind its rows.
pub(crate) struct Captured {
    lineage: LineagePlan,
    /// Stored tables that the query reads, with their place among its sources.
    tables: Vec<(usize, TableName)>,
}

impl Captured {
    /// The query of a file, with `place_of` telling how the rows of each table are told apart.
    ///
    /// # Errors
    /// An operator whose lineage cannot be followed, at its place in the file.
    pub(crate) fn of(
        sql: &SqlFile,
        plan: &LogicalPlan,
        place_of: &dyn Fn(&TableReference) -> Option<RowIdColumn>,
    ) -> Result<Self, EngineError> {
        Self::of_subject(sql, plan, Subject::Rows, place_of)
    }

    /// The same of one column's values alone.
    pub(crate) fn of_subject(
        sql: &SqlFile,
        plan: &LogicalPlan,
        subject: Subject,
        place_of: &dyn Fn(&TableReference) -> Option<RowIdColumn>,
    ) -> Result<Self, EngineError> {
        let lineage = capture_with(plan, subject, place_of, &chaid_sql::follow)
            .map_err(|error| lineage_fault(sql, &error))?;
        let tables = lineage.tables().iter().enumerate().filter_map(|(source, table)| {
            Some(TableName::new(table.schema()?, table.table()).map(|table| (source, table)))
        });
        let tables = tables.collect::<Result<_, _>>()?;
        Ok(Self { lineage, tables })
    }

    /// What to run in place of the query.
    pub(crate) fn plan(&self) -> &LogicalPlan {
        self.lineage.plan()
    }

    /// The columns of the query itself.
    pub(crate) fn schema(&self) -> &Schema {
        self.lineage.schema()
    }

    /// The stored tables that the query reads, in the order of the columns that [`split`](Self::split) gives.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &TableName> {
        self.tables.iter().map(|(_, table)| table)
    }

    /// Rows of the plan as rows of the query, and what stands behind them: a column for each table.
    pub(crate) fn split(&self, rows: &RecordBatch) -> Result<(RecordBatch, Vec<ArrayRef>), EngineError> {
        let split = self.lineage.split(rows, Grain::Table).map_err(bug)?;
        let columns = self.tables.iter().filter_map(|(source, _)| split.sources.get(*source).cloned());
        Ok((split.result, columns.collect()))
    }

    /// What stands behind a row, by table; `columns` are those that [`split`](Self::split) gave.
    pub(crate) fn behind(&self, columns: &[ArrayRef], row: usize) -> Result<Rows, EngineError> {
        let mut rows = Rows::new();
        for (table, column) in self.tables().zip(columns) {
            let set = RowSets::new(column.clone()).and_then(|sets| sets.get(row)).map_err(bug)?;
            if !set.is_empty() {
                rows.insert(table.clone(), set);
            }
        }
        Ok(rows)
    }

    /// A writer for what stands behind the rows.
    pub(crate) fn writer(&self, warehouse: &Warehouse) -> Result<LineageWriter, EngineError> {
        let schema = Arc::new(self.plan().schema().as_arrow().clone());
        let (_, none) = self.split(&RecordBatch::new_empty(schema))?;
        let kinds = none.iter().map(|column| column.data_type().clone());
        LineageWriter::new(warehouse, self.tables().cloned().zip(kinds))
    }
}

fn bug(error: ProvenanceError) -> EngineError {
    EngineError::Bug(error.to_string())
}

/// A query whose lineage cannot be followed, at its place.
pub(crate) fn lineage_fault(sql: &SqlFile, error: &ProvenanceError) -> EngineError {
    let (place, message) = match error {
        ProvenanceError::Unsupported { place: Some(place), operator, reason } => {
            (Some((place.line, place.column)), format!("no lineage through {operator}: {reason}"))
        }
        other => (None, other.to_string()),
    };
    sql::fault_at(sql, place, message, "write the query without it")
}
