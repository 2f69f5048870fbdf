//! Rows to Parquet bytes that depend on the rows and their order alone.
//!
//! Parquet pages end where a write call ends, so equal rows in other batches would give other bytes. Rows are
//! therefore cut into batches of one fixed size before they are written, and every writer setting is pinned.

use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::compute::{BatchCoalescer, cast, concat_batches};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::row::{OwnedRow, RowConverter, SortField};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use std::io::Write;
use std::sync::Arc;

/// Rows that are written at once.
pub(crate) const BATCH_ROWS: usize = 8_192;
const ROW_GROUP_ROWS: usize = 131_072;

/// Writes batches as one Parquet file and proves on the way that their order is total.
pub(crate) struct Encoder<W: Write + Send> {
    stage: Stage<W>,
    settings: Settings,
    schema: SchemaRef,
    order: Option<OrderProof>,
    rows: u64,
}

/// How the writer is set.
pub(crate) struct Settings {
    /// For fewer rows than are written at once.
    pub(crate) few: WriterProperties,
    /// For more.
    pub(crate) many: WriterProperties,
}

enum Stage<W: Write + Send> {
    /// All rows, while they are few: most tables have no more, and what cuts rows sets memory aside for as many as are written
    /// at once.
    Few {
        sink: W,
        held: Vec<RecordBatch>,
    },
    Many {
        writer: Box<ArrowWriter<W>>,
        coalescer: BatchCoalescer,
    },
    /// After an error, by which there is no file.
    Failed,
}

/// Two rows cannot be told apart by the columns they are sorted by, so their order is left to chance.
#[derive(Debug)]
pub(crate) struct OrderTie {
    /// Names of the sort columns.
    pub(crate) columns: Vec<String>,
    /// Place of the second of the two rows, from 1.
    pub(crate) row: u64,
}

/// Why rows could not be written.
#[derive(Debug)]
pub(crate) enum EncodeError {
    Tie(OrderTie),
    Arrow(ArrowError),
    Parquet(ParquetError),
}

impl EncodeError {
    /// As an error of the engine; `tie` says what it means that the order is not total.
    pub(crate) fn with_tie(self, tie: impl FnOnce(OrderTie) -> EngineError) -> EngineError {
        match self {
            EncodeError::Tie(found) => tie(found),
            EncodeError::Arrow(error) => error.into(),
            EncodeError::Parquet(error) => error.into(),
        }
    }

    /// As an error of the engine, of rows that are written in any order.
    pub(crate) fn without_order(self) -> EngineError {
        self.with_tie(|tie| EngineError::Bug(format!("rows without an order tie at row {}", tie.row)))
    }
}

impl From<ArrowError> for EncodeError {
    fn from(error: ArrowError) -> Self {
        EncodeError::Arrow(error)
    }
}

impl From<ParquetError> for EncodeError {
    fn from(error: ParquetError) -> Self {
        EncodeError::Parquet(error)
    }
}

impl<W: Write + Send> Encoder<W> {
    /// An encoder for rows of `schema` that come sorted by the columns at `sorted_by`; none for rows in any order.
    pub(crate) fn new(sink: W, schema: &Schema, sorted_by: &[usize]) -> Result<Self, EncodeError> {
        let settings = properties().build();
        Self::with_settings(sink, schema, sorted_by, Settings { few: settings.clone(), many: settings })
    }

    /// An encoder with other settings of the writer than [`properties`].
    pub(crate) fn with_settings(
        sink: W,
        schema: &Schema,
        sorted_by: &[usize],
        settings: Settings,
    ) -> Result<Self, EncodeError> {
        let schema = stored_schema(schema);
        let order = OrderProof::new(&schema, sorted_by)?;
        Ok(Self { stage: Stage::Few { sink, held: Vec::new() }, settings, schema, order, rows: 0 })
    }

    /// Adds the next rows.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<(), EncodeError> {
        let batch = stored_batch(batch, &self.schema)?;
        if let Some(order) = &mut self.order
            && let Some(tie) = order.extend(&batch)?
        {
            return Err(EncodeError::Tie(OrderTie { row: self.rows + tie, columns: order.names.clone() }));
        }
        self.rows += batch.num_rows() as u64;
        self.stage = match std::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::Few { sink, mut held } => {
                held.push(batch);
                if self.rows < BATCH_ROWS as u64 {
                    Stage::Few { sink, held }
                } else {
                    let writer = writer(sink, &self.schema, &self.settings.many)?;
                    many(writer, BatchCoalescer::new(self.schema.clone(), BATCH_ROWS), held)?
                }
            }
            Stage::Many { writer, coalescer } => many(writer, coalescer, vec![batch])?,
            Stage::Failed => Stage::Failed,
        };
        Ok(())
    }

    /// Ends the file; the sink and the number of rows.
    pub(crate) fn finish(self) -> Result<(W, u64), EncodeError> {
        let writer = match self.stage {
            Stage::Few { sink, held } => {
                let mut writer = writer(sink, &self.schema, &self.settings.few)?;
                writer.write(&concat_batches(&self.schema, &held)?)?;
                writer
            }
            Stage::Many { mut writer, mut coalescer } => {
                coalescer.finish_buffered_batch()?;
                while let Some(rest) = coalescer.next_completed_batch() {
                    writer.write(&rest)?;
                }
                writer
            }
            Stage::Failed => return Err(ParquetError::General("rows were refused before".to_owned()).into()),
        };
        Ok((writer.into_inner()?, self.rows))
    }
}

fn writer<W: Write + Send>(
    sink: W,
    schema: &SchemaRef,
    settings: &WriterProperties,
) -> Result<Box<ArrowWriter<W>>, ParquetError> {
    let options = ArrowWriterOptions::new().with_properties(settings.clone()).with_skip_arrow_metadata(true);
    Ok(Box::new(ArrowWriter::try_new_with_options(sink, schema.clone(), options)?))
}

/// Writes as many rows as are written at once, again and again.
fn many<W: Write + Send>(
    mut writer: Box<ArrowWriter<W>>,
    mut coalescer: BatchCoalescer,
    rows: Vec<RecordBatch>,
) -> Result<Stage<W>, EncodeError> {
    for batch in rows {
        coalescer.push_batch(batch)?;
    }
    while let Some(full) = coalescer.next_completed_batch() {
        writer.write(&full)?;
    }
    Ok(Stage::Many { writer, coalescer })
}

/// The settings of every writer.
pub(crate) fn properties() -> WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_created_by("herkomst".to_owned())
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
}

/// The types in which rows are stored: one string type, no dictionaries, no unsigned numbers, all nullable.
pub(crate) fn stored_schema(schema: &Schema) -> SchemaRef {
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| Field::new(field.name(), stored_type(field.data_type()), true))
        .collect();
    Arc::new(Schema::new(fields))
}

fn stored_type(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8View | DataType::LargeUtf8 | DataType::Null => DataType::Utf8,
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::LargeBinary => DataType::Binary,
        DataType::Dictionary(_, values) => stored_type(values),
        other => other.clone(),
    }
}

/// The rows of `batch` in stored types.
pub(crate) fn stored_batch(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns: Vec<ArrayRef> = batch
        .columns()
        .iter()
        .zip(schema.fields())
        .map(|(column, field)| {
            if column.data_type() == field.data_type() {
                Ok(column.clone())
            } else {
                cast(column, field.data_type())
            }
        })
        .collect::<Result<_, _>>()?;
    RecordBatch::try_new_with_options(
        schema.clone(),
        columns,
        &arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows())),
    )
}

/// Compares each row's sort columns with the row before: equal ones mean that the order is not total.
struct OrderProof {
    converter: RowConverter,
    columns: Vec<usize>,
    names: Vec<String>,
    last: Option<OwnedRow>,
}

impl OrderProof {
    fn new(schema: &Schema, columns: &[usize]) -> Result<Option<Self>, ArrowError> {
        if columns.is_empty() {
            return Ok(None);
        }
        let fields = columns.iter().map(|&i| SortField::new(schema.field(i).data_type().clone())).collect();
        Ok(Some(Self {
            converter: RowConverter::new(fields)?,
            columns: columns.to_vec(),
            names: columns.iter().map(|&i| schema.field(i).name().clone()).collect(),
            last: None,
        }))
    }

    /// The place in `batch`, from 1, of a row that ties with its predecessor.
    fn extend(&mut self, batch: &RecordBatch) -> Result<Option<u64>, ArrowError> {
        let columns: Vec<ArrayRef> = self.columns.iter().map(|&i| batch.column(i).clone()).collect();
        let rows = self.converter.convert_columns(&columns)?;
        for (place, row) in (1..).zip(rows.iter()) {
            let tie = match (place, &self.last) {
                (1, Some(last)) => last.row() == row,
                (1, None) => false,
                (place, _) => rows.row(place - 2) == row,
            };
            if tie {
                return Ok(Some(place as u64));
            }
        }
        if batch.num_rows() > 0 {
            self.last = Some(rows.row(batch.num_rows() - 1).owned());
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Int64Array, StringArray};
    use proptest::prelude::*;

    fn batch(keys: &[i64]) -> RecordBatch {
        let words: Vec<String> = keys.iter().map(|k| format!("word {}", k % 7)).collect();
        RecordBatch::try_from_iter([
            ("key", Arc::new(Int64Array::from(keys.to_vec())) as ArrayRef),
            ("word", Arc::new(StringArray::from(words)) as ArrayRef),
        ])
        .unwrap()
    }

    fn encode(batches: &[RecordBatch]) -> Result<Vec<u8>, EncodeError> {
        let mut encoder = Encoder::new(Vec::new(), &batch(&[]).schema(), &[0])?;
        for batch in batches {
            encoder.push(batch)?;
        }
        Ok(encoder.finish()?.0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn bytes_do_not_depend_on_how_rows_come(cuts in proptest::collection::vec(1usize..6000, 0..6)) {
            let keys: Vec<i64> = (0..20_000).collect();
            let whole = encode(&[batch(&keys)]).unwrap();
            let mut rest = &keys[..];
            let mut parts = Vec::new();
            for cut in cuts {
                let (part, tail) = rest.split_at(cut.min(rest.len()));
                parts.push(batch(part));
                rest = tail;
            }
            parts.push(batch(rest));
            prop_assert!(encode(&parts).unwrap() == whole);
        }
    }

    /// Lists, as of a tree's classes, come back from an object as they were in memory.
    #[test]
    fn lists_keep_their_type() {
        use arrow::array::{ListBuilder, StringBuilder};
        let mut lists = ListBuilder::new(StringBuilder::new());
        lists.append_option(Some([Some("no"), Some("yes")]));
        lists.append_option(Some([None::<&str>]));
        lists.append_option(None::<[Option<&str>; 0]>);
        let lists: ArrayRef = Arc::new(lists.finish());
        let key: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let rows =
            RecordBatch::try_from_iter_with_nullable([("key", key, true), ("list", lists, true)]).unwrap();
        let rows = stored_batch(&rows, &stored_schema(&rows.schema())).unwrap();
        let mut object = tempfile::tempfile().unwrap();
        let mut encoder = Encoder::new(object.try_clone().unwrap(), &rows.schema(), &[0]).unwrap();
        encoder.push(&rows).unwrap();
        encoder.finish().unwrap();
        std::io::Seek::rewind(&mut object).unwrap();
        let mut read = parquet::arrow::arrow_reader::ParquetRecordBatchReader::try_new(object, 10).unwrap();
        assert_eq!(read.next().unwrap().unwrap(), rows);
    }

    #[test]
    fn a_tie_is_found_inside_and_across_batches() {
        for (batches, row) in
            [(vec![batch(&[1, 2, 2])], 3), (vec![batch(&[1, 2]), batch(&[]), batch(&[2, 3])], 3)]
        {
            match encode(&batches) {
                Err(EncodeError::Tie(tie)) => {
                    assert_eq!((tie.row, tie.columns), (row, vec!["key".to_owned()]))
                }
                other => panic!("no tie found: {:?}", other.map(|bytes| bytes.len())),
            }
        }
    }
}
