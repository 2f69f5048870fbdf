//! The values of a batch that were not seen before.

use super::keys::{Integers, Numbers};
use super::values::MISSING;
use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Decimal32Type, Decimal64Type, Float64Type, Int32Type, Int64Type, UInt64Type,
};
use datafusion::common::internal_err;
use datafusion::error::Result;
use std::sync::Arc;

/// Which rows of a batch hold new values.
pub(super) struct News {
    pub(super) next: u32,
    pub(super) rows: Vec<u32>,
}

impl News {
    /// None yet; so many values are known.
    pub(super) fn after(known: u32) -> Self {
        Self { next: known + 1, rows: Vec::new() }
    }

    /// Numbers values by `number`, which gives the number after the last one to what it does not know.
    pub(super) fn number<T>(
        &mut self,
        values: impl Iterator<Item = Option<T>>,
        mut number: impl FnMut(T, u32) -> u32,
    ) -> Vec<u32> {
        let numbers = (0_u32..).zip(values).map(|(row, value)| {
            let Some(value) = value else { return MISSING };
            let found = number(value, self.next);
            if found == self.next {
                self.next += 1;
                self.rows.push(row);
            }
            found
        });
        numbers.collect()
    }
}

pub(super) fn known_or_new<K: Eq + std::hash::Hash>(numbers: &mut Numbers<K>, value: K, next: u32) -> u32 {
    numbers.get(&value).unwrap_or_else(|| {
        numbers.insert(value, next);
        next
    })
}

pub(super) fn integers(numbers: &mut Integers, values: &Int64Array, news: &mut News) -> Vec<u32> {
    if values.null_count() == 0 {
        let values = values.values().iter().map(|value| Some(*value));
        return news.number(values, |value, next| numbers.number(value, next));
    }
    news.number(values.iter(), |value, next| numbers.number(value, next))
}

pub(super) fn bytes(numbers: &mut Numbers<Box<[u8]>>, value: &[u8], next: u32, size: &mut usize) -> u32 {
    numbers.get(value).unwrap_or_else(|| {
        *size += value.len();
        numbers.insert(value.into(), next);
        next
    })
}

pub(super) fn text(
    numbers: &mut Numbers<Box<[u8]>>,
    column: &ArrayRef,
    news: &mut News,
    size: &mut usize,
) -> Result<Vec<u32>> {
    Ok(match column.data_type() {
        DataType::Utf8 => texts(numbers, column.as_string::<i32>().iter(), news, size),
        DataType::LargeUtf8 => texts(numbers, column.as_string::<i64>().iter(), news, size),
        DataType::Utf8View => texts(numbers, column.as_string_view().iter(), news, size),
        DataType::Binary => texts(numbers, column.as_binary::<i32>().iter(), news, size),
        DataType::LargeBinary => texts(numbers, column.as_binary::<i64>().iter(), news, size),
        DataType::BinaryView => texts(numbers, column.as_binary_view().iter(), news, size),
        other => return internal_err!("chaid: {other} is no text"),
    })
}

fn texts<'a, T: ?Sized + AsRef<[u8]> + 'a>(
    numbers: &mut Numbers<Box<[u8]>>,
    values: impl Iterator<Item = Option<&'a T>>,
    news: &mut News,
    size: &mut usize,
) -> Vec<u32> {
    // Neighbours are often equal, and one comparison is less than a hash.
    let mut last: Option<(&[u8], u32)> = None;
    news.number(values.map(|value| value.map(AsRef::as_ref)), |value, next| match last {
        Some((same, number)) if same == value => number,
        _ => {
            let number = bytes(numbers, value, next, size);
            last = Some((value, number));
            number
        }
    })
}

/// The values as integers, equal ones alike; their order is of no matter here.
pub(super) fn as_integers(column: &ArrayRef) -> Result<Int64Array> {
    let wide = match column.data_type() {
        // The largest become negative, which is no less distinct.
        DataType::UInt64 => return Ok(column.as_primitive::<UInt64Type>().unary(|value| value as i64)),
        DataType::Decimal64(..) => return Ok(column.as_primitive::<Decimal64Type>().reinterpret_cast()),
        DataType::Float32 => cast(column, &DataType::Float64)?,
        DataType::Time32(_) => cast(column, &DataType::Int32)?,
        DataType::Decimal32(..) => {
            Arc::new(column.as_primitive::<Decimal32Type>().reinterpret_cast::<Int32Type>())
        }
        _ => column.clone(),
    };
    if wide.data_type() == &DataType::Float64 {
        return Ok(wide.as_primitive::<Float64Type>().unary(|value| value.to_bits() as i64));
    }
    Ok(cast(&wide, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
}
