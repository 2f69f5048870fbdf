//! Stored tables by row: identities and places.

use crate::cells::{cell, text_named};
use crate::error::EngineError;
use crate::night::read_table;
use arrow::array::RecordBatch;
use std::collections::BTreeMap;
use terms::{Manifest, TableName, TableRecord};
use warehouse::Warehouse;

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
