//! What is declared of rows that are in memory, looked at without a query: planning one takes longer than looking at some hundred rows.

use crate::error::EngineError;
use crate::sql;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::concat;
use arrow::datatypes::DataType;
use arrow::row::{Row, RowConverter, SortField};
use datafusion::common::{DFSchema, DataFusionError};
use datafusion::execution::SessionState;
use std::collections::{BTreeMap, BTreeSet};
use study::{Check, CheckRule, Named, Parameter};
use terms::TableName;

/// The rows of a table, if they are in memory.
type Held = Result<Option<Vec<RecordBatch>>, EngineError>;

/// What can be looked at.
pub(crate) struct AtHand<'a> {
    pub(crate) state: &'a SessionState,
    pub(crate) parameters: &'a BTreeMap<String, Parameter>,
    /// What there is of a table.
    pub(crate) rows: &'a dyn Fn(&TableName) -> Held,
}

impl AtHand<'_> {
    /// Whether rows violate a check, as its query would find; none where only that can tell: a query of the study's own, a rule
    /// about a whole table, rows that are not in memory, values that may be equal in more than one way.
    ///
    /// # Errors
    /// Rows that cannot be read.
    pub(crate) fn violate(&self, check: &Check) -> Result<Option<bool>, EngineError> {
        let Some(declared) = &check.declared else { return Ok(None) };
        let rows = || (self.rows)(&declared.table);
        match &declared.rule {
            CheckRule::Unique(columns) => match rows()? {
                Some(rows) => repeats(&rows, columns),
                None => Ok(None),
            },
            CheckRule::Relation { column, table, to } => match (rows()?, (self.rows)(table)?) {
                (Some(rows), Some(others)) => strays(&rows, column, &others, to),
                _ => Ok(None),
            },
            rule => match rule.condition() {
                // What is wrong with a condition its query tells, with its place.
                Some(condition) => Ok(rows()?.and_then(|rows| self.any(&rows, &condition, check).ok())),
                None => Ok(None),
            },
        }
    }

    /// Whether a condition holds of any row.
    fn any(&self, rows: &[RecordBatch], condition: &str, check: &Check) -> Result<bool, DataFusionError> {
        let Some(first) = rows.first() else { return Ok(false) };
        let schema = DFSchema::try_from_qualified_schema("t", first.schema_ref())?;
        let condition = self.state.create_logical_expr(condition, &schema)?;
        let condition = sql::with_values(condition, &check.sql, self.parameters)?;
        let condition = self.state.create_physical_expr(condition, &schema)?;
        for batch in rows {
            let holds = condition.evaluate(batch)?.into_array(batch.num_rows())?;
            if holds.as_boolean_opt().is_some_and(|holds| holds.true_count() > 0) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether two rows have the same values, and all of them.
fn repeats(rows: &[RecordBatch], columns: &[Named]) -> Result<Option<bool>, EngineError> {
    let columns = columns.iter().map(|name| column(rows, name)).collect::<Result<Option<Vec<_>>, _>>()?;
    let Some(columns) = columns else { return Ok(None) };
    let fields = columns.iter().map(|column| SortField::new(column.data_type().clone()));
    let keys = RowConverter::new(fields.collect())?.convert_columns(&columns)?;
    let is_whole = |row: &usize| columns.iter().all(|column| column.is_valid(*row));
    let mut seen = BTreeSet::new();
    Ok(Some((0..keys.num_rows()).filter(is_whole).any(|row| !seen.insert(keys.row(row)))))
}

/// Whether a column has a value that another has not.
fn strays(
    rows: &[RecordBatch],
    name: &Named,
    others: &[RecordBatch],
    to: &Named,
) -> Result<Option<bool>, EngineError> {
    let (Some(column), Some(to)) = (column(rows, name)?, column(others, to)?) else { return Ok(None) };
    if column.data_type() != to.data_type() {
        return Ok(None);
    }
    let converter = RowConverter::new(vec![SortField::new(to.data_type().clone())])?;
    let values = converter.convert_columns(std::slice::from_ref(&column))?;
    let known = converter.convert_columns(&[to])?;
    let known: BTreeSet<Row<'_>> = known.iter().collect();
    Ok(Some((0..column.len()).any(|row| column.is_valid(row) && !known.contains(&values.row(row)))))
}

/// A column of all rows; none if equal values of its type need not be the same bytes, or there are no rows.
fn column(rows: &[RecordBatch], name: &Named) -> Result<Option<ArrayRef>, EngineError> {
    let part = |batch: &'_ RecordBatch| batch.column_by_name(&name.name).cloned();
    let Some(parts) = rows.iter().map(part).collect::<Option<Vec<_>>>() else { return Ok(None) };
    let is_plain = |part: &ArrayRef| {
        matches!(part.data_type(), DataType::Utf8 | DataType::Int64 | DataType::Boolean | DataType::Date32)
    };
    if parts.is_empty() || !parts.iter().all(is_plain) {
        return Ok(None);
    }
    Ok(Some(concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<_>>())?))
}
