//! The tables of a run, by row and by value; what was read once stays in memory.

mod texts;

pub(crate) use texts::{Finder, Texts};

use crate::error::EngineError;
use crate::objects::{read_column, read_table};
use arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::SchemaRef;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use provenance::RowSet;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use terms::{Manifest, TableName, TableRecord};
use warehouse::Warehouse;

/// A column of a table.
type ColumnName = (TableName, String);

/// The tables of a run.
pub(crate) struct Tables {
    warehouse: Arc<Warehouse>,
    records: BTreeMap<TableName, TableRecord>,
    rows: Mutex<BTreeMap<TableName, Arc<Vec<RecordBatch>>>>,
    texts: Mutex<BTreeMap<ColumnName, Arc<Texts>>>,
    finders: Mutex<BTreeMap<ColumnName, Arc<Finder>>>,
}

impl Tables {
    pub(crate) fn of(warehouse: &Arc<Warehouse>, run: &Manifest) -> Self {
        // What checks found has nothing behind it that is stored.
        let tables = run.nodes.iter().flat_map(|node| &node.tables);
        let records = tables.map(|record| (record.table.clone(), record.clone())).collect();
        Self {
            warehouse: warehouse.clone(),
            records,
            rows: Mutex::default(),
            texts: Mutex::default(),
            finders: Mutex::default(),
        }
    }

    pub(crate) fn has(&self, table: &TableName) -> bool {
        self.records.contains_key(table)
    }

    /// Whether the run stored what stands behind the rows of a table.
    pub(crate) fn has_lineage(&self, table: &TableName) -> bool {
        self.records.get(table).is_some_and(|record| record.lineage.is_some())
    }

    /// How many rows a table has; none if the run does not have it.
    pub(crate) fn count(&self, table: &TableName) -> u64 {
        self.records.get(table).map_or(0, |record| record.rows)
    }

    /// All rows, in stored order; at least one batch.
    pub(crate) fn rows(&self, table: &TableName) -> Result<Arc<Vec<RecordBatch>>, EngineError> {
        kept(&self.rows, table, || read_table(&self.warehouse, self.record(table)?))
    }

    /// The numbers of all columns.
    pub(crate) fn all_columns(&self, table: &TableName) -> Result<Vec<usize>, EngineError> {
        Ok((0..self.schema(table)?.fields().len()).collect())
    }

    pub(crate) fn schema(&self, table: &TableName) -> Result<SchemaRef, EngineError> {
        Ok(self.rows(table)?[0].schema())
    }

    /// Some of the rows with some of the columns, in stored order.
    pub(crate) fn take(
        &self,
        table: &TableName,
        rows: &RowSet,
        columns: &[usize],
    ) -> Result<Vec<RecordBatch>, EngineError> {
        let mut taken = Vec::new();
        let mut first = 0i64;
        for batch in self.rows(table)?.iter() {
            let next = first + i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
            let here = rows.within(first, next - 1);
            if here.len() == batch.num_rows() as u64 && batch.num_rows() > 0 {
                taken.push(batch.project(columns)?);
            } else if !here.is_empty() {
                let places = here.iter().filter_map(|row| u32::try_from(row - first).ok());
                let places = UInt32Array::from_iter_values(places);
                let batch = batch.project(columns)?;
                taken.push(match columns.is_empty() {
                    true => batch.slice(0, places.len()),
                    false => take_record_batch(&batch, &places)?,
                });
            }
            first = next;
        }
        Ok(taken)
    }

    /// A column as text.
    pub(crate) fn texts(&self, table: &TableName, column: &str) -> Result<Arc<Texts>, EngineError> {
        self.texts_if_there(table, column)?
            .ok_or_else(|| EngineError::Bug(format!("{table} has no column {column}")))
    }

    /// A column as text; none if the table has no column of this name.
    pub(crate) fn texts_if_there(
        &self,
        table: &TableName,
        column: &str,
    ) -> Result<Option<Arc<Texts>>, EngineError> {
        let key = (table.clone(), column.to_owned());
        let known = self.texts.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let parts = self.column(table, column)?;
        parts.map(|parts| kept(&self.texts, &key, || Texts::new(parts))).transpose()
    }

    /// Columns as text.
    pub(crate) fn columns<const N: usize>(
        &self,
        table: &TableName,
        columns: [&str; N],
    ) -> Result<[Arc<Texts>; N], EngineError> {
        let texts = columns.map(|column| self.texts(table, column));
        let texts = texts.into_iter().collect::<Result<Vec<_>, _>>()?;
        texts.try_into().map_err(|_| EngineError::Bug("as many columns as were asked".to_owned()))
    }

    /// The rows in which a column has a value.
    pub(crate) fn find(&self, table: &TableName, column: &str) -> Result<Arc<Finder>, EngineError> {
        let key = (table.clone(), column.to_owned());
        kept(&self.finders, &key, || Ok(Finder::new(self.texts(table, column)?)))
    }

    /// All values of these rows as text, by place and column.
    pub(crate) fn values(
        &self,
        table: &TableName,
        rows: &RowSet,
    ) -> Result<BTreeMap<i64, BTreeMap<String, Option<String>>>, EngineError> {
        let options = FormatOptions::new();
        let mut places = rows.iter();
        let mut found = BTreeMap::new();
        for batch in self.take(table, rows, &self.all_columns(table)?)? {
            for (row, place) in (0..batch.num_rows()).zip(&mut places) {
                let mut values = BTreeMap::new();
                for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
                    let shown = ArrayFormatter::try_new(column.as_ref(), &options)?;
                    let value = column.is_valid(row).then(|| shown.value(row).to_string());
                    values.insert(field.name().clone(), value);
                }
                found.insert(place, values);
            }
        }
        Ok(found)
    }

    fn record(&self, table: &TableName) -> Result<&TableRecord, EngineError> {
        self.records.get(table).ok_or_else(|| {
            EngineError::Bug(format!("the run has no table {table}; was the study changed since?"))
        })
    }

    /// A column in stretches; none if there is no such column. Of a table that is not in memory the column alone is read.
    fn column(&self, table: &TableName, column: &str) -> Result<Option<Vec<ArrayRef>>, EngineError> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner).get(table).cloned();
        match rows {
            Some(rows) => Ok(rows.iter().map(|batch| batch.column_by_name(column).cloned()).collect()),
            None => read_column(&self.warehouse, &self.record(table)?.object, column),
        }
    }
}

/// What is kept under a key, else what is made now, kept from then on.
pub(crate) fn kept<K: Ord + Clone, V>(
    all: &Mutex<BTreeMap<K, Arc<V>>>,
    key: &K,
    make: impl FnOnce() -> Result<V, EngineError>,
) -> Result<Arc<V>, EngineError> {
    let known = all.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    // Not while others wait; who comes first keeps theirs.
    let made = Arc::new(make()?);
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(all.entry(key.clone()).or_insert(made).clone())
}
