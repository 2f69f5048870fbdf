//! Columns of an object in the words of Table Schema.

use crate::error::EngineError;
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::ParquetMetaData;
use std::sync::Arc;
use terms::TableRecord;
use warehouse::Warehouse;

/// What the footer of an object says.
pub(super) struct Footer {
    pub(super) schema: SchemaRef,
    metadata: Arc<ParquetMetaData>,
}

impl Footer {
    /// The footer of a table, after its bytes were found to be the ones that its name promises.
    pub(super) fn of(warehouse: &Warehouse, record: &TableRecord) -> Result<Self, EngineError> {
        let file = warehouse.open_object(&warehouse.object(&record.object)?)?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)?;
        Ok(Self { schema: reader.schema().clone(), metadata: reader.metadata().clone() })
    }

    /// Whether there is such a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.schema.index_of(column).is_ok()
    }

    /// Whether it is known that no row lacks a value in this column.
    pub(super) fn is_never_null(&self, column: &str) -> bool {
        self.metadata.row_groups().iter().all(|group| {
            let chunk = group.columns().iter().find(|chunk| chunk.column_path().string() == column);
            let nulls = chunk.and_then(|chunk| chunk.statistics()?.null_count_opt());
            nulls == Some(0)
        })
    }
}

/// The type of a column in Table Schema; `any` where it has none that fits.
pub(super) fn kind(stored: &DataType) -> &'static str {
    match stored {
        DataType::Utf8 => "string",
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => "integer",
        DataType::Float32 | DataType::Float64 | DataType::Decimal128(..) | DataType::Decimal256(..) => {
            "number"
        }
        DataType::Boolean => "boolean",
        DataType::Date32 | DataType::Date64 => "date",
        DataType::Timestamp(..) => "datetime",
        DataType::Time32(_) | DataType::Time64(_) => "time",
        DataType::List(_) => "array",
        _ => "any",
    }
}
