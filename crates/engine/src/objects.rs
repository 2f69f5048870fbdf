//! Stored tables read from their objects, whose bytes are looked at first.

use crate::error::EngineError;
use crate::places::{PlacedFile, placed_rows};
use crate::spool::{ROWS_IN_MEMORY, parquet_table};
use arrow::array::{ArrayRef, RecordBatch, new_empty_array};
use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use datafusion::catalog::{MemTable, TableProvider};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::Result as ParquetResult;
use parquet::file::reader::{ChunkReader, Length};
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
    let mask = ProjectionMask::roots(reader.parquet_schema(), [place]);
    let batches = reader.with_projection(mask).build()?;
    let mut stretches =
        batches.map(|batch| Ok(batch?.column(0).clone())).collect::<Result<Vec<_>, EngineError>>()?;
    if stretches.is_empty() {
        stretches.push(new_empty_array(&kind));
    }
    Ok(Some(stretches))
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
    let object = warehouse.object(object)?;
    let mut file = warehouse.open_object(&object)?;
    let file = if object.bytes <= READ_AT_ONCE {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|source| EngineError::io(&object.path, "read", source))?;
        ObjectFile::Read(bytes.into())
    } else {
        ObjectFile::Open(file)
    };
    Ok((object.path, ParquetRecordBatchReaderBuilder::try_new(file)?))
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
