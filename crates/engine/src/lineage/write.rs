//! What stands behind the rows of a table, to an object.

use crate::encode::{EncodeError, Encoder, properties};
use crate::error::EngineError;
use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::basic::Encoding;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
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
        let encoder = Encoder::with_properties(warehouse.writer()?, &schema, &[], settings(&schema));
        Ok(Self { encoder: encoder.map_err(broken)?, schema, edges: 0 })
    }

    /// Adds what stands behind the next rows.
    pub(crate) fn push(&mut self, columns: Vec<ArrayRef>, rows: usize) -> Result<(), EngineError> {
        for column in &columns {
            let sets = RowSets::new(column.clone()).map_err(|error| EngineError::Bug(error.to_string()))?;
            self.edges += edges(&sets)?;
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?;
        self.encoder.push(&batch).map_err(broken)
    }

    /// Ends the object.
    pub(crate) fn finish(self) -> Result<LineageRecord, EngineError> {
        let (writer, _) = self.encoder.finish().map_err(broken)?;
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
fn settings(schema: &Schema) -> WriterProperties {
    let settings = properties()
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true);
    schema
        .fields()
        .iter()
        .fold(settings, |settings, field| {
            // A column path of one part: table names have a point in them, which separates nothing here.
            let column = ColumnPath::new(vec![field.name().clone()]);
            if *field.data_type() == DataType::Int64 {
                settings
                    .set_column_dictionary_enabled(column.clone(), false)
                    .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED)
            } else {
                settings.set_column_encoding(column, Encoding::DELTA_LENGTH_BYTE_ARRAY)
            }
        })
        .build()
}

fn broken(error: EncodeError) -> EngineError {
    match error {
        EncodeError::Tie(_) => EngineError::Bug("lineage has no order, yet a tie was found".to_owned()),
        EncodeError::Arrow(error) => error.into(),
        EncodeError::Parquet(error) => error.into(),
    }
}
