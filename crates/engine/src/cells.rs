//! Cells of batches as text.

use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};

/// A column of a batch as text, by place.
pub(crate) fn text(batch: &RecordBatch, column: usize) -> Result<StringArray, EngineError> {
    as_text(batch.column(column))
}

/// Values as text.
pub(crate) fn as_text(values: &ArrayRef) -> Result<StringArray, EngineError> {
    let text = cast(values, &DataType::Utf8)?;
    text.as_any()
        .downcast_ref::<StringArray>()
        .cloned()
        .ok_or_else(|| EngineError::Bug("a cast to text is no text".to_owned()))
}

/// A column of a batch as text, by name; none if there is no such column.
pub(crate) fn text_named(batch: &RecordBatch, name: &str) -> Result<Option<StringArray>, EngineError> {
    batch.schema_ref().index_of(name).ok().map(|place| text(batch, place)).transpose()
}

/// One cell; none if it is NULL.
pub(crate) fn cell(values: &StringArray, row: usize) -> Option<&str> {
    values.is_valid(row).then(|| values.value(row))
}

/// The columns for which `name` gives a key as a JSON object of texts, one for each row; NULL is left out.
pub(crate) fn json_objects(
    batch: &RecordBatch,
    name: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, EngineError> {
    let mut objects = vec![serde_json::Map::new(); batch.num_rows()];
    for (field, values) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        let Some(key) = name(field.name()) else { continue };
        let shown = ArrayFormatter::try_new(values.as_ref(), &FormatOptions::new())?;
        for (row, object) in objects.iter_mut().enumerate() {
            if values.is_valid(row) {
                object.insert(key.clone(), shown.value(row).to_string().into());
            }
        }
    }
    Ok(objects.into_iter().map(|object| serde_json::Value::Object(object).to_string()).collect())
}
