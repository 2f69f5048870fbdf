//! Numbers as Postgres writes them, where the encoder of rows does not.
//!
//! It writes `inf`, which drivers read as no number or not at all, and drops the sign of a zero; it takes decimals of 28 digits
//! at most, and forgets the places of a zero. Such columns are written here, and reach it as texts or bytes.

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, Decimal128Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Decimal128Type, Field, Float32Type, Float64Type, Schema};
use pgwire::api::results::{FieldFormat, FieldInfo};
use pgwire::types::format::float_digits::ExtraFloatDigits;
use std::sync::Arc;

/// Digits of a decimal that are one digit in binary format.
const GROUP: usize = 4;
const NEGATIVE: u16 = 0x4000;

/// The batch, in which columns that the encoder would not write as Postgres does are written, in the formats of the fields.
pub(crate) fn written(batch: &RecordBatch, fields: &[FieldInfo]) -> RecordBatch {
    let schema = batch.schema();
    let columns = batch.columns().iter().zip(schema.fields()).zip(fields);
    let (fields, columns): (Vec<Arc<Field>>, Vec<ArrayRef>) = columns
        .map(|((column, field), told)| match column_written(column, told.format()) {
            Some(new) => (
                Arc::new(field.as_ref().clone().with_data_type(new.data_type().clone()).with_nullable(true)),
                new,
            ),
            None => (field.clone(), column.clone()),
        })
        .unzip();
    let metadata = schema.metadata().clone();
    RecordBatch::try_new(Arc::new(Schema::new_with_metadata(fields, metadata)), columns)
        .unwrap_or_else(|_| batch.clone())
}

/// The column as texts or bytes; none where the encoder does it well.
fn column_written(column: &ArrayRef, format: FieldFormat) -> Option<ArrayRef> {
    let is_text = format == FieldFormat::Text;
    match column.data_type() {
        DataType::Float64 if is_text => {
            let values = column.as_primitive::<Float64Type>();
            let digits = ExtraFloatDigits(1);
            floats(values.iter(), |value| digits.format_f64(value).to_string())
        }
        DataType::Float32 if is_text => {
            let values = column.as_primitive::<Float32Type>();
            let digits = ExtraFloatDigits(1);
            floats(values.iter().map(|value| value.map(f64::from)), |value| {
                // It was one, so nothing is lost.
                digits.format_f32(value as f32).to_string()
            })
        }
        DataType::Decimal128(..) => decimals(column.as_primitive::<Decimal128Type>(), is_text),
        _ => None,
    }
}

/// Floats among which is one that needs a word of its own.
fn floats(
    values: impl Iterator<Item = Option<f64>> + Clone,
    usual: impl Fn(f64) -> String,
) -> Option<ArrayRef> {
    let is_special = |value: f64| value.is_infinite() || (value == 0.0 && value.is_sign_negative());
    if !values.clone().flatten().any(is_special) {
        return None;
    }
    let texts = values.map(|value| {
        value.map(|value| match value {
            f64::INFINITY => "Infinity".to_owned(),
            f64::NEG_INFINITY => "-Infinity".to_owned(),
            value if is_special(value) => "-0".to_owned(),
            value => usual(value),
        })
    });
    Some(Arc::new(texts.collect::<StringArray>()))
}

fn decimals(values: &Decimal128Array, is_text: bool) -> Option<ArrayRef> {
    if is_text {
        let texts = (0..values.len()).map(|at| (!values.is_null(at)).then(|| values.value_as_string(at)));
        return Some(Arc::new(texts.collect::<StringArray>()));
    }
    let places = usize::try_from(values.scale()).ok()?;
    let bytes: Vec<Option<Vec<u8>>> =
        values.iter().map(|value| value.map(|value| numeric(value, places))).collect();
    Some(Arc::new(bytes.iter().map(Option::as_deref).collect::<BinaryArray>()))
}

/// A decimal in the binary format of Postgres: how many groups, the weight of the first, sign, places, groups.
fn numeric(unscaled: i128, places: usize) -> Vec<u8> {
    // At least one digit before the point, both sides whole groups.
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let padded = format!(
        "{}{whole}{fraction}{}",
        "0".repeat(whole.len().next_multiple_of(GROUP) - whole.len()),
        "0".repeat(places.next_multiple_of(GROUP) - places)
    );
    let all: Vec<i16> = padded
        .as_bytes()
        .chunks(GROUP)
        .map(|group| group.iter().fold(0, |sum, digit| sum * 10 + i16::from(digit - b'0')))
        .collect();
    let first = all.iter().position(|group| *group != 0).unwrap_or(all.len());
    let end = all.iter().rposition(|group| *group != 0).map_or(first, |last| last + 1);
    let groups = all.get(first..end).unwrap_or_default();
    let before_point = whole.len().div_ceil(GROUP);
    let weight = if groups.is_empty() { 0 } else { small(before_point) - 1 - small(first) };
    let sign = if unscaled < 0 { NEGATIVE } else { 0 };
    let mut bytes = Vec::with_capacity(8 + 2 * groups.len());
    bytes.extend(small(groups.len()).to_be_bytes());
    bytes.extend(weight.to_be_bytes());
    bytes.extend(sign.to_be_bytes());
    bytes.extend(small(places).to_be_bytes());
    bytes.extend(groups.iter().flat_map(|group| group.to_be_bytes()));
    bytes
}

/// A decimal has 38 digits and 38 places at most.
fn small(number: usize) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Float32Array, Float64Array};

    /// `ndigits weight sign dscale groups`, as `numeric_send` has them.
    fn words(unscaled: i128, places: usize) -> Vec<i16> {
        numeric(unscaled, places).chunks(2).map(|pair| i16::from_be_bytes([pair[0], pair[1]])).collect()
    }

    #[test]
    fn decimals_are_groups_of_four() {
        assert_eq!(words(150, 2), [2, 0, 0, 2, 1, 5000]);
        assert_eq!(words(0, 4), [0, 0, 0, 4]);
        assert_eq!(words(0, 0), [0, 0, 0, 0]);
        assert_eq!(words(1, 8), [1, -2, 0, 8, 1]);
        assert_eq!(words(1, 7), [1, -2, 0, 7, 10]);
        assert_eq!(words(-10_000, 0), [1, 1, 0x4000, 0, 1]);
        assert_eq!(words(100_000_001, 0), [3, 2, 0, 0, 1, 0, 1]);
        assert_eq!(words(-123_456_789, 3), [3, 1, 0x4000, 3, 12, 3456, 7890]);
        let most = 10_i128.pow(38) - 1;
        assert_eq!(words(most, 38), [[10, -1, 0, 38].as_slice(), &[9999; 9], &[9900]].concat());
        assert_eq!(words(most, 0), [[10, 9, 0, 0].as_slice(), &[99], &[9999; 9]].concat());
    }

    #[test]
    fn floats_have_the_words_of_postgres() {
        let texts = |column: ArrayRef| -> Option<Vec<String>> {
            let written = column_written(&column, FieldFormat::Text)?;
            Some(written.as_string::<i32>().iter().flatten().map(str::to_owned).collect())
        };
        let special = [f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0, 0.1, f64::NAN, 1e16];
        let expected = ["Infinity", "-Infinity", "-0", "0", "0.1", "NaN", "1e16"];
        assert_eq!(texts(Arc::new(Float64Array::from(special.to_vec()))).unwrap(), expected);
        let short = Float32Array::from(vec![f32::INFINITY, 0.1]);
        assert_eq!(texts(Arc::new(short)).unwrap(), ["Infinity", "0.1"]);
        assert_eq!(texts(Arc::new(Float64Array::from(vec![0.0, 1.5]))), None);
    }

    #[test]
    fn long_decimals_are_texts() {
        let long = Decimal128Array::from(vec![Some(-(10_i128.pow(38) - 1)), None, Some(0)]);
        let column: ArrayRef = Arc::new(long.with_precision_and_scale(38, 9).unwrap());
        let written = column_written(&column, FieldFormat::Text).unwrap();
        let texts: Vec<_> = written.as_string::<i32>().iter().collect();
        assert_eq!(texts, [Some("-99999999999999999999999999999.999999999"), None, Some("0.000000000")]);
    }
}
