//! Stored tables by row: identities and places.

use crate::cells::{cell, text_named};
use crate::error::EngineError;
use crate::night::read_table;
use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::MemTable;
use std::collections::BTreeMap;
use std::sync::Arc;
use terms::{Manifest, TableName, TableRecord};
use warehouse::Warehouse;

/// Name of the column that holds a row's place; no study may use it.
pub(super) const PLACE: &str = "__place";

/// The tables of a run.
pub(super) struct Tables<'a> {
    warehouse: &'a Warehouse,
    records: BTreeMap<TableName, TableRecord>,
}

impl<'a> Tables<'a> {
    pub(super) fn of(warehouse: &'a Warehouse, run: &Manifest) -> Self {
        let tables = run.nodes.iter().flat_map(|node| &node.tables);
        Self { warehouse, records: tables.map(|record| (record.table.clone(), record.clone())).collect() }
    }

    pub(super) fn has(&self, table: &TableName) -> bool {
        self.records.contains_key(table)
    }

    /// How many rows a table has; none if the run does not have it.
    pub(super) fn count(&self, table: &TableName) -> u64 {
        self.records.get(table).map_or(0, |record| record.rows)
    }

    /// Whether a table has a column of this name.
    pub(super) fn has_column(&self, table: &TableName, column: &str) -> Result<bool, EngineError> {
        Ok(self.rows(table)?.iter().all(|batch| batch.schema_ref().index_of(column).is_ok()))
    }

    /// All rows, in stored order.
    pub(super) fn rows(&self, table: &TableName) -> Result<Vec<RecordBatch>, EngineError> {
        match self.records.get(table) {
            Some(record) => read_table(self.warehouse, record),
            None => {
                Err(EngineError::Bug(format!("the run has no table {table}; was the study changed since?")))
            }
        }
    }

    /// Columns of all rows as text, in stored order.
    pub(super) fn texts<const N: usize>(
        &self,
        table: &TableName,
        columns: [&str; N],
    ) -> Result<Vec<[Option<String>; N]>, EngineError> {
        let mut rows = Vec::new();
        for batch in self.rows(table)? {
            let values = columns
                .iter()
                .map(|name| {
                    text_named(&batch, name)?
                        .ok_or_else(|| EngineError::Bug(format!("{table} has no column {name}")))
                })
                .collect::<Result<Vec<_>, _>>()?;
            for row in 0..batch.num_rows() {
                rows.push(std::array::from_fn(|column| cell(&values[column], row).map(str::to_owned)));
            }
        }
        Ok(rows)
    }

    /// Place of each row by its `row_id`.
    pub(super) fn places(&self, table: &TableName) -> Result<BTreeMap<String, i64>, EngineError> {
        let ids = self.texts(table, ["row_id"])?;
        Ok(ids.into_iter().zip(0..).filter_map(|([id], place)| Some((id?, place))).collect())
    }
}

/// Rows with their places, as a table.
pub(super) fn placed(rows: &[RecordBatch]) -> Result<Arc<MemTable>, EngineError> {
    let mut first = 0;
    let mut placed = Vec::new();
    for batch in rows {
        let next = first + i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
        let places: ArrayRef = Arc::new((first..next).map(Some).collect::<Int64Array>());
        first = next;
        let mut fields: Vec<Field> =
            batch.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
        fields.push(Field::new(PLACE, DataType::Int64, false));
        let mut columns = batch.columns().to_vec();
        columns.push(places);
        placed.push(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?);
    }
    let schema = placed[0].schema();
    Ok(Arc::new(MemTable::try_new(schema, vec![placed])?))
}
