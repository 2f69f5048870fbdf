//! Rows that are in memory, sorted and numbered without a plan: one takes longer to make than a usual delivery has rows.

use crate::cells::text_named;
use crate::encode::{stored_batch, stored_schema};
use crate::error::EngineError;
use crate::spool::ROWS_IN_MEMORY;
use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{BatchCoalescer, SortColumn, SortOptions, lexsort_to_indices, take_record_batch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use std::sync::Arc;

/// As queries sort: lowest first, NULL before all.
const ASCENDING: SortOptions = SortOptions { descending: false, nulls_first: true };

/// The rows, sorted by the columns at these places.
pub(crate) fn sorted(rows: &RecordBatch, by: &[usize]) -> Result<RecordBatch, EngineError> {
    Ok(take_record_batch(rows, &order(by.iter().map(|place| rows.column(*place)))?)?)
}

/// Records with `row_id` in place of `content_id`: the content's identity, with a suffix for the second and later records of
/// equal content, counted in the order of these columns.
pub(crate) fn with_row_ids(staged: &RecordBatch, places: &[&str]) -> Result<RecordBatch, EngineError> {
    let missing = |name: &str| EngineError::Bug(format!("staged records have no {name}"));
    let contents = text_named(staged, "content_id")?.ok_or_else(|| missing("content_id"))?;
    let mut keys = Vec::new();
    for name in ["content_id"].iter().chain(places) {
        keys.push(staged.column_by_name(name).ok_or_else(|| missing(name))?);
    }
    let mut ids = vec![String::new(); staged.num_rows()];
    let (mut before, mut nth) = (None, 0_usize);
    for row in order(keys.into_iter())?.values() {
        let row = *row as usize;
        let content = contents.value(row);
        nth = if before == Some(content) { nth + 1 } else { 1 };
        ids[row] = if nth == 1 { content.to_owned() } else { format!("{content}-{nth}") };
        before = Some(content);
    }
    let others = staged.schema_ref().fields().iter().zip(staged.columns());
    let (mut fields, mut columns): (Vec<_>, Vec<ArrayRef>) = others
        .filter(|(field, _)| field.name() != "content_id")
        .map(|(field, column)| (field.clone(), column.clone()))
        .unzip();
    fields.push(Arc::new(Field::new("row_id", DataType::Utf8, true)));
    columns.push(Arc::new(StringArray::from(ids)));
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

/// Rows as a query gives them, of all columns or of these.
pub(crate) fn stream(
    schema: &SchemaRef,
    rows: &[RecordBatch],
    columns: Option<&[&str]>,
) -> Result<SendableRecordBatchStream, EngineError> {
    let all = || (0..schema.fields().len()).collect();
    let named = |columns: &[&str]| columns.iter().map(|name| schema.index_of(name)).collect::<Result<_, _>>();
    let places: Vec<usize> = columns.map_or_else(|| Ok(all()), named)?;
    let rows = rows.iter().map(|batch| batch.project(&places)).collect::<Result<Vec<_>, _>>()?;
    let rows = futures::stream::iter(rows.into_iter().map(Ok));
    Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::new(schema.project(&places)?), rows)))
}

fn order<'r>(keys: impl Iterator<Item = &'r ArrayRef>) -> Result<UInt32Array, EngineError> {
    let keys = keys.map(|values| SortColumn { values: values.clone(), options: Some(ASCENDING) });
    Ok(lexsort_to_indices(&keys.collect::<Vec<_>>(), None)?)
}

/// Rows in a batch of what is read from an object.
const READ_ROWS: usize = 1024;

/// The rows of a table that is being written, for those who read it next: in the batches in which they would be read from its
/// object, so that nothing hangs on whether they were.
pub(crate) struct Kept(Option<BatchCoalescer>);

impl Kept {
    /// Nothing yet; and nothing ever where a column may come back from an object with another type.
    pub(crate) fn of(schema: &Schema) -> Self {
        let schema = stored_schema(schema);
        let comes_back = schema.fields().iter().all(|field| {
            let kinds =
                [DataType::Utf8, DataType::Int64, DataType::Float64, DataType::Boolean, DataType::Date32];
            kinds.contains(field.data_type())
        });
        Self(comes_back.then(|| BatchCoalescer::new(schema, READ_ROWS)))
    }

    /// Adds the next rows; none are kept where there are many.
    pub(crate) fn push(&mut self, batch: &RecordBatch, before: u64) -> Result<(), ArrowError> {
        if before + batch.num_rows() as u64 > ROWS_IN_MEMORY as u64 {
            self.0 = None;
        }
        self.0.as_mut().map_or(Ok(()), |kept| kept.push_batch(stored_batch(batch, &kept.schema())?))
    }

    /// The rows, if they were kept.
    pub(crate) fn finish(self) -> Result<Option<Vec<RecordBatch>>, ArrowError> {
        let Some(mut kept) = self.0 else { return Ok(None) };
        kept.finish_buffered_batch()?;
        Ok(Some(std::iter::from_fn(|| kept.next_completed_batch()).collect()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use arrow::array::{Array, Float64Array, Int64Array};

    #[test]
    fn records_of_equal_content_are_numbered_by_place() {
        let text = |values: &[&str]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
        let staged = RecordBatch::try_from_iter([
            ("content_id", text(&["b", "a", "b", "c", "b"])),
            ("file", text(&["2.csv", "1.csv", "1.csv", "1.csv", "2.csv"])),
            ("line", Arc::new(Int64Array::from(vec![9, 2, 7, 4, 3])) as ArrayRef),
        ])
        .unwrap();
        let numbered = with_row_ids(&staged, &["file", "line"]).unwrap();
        assert_eq!(
            numbered.schema().fields().iter().map(|f| f.name().as_str()).collect::<Vec<_>>(),
            ["file", "line", "row_id"]
        );
        let ids = text_named(&numbered, "row_id").unwrap().unwrap();
        assert_eq!(ids.iter().flatten().collect::<Vec<_>>(), ["b-3", "a", "b", "c", "b-2"]);
        let sorted = sorted(&numbered, &[2]).unwrap();
        let ids = text_named(&sorted, "row_id").unwrap().unwrap();
        assert_eq!(ids.iter().flatten().collect::<Vec<_>>(), ["a", "b", "b-2", "b-3", "c"]);
    }

    /// Sums of floats hang on where batches end, so what is kept comes in those that are read.
    #[test]
    fn kept_rows_come_in_the_batches_in_which_they_are_read() {
        let numbers: Vec<f64> = (0..5000).map(f64::from).collect();
        let column = Arc::new(Float64Array::from(numbers)) as ArrayRef;
        let rows = RecordBatch::try_from_iter_with_nullable([("number", column, true)]).unwrap();
        let mut kept = Kept::of(rows.schema_ref());
        for (at, length) in [(0, 1), (1, 2999), (3000, 2000)] {
            kept.push(&rows.slice(at, length), at as u64).unwrap();
        }
        let kept = kept.finish().unwrap().unwrap();

        let mut object = tempfile::tempfile().unwrap();
        let writer = object.try_clone().unwrap();
        let mut encoder = crate::encode::Encoder::new(writer, rows.schema_ref(), &[0]).unwrap();
        encoder.push(&rows).unwrap();
        encoder.finish().unwrap();
        std::io::Seek::rewind(&mut object).unwrap();
        let read = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(object).unwrap();
        let read: Vec<RecordBatch> = read.build().unwrap().map(Result::unwrap).collect();
        assert_eq!(kept.len(), 5);
        assert_eq!(kept, read);
        assert_eq!(kept[0].schema(), read[0].schema());
        assert!(kept.iter().all(|batch| batch.column(0).null_count() == 0));
    }

    #[test]
    fn many_rows_are_not_kept() {
        let column = Arc::new(Int64Array::from_iter_values(0..10)) as ArrayRef;
        let rows = RecordBatch::try_from_iter([("number", column)]).unwrap();
        let mut kept = Kept::of(rows.schema_ref());
        kept.push(&rows, 0).unwrap();
        kept.push(&rows, ROWS_IN_MEMORY as u64).unwrap();
        kept.push(&rows, 10).unwrap();
        assert!(kept.finish().unwrap().is_none());
    }
}
