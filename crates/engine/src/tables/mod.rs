//! The tables of a run, by row and by value; of large tables only what is asked for is read, and identities are kept.

mod finder;
mod texts;

pub(crate) use finder::Finder;
pub(crate) use texts::Texts;

use crate::cells::{as_text, cell, text_named};
use crate::error::EngineError;
use crate::objects::{Opened, open_table, read_column, read_rows, read_table, some_columns, stored_schema};
use crate::spool::ROWS_IN_MEMORY;
use arrow::array::{Array, ArrayRef, RecordBatch, Scalar, StringArray, UInt32Array};
use arrow::compute::kernels::cmp::eq;
use arrow::compute::{cast, take_record_batch};
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
    /// Tables of few rows.
    rows: Mutex<BTreeMap<TableName, Arc<Vec<RecordBatch>>>>,
    schemas: Mutex<BTreeMap<TableName, Arc<SchemaRef>>>,
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
            schemas: Mutex::default(),
            texts: Mutex::default(),
            finders: Mutex::default(),
        }
    }

    /// Bytes of what is kept in memory.
    pub(crate) fn bytes(&self) -> usize {
        let batches =
            |batches: &Vec<RecordBatch>| batches.iter().map(RecordBatch::get_array_memory_size).sum();
        sum(&self.rows, batches) + sum(&self.texts, Texts::bytes) + sum(&self.finders, Finder::bytes)
    }

    /// Forgets what is kept in memory.
    pub(crate) fn forget(&self) {
        forget(&self.rows);
        forget(&self.texts);
        forget(&self.finders);
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

    /// A table as queries read it; of few rows those that are in memory.
    pub(crate) fn opened(&self, table: &TableName) -> Result<Opened, EngineError> {
        match self.is_small(table) {
            true => Opened::held(self.schema(table)?, self.rows(table)?.to_vec()),
            false => open_table(&self.warehouse, self.record(table)?),
        }
    }

    /// Whether all rows of a table may be in memory.
    fn is_small(&self, table: &TableName) -> bool {
        self.count(table) <= ROWS_IN_MEMORY as u64
    }

    /// All rows of a small table, in stored order; at least one batch.
    fn rows(&self, table: &TableName) -> Result<Arc<Vec<RecordBatch>>, EngineError> {
        kept(&self.rows, table, || read_table(&self.warehouse, self.record(table)?))
    }

    /// The numbers of all columns.
    pub(crate) fn all_columns(&self, table: &TableName) -> Result<Vec<usize>, EngineError> {
        Ok((0..self.schema(table)?.fields().len()).collect())
    }

    pub(crate) fn schema(&self, table: &TableName) -> Result<SchemaRef, EngineError> {
        let record = || self.record(table);
        let schema = kept(&self.schemas, table, || stored_schema(&self.warehouse, record()?))?;
        Ok(SchemaRef::clone(&schema))
    }

    /// Some of the rows with some of the columns, in stored order.
    pub(crate) fn take(
        &self,
        table: &TableName,
        rows: &RowSet,
        columns: &[usize],
    ) -> Result<Vec<RecordBatch>, EngineError> {
        match self.is_small(table) {
            true => taken(&self.rows(table)?, rows, columns),
            false => read_rows(&self.warehouse, &self.record(table)?.object, rows, columns),
        }
    }

    /// Some of the rows with these columns as text, by place; a column that the table does not have is NULL.
    pub(crate) fn some<const N: usize>(
        &self,
        table: &TableName,
        rows: &RowSet,
        columns: [&str; N],
    ) -> Result<BTreeMap<i64, [Option<String>; N]>, EngineError> {
        let schema = self.schema(table)?;
        let there: Vec<usize> = columns.iter().filter_map(|column| schema.index_of(column).ok()).collect();
        let mut found = BTreeMap::new();
        let last = i64::try_from(self.count(table)).unwrap_or(i64::MAX) - 1;
        let rows = rows.within(0, last);
        let mut places = rows.iter();
        for batch in self.take(table, &rows, &there)? {
            let texts = columns.iter().map(|column| text_named(&batch, column));
            let texts = texts.collect::<Result<Vec<_>, _>>()?;
            for (row, place) in (0..batch.num_rows()).zip(places.by_ref()) {
                let own = |at: usize| texts[at].as_ref().and_then(|text| cell(text, row)).map(str::to_owned);
                found.insert(place, std::array::from_fn(own));
            }
        }
        Ok(found)
    }

    /// A column as text.
    pub(crate) fn texts(&self, table: &TableName, column: &str) -> Result<Arc<Texts>, EngineError> {
        self.texts_if_there(table, column)?.ok_or_else(|| no_column(table, column))
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
        kept(&self.finders, &key, || {
            let parts = self.column(table, column)?.ok_or_else(|| no_column(table, column))?;
            Finder::new(parts)
        })
    }

    /// Some of the rows with these columns as text, a stretch at a time.
    pub(crate) fn take_texts(
        &self,
        table: &TableName,
        rows: &RowSet,
        columns: &[&str],
    ) -> Result<Vec<Vec<StringArray>>, EngineError> {
        let places = self.places_of(table, columns)?;
        self.take(table, rows, &places)?.iter().map(texts_of).collect()
    }

    /// All rows with these columns as text, a stretch at a time, of which one is in memory.
    pub(crate) fn all_texts(
        &self,
        table: &TableName,
        columns: &[&str],
    ) -> Result<impl Iterator<Item = Result<Vec<StringArray>, EngineError>> + use<>, EngineError> {
        let places = self.places_of(table, columns)?;
        let stretches = some_columns(&self.warehouse, &self.record(table)?.object, &places)?;
        Ok(stretches.map(|stretch| texts_of(&stretch?)))
    }

    fn places_of(&self, table: &TableName, columns: &[&str]) -> Result<Vec<usize>, EngineError> {
        let schema = self.schema(table)?;
        columns.iter().map(|column| Ok(schema.index_of(column)?)).collect()
    }

    /// The places at which a column has a value, without an index: the column alone is read, a stretch at a time.
    pub(crate) fn scan(&self, table: &TableName, column: &str, text: &str) -> Result<RowSet, EngineError> {
        let (mut places, mut first) = (Vec::new(), 0);
        let kind = self.schema(table)?.field_with_name(column)?.data_type().clone();
        let wanted = cast(&StringArray::from(vec![text]), &kind)?;
        // A value has one text; others that would be read as the same value are none of it.
        if wanted.is_null(0) || as_text(&wanted)?.value(0) != text {
            return Ok(RowSet::new());
        }
        let wanted = Scalar::new(wanted);
        let at = self.places_of(table, &[column])?;
        for part in some_columns(&self.warehouse, &self.record(table)?.object, &at)? {
            let part = part?.column(0).clone();
            let same = eq(&part, &wanted)?;
            places
                .extend((first..).zip(same.iter()).filter(|(_, same)| *same == Some(true)).map(|(at, _)| at));
            first += i64::try_from(part.len()).unwrap_or(i64::MAX);
        }
        Ok(places.into_iter().collect())
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
    pub(crate) fn column(
        &self,
        table: &TableName,
        column: &str,
    ) -> Result<Option<Vec<ArrayRef>>, EngineError> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner).get(table).cloned();
        match rows {
            Some(rows) => Ok(rows.iter().map(|batch| batch.column_by_name(column).cloned()).collect()),
            None => read_column(&self.warehouse, &self.record(table)?.object, column),
        }
    }
}

fn texts_of(batch: &RecordBatch) -> Result<Vec<StringArray>, EngineError> {
    batch.columns().iter().map(as_text).collect()
}

fn no_column(table: &TableName, column: &str) -> EngineError {
    EngineError::Bug(format!("{table} has no column {column}"))
}

/// Some rows of those in memory, with some of the columns.
fn taken(all: &[RecordBatch], rows: &RowSet, columns: &[usize]) -> Result<Vec<RecordBatch>, EngineError> {
    let mut taken = Vec::new();
    let mut first = 0i64;
    for batch in all {
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

/// Bytes of all that is kept.
pub(crate) fn sum<K, V>(all: &Mutex<BTreeMap<K, Arc<V>>>, bytes: impl Fn(&V) -> usize) -> usize {
    all.lock().unwrap_or_else(PoisonError::into_inner).values().map(|kept| bytes(kept)).sum()
}

/// Forgets what is kept.
pub(crate) fn forget<K, V>(all: &Mutex<BTreeMap<K, Arc<V>>>) {
    all.lock().unwrap_or_else(PoisonError::into_inner).clear();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::tests::stored;
    use terms::{NodeRecord, StepOutcome};

    /// The tables of a run with one table of so many rows: a number and a text.
    fn tables(rows: u64) -> (tempfile::TempDir, Tables, TableName) {
        let (folder, warehouse, object) = stored(i64::try_from(rows).unwrap());
        let table = TableName::parse("staging.a").unwrap();
        let record =
            TableRecord { table: table.clone(), object: object.clone(), rows, bytes: 1, lineage: None };
        let node = NodeRecord {
            node: "a".to_owned(),
            fingerprint: object,
            definition: BTreeMap::new(),
            reads: Vec::new(),
            outcome: StepOutcome::Executed,
            tables: vec![record],
            millis: 1,
        };
        let run = Manifest { nodes: vec![node], ..Manifest::default() };
        (folder, Tables::of(&Arc::new(warehouse), &run), table)
    }

    #[test]
    fn of_a_large_table_only_what_is_asked_for_is_read_and_nothing_is_kept() {
        for (rows, is_kept) in [(1_000, true), (ROWS_IN_MEMORY as u64 + 1, false)] {
            let (_folder, tables, table) = tables(rows);
            let some =
                tables.some(&table, &[7, 900, 999_999].into_iter().collect(), ["t", "n", "x"]).unwrap();
            let row = |n: i64| (n, [Some(format!("row {n}")), Some(n.to_string()), None]);
            assert_eq!(some.into_iter().collect::<Vec<_>>(), [row(7), row(900)]);
            let taken = tables.take(&table, &(3..6).collect(), &[1]).unwrap();
            assert_eq!(taken.iter().map(RecordBatch::num_rows).sum::<usize>(), 3);
            for (text, places) in [("8", vec![8]), ("08", vec![]), ("x", vec![])] {
                assert_eq!(
                    tables.scan(&table, "n", text).unwrap().iter().collect::<Vec<i64>>(),
                    places,
                    "{text}"
                );
            }
            assert_eq!(tables.scan(&table, "t", "row 11").unwrap().iter().collect::<Vec<i64>>(), [11]);
            assert_eq!(tables.bytes() > 0, is_kept, "{rows} rows");
            let found: Vec<i64> = tables.find(&table, "t").unwrap().places("row 12").collect();
            assert_eq!((found, tables.bytes() > 0), (vec![12], true), "where values stand is kept");
            tables.forget();
            assert_eq!(tables.bytes(), 0);
        }
    }
}
