//! Where row identities come from: the tables.

use crate::carry::{Cargo, Carried, Carrier, Hidden, columns};
use crate::error::{ProvenanceError, unsupported};
use arrow::datatypes::DataType;
use datafusion::common::{Column, TableReference};
use datafusion::logical_expr::{
    Case, Expr, LogicalPlan, Projection, TableScan, TableScanBuilder, TableSource, cast, lit,
};
use std::fmt;
use std::sync::Arc;

/// How the rows of a table are told apart.
#[derive(Clone)]
pub enum RowIdColumn {
    /// By a column of the table: whole numbers, unique and never null.
    Column(String),
    /// By a column of another source of the same rows: all columns of the table and one more, such as the ordinal of the
    /// row in its file. The query does not see the column.
    Of {
        /// The source that is read in place of the table's own.
        source: Arc<dyn TableSource>,
        /// Its extra column: whole numbers, unique and never null.
        column: String,
    },
    /// The table has no rows to tell apart: it is computed, such as a calendar. Nothing is recorded of it.
    Computed,
}

impl fmt::Debug for RowIdColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(column) => f.debug_tuple("Column").field(column).finish(),
            Self::Of { column, .. } => f.debug_struct("Of").field("column", column).finish_non_exhaustive(),
            Self::Computed => f.write_str("Computed"),
        }
    }
}

/// Names the identity column of a table; nothing for a table that has none.
pub(crate) type Lookup<'a> = dyn Fn(&TableReference) -> Option<RowIdColumn> + 'a;

impl Carrier<'_> {
    pub(crate) fn scan(&mut self, scan: &TableScan) -> Result<Carried, ProvenanceError> {
        let plan = LogicalPlan::TableScan(scan.clone());
        if scan.fetch.is_some() {
            return Err(unsupported(&plan, "it reads some rows, which ones is left to chance"));
        }
        let hidden = Hidden { input: self.inputs.len() };
        self.inputs.push(scan.table_name.clone());
        match &self.cargo {
            Cargo::Identities(lookup) => match lookup(&scan.table_name) {
                None => Err(ProvenanceError::NoIdentity { table: scan.table_name.clone() }),
                Some(RowIdColumn::Computed) => Ok(Carried { plan, hidden: Vec::new() }),
                Some(id) => with_identity(scan, &id, hidden),
            },
            Cargo::Sought { table, predicate } if table.resolved_eq(&scan.table_name) => {
                let sought = Expr::Case(Case::new(
                    None,
                    vec![(Box::new(of_table(predicate, &scan.table_name)?.is_true()), Box::new(lit(true)))],
                    None,
                ));
                let mut exprs = columns(&scan.projected_schema);
                exprs.push(sought.alias(hidden.name()));
                let node = Projection::try_new(exprs, Arc::new(plan))?;
                let carried = Carried { plan: LogicalPlan::Projection(node), hidden: vec![hidden] };
                self.stop(None, None, &carried)?;
                Ok(carried)
            }
            Cargo::Sought { .. } => Ok(Carried { plan, hidden: Vec::new() }),
        }
    }
}

/// The scan with its identity column as the hidden one.
fn with_identity(scan: &TableScan, id: &RowIdColumn, hidden: Hidden) -> Result<Carried, ProvenanceError> {
    let (scan, column) = identified(scan, id)?;
    let (scan, original) = scan;
    let mut exprs = original;
    let table = scan.table_name.clone();
    let kind = scan.projected_schema.field_with_qualified_name(&table, &column)?.data_type().clone();
    if !kind.is_integer() {
        return Err(ProvenanceError::NoNumber { table, column, kind });
    }
    exprs.push(cast(Expr::Column(Column::new(Some(table), column)), DataType::Int64).alias(hidden.name()));
    let node = Projection::try_new(exprs, Arc::new(LogicalPlan::TableScan(scan)))?;
    Ok(Carried { plan: LogicalPlan::Projection(node), hidden: vec![hidden] })
}

/// A scan that reads the identity column too, the columns that it read before, and the name of the identity column.
pub(crate) fn identified(
    scan: &TableScan,
    id: &RowIdColumn,
) -> Result<((TableScan, Vec<Expr>), String), ProvenanceError> {
    let (source, column) = match id {
        RowIdColumn::Column(column) => (scan.source.clone(), column),
        RowIdColumn::Of { source, column } => (source.clone(), column),
        RowIdColumn::Computed => return Ok(((scan.clone(), columns(&scan.projected_schema)), String::new())),
    };
    let schema = source.schema();
    let place = |name: &str| {
        schema.index_of(name).map_err(|_| ProvenanceError::NoColumn {
            table: scan.table_name.clone(),
            column: name.to_owned(),
        })
    };
    let mut projection: Vec<usize> =
        scan.projected_schema.fields().iter().map(|field| place(field.name())).collect::<Result<_, _>>()?;
    let extra = place(column)?;
    if !projection.contains(&extra) {
        projection.push(extra);
    }
    let read = TableScanBuilder::new(scan.table_name.clone(), source)
        .with_projection(Some(projection))
        .with_filters(scan.filters.clone())
        .build()?;
    Ok(((read, columns(&scan.projected_schema)), column.clone()))
}

/// The expression with its columns taken from `table`, whatever they were qualified with.
pub(crate) fn of_table(expr: &Expr, table: &TableReference) -> Result<Expr, ProvenanceError> {
    use datafusion::common::tree_node::{Transformed, TreeNode};
    let expr = expr.clone().transform(|part| {
        Ok(match part {
            Expr::Column(column) => {
                Transformed::yes(Expr::Column(Column::new(Some(table.clone()), column.name)))
            }
            other => Transformed::no(other),
        })
    })?;
    Ok(expr.data)
}
