//! The distinct values of a column.

use super::keys::{Integers, Numbers};
use super::news::{News, as_integers, bytes, integers, known_or_new, text};
use arrow::array::{Array, ArrayRef, AsArray, UInt32Array, new_empty_array};
use arrow::compute::{cast, concat, take};
use arrow::datatypes::{DataType, Decimal128Type, Float32Type, Float64Type};
use arrow::row::{RowConverter, SortField};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::error::Result;
use std::sync::Arc;

/// The number of a missing value: NULL, and NaN.
pub(super) const MISSING: u32 = 0;

/// The distinct values of one column, numbered from 1 as they were first seen.
#[derive(Debug)]
pub(super) struct Values {
    kind: DataType,
    numbers: Kind,
    /// Each value once, by number.
    seen: Vec<ArrayRef>,
    count: u32,
    /// Bytes behind `seen` and behind keys.
    bytes: usize,
}

#[derive(Debug)]
enum Kind {
    Integers(Integers),
    Wide(Numbers<i128>),
    Bytes(Numbers<Box<[u8]>>),
    /// Anything else, by its bytes in Arrow's row format.
    Rows(RowConverter, Numbers<Box<[u8]>>),
}

/// The distinct values of a column in the order of its type.
pub(super) struct Ordered {
    /// Each value once, ascending.
    pub(super) values: ArrayRef,
    /// The same as text.
    pub(super) labels: Vec<String>,
    /// The place of each value, by number − 1.
    pub(super) places: Vec<u32>,
}

impl Values {
    /// No values yet, of a type that [`has_categories`].
    pub(super) fn new(kind: &DataType) -> Result<Self> {
        let kind = kept_as(kind);
        let numbers = match &kind {
            DataType::Boolean => Kind::Integers(Integers::default()),
            kind if kind.is_integer() || kind.is_floating() || is_days_or_time(kind) => {
                Kind::Integers(Integers::default())
            }
            DataType::Decimal32(..) | DataType::Decimal64(..) => Kind::Integers(Integers::default()),
            DataType::Decimal128(..) => Kind::Wide(Numbers::default()),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Binary | DataType::LargeBinary => {
                Kind::Bytes(Numbers::default())
            }
            other => {
                let converter = RowConverter::new(vec![SortField::new(other.clone())])?;
                Kind::Rows(converter, Numbers::default())
            }
        };
        Ok(Self { kind, numbers, seen: Vec::new(), count: 0, bytes: 0 })
    }

    /// How many distinct values were seen.
    pub(super) fn len(&self) -> usize {
        self.count as usize
    }

    /// Bytes held.
    pub(super) fn size(&self) -> usize {
        let own = match &self.numbers {
            Kind::Integers(numbers) => numbers.size(),
            Kind::Wide(numbers) => numbers.size(),
            Kind::Bytes(numbers) | Kind::Rows(_, numbers) => numbers.size(),
        };
        own + self.bytes
    }

    /// The number of each row's value; [`MISSING`] for NULL and NaN.
    pub(super) fn number(&mut self, column: &ArrayRef) -> Result<Vec<u32>> {
        match column.data_type() {
            DataType::Dictionary(_, _) => self.number_dictionary(column),
            DataType::Null => Ok(vec![MISSING; column.len()]),
            // Its NULLs are in its values, where a row does not show them.
            DataType::RunEndEncoded(_, values) => self.number(&cast(column, values.data_type())?),
            kind if kind.is_floating() => self.number_plain(&normal(column)?),
            _ => self.number_plain(column),
        }
    }

    /// Only the entries of a dictionary that rows use are values of the column.
    fn number_dictionary(&mut self, column: &ArrayRef) -> Result<Vec<u32>> {
        let dictionary = column.as_any_dictionary();
        if dictionary.values().is_empty() || dictionary.keys().null_count() == dictionary.keys().len() {
            return Ok(vec![MISSING; column.len()]);
        }
        let keys = dictionary.normalized_keys();
        let valid = |row: usize| dictionary.keys().is_valid(row);
        let mut used = vec![false; dictionary.values().len()];
        keys.iter().enumerate().filter(|(row, _)| valid(*row)).for_each(|(_, key)| used[*key] = true);
        let entries: UInt32Array =
            (0_u32..).zip(&used).filter(|(_, used)| **used).map(|(key, _)| key).collect();
        let numbers = self.number(&take(dictionary.values(), &entries, None)?)?;
        let mut of_key = vec![MISSING; used.len()];
        entries.values().iter().zip(numbers).for_each(|(key, number)| of_key[*key as usize] = number);
        Ok(keys
            .iter()
            .enumerate()
            .map(|(row, key)| if valid(row) { of_key[*key] } else { MISSING })
            .collect())
    }

    fn number_plain(&mut self, column: &ArrayRef) -> Result<Vec<u32>> {
        let mut news = News::after(self.count);
        let numbers = match &mut self.numbers {
            Kind::Integers(numbers) => integers(numbers, &as_integers(column)?, &mut news),
            Kind::Wide(numbers) => {
                let values = column.as_primitive::<Decimal128Type>().iter();
                news.number(values, |value, next| known_or_new(numbers, value, next))
            }
            Kind::Bytes(numbers) => text(numbers, column, &mut news, &mut self.bytes)?,
            Kind::Rows(converter, numbers) => {
                let rows = converter.convert_columns(std::slice::from_ref(column))?;
                let rows: Vec<_> = rows
                    .iter()
                    .enumerate()
                    .map(|(row, value)| column.is_valid(row).then_some(value))
                    .collect();
                let values = rows.iter().map(|row| row.as_ref().map(AsRef::as_ref));
                news.number(values, |value, next| bytes(numbers, value, next, &mut self.bytes))
            }
        };
        if !news.rows.is_empty() {
            self.count = news.next - 1;
            let mut new = take(column, &UInt32Array::from(news.rows), None)?;
            if new.data_type() != &self.kind {
                new = cast(&new, &self.kind)?;
            }
            self.bytes += new.get_array_memory_size();
            self.seen.push(new);
        }
        Ok(numbers)
    }

    /// Takes in the values of another part of the same column; their numbers here, by number − 1 there.
    pub(super) fn absorb(&mut self, other: &Values) -> Result<Vec<u32>> {
        self.number(&other.distinct()?)
    }

    fn distinct(&self) -> Result<ArrayRef> {
        let seen: Vec<&dyn Array> = self.seen.iter().map(AsRef::as_ref).collect();
        if seen.is_empty() { Ok(new_empty_array(&self.kind)) } else { Ok(concat(&seen)?) }
    }

    /// The values in the order of their type: numbers and times by size, text by its bytes, false before true.
    pub(super) fn ordered(&self) -> Result<Ordered> {
        let distinct = self.distinct()?;
        let converter = RowConverter::new(vec![SortField::new(self.kind.clone())])?;
        let rows = converter.convert_columns(std::slice::from_ref(&distinct))?;
        let mut order: Vec<u32> = (0..self.count).collect();
        order.sort_unstable_by(|a, b| rows.row(*a as usize).cmp(&rows.row(*b as usize)));
        let mut places = vec![0; order.len()];
        (0_u32..).zip(&order).for_each(|(place, number)| places[*number as usize] = place);
        let values = take(&distinct, &UInt32Array::from(order), None)?;
        Ok(Ordered { labels: labels(&values)?, values, places })
    }
}

/// The type in which distinct values are kept: a view would keep the whole batch that it looks at.
pub(super) fn kept_as(kind: &DataType) -> DataType {
    match kind {
        DataType::Dictionary(_, values) => kept_as(values),
        DataType::RunEndEncoded(_, values) => kept_as(values.data_type()),
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::Float16 => DataType::Float32,
        kind => kind.clone(),
    }
}

/// Whether values of a type can be told apart and put in order.
pub(super) fn has_categories(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => has_categories(values),
        kind => !kind.is_nested(),
    }
}

fn is_days_or_time(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Date32
            | DataType::Date64
            | DataType::Timestamp(_, _)
            | DataType::Time32(_)
            | DataType::Time64(_)
            | DataType::Duration(_)
    )
}

fn labels(values: &ArrayRef) -> Result<Vec<String>> {
    let shown = ArrayFormatter::try_new(values.as_ref(), &FormatOptions::new())?;
    Ok((0..values.len()).map(|row| shown.value(row).to_string()).collect())
}

/// NaN becomes NULL, and −0 becomes 0.
fn normal(column: &ArrayRef) -> Result<ArrayRef> {
    Ok(match column.data_type() {
        DataType::Float64 => {
            let values = column.as_primitive::<Float64Type>();
            Arc::new(values.unary_opt::<_, Float64Type>(|value| (!value.is_nan()).then_some(value + 0.0)))
        }
        _ => {
            let values = cast(column, &DataType::Float32)?;
            let values = values.as_primitive::<Float32Type>();
            Arc::new(values.unary_opt::<_, Float32Type>(|value| (!value.is_nan()).then_some(value + 0.0)))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{
        BooleanArray, Decimal128Array, DictionaryArray, Float64Array, LargeStringArray, RunArray,
        StringArray, StringViewArray, TimestampSecondArray, UInt64Array,
    };
    use arrow::datatypes::{Int8Type, Int16Type, IntervalUnit};

    /// Labels in order, and the place of each row's value.
    fn check(column: ArrayRef, labels: &[&str], places: &[Option<u32>]) {
        let whole = Values::new(column.data_type()).unwrap();
        let mut parts = Values::new(column.data_type()).unwrap();
        let numbers = parts.number(&column).unwrap();
        let ordered = parts.ordered().unwrap();
        assert_eq!(ordered.labels, labels);
        let found: Vec<Option<u32>> = numbers
            .iter()
            .map(|number| number.checked_sub(1).map(|number| ordered.places[number as usize]))
            .collect();
        assert_eq!(found, places, "{labels:?}");
        assert_eq!(parts.number(&column).unwrap(), numbers, "a second time");
        let mut other = whole;
        other.number(&column.slice(column.len() / 2, column.len() - column.len() / 2)).unwrap();
        let mapped = other.absorb(&parts).unwrap();
        let both = other.ordered().unwrap();
        assert_eq!((both.labels, mapped.len()), (ordered.labels, labels.len()));
    }

    #[test]
    fn numbers_and_times() {
        let floats =
            [Some(2.5), Some(f64::NAN), Some(-0.0), None, Some(0.0), Some(f64::INFINITY), Some(-1e9)];
        check(
            Arc::new(Float64Array::from(floats.to_vec())),
            &["-1000000000.0", "0.0", "2.5", "inf"],
            &[Some(2), None, Some(1), None, Some(1), Some(3), Some(0)],
        );
        check(
            Arc::new(UInt64Array::from(vec![u64::MAX, 3, 1 << 63])),
            &["3", "9223372036854775808", "18446744073709551615"],
            &[Some(2), Some(0), Some(1)],
        );
        let decimals = Decimal128Array::from(vec![Some(1_250), Some(-10), None, Some(10_i128.pow(30))]);
        check(
            Arc::new(decimals.with_precision_and_scale(38, 2).unwrap()),
            &["-0.10", "12.50", "10000000000000000000000000000.00"],
            &[Some(1), Some(0), None, Some(2)],
        );
        check(
            Arc::new(TimestampSecondArray::from(vec![86_400, 0])),
            &["1970-01-01T00:00:00", "1970-01-02T00:00:00"],
            &[Some(1), Some(0)],
        );
        let days = arrow::array::Date32Array::from(vec![Some(14_549), Some(-40_000)]);
        check(Arc::new(days), &["1860-06-26", "2009-11-01"], &[Some(1), Some(0)]);
        check(Arc::new(BooleanArray::from(vec![true, false])), &["false", "true"], &[Some(1), Some(0)]);
        let spans = arrow::array::IntervalYearMonthArray::from(vec![14, 2]);
        assert_eq!(spans.data_type(), &DataType::Interval(IntervalUnit::YearMonth));
        check(Arc::new(spans), &["0 years 2 mons", "1 years 2 mons"], &[Some(1), Some(0)]);
        let times = arrow::array::Time32SecondArray::from(vec![61, 60]);
        check(Arc::new(times), &["00:01:00", "00:01:01"], &[Some(1), Some(0)]);
    }

    #[test]
    fn texts_of_all_kinds() {
        let words =
            [Some("b"), Some("a"), None, Some("a"), Some(""), Some("a long word, longer than a view")];
        let labels = ["", "a", "a long word, longer than a view", "b"];
        let places = [Some(3), Some(1), None, Some(1), Some(0), Some(2)];
        check(Arc::new(StringArray::from(words.to_vec())), &labels, &places);
        check(Arc::new(LargeStringArray::from(words.to_vec())), &labels, &places);
        check(Arc::new(StringViewArray::from(words.to_vec())), &labels, &places);
        let dictionary: DictionaryArray<Int8Type> = words.into_iter().collect();
        check(Arc::new(dictionary.clone()), &labels, &places);
        let runs: RunArray<Int16Type> = words.into_iter().collect();
        check(Arc::new(runs), &labels, &places);
        // The entries of a dictionary that no row has are no values.
        let dictionary: ArrayRef = Arc::new(dictionary.slice(0, 2));
        let mut values = Values::new(dictionary.data_type()).unwrap();
        assert_eq!((values.number(&dictionary).unwrap(), values.len()), (vec![1, 2], 2));
    }
}
