//! A query with its lineage: what to run, and how to take the rows apart.

use crate::carry::{Cargo, Carrier, Hidden};
use crate::caveats::{Caveat, caveats};
use crate::edges::{self, RowSets};
use crate::error::ProvenanceError;
use crate::extensions::Follow;
use crate::need::Need;
use crate::prepare::prepare;
use crate::scan::{RowIdColumn, identified};
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, TableReference};
use datafusion::logical_expr::{
    Expr, Filter, LogicalPlan, Projection, TableScan, UserDefinedLogicalNode, lit,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How finely the places that rows come from are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// By table: a table that the query reads twice is one source.
    Table,
    /// By input: each place where the query reads a table is a source.
    Input,
}

/// A query that gives, beside each row of its result, the input rows that the row was made from.
///
/// Run [`plan`](Self::plan) in place of the query and hand its rows, in the order in which they come, to
/// [`split`](Self::split).
#[derive(Clone, Debug)]
pub struct LineagePlan {
    plan: LogicalPlan,
    prepared: LogicalPlan,
    schema: SchemaRef,
    inputs: Vec<TableReference>,
    tables: Vec<TableReference>,
    hidden: Vec<Hidden>,
}

/// The rows of one batch, taken apart.
#[derive(Clone, Debug)]
pub struct Split {
    /// The rows that the query itself would have given.
    pub result: RecordBatch,
    /// What stands behind each of them: one column for each source, which [`RowSets`] reads. Bigint where no row has more
    /// than one row of the source behind it, else sets as [`RowSet::encode`](crate::RowSet::encode) writes them, as
    /// large binary. Null: no row of the source.
    pub sources: Vec<ArrayRef>,
}

impl Split {
    /// The lineage as edges, one for each output row and row behind it: `output_row` (bigint, from `first`), `source`
    /// (integer, place in [`sources`](Self::sources)), `input_row` (bigint), no nulls; sorted by all three, no edge twice.
    ///
    /// A row with all rows of a table behind it has as many edges, so mind what is asked for.
    ///
    /// # Errors
    /// Columns that do not come from a split.
    pub fn edges(&self, first: i64) -> Result<RecordBatch, ProvenanceError> {
        edges::edges(&self.sources, first)
    }

    /// What stands behind each row in one source.
    ///
    /// # Errors
    /// A source that there is not.
    pub fn behind(&self, source: usize) -> Result<RowSets, ProvenanceError> {
        let column = self.sources.get(source);
        RowSets::new(
            column.cloned().ok_or_else(|| ProvenanceError::OtherRows(format!("no source {source}")))?,
        )
    }
}

/// What lineage is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Whole rows: all input rows that took part in making the row.
    Rows,
    /// The values in one column, counted from 0: the input rows that the value was computed from.
    ///
    /// Rows that only decide whether the row is there (a joined table that gives no value, the rows that an
    /// aggregate's FILTER leaves out or whose argument is null, terms of a sum that are zero) are not in it. So a
    /// count has as many rows behind it as it says.
    Column(usize),
}

/// The query with lineage of whole rows.
///
/// `plan` is a query as the SQL planner made it: not optimised, without parameters. `row_id` names the identity column
/// of each table that it reads.
///
/// # Errors
/// An operator whose lineage cannot be followed, with its place; a table without identities.
pub fn capture(
    plan: &LogicalPlan,
    row_id: &dyn Fn(&TableReference) -> Option<RowIdColumn>,
) -> Result<LineagePlan, ProvenanceError> {
    capture_with(plan, Subject::Rows, row_id, &|_| None)
}

/// The query with lineage of the values in one column, see [`Subject::Column`].
///
/// # Errors
/// As [`capture`].
pub fn capture_column(
    plan: &LogicalPlan,
    column: usize,
    row_id: &dyn Fn(&TableReference) -> Option<RowIdColumn>,
) -> Result<LineagePlan, ProvenanceError> {
    capture_with(plan, Subject::Column(column), row_id, &|_| None)
}

/// The query with lineage; `follow` says how operators are followed that DataFusion does not define.
///
/// # Errors
/// As [`capture`]; an operator of which `follow` says nothing.
pub fn capture_with(
    plan: &LogicalPlan,
    subject: Subject,
    row_id: &dyn Fn(&TableReference) -> Option<RowIdColumn>,
    follow: &dyn Fn(&dyn UserDefinedLogicalNode) -> Option<Follow>,
) -> Result<LineagePlan, ProvenanceError> {
    let need = match subject {
        Subject::Rows => Need::Row,
        Subject::Column(column) => Need::Values(BTreeSet::from([column])),
    };
    let schema = Arc::new(plan.schema().as_arrow().clone());
    let prepared = prepare(plan)?;
    let mut carrier = Carrier::new(Cargo::Identities(row_id), follow);
    let carried = carrier.carry(&prepared, &need)?;
    let mut tables: Vec<TableReference> = Vec::new();
    for table in &carrier.inputs {
        if !tables.contains(table) {
            tables.push(table.clone());
        }
    }
    Ok(LineagePlan {
        plan: carried.plan,
        prepared,
        schema,
        inputs: carrier.inputs,
        tables,
        hidden: carried.hidden,
    })
}

impl LineagePlan {
    /// What to run: the columns of the query, then one for each input that is followed.
    pub fn plan(&self) -> &LogicalPlan {
        &self.plan
    }

    /// Operators because of which a row may not come out again from its lineage alone; none if it always does, with
    /// each input cut down to its own rows.
    pub fn caveats(&self) -> Vec<Caveat> {
        caveats(&self.prepared)
    }

    /// The columns of the query itself.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The tables that the query reads, each once; their places are the sources of edges by [`Grain::Table`].
    pub fn tables(&self) -> &[TableReference] {
        &self.tables
    }

    /// The tables in the order in which the query reads them; their places are the sources of edges by
    /// [`Grain::Input`]. Subqueries come in the order in which they are joined.
    pub fn inputs(&self) -> &[TableReference] {
        &self.inputs
    }

    /// Takes rows of [`plan`](Self::plan) apart.
    ///
    /// # Errors
    /// Rows of another plan.
    pub fn split(&self, rows: &RecordBatch, grain: Grain) -> Result<Split, ProvenanceError> {
        let width = self.schema.fields().len();
        if rows.num_columns() != width + self.hidden.len() {
            return Err(ProvenanceError::OtherRows(format!(
                "{} columns where {} are expected",
                rows.num_columns(),
                width + self.hidden.len()
            )));
        }
        let count = match grain {
            Grain::Input => self.inputs.len(),
            Grain::Table => self.tables.len(),
        };
        let mut columns: Vec<Vec<ArrayRef>> = vec![Vec::new(); count];
        for (place, hidden) in (width..).zip(&self.hidden) {
            let source = match grain {
                Grain::Input => Some(hidden.input),
                Grain::Table => {
                    let read = self.inputs.get(hidden.input);
                    read.and_then(|table| self.tables.iter().position(|other| other == table))
                }
            };
            if let Some(columns) = source.and_then(|source| columns.get_mut(source)) {
                columns.push(rows.column(place).clone());
            }
        }
        Ok(Split { result: self.result(rows)?, sources: edges::sources(&columns, rows.num_rows())? })
    }

    /// The columns of the query, as nullable as they come.
    fn result(&self, rows: &RecordBatch) -> Result<RecordBatch, ProvenanceError> {
        let fields: Vec<_> = self
            .schema
            .fields()
            .iter()
            .zip(rows.columns())
            .map(|(field, column)| {
                let nullable = field.is_nullable() || column.null_count() > 0;
                Arc::new(
                    field.as_ref().clone().with_data_type(column.data_type().clone()).with_nullable(nullable),
                )
            })
            .collect();
        let columns = rows.columns().iter().take(fields.len()).cloned().collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, self.schema.metadata().clone()));
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
        Ok(RecordBatch::try_new_with_options(schema, columns, &options)?)
    }

    /// The query over chosen rows alone: at each input, those whose identity column meets the condition that `keep`
    /// gives; all rows where it gives none. Inputs are numbered as in [`inputs`](Self::inputs).
    ///
    /// # Errors
    /// An identity column that is missing.
    pub fn restricted(
        &self,
        row_id: &dyn Fn(&TableReference) -> Option<RowIdColumn>,
        keep: &dyn Fn(usize, Expr) -> Option<Expr>,
    ) -> Result<LogicalPlan, ProvenanceError> {
        let mut input = 0;
        let mut failed = None;
        let plan = self.prepared.clone().transform_up(|node| {
            let LogicalPlan::TableScan(scan) = &node else { return Ok(Transformed::no(node)) };
            let place = input;
            input += 1;
            match restricted_scan(scan, row_id, place, keep) {
                Ok(Some(plan)) => Ok(Transformed::yes(plan)),
                Ok(None) => Ok(Transformed::no(node)),
                Err(error) => {
                    failed = Some(error);
                    Ok(Transformed::no(node))
                }
            }
        })?;
        failed.map_or(Ok(plan.data), Err)
    }
}

fn restricted_scan(
    scan: &TableScan,
    row_id: &dyn Fn(&TableReference) -> Option<RowIdColumn>,
    input: usize,
    keep: &dyn Fn(usize, Expr) -> Option<Expr>,
) -> Result<Option<LogicalPlan>, ProvenanceError> {
    let Some(id) = row_id(&scan.table_name) else { return Ok(None) };
    let ((read, original), column) = identified(scan, &id)?;
    let id = if column.is_empty() {
        lit(true)
    } else {
        Expr::Column(Column::new(Some(scan.table_name.clone()), column))
    };
    let Some(condition) = keep(input, id) else { return Ok(None) };
    let filter = Filter::try_new(condition, Arc::new(LogicalPlan::TableScan(read)))?;
    Ok(Some(LogicalPlan::Projection(Projection::try_new(original, Arc::new(LogicalPlan::Filter(filter)))?)))
}
