//! What checks may know that no table of the run holds: the day of the run, and how many rows there were before.

use crate::error::EngineError;
use crate::fingerprint::Fingerprint;
use crate::session::register_local;
use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::NaiveDate;
use datafusion::catalog::MemTable;
use datafusion::prelude::SessionContext;
use std::collections::BTreeMap;
use std::sync::Arc;
use study::{Check, PREVIOUS_RUN, THIS_RUN};
use terms::{Manifest, TableName};

/// What checks may know besides the tables of the run and the study's parameters. It decides nothing but what checks
/// find: no step reads it.
pub(crate) struct Outside {
    as_of: NaiveDate,
    rows: BTreeMap<TableName, u64>,
}

impl Outside {
    /// Adds what a check asks of it to what decides the check; false if it asks for the day, which is another every night.
    pub(crate) fn decides(&self, check: &Check, parts: &mut Fingerprint) -> bool {
        if check.reads_local(PREVIOUS_RUN) {
            for (table, rows) in &self.rows {
                parts.add(&table.to_string(), &rows.to_string());
            }
        }
        !check.reads_local(THIS_RUN)
    }

    /// `as_of` is the day of the run, or a time on it, in RFC 3339; `previous` the run that is published until this one
    /// is, if there is any.
    ///
    /// # Errors
    /// A time that has no date at its start, which is a defect of the caller.
    pub(crate) fn of(as_of: &str, previous: Option<&Manifest>) -> Result<Self, EngineError> {
        let day = as_of.get(..10).and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
        let day = day.ok_or_else(|| EngineError::Bug(format!("a run cannot start at {as_of:?}: no date")))?;
        let tables = previous.into_iter().flat_map(|run| &run.nodes).flat_map(|node| &node.tables);
        Ok(Self { as_of: day, rows: tables.map(|table| (table.table.clone(), table.rows)).collect() })
    }

    /// Makes those of the two tables known that a check reads.
    pub(crate) fn provide(&self, context: &SessionContext, check: &Check) -> Result<(), EngineError> {
        for (name, schema) in local_schemas().into_iter().filter(|(name, _)| check.reads_local(name)) {
            let columns = if name == THIS_RUN { self.this_run() } else { self.previous_run() };
            let rows = RecordBatch::try_new(schema.clone(), columns)?;
            register_local(context, name, Arc::new(MemTable::try_new(schema, vec![vec![rows]])?))?;
        }
        Ok(())
    }

    fn this_run(&self) -> Vec<ArrayRef> {
        let days = (self.as_of - NaiveDate::default()).num_days();
        vec![Arc::new(Date32Array::from(vec![i32::try_from(days).ok()]))]
    }

    fn previous_run(&self) -> Vec<ArrayRef> {
        let names: StringArray = self.rows.keys().map(|table| Some(table.to_string())).collect();
        let rows: Int64Array = self.rows.values().map(|rows| i64::try_from(*rows).ok()).collect();
        vec![Arc::new(names), Arc::new(rows)]
    }
}

/// Columns of the tables without schema that a check may read.
pub(crate) fn local_schemas() -> [(&'static str, SchemaRef); 2] {
    let schema = |fields: Vec<Field>| Arc::new(Schema::new(fields));
    let previous =
        vec![Field::new("table_name", DataType::Utf8, true), Field::new("row_count", DataType::Int64, true)];
    [(PREVIOUS_RUN, schema(previous)), (THIS_RUN, schema(vec![Field::new("as_of", DataType::Date32, true)]))]
}
