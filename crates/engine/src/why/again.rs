//! Stored rows among rows that their query made again.

use crate::error::EngineError;
use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::row::{OwnedRow, RowConverter, SortField};
use std::collections::BTreeMap;

/// Where each stored row stands among the made ones; none if one of them stands nowhere, or not in one place alone.
pub(super) fn places(
    stored: &[RecordBatch],
    made: &[RecordBatch],
) -> Result<Option<Vec<usize>>, EngineError> {
    let Some(first) = stored.first() else { return Ok(Some(Vec::new())) };
    let types = || first.schema_ref().fields().iter().map(|field| field.data_type());
    let converter = RowConverter::new(types().cloned().map(SortField::new).collect())?;
    let rows = |batch: &RecordBatch| -> Result<Vec<OwnedRow>, EngineError> {
        let columns = batch.columns().iter().zip(types()).map(|(column, kind)| cast(column, kind));
        let rows = converter.convert_columns(&columns.collect::<Result<Vec<ArrayRef>, _>>()?)?;
        Ok(rows.iter().map(|row| row.owned()).collect())
    };
    let mut wanted = BTreeMap::<OwnedRow, Vec<usize>>::new();
    let mut order = Vec::new();
    for batch in stored {
        for row in rows(batch)? {
            wanted.entry(row.clone()).or_default();
            order.push(row);
        }
    }
    let mut place = 0;
    for batch in made {
        for row in rows(batch)? {
            wanted.entry(row).and_modify(|places| places.push(place));
            place += 1;
        }
    }
    if wanted.len() < order.len() {
        return Ok(None);
    }
    let place = |row: &OwnedRow| match wanted.get(row).map(Vec::as_slice) {
        Some([place]) => Some(*place),
        _ => None,
    };
    Ok(order.iter().map(place).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Int64Array, StringArray, StringViewArray};
    use std::sync::Arc;

    fn batch(texts: ArrayRef, numbers: &[Option<i64>]) -> RecordBatch {
        let numbers: ArrayRef = Arc::new(Int64Array::from(numbers.to_vec()));
        RecordBatch::try_from_iter([("text", texts), ("number", numbers)]).unwrap()
    }

    #[test]
    fn a_row_is_found_if_it_stands_in_one_place() {
        let stored = |texts: &[&str], numbers: &[Option<i64>]| {
            batch(Arc::new(StringArray::from(texts.to_vec())), numbers)
        };
        let made = |texts: &[&str], numbers: &[Option<i64>]| {
            batch(Arc::new(StringViewArray::from(texts.to_vec())), numbers)
        };
        let all = [made(&["c", "a"], &[Some(1), None]), made(&["a", "b"], &[Some(2), Some(3)])];
        let two = [stored(&["a"], &[Some(2)]), stored(&["a"], &[None])];
        assert_eq!(places(&two, &all).unwrap(), Some(vec![2, 1]));
        assert_eq!(places(&[stored(&["a"], &[Some(3)])], &all).unwrap(), None);
        let twice = [all[0].clone(), all[0].clone()];
        assert_eq!(places(&[stored(&["c"], &[Some(1)])], &twice).unwrap(), None);
        assert_eq!(places(&[stored(&["c", "c"], &[Some(1), Some(1)])], &all).unwrap(), None);
        assert_eq!(places(&[], &all).unwrap(), Some(vec![]));
    }
}
