//! Where a column comes from, in tables that are stored.

use crate::chaid_sql;
use crate::error::EngineError;
use datafusion::logical_expr::LogicalPlan;
use provenance::{ColumnLineage, ProvenanceError, SourceColumn, columns_with};
use std::collections::{BTreeMap, BTreeSet};
use terms::{ColumnEdge, ColumnRole, TableName, TableNameError};

/// Columns of stored tables.
pub(super) type Sources = BTreeSet<(TableName, String)>;

/// What a column is computed from, and what decides about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) values: Sources,
    pub(super) influences: Sources,
}

impl Origin {
    /// A column that is the column of a stored table.
    pub(super) fn column(table: &TableName, column: &str) -> Self {
        Self { values: Sources::from([(table.clone(), column.to_owned())]), influences: Sources::new() }
    }

    /// Adds another origin in the same roles.
    pub(super) fn add(&mut self, other: &Origin) {
        self.values.extend(other.values.iter().cloned());
        self.influences.extend(other.influences.iter().cloned());
    }

    /// All of it, whatever the role.
    pub(super) fn all(&self) -> impl Iterator<Item = (TableName, String)> {
        self.values.iter().chain(&self.influences).cloned()
    }

    /// The edges of a column, one for each input column: where it is in both roles, the value counts.
    pub(super) fn edges(&self, table: &TableName, column: &str) -> impl Iterator<Item = ColumnEdge> {
        let only_decides = self.influences.difference(&self.values).map(|from| (from, ColumnRole::Influence));
        let values = self.values.iter().map(|from| (from, ColumnRole::Value));
        values.chain(only_decides).map(|((input, input_column), role)| ColumnEdge {
            output_table: table.clone(),
            output_column: column.to_owned(),
            input_table: input.clone(),
            input_column: input_column.clone(),
            role,
        })
    }
}

/// Local tables of a rule or pass: the origin of each column.
pub(super) type Locals = BTreeMap<&'static str, BTreeMap<String, Origin>>;

/// Why a table has no column lineage.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A query of it cannot be followed; that is no fault of anybody.
    NotFollowed(ProvenanceError),
    /// Something is wrong.
    Failed(EngineError),
}

impl From<ProvenanceError> for Stop {
    fn from(error: ProvenanceError) -> Self {
        Stop::NotFollowed(error)
    }
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Stop::Failed(error)
    }
}

impl From<TableNameError> for Stop {
    fn from(error: TableNameError) -> Self {
        Stop::Failed(error.into())
    }
}

/// The columns of a query with their origins, in their order.
pub(super) fn origins(plan: &LogicalPlan, locals: &Locals) -> Result<Vec<(String, Origin)>, Stop> {
    let columns = columns_with(plan, &chaid_sql::follow_columns)?;
    columns.into_iter().map(|column| resolved(column, locals)).collect()
}

fn resolved(column: ColumnLineage, locals: &Locals) -> Result<(String, Origin), Stop> {
    let mut origin = Origin::default();
    for source in &column.values {
        origin.add(&of_source(source, locals)?);
    }
    for source in &column.influences {
        origin.influences.extend(of_source(source, locals)?.all());
    }
    Ok((column.name, origin))
}

fn of_source(source: &SourceColumn, locals: &Locals) -> Result<Origin, Stop> {
    if let Some(schema) = source.table.schema() {
        return Ok(Origin::column(&TableName::new(schema, source.table.table())?, &source.column));
    }
    let columns = locals.get(source.table.table());
    let origin = columns.and_then(|columns| columns.get(&source.column)).cloned();
    origin.ok_or_else(|| {
        let unknown = format!("nothing is known of column {} of {}", source.column, source.table);
        EngineError::Bug(unknown).into()
    })
}

/// The edges of a table that one query makes, from the query's plan as the SQL planner made it.
pub(crate) fn of_plan(table: &TableName, plan: &LogicalPlan) -> Result<Vec<ColumnEdge>, Stop> {
    let columns = origins(plan, &Locals::new())?;
    Ok(columns.iter().flat_map(|(name, origin)| origin.edges(table, name)).collect())
}
