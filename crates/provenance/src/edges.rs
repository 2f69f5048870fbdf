//! Hidden columns to edges.

use crate::carry::bug;
use crate::error::ProvenanceError;
use arrow::array::{Array, ArrayRef, AsArray, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use std::sync::Arc;

/// A hidden column of a batch.
pub(crate) struct EdgeSource<'a> {
    pub(crate) rows: &'a ArrayRef,
    /// Code of the table or input in edges.
    pub(crate) code: i32,
    pub(crate) many: bool,
}

/// The columns of edges.
pub(crate) fn schema(id_type: &DataType) -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("output_row", DataType::Int64, false),
        Field::new("source", DataType::Int32, false),
        Field::new("input_row", id_type.clone(), false),
    ]))
}

/// All edges of a batch whose first row has number `first`.
pub(crate) fn edges(
    sources: &[EdgeSource<'_>],
    first: i64,
    id_type: &DataType,
) -> Result<RecordBatch, ProvenanceError> {
    let flat = sources.iter().map(|source| Flat::of(source, id_type)).collect::<Result<Vec<_>, _>>()?;
    let columns = if *id_type == DataType::Int64 {
        let (rows, codes, ids) = sorted(&flat, first, |ids| {
            let ids = ids.as_primitive::<Int64Type>();
            (0..ids.len()).map(|place| ids.is_valid(place).then(|| ids.value(place))).collect()
        });
        let ids: ArrayRef = Arc::new(Int64Array::from(ids));
        [rows, codes, ids]
    } else {
        let (rows, codes, ids) = sorted(&flat, first, |ids| ids.as_string::<i32>().iter().collect());
        let ids: ArrayRef = Arc::new(StringArray::from(ids));
        [rows, codes, ids]
    };
    Ok(RecordBatch::try_new(schema(id_type), columns.to_vec())?)
}

/// The identities of a hidden column one after another.
struct Flat {
    code: i32,
    ids: ArrayRef,
    /// Row `i` has the identities from `ends[i]` to `ends[i + 1]`; without, the one at `i`.
    ends: Option<Vec<usize>>,
}

impl Flat {
    fn of(source: &EdgeSource<'_>, id_type: &DataType) -> Result<Self, ProvenanceError> {
        if !source.many {
            return Ok(Self { code: source.code, ids: cast(source.rows, id_type)?, ends: None });
        }
        let lists = source
            .rows
            .as_list_opt::<i32>()
            .ok_or_else(|| bug(format!("a list of identities is {}", source.rows.data_type())))?;
        let mut ends = vec![0];
        let mut parts: Vec<ArrayRef> = Vec::new();
        let mut end = 0;
        let contiguous = lists.null_count() == 0;
        let offsets = lists.value_offsets();
        for row in 0..lists.len() {
            if lists.is_valid(row) {
                let length = usize::try_from(lists.value_length(row)).unwrap_or_default();
                end += length;
                if !contiguous && length > 0 {
                    parts.push(lists.value(row));
                }
            }
            ends.push(end);
        }
        let ids = if contiguous {
            let start = offsets.first().and_then(|&at| usize::try_from(at).ok()).unwrap_or_default();
            lists.values().slice(start, end)
        } else if parts.is_empty() {
            lists.values().slice(0, 0)
        } else {
            let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
            arrow::compute::concat(&parts)?
        };
        Ok(Self { code: source.code, ids: cast(&ids, id_type)?, ends: Some(ends) })
    }

    fn range(&self, row: usize) -> std::ops::Range<usize> {
        match &self.ends {
            None => row..row + 1,
            Some(ends) => ends[row]..ends[row + 1],
        }
    }

    fn rows(&self) -> usize {
        self.ends.as_ref().map_or(self.ids.len(), |ends| ends.len() - 1)
    }
}

type Columns<T> = (ArrayRef, ArrayRef, Vec<T>);

/// Edges by row, source and identity, each once.
fn sorted<'f, T: Ord + Copy>(
    flat: &'f [Flat],
    first: i64,
    read: impl Fn(&'f ArrayRef) -> Vec<Option<T>>,
) -> Columns<T> {
    let ids: Vec<Vec<Option<T>>> = flat.iter().map(|column| read(&column.ids)).collect();
    let (mut rows, mut codes, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let mut here: Vec<(i32, T)> = Vec::new();
    let length = flat.iter().map(Flat::rows).max().unwrap_or_default();
    for (number, row) in (first..).zip(0..length) {
        here.clear();
        for (column, ids) in flat.iter().zip(&ids) {
            let range = column.range(row);
            here.extend(ids[range].iter().flatten().map(|&id| (column.code, id)));
        }
        here.sort_unstable();
        here.dedup();
        for &(code, id) in &here {
            rows.push(number);
            codes.push(code);
            values.push(id);
        }
    }
    (Arc::new(Int64Array::from(rows)), Arc::new(Int32Array::from(codes)), values)
}
