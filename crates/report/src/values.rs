//! The cells of an Arrow column as printed texts.

use crate::decimal::Decimal;
use crate::format::{boolean_text, date_text, number_text, plain_text};
use crate::table::CellKind;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int64Type};
use study::NumberFormat;

/// Why a column cannot be printed; the caller knows its name and table.
pub(crate) enum ValueFault {
    /// The type has no printed form.
    Type,
    /// NaN or an infinity, in this row of the column, from 0.
    NotFinite { row: usize, value: f64 },
}

/// What is printed of a value, and the number that it is with every digit that it has, if it is one.
pub(crate) type Value = (String, Option<Decimal>);

/// The values of a column, one per row, and whether they are numbers; a null is the empty text.
pub(crate) fn column_values(
    array: &ArrayRef,
    format: Option<&NumberFormat>,
) -> Result<(CellKind, Vec<Value>), ValueFault> {
    let number = |number: Decimal| {
        let text = match format {
            Some(format) => number_text(&number, format),
            None => plain_text(&number),
        };
        (text, Some(number))
    };
    let texts = |texts: Vec<String>| texts.into_iter().map(|text| (text, None)).collect();
    match array.data_type() {
        DataType::Null => Ok((CellKind::Text, vec![(String::new(), None); array.len()])),
        kind if kind.is_integer() && *kind != DataType::UInt64 => {
            let array = cast_to(array, &DataType::Int64)?;
            let integers = array.as_primitive::<Int64Type>();
            Ok((CellKind::Number, each(integers.iter(), |value| number(Decimal::from_i64(value)))))
        }
        DataType::UInt64 => decimals(array, 0, number),
        DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) | DataType::Decimal128(_, scale) => {
            decimals(array, *scale, number)
        }
        // A narrow float is written from its own shortest digits, not from those of its widening.
        DataType::Float32 => {
            floats(array.as_primitive::<Float32Type>().iter().map(|value| value.map(narrow)), number)
        }
        DataType::Float64 => floats(array.as_primitive::<Float64Type>().iter(), number),
        DataType::Boolean => {
            let words = each(array.as_boolean().iter(), |value| boolean_text(value).to_owned());
            Ok((CellKind::Text, texts(words)))
        }
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>();
            let days = each(days.iter(), |day| date_text(day).unwrap_or_else(|| format!("dag {day}")));
            Ok((CellKind::Text, texts(days)))
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(_, _) => {
            let array = cast_to(array, &DataType::Utf8)?;
            Ok((CellKind::Text, texts(each(array.as_string::<i32>().iter(), str::to_owned))))
        }
        _ => Err(ValueFault::Type),
    }
}

fn decimals(
    array: &ArrayRef,
    scale: i8,
    number: impl Fn(Decimal) -> Value,
) -> Result<(CellKind, Vec<Value>), ValueFault> {
    let array = cast_to(array, &DataType::Decimal128(38, scale))?;
    let values = array.as_primitive::<Decimal128Type>();
    Ok((CellKind::Number, each(values.iter(), |value| number(Decimal::from_scaled(value, scale)))))
}

fn floats(
    values: impl Iterator<Item = Option<f64>>,
    number: impl Fn(Decimal) -> Value,
) -> Result<(CellKind, Vec<Value>), ValueFault> {
    let mut texts = Vec::new();
    for (row, value) in values.enumerate() {
        texts.push(match value {
            None => Value::default(),
            Some(value) => number(Decimal::from_f64(value).ok_or(ValueFault::NotFinite { row, value })?),
        });
    }
    Ok((CellKind::Number, texts))
}

/// The 64-bit number with the same shortest digits.
fn narrow(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| f64::from(value))
}

fn each<T, U: Default>(values: impl Iterator<Item = Option<T>>, of: impl Fn(T) -> U) -> Vec<U> {
    values.map(|value| value.map(&of).unwrap_or_default()).collect()
}

fn cast_to(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ValueFault> {
    let cast = cast(array, to).map_err(|_| ValueFault::Type)?;
    // A cast writes null for a value that does not fit; a number must not vanish from a table.
    let lost = cast.null_count() > array.logical_null_count();
    if lost { Err(ValueFault::Type) } else { Ok(cast) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use arrow::array::{
        BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float32Array, Float64Array, Int8Array,
        Int64Array, LargeStringArray, NullArray, StringArray, StringViewArray, TimestampSecondArray,
        UInt64Array,
    };
    use arrow::datatypes::Int32Type;
    use std::sync::Arc;
    use study::Separator;

    fn texts((kind, values): (CellKind, Vec<Value>)) -> (CellKind, Vec<String>) {
        (kind, values.into_iter().map(|(text, _)| text).collect())
    }

    fn format() -> NumberFormat {
        NumberFormat {
            decimals: 1,
            significant: None,
            separator: Separator::Comma,
            leading_zero: true,
            suffix: "%".into(),
            thousands: None,
            below: None,
        }
    }

    fn printed(array: impl Array + 'static) -> Vec<String> {
        texts(column_values(&(Arc::new(array) as ArrayRef), Some(&format())).ok().unwrap()).1
    }

    fn plain(array: impl Array + 'static) -> (CellKind, Vec<String>) {
        texts(column_values(&(Arc::new(array) as ArrayRef), None).ok().unwrap())
    }

    #[test]
    fn numbers_of_every_type_are_printed() {
        assert_eq!(printed(Int64Array::from(vec![Some(7), None])), ["7,0%", ""]);
        assert_eq!(printed(Int8Array::from(vec![-7])), ["-7,0%"]);
        assert_eq!(printed(UInt64Array::from(vec![u64::MAX])), ["18446744073709551615,0%"]);
        assert_eq!(printed(Float64Array::from(vec![0.25, -0.25])), ["0,3%", "-0,3%"]);
        assert_eq!(printed(Float32Array::from(vec![0.35])), ["0,4%"]);
        let decimal = Decimal128Array::from(vec![1245, -1]).with_precision_and_scale(10, 2).unwrap();
        assert_eq!(printed(decimal.clone()), ["12,5%", "0,0%"]);
        assert_eq!(plain(decimal), (CellKind::Number, vec!["12.45".into(), "-0.01".into()]));
        assert_eq!(plain(Float64Array::from(vec![0.1 + 0.2])).1, ["0.30000000000000004"]);
    }

    #[test]
    fn a_number_keeps_the_digits_that_are_not_printed() {
        let array: ArrayRef = Arc::new(Float64Array::from(vec![Some(37.662_337), None]));
        let values = column_values(&array, Some(&format())).ok().unwrap().1;
        assert_eq!(values, [("37,7%".to_owned(), Decimal::parse("37.662337")), (String::new(), None)]);
    }

    #[test]
    fn texts_of_every_type_stay_as_they_are() {
        assert_eq!(printed(StringArray::from(vec![Some("< 0,005"), None])), ["< 0,005", ""]);
        assert_eq!(printed(LargeStringArray::from(vec!["a"])), ["a"]);
        assert_eq!(
            printed(StringViewArray::from(vec!["a long text that is not inlined"])),
            ["a long text that is not inlined"]
        );
        let dictionary: DictionaryArray<Int32Type> = [Some("x"), None, Some("x")].into_iter().collect();
        assert_eq!(printed(dictionary), ["x", "", "x"]);
        assert_eq!(printed(BooleanArray::from(vec![Some(true), Some(false), None])), ["Ja", "Nee", ""]);
        assert_eq!(plain(Date32Array::from(vec![14_518])), (CellKind::Text, vec!["01-okt-2009".into()]));
        assert_eq!(plain(NullArray::new(2)).1, ["", ""]);
    }

    #[test]
    fn what_has_no_printed_form_is_refused() {
        let nan: ArrayRef = Arc::new(Float64Array::from(vec![1.0, f64::NAN]));
        assert!(matches!(column_values(&nan, None), Err(ValueFault::NotFinite { row: 1, .. })));
        let time: ArrayRef = Arc::new(TimestampSecondArray::from(vec![0]));
        assert!(matches!(column_values(&time, None), Err(ValueFault::Type)));
    }
}
