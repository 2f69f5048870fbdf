//! The rows of a batch that count, and how much each of them does.

use super::node::Spec;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, RecordBatch};
use arrow::compute::{cast, filter};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::exec_err;
use datafusion::error::Result;

/// From here on an `f64` no longer counts every case.
const TOO_MANY: f64 = 9_007_199_254_740_992.0;

/// The outcomes and predictors of the rows that count, with how many cases each row is and what each case weighs.
pub(super) struct Reading {
    pub(super) columns: Vec<ArrayRef>,
    pub(super) rows: usize,
    frequency: Option<Vec<f64>>,
    weight: Option<Vec<f64>>,
}

impl Reading {
    /// A row of frequency or weight 0 does not count.
    ///
    /// # Errors
    /// A frequency that is no number of cases, a weight that is none.
    pub(super) fn of(spec: &Spec, batch: &RecordBatch) -> Result<Self> {
        let values = spec.outcomes.len() + spec.predictors.len();
        let (columns, amounts) = batch.columns().split_at(values.min(batch.num_columns()));
        let mut amounts = amounts.iter();
        let mut next = |name: &Option<String>, check| match (name, name.as_ref().and_then(|_| amounts.next()))
        {
            (Some(name), Some(column)) => numbers(name, column, check).map(Some),
            _ => Ok(None),
        };
        let (frequency, weight) = (next(&spec.frequency, frequency)?, next(&spec.weight, weight)?);
        let reading = Self { columns: columns.to_vec(), rows: batch.num_rows(), frequency, weight };
        reading.that_counts()
    }

    fn that_counts(self) -> Result<Self> {
        let amounts = || self.frequency.iter().chain(&self.weight);
        if amounts().flatten().all(|amount| *amount > 0.0) {
            return Ok(self);
        }
        let counts = |row: usize| amounts().all(|amounts| amounts[row] > 0.0);
        let mask: BooleanArray = (0..self.rows).map(|row| Some(counts(row))).collect();
        let kept = |amounts: &Option<Vec<f64>>| -> Option<Vec<f64>> {
            let amounts = amounts.as_ref()?.iter().enumerate();
            Some(amounts.filter(|(row, _)| mask.value(*row)).map(|(_, amount)| *amount).collect())
        };
        let (frequency, weight) = (kept(&self.frequency), kept(&self.weight));
        let columns = self.columns.iter().map(|column| filter(column, &mask)).collect::<Result<_, _>>()?;
        Ok(Self { columns, rows: mask.true_count(), frequency, weight })
    }

    /// Cases that a row is, a whole number above 0.
    pub(super) fn cases(&self, row: usize) -> u64 {
        self.frequency.as_ref().map_or(1, |frequency| frequency[row] as u64)
    }

    /// What each case of a row weighs, above 0; none where all weigh 1.
    pub(super) fn weight(&self, row: usize) -> Option<f64> {
        self.weight.as_ref().map(|weight| weight[row])
    }

    /// Whether each row is one case of weight 1.
    pub(super) fn plain(&self) -> bool {
        self.frequency.is_none() && self.weight.is_none()
    }
}

/// A column of numbers, each of which must pass.
fn numbers(name: &str, column: &ArrayRef, check: fn(f64) -> Result<(), &'static str>) -> Result<Vec<f64>> {
    let numbers = cast(column, &DataType::Float64)?;
    let numbers: &Float64Array = numbers.as_primitive::<Float64Type>();
    if numbers.null_count() > 0 {
        return exec_err!(
            "chaid: column {name} is NULL in a row: say coalesce({name}, 0) to leave such rows out"
        );
    }
    for number in numbers.values() {
        if let Err(way_out) = check(*number) {
            return exec_err!("chaid: column {name} is {number} in a row: {way_out}");
        }
    }
    Ok(numbers.values().to_vec())
}

fn frequency(number: f64) -> Result<(), &'static str> {
    if number.is_finite() && number >= 0.0 && number.fract() == 0.0 && number < TOO_MANY {
        return Ok(());
    }
    Err(
        "a frequency is a whole number of cases from 0 to 2^53; 0 leaves the row out, and what a case weighs is \
         given as weight => column",
    )
}

fn weight(number: f64) -> Result<(), &'static str> {
    if number.is_finite() && number >= 0.0 {
        return Ok(());
    }
    Err("a weight is a finite number, 0 or more; 0 leaves the row out")
}
