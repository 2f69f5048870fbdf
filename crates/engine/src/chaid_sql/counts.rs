//! Counting of a stream of rows: predictors against outcomes.

use super::amounts::Reading;
use super::cells::{Cells, Outcomes};
use super::node::Spec;
use super::settings::OutcomeLevel;
use super::values::Values;
use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Schema};
use chaid::{Level, MAX_CATEGORIES};
use datafusion::common::exec_err;
use datafusion::error::Result;

/// Counts of all predictors against each outcome, of some of the rows.
///
/// The same rows in other parts or another order give the same: numbers of values differ, but nothing else does.
pub(super) struct Counts {
    pub(super) outcomes: Vec<Outcome>,
    pub(super) predictors: Vec<Predictor>,
}

/// What an outcome is read as.
pub(super) enum Outcome {
    Classes(Values),
    Amounts,
}

/// The values of a predictor, and its cells against each outcome.
pub(super) struct Predictor {
    pub(super) values: Values,
    pub(super) cells: Vec<Cells>,
}

impl Counts {
    /// No rows yet; columns as in a [`Spec`].
    pub(super) fn new(spec: &Spec, schema: &Schema) -> Result<Self> {
        let mut fields = schema.fields().iter();
        let outcomes =
            spec.outcomes.iter().zip(fields.by_ref()).map(|(_, field)| Outcome::new(spec, field.data_type()));
        let outcomes = outcomes.collect::<Result<Vec<_>>>()?;
        let cells = || match spec.settings.outcome_level {
            OutcomeLevel::Scale => Cells::Amounts(Vec::new()),
            _ => Cells::classes(spec.weight.is_some()),
        };
        let predictors = spec.predictors.iter().zip(fields).map(|(_, field)| {
            let values = Values::new(field.data_type())?;
            Ok(Predictor { values, cells: outcomes.iter().map(|_| cells()).collect() })
        });
        Ok(Self { predictors: predictors.collect::<Result<_>>()?, outcomes })
    }

    /// Counts the rows of a batch; for an outcome, rows without it do not count.
    ///
    /// # Errors
    /// An outcome or predictor of too many values, an infinite outcome, a frequency or weight that is none.
    pub(super) fn add(&mut self, spec: &Spec, batch: &RecordBatch) -> Result<()> {
        let reading = Reading::of(spec, batch)?;
        let (outcomes, predictors) = reading.columns.split_at(self.outcomes.len());
        let mut read = Vec::new();
        for ((outcome, name), column) in self.outcomes.iter_mut().zip(&spec.outcomes).zip(outcomes) {
            read.push(outcome.read(name, column)?);
        }
        let classes: Vec<usize> = self.outcomes.iter().map(Outcome::classes).collect();
        for ((predictor, (name, level)), column) in
            self.predictors.iter_mut().zip(&spec.predictors).zip(predictors)
        {
            let numbers = predictor.values.number(column)?;
            few_enough(name, *level, &predictor.values)?;
            let values = predictor.values.len();
            for ((cells, read), classes) in predictor.cells.iter_mut().zip(&read).zip(&classes) {
                cells.add(&numbers, read, &reading, values, *classes);
            }
        }
        Ok(())
    }

    /// Adds what another part of the rows gave.
    ///
    /// # Errors
    /// As [`Counts::add`].
    pub(super) fn merge(&mut self, spec: &Spec, other: &Counts) -> Result<()> {
        let mut classes = Vec::new();
        for ((outcome, other), name) in self.outcomes.iter_mut().zip(&other.outcomes).zip(&spec.outcomes) {
            classes.push(outcome.absorb(name, other)?);
        }
        let predictors = self.predictors.iter_mut().zip(&other.predictors).zip(&spec.predictors);
        for ((predictor, other), (name, level)) in predictors {
            let values = predictor.values.absorb(&other.values)?;
            few_enough(name, *level, &predictor.values)?;
            for ((cells, other), classes) in predictor.cells.iter_mut().zip(&other.cells).zip(&classes) {
                cells.merge(other, &values, classes);
            }
        }
        Ok(())
    }

    /// Bytes held.
    pub(super) fn size(&self) -> usize {
        let predictor = |p: &Predictor| p.values.size() + p.cells.iter().map(Cells::size).sum::<usize>();
        self.predictors.iter().map(predictor).sum()
    }
}

impl Outcome {
    pub(super) fn new(spec: &Spec, kind: &DataType) -> Result<Self> {
        match spec.settings.outcome_level {
            OutcomeLevel::Scale => Ok(Outcome::Amounts),
            _ => Ok(Outcome::Classes(Values::new(kind)?)),
        }
    }

    /// The outcomes of the rows of a batch.
    ///
    /// # Errors
    /// More classes than can be compared, an infinite number.
    pub(super) fn read(&mut self, name: &str, column: &ArrayRef) -> Result<Outcomes> {
        match self {
            Outcome::Classes(values) => {
                let numbers = values.number(column)?;
                few_classes(name, values)?;
                Ok(Outcomes::Classes(numbers))
            }
            Outcome::Amounts => Ok(Outcomes::Amounts(amounts(name, column)?)),
        }
    }

    /// Takes in the classes of another part; their numbers here, by number − 1 there.
    pub(super) fn absorb(&mut self, name: &str, other: &Outcome) -> Result<Vec<u32>> {
        match (self, other) {
            (Outcome::Classes(values), Outcome::Classes(other)) => {
                let numbers = values.absorb(other)?;
                few_classes(name, values)?;
                Ok(numbers)
            }
            _ => Ok(Vec::new()),
        }
    }

    fn classes(&self) -> usize {
        match self {
            Outcome::Classes(values) => values.len(),
            Outcome::Amounts => 0,
        }
    }
}

/// Numbers of a scale outcome; NaN where there is none.
pub(super) fn amounts(name: &str, column: &ArrayRef) -> Result<Vec<f64>> {
    let numbers = cast(column, &DataType::Float64)?;
    let numbers = numbers.as_primitive::<Float64Type>();
    if let Some(value) = numbers.iter().flatten().find(|value| value.is_infinite()) {
        return exec_err!(
            "chaid: outcome {name} is {value} in a row: a mean takes finite numbers; make it NULL or leave the row out"
        );
    }
    Ok(numbers.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}

pub(super) fn few_classes(name: &str, values: &Values) -> Result<()> {
    if values.len() <= MAX_CATEGORIES {
        return Ok(());
    }
    exec_err!(
        "chaid: outcome {name} has more than {MAX_CATEGORIES} classes: group them, or say outcome_level => 'scale' if it is a number"
    )
}

/// A scale predictor is cut into intervals; of another there may be no more values than can be compared.
pub(super) fn few_enough(name: &str, level: Level, values: &Values) -> Result<()> {
    if level == Level::Scale || values.len() <= MAX_CATEGORIES {
        return Ok(());
    }
    exec_err!(
        "chaid: predictor {name} has more than {MAX_CATEGORIES} categories: group them, or give it in scale => [{name}] if it is a \
         number or a date"
    )
}
