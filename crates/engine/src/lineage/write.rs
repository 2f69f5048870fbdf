//! What stands behind the rows of a table, to an object.

use crate::encode::{EncodeError, Encoder, Settings, properties};
use crate::error::EngineError;
use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::basic::Encoding;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;
use provenance::RowSets;
use std::sync::Arc;
use terms::{LineageRecord, TableName};
use warehouse::{ObjectWriter, Warehouse};

/// Repeated sets are written once as long as all of them together are no larger than this.
const DICTIONARY_BYTES: usize = 16 << 20;

/// Writes the lineage of a table, row by row in the table's order.
pub(crate) struct LineageWriter {
    encoder: Encoder<ObjectWriter>,
    schema: SchemaRef,
    edges: u64,
}

impl LineageWriter {
    /// A writer for the rows behind a table, with one column for each of these tables: bigint, or sets of places.
    pub(crate) fn new(
        warehouse: &Warehouse,
        tables: impl Iterator<Item = (TableName, DataType)>,
    ) -> Result<Self, EngineError> {
        let fields = tables.map(|(table, kind)| Field::new(table.to_string(), kind, true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let encoder = Encoder::with_settings(warehouse.writer()?, &schema, &[], settings(&schema))
            .map_err(EncodeError::without_order)?;
        Ok(Self { encoder, schema, edges: 0 })
    }

    /// Adds what stands behind the next rows.
    pub(crate) fn push(&mut self, columns: Vec<ArrayRef>, rows: usize) -> Result<(), EngineError> {
        for column in &columns {
            let sets = RowSets::new(column.clone()).map_err(|error| EngineError::Bug(error.to_string()))?;
            self.edges += edges(&sets)?;
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?;
        self.encoder.push(&batch).map_err(EncodeError::without_order)
    }

    /// Ends the object.
    pub(crate) fn finish(self) -> Result<LineageRecord, EngineError> {
        let (writer, _) = self.encoder.finish().map_err(EncodeError::without_order)?;
        let stored = writer.finish()?;
        Ok(LineageRecord { object: stored.hash, edges: self.edges, bytes: stored.bytes })
    }
}

fn edges(sets: &RowSets) -> Result<u64, EngineError> {
    let mut count = 0u64;
    for place in 0..sets.len() {
        sets.each_run(place, |first, last| count += last.abs_diff(first) + 1)
            .map_err(|error| EngineError::Bug(error.to_string()))?;
    }
    Ok(count)
}

/// Places mostly ascend, so their differences are written; sets repeat, so each is written once. Nobody looks for a place by
/// its smallest and largest, so these are left out.
///
/// What writes differences sets a megabyte aside for each column, and whole pages of memory are cleared for it; of few places the
/// bytes are written apart, first all lowest ones, which is about as short once compressed. Few sets are all in the dictionary.
fn settings(schema: &Schema) -> Settings {
    Settings {
        few: encoded(schema, Encoding::BYTE_STREAM_SPLIT, Encoding::PLAIN),
        many: encoded(schema, Encoding::DELTA_BINARY_PACKED, Encoding::DELTA_LENGTH_BYTE_ARRAY),
    }
}

/// The settings for these encodings: of sets for those that are not in the dictionary.
fn encoded(schema: &Schema, places: Encoding, sets: Encoding) -> WriterProperties {
    let settings = properties()
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true);
    let each = |settings: WriterPropertiesBuilder, field: &Arc<Field>| {
        // A column path of one part: table names have a point in them, which separates nothing here.
        let column = ColumnPath::new(vec![field.name().clone()]);
        if *field.data_type() == DataType::Int64 {
            settings.set_column_dictionary_enabled(column.clone(), false).set_column_encoding(column, places)
        } else {
            settings.set_column_encoding(column, sets)
        }
    };
    schema.fields().iter().fold(settings, each).build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::encode::BATCH_ROWS;
    use crate::objects::read_object;
    use arrow::array::{Array, BinaryArray, Int64Array, LargeBinaryArray};
    use arrow::compute::concat_batches;
    use provenance::RowSet;
    use warehouse::LockMode;

    /// A place (none behind each seventh row) and a set of places behind each of these rows.
    fn behind(rows: std::ops::Range<usize>) -> (Int64Array, LargeBinaryArray) {
        let rows = || rows.clone().map(|row| i64::try_from(row).unwrap());
        let set = |row: i64| {
            let mut bytes = Vec::new();
            (row % 300..row % 300 + 40).collect::<RowSet>().encode(&mut bytes);
            bytes
        };
        (
            rows().map(|row| (row % 7 != 0).then_some(3 * row)).collect(),
            rows().map(|row| Some(set(row))).collect(),
        )
    }

    #[test]
    fn few_rows_and_many_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let warehouse = Warehouse::create_or_open(folder.path().join("warehouse")).unwrap();
        let _lock = warehouse.lock("a test", "2026-01-01T00:00:00Z", LockMode::Fail).unwrap();
        let tables = || {
            let table = |name| TableName::new("staging", name).unwrap();
            [(table("places"), DataType::Int64), (table("sets"), DataType::LargeBinary)].into_iter()
        };
        for rows in [0, 1, 700, BATCH_ROWS - 1, BATCH_ROWS, BATCH_ROWS + 1, 3 * BATCH_ROWS + 5] {
            let written = |at_once: usize| {
                let mut writer = LineageWriter::new(&warehouse, tables()).unwrap();
                for first in (0..rows).step_by(at_once) {
                    let part = first..(first + at_once).min(rows);
                    let (places, sets) = behind(part.clone());
                    writer.push(vec![Arc::new(places), Arc::new(sets)], part.len()).unwrap();
                }
                writer.finish().unwrap()
            };
            let record = written(613);
            assert_eq!(record, written(10_000), "{rows} rows: in whatever parts they come");
            let (places, sets) = behind(0..rows);
            assert_eq!(record.edges, (places.len() - places.null_count() + 40 * rows) as u64, "{rows} rows");
            let read = read_object(&warehouse, &record.object).unwrap();
            let read = concat_batches(read[0].schema_ref(), &read).unwrap();
            assert_eq!(read.column(0).as_ref(), &places as &dyn Array, "{rows} rows");
            let sets: BinaryArray = sets.iter().collect();
            assert_eq!(read.column(1).as_ref(), &sets as &dyn Array, "{rows} rows");
        }
    }
}
