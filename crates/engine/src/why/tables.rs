//! Stored tables by row: identities and places.

use crate::cells::{cell, text_named};
use crate::error::EngineError;
use crate::night::read_table;
use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use provenance::RowSet;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use terms::{Manifest, TableName, TableRecord};
use warehouse::Warehouse;

/// The tables of a run; what was read once stays in memory, as one question reads many of them often.
pub(super) struct Tables<'a> {
    warehouse: &'a Warehouse,
    records: BTreeMap<TableName, TableRecord>,
    read: Mutex<BTreeMap<TableName, Vec<RecordBatch>>>,
}

impl<'a> Tables<'a> {
    pub(super) fn of(warehouse: &'a Warehouse, run: &Manifest) -> Self {
        let tables = run.nodes.iter().flat_map(|node| &node.tables);
        let records = tables.map(|record| (record.table.clone(), record.clone())).collect();
        Self { warehouse, records, read: Mutex::default() }
    }

    pub(super) fn has(&self, table: &TableName) -> bool {
        self.records.contains_key(table)
    }

    /// Whether the run stored what stands behind the rows of a table.
    pub(super) fn has_lineage(&self, table: &TableName) -> bool {
        self.records.get(table).is_some_and(|record| record.lineage.is_some())
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
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rows) = read.get(table) {
            return Ok(rows.clone());
        }
        match self.records.get(table) {
            Some(record) => {
                let rows = read_table(self.warehouse, record)?;
                read.insert(table.clone(), rows.clone());
                Ok(rows)
            }
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

    /// All values of these rows as text, by place and column.
    pub(super) fn values(
        &self,
        table: &TableName,
        rows: &RowSet,
    ) -> Result<BTreeMap<i64, BTreeMap<String, Option<String>>>, EngineError> {
        let options = FormatOptions::new();
        let mut first = 0;
        let mut found = BTreeMap::new();
        for batch in self.rows(table)? {
            let next = first + i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
            for row in rows.iter().filter(|row| (first..next).contains(row)) {
                let place = usize::try_from(row - first).unwrap_or_default();
                let mut values = BTreeMap::new();
                for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
                    let shown = ArrayFormatter::try_new(column.as_ref(), &options)?;
                    let value = column.is_valid(place).then(|| shown.value(place).to_string());
                    values.insert(field.name().clone(), value);
                }
                found.insert(row, values);
            }
            first = next;
        }
        Ok(found)
    }
}
