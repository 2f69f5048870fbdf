//! A column as text.

use crate::cells::cell;
use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;

/// A column as text, in stretches.
pub(crate) struct Texts {
    parts: Vec<StringArray>,
    /// Place of the first row of each stretch.
    starts: Vec<i64>,
}

impl Texts {
    pub(super) fn new(parts: Vec<ArrayRef>) -> Result<Self, EngineError> {
        let (mut texts, mut first) = (Self { parts: Vec::new(), starts: Vec::new() }, 0);
        for part in parts {
            texts.starts.push(first);
            first += i64::try_from(part.len()).unwrap_or(i64::MAX);
            texts.parts.push(cast(&part, &DataType::Utf8)?.as_string().clone());
        }
        Ok(texts)
    }

    /// The value of a row; none if it is NULL or there is no such row.
    pub(crate) fn get(&self, place: i64) -> Option<&str> {
        let part = self.starts.partition_point(|start| *start <= place).checked_sub(1)?;
        let row = usize::try_from(place - self.starts[part]).ok()?;
        self.parts.get(part).filter(|part| row < part.len()).and_then(|part| cell(part, row))
    }

    /// Bytes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.get_array_memory_size()).sum()
    }

    /// All values, from place 0.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        self.parts.iter().flat_map(|part| part.iter())
    }
}
