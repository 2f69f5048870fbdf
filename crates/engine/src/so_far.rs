//! What is known of a run's tables so far: enough to say what decides a step, without a session to execute it in.

use crate::error::EngineError;
use crate::fingerprint::Fingerprint;
use crate::lineage::Capture;
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};
use study::{SqlFile, Study};
use terms::{ObjectHash, TableName, TableRecord};

/// The tables of a run that exist so far; steps that run side by side share it.
pub(crate) struct SoFar<'a> {
    pub(crate) study: &'a Study,
    pub(crate) capture: Capture,
    tables: RwLock<BTreeMap<TableName, TableRecord>>,
}

impl<'a> SoFar<'a> {
    /// A run that has made nothing yet.
    pub(crate) fn nothing(study: &'a Study, capture: Capture) -> Self {
        Self { study, capture, tables: RwLock::default() }
    }

    /// Takes note of tables whose objects exist.
    pub(crate) fn know(&self, records: &[TableRecord]) {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        for record in records {
            tables.insert(record.table.clone(), record.clone());
        }
    }

    /// The record of a table that exists.
    pub(crate) fn record(&self, table: &TableName) -> Result<TableRecord, EngineError> {
        self.look(table, TableRecord::clone)
            .ok_or_else(|| EngineError::Bug(format!("table {table} is read before it is made")))
    }

    /// The object that holds a table, if the table exists.
    pub(crate) fn object(&self, table: &TableName) -> Option<ObjectHash> {
        self.look(table, |record| record.object.clone())
    }

    fn look<T>(&self, table: &TableName, part: impl FnOnce(&TableRecord) -> T) -> Option<T> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner).get(table).map(part)
    }

    /// Adds the values of the parameters that a query uses.
    pub(crate) fn add_parameters(&self, parts: &mut Fingerprint, sql: &SqlFile) {
        for name in &sql.parameters {
            if let Some(value) = self.study.parameters.get(name) {
                parts.add(name, &format!("{value:?}"));
            }
        }
    }

    /// Adds the objects of tables.
    pub(crate) fn add_objects(
        &self,
        parts: &mut Fingerprint,
        tables: &[TableName],
    ) -> Result<(), EngineError> {
        for table in tables {
            parts.add(&table.to_string(), self.record(table)?.object.as_str());
        }
        Ok(())
    }
}
