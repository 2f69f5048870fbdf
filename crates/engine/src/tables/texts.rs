//! A column as text, and where each of its values stands.

use crate::cells::cell;
use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

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

    /// All values, from place 0.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        self.parts.iter().flat_map(|part| part.iter())
    }
}

/// Where each value of a column stands.
pub(crate) struct Finder {
    texts: Arc<Texts>,
    /// Hash of the value and place of each row that has one, ascending.
    hashes: Vec<(u64, i64)>,
}

impl Finder {
    pub(super) fn new(texts: Arc<Texts>) -> Self {
        let hashes = (0..).zip(texts.iter()).filter_map(|(place, text)| Some((hash(text?), place)));
        let mut hashes: Vec<(u64, i64)> = hashes.collect();
        hashes.sort_unstable();
        Self { texts, hashes }
    }

    /// The places of the rows that have this value, ascending.
    pub(crate) fn places(&self, text: &str) -> impl Iterator<Item = i64> {
        let hash = hash(text);
        let first = self.hashes.partition_point(|(other, _)| *other < hash);
        let same = self.hashes[first..].iter().take_while(move |(other, _)| *other == hash);
        same.map(|(_, place)| *place).filter(move |place| self.texts.get(*place) == Some(text))
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_where_they_stand() {
        let part = |values: Vec<Option<&str>>| Arc::new(StringArray::from(values)) as ArrayRef;
        let parts =
            vec![part(vec![Some("b"), None]), part(vec![]), part(vec![Some("a"), Some("b"), Some("")])];
        let texts = Arc::new(Texts::new(parts).unwrap());
        let all: Vec<_> = (-1..6).map(|place| texts.get(place)).collect();
        assert_eq!(all, [None, Some("b"), None, Some("a"), Some("b"), Some(""), None]);
        let finder = Finder::new(texts);
        let places = |text| finder.places(text).collect::<Vec<i64>>();
        assert_eq!(["b", "a", "", "c"].map(places), [vec![0, 3], vec![2], vec![4], vec![]]);
    }
}
