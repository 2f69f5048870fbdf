//! Stored tables read from their objects, whose bytes are looked at first.

use crate::error::EngineError;
use crate::places::{PlacedFile, placed_rows};
use crate::spool::{ROWS_IN_MEMORY, parquet_table};
use arrow::array::{ArrayRef, RecordBatch, UInt32Array, new_empty_array};
use arrow::compute::take_record_batch;
use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use datafusion::catalog::{MemTable, TableProvider};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::reader::{ChunkReader, Length};
use provenance::RowSet;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use terms::{ObjectHash, TableRecord};
use warehouse::Warehouse;

/// Files of at most so many bytes are read at once: one of a hundred columns would be asked for each of its pages.
const READ_AT_ONCE: u64 = 4 << 20;

/// A stored table: as queries see it, and with the places of its rows.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) plain: Arc<dyn TableProvider>,
    pub(crate) placed: Arc<dyn TableProvider>,
    /// The rows themselves, where they are in memory.
    pub(crate) held: Option<Vec<RecordBatch>>,
}

impl Opened {
    /// A table of rows that are in memory.
    pub(crate) fn held(schema: SchemaRef, rows: Vec<RecordBatch>) -> Result<Self, EngineError> {
        let placed = placed_rows(&schema, &rows)?;
        let plain = Arc::new(MemTable::try_new(schema, vec![rows.clone()])?);
        Ok(Self { plain, placed, held: Some(rows) })
    }
}

/// An object as a table, after its bytes were found to be the ones that its name promises.
pub(crate) fn open_table(warehouse: &Warehouse, record: &TableRecord) -> Result<Opened, EngineError> {
    let (path, reader) = open_object(warehouse, &record.object)?;
    let schema = reader.schema().clone();
    if usize::try_from(record.rows).is_ok_and(|rows| rows <= ROWS_IN_MEMORY) {
        Opened::held(schema, reader.build()?.collect::<Result<Vec<_>, _>>()?)
    } else {
        let placed = Arc::new(PlacedFile::new(&path, &schema, record.rows)?);
        Ok(Opened { plain: parquet_table(&path, schema)?, placed, held: None })
    }
}

/// All rows of a stored table, in stored order.
///
/// # Errors
/// An object that is missing or is not what its name promises.
pub fn read_table(warehouse: &Warehouse, record: &TableRecord) -> Result<Vec<RecordBatch>, EngineError> {
    read_object(warehouse, &record.object)
}

/// All rows of an object, in stored order; at least one batch.
pub(crate) fn read_object(
    warehouse: &Warehouse,
    object: &ObjectHash,
) -> Result<Vec<RecordBatch>, EngineError> {
    let (_, reader) = open_object(warehouse, object)?;
    let schema = reader.schema().clone();
    let mut batches = reader.build()?.collect::<Result<Vec<_>, _>>()?;
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    Ok(batches)
}

/// One column of an object in stretches, in stored order, at least one; none if there is no such column.
pub(crate) fn read_column(
    warehouse: &Warehouse,
    object: &ObjectHash,
    column: &str,
) -> Result<Option<Vec<ArrayRef>>, EngineError> {
    let (_, reader) = open_object(warehouse, object)?;
    let Ok(place) = reader.schema().index_of(column) else { return Ok(None) };
    let kind = reader.schema().field(place).data_type().clone();
    let batches = columns_of(reader, &[place])?;
    let mut stretches =
        batches.map(|batch| Ok(batch?.column(0).clone())).collect::<Result<Vec<_>, EngineError>>()?;
    if stretches.is_empty() {
        stretches.push(new_empty_array(&kind));
    }
    Ok(Some(stretches))
}

/// Some columns of an object, a stretch of rows at a time.
pub(crate) fn some_columns(
    warehouse: &Warehouse,
    object: &ObjectHash,
    columns: &[usize],
) -> Result<impl Iterator<Item = Result<RecordBatch, EngineError>> + use<>, EngineError> {
    columns_of(open_object(warehouse, object)?.1, columns)
}

fn columns_of(
    reader: Reader,
    columns: &[usize],
) -> Result<impl Iterator<Item = Result<RecordBatch, EngineError>> + use<>, EngineError> {
    let (mask, order) =
        (ProjectionMask::roots(reader.parquet_schema(), columns.iter().copied()), order(columns));
    let batches = reader.with_projection(mask).with_batch_size(READ_ROWS).build()?;
    Ok(batches.map(move |batch| Ok(batch?.project(&order)?)))
}

/// Where each of these columns is among those that are read, which come in the order of the file.
fn order(columns: &[usize]) -> Vec<usize> {
    let read: BTreeSet<usize> = columns.iter().copied().collect();
    columns.iter().map(|column| read.range(..column).count()).collect()
}

/// Some rows of an object with some of its columns, by place, in stored order. Pages in which none of them stands are passed over.
pub(crate) fn read_rows(
    warehouse: &Warehouse,
    object: &ObjectHash,
    rows: &RowSet,
    columns: &[usize],
) -> Result<Vec<RecordBatch>, EngineError> {
    let options = ArrowReaderOptions::new().with_offset_index_policy(PageIndexPolicy::Optional);
    let (_, reader) = open_object_with(warehouse, object, options)?;
    let total = reader.metadata().file_metadata().num_rows();
    let stretches = stretches(rows, total);
    let places = |(first, last): &(i64, i64)| {
        usize::try_from(*first).unwrap_or_default()..usize::try_from(last + 1).unwrap_or_default()
    };
    let chosen = RowSelection::from_consecutive_ranges(
        stretches.iter().map(places),
        usize::try_from(total).unwrap_or(usize::MAX),
    );
    let mask = ProjectionMask::roots(reader.parquet_schema(), columns.iter().copied());
    let order = order(columns);
    let mut walk = stretches.into_iter().flat_map(|(first, last)| first..=last);
    let mut wanted = rows.iter().peekable();
    let mut found = Vec::new();
    for batch in reader.with_projection(mask).with_row_selection(chosen).with_batch_size(READ_ROWS).build()? {
        let batch = batch?;
        let here = (0_u32..).zip(walk.by_ref().take(batch.num_rows()));
        let here = here.filter(|(_, row)| wanted.next_if_eq(row).is_some());
        let here = UInt32Array::from_iter_values(here.map(|(at, _)| at));
        let batch = if here.len() == batch.num_rows() { batch } else { take_record_batch(&batch, &here)? };
        if batch.num_rows() > 0 {
            found.push(batch.project(&order)?);
        }
    }
    Ok(found)
}

/// Rows that are read at once.
const READ_ROWS: usize = 8_192;

/// Rows that are not wanted are read as well where so few stand between those that are: a page is read as a whole.
const BETWEEN: i64 = 512;

/// Stretches of places below `total` that hold all these rows, with a few rows between them.
fn stretches(rows: &RowSet, total: i64) -> Vec<(i64, i64)> {
    let mut stretches: Vec<(i64, i64)> = Vec::new();
    for (first, last) in rows.within(0, total - 1).runs() {
        match stretches.last_mut() {
            Some(before) if first - before.1 <= BETWEEN => before.1 = *last,
            _ => stretches.push((*first, *last)),
        }
    }
    stretches
}

/// Columns of a stored table.
///
/// # Errors
/// An object that is missing or is not what its name promises.
pub fn stored_schema(warehouse: &Warehouse, record: &TableRecord) -> Result<SchemaRef, EngineError> {
    Ok(open_object(warehouse, &record.object)?.1.schema().clone())
}

/// The rows of a stored table, in stored order, a batch at a time.
pub(crate) fn object_batches(
    warehouse: &Warehouse,
    record: &TableRecord,
) -> Result<impl Iterator<Item = Result<RecordBatch, EngineError>> + use<>, EngineError> {
    let (_, reader) = open_object(warehouse, &record.object)?;
    Ok(reader.build()?.map(|batch| Ok(batch?)))
}

type Reader = ParquetRecordBatchReaderBuilder<ObjectFile>;

fn open_object(warehouse: &Warehouse, object: &ObjectHash) -> Result<(PathBuf, Reader), EngineError> {
    open_object_with(warehouse, object, ArrowReaderOptions::new())
}

fn open_object_with(
    warehouse: &Warehouse,
    object: &ObjectHash,
    options: ArrowReaderOptions,
) -> Result<(PathBuf, Reader), EngineError> {
    let object = warehouse.object(object)?;
    let mut file = warehouse.open_object(&object)?;
    let file = if object.bytes <= READ_AT_ONCE {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|source| EngineError::io(&object.path, "read", source))?;
        ObjectFile::Read(bytes.into())
    } else {
        ObjectFile::Open(file)
    };
    Ok((object.path, ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)?))
}

/// The file of an object: its bytes, or where they are asked for.
enum ObjectFile {
    Read(Bytes),
    Open(File),
}

impl Length for ObjectFile {
    fn len(&self) -> u64 {
        match self {
            ObjectFile::Read(bytes) => bytes.len() as u64,
            ObjectFile::Open(file) => file.len(),
        }
    }
}

impl ChunkReader for ObjectFile {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        match self {
            ObjectFile::Read(bytes) => Ok(Box::new(bytes.get_read(start)?)),
            ObjectFile::Open(file) => Ok(Box::new(file.get_read(start)?)),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        match self {
            ObjectFile::Read(bytes) => bytes.get_bytes(start, length),
            ObjectFile::Open(file) => file.get_bytes(start, length),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::encode::Encoder;
    use arrow::array::{Int64Array, StringArray};
    use proptest::prelude::*;
    use warehouse::LockMode;

    /// A warehouse with one object of these many rows: a number and a text.
    pub(crate) fn stored(rows: i64) -> (tempfile::TempDir, Warehouse, ObjectHash) {
        let folder = tempfile::tempdir().unwrap();
        let warehouse = Warehouse::create_or_open(folder.path().join("warehouse")).unwrap();
        let numbers: ArrayRef = Arc::new((0..rows).collect::<Int64Array>());
        let texts: ArrayRef =
            Arc::new((0..rows).map(|row| Some(format!("row {row}"))).collect::<StringArray>());
        let batch =
            RecordBatch::try_from_iter_with_nullable([("n", numbers, true), ("t", texts, true)]).unwrap();
        let lock = warehouse.lock("a test", "2026-01-01T00:00:00Z", LockMode::Fail).unwrap();
        let mut encoder = Encoder::new(warehouse.writer().unwrap(), &batch.schema(), &[0]).unwrap();
        encoder.push(&batch).unwrap();
        let object = encoder.finish().unwrap().0.finish().unwrap().hash;
        drop(lock);
        (folder, warehouse, object)
    }

    #[test]
    fn rows_are_read_by_place() {
        let (_folder, warehouse, object) = stored(300_000);
        proptest!(ProptestConfig::with_cases(40), |(wanted in proptest::collection::btree_set(0i64..301_000, 0..60), dense in 0i64..299_000)| {
            let mut rows: RowSet = wanted.into_iter().collect();
            rows.union(&(dense..dense + 900).collect());
            let batches = read_rows(&warehouse, &object, &rows, &[1, 0, 1]).unwrap();
            let mut found = Vec::new();
            for batch in &batches {
                let [first, number, again] = batch.columns() else { panic!("three columns") };
                assert_eq!(first, again);
                let text = |row| crate::cells::as_text(first).unwrap().value(row).to_owned();
                let number: &Int64Array = number.as_any().downcast_ref().unwrap();
                found.extend((0..batch.num_rows()).map(|row| (number.value(row), text(row))));
            }
            let wanted: Vec<_> = rows.within(0, 299_999).iter().map(|row| (row, format!("row {row}"))).collect();
            prop_assert_eq!(found, wanted);
        });
    }
}
