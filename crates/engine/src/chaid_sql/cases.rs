//! Cases of a stream of rows as columns of codes.

use super::amounts::Reading;
use super::counts::{Outcome, amounts, few_classes, few_enough};
use super::narrow::Narrow;
use super::node::Spec;
use super::values::{MISSING, Values};
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::Schema;
use datafusion::common::exec_err;
use datafusion::error::Result;

/// Some of the rows, as numbers of values: for most columns a byte for each row.
pub(super) struct Cases {
    pub(super) outcomes: Vec<OutcomeColumn>,
    pub(super) predictors: Vec<Column>,
    /// Cases that each row is; none for 1 each.
    pub(super) frequency: Option<Vec<u32>>,
    /// What each case weighs; none for 1 each.
    pub(super) weight: Option<Vec<f64>>,
    pub(super) rows: usize,
}

/// A column: its distinct values, and the number of the value of each row.
pub(super) struct Column {
    pub(super) values: Values,
    pub(super) numbers: Narrow,
}

/// An outcome: classes as any column, or numbers as they are, NaN for none.
pub(super) enum OutcomeColumn {
    Classes(Column),
    Amounts(Vec<f64>),
}

impl Cases {
    /// No rows yet; columns as in a [`Spec`].
    pub(super) fn new(spec: &Spec, schema: &Schema) -> Result<Self> {
        let mut fields = schema.fields().iter();
        let outcomes = spec.outcomes.iter().zip(fields.by_ref()).map(|(_, field)| {
            Ok(match Outcome::new(spec, field.data_type())? {
                Outcome::Classes(values) => {
                    OutcomeColumn::Classes(Column { values, numbers: Narrow::default() })
                }
                Outcome::Amounts => OutcomeColumn::Amounts(Vec::new()),
            })
        });
        let outcomes = outcomes.collect::<Result<_>>()?;
        let predictors = spec.predictors.iter().zip(fields).map(|(_, field)| {
            Ok(Column { values: Values::new(field.data_type())?, numbers: Narrow::default() })
        });
        Ok(Self {
            outcomes,
            predictors: predictors.collect::<Result<_>>()?,
            frequency: spec.frequency.as_ref().map(|_| Vec::new()),
            weight: spec.weight.as_ref().map(|_| Vec::new()),
            rows: 0,
        })
    }

    /// Adds the rows of a batch that count.
    ///
    /// # Errors
    /// As [`Counts::add`](super::counts::Counts::add); more cases in a row than a tree takes.
    pub(super) fn add(&mut self, spec: &Spec, batch: &RecordBatch) -> Result<()> {
        let reading = Reading::of(spec, batch)?;
        let (outcomes, predictors) = reading.columns.split_at(self.outcomes.len());
        for ((outcome, name), column) in self.outcomes.iter_mut().zip(&spec.outcomes).zip(outcomes) {
            outcome.extend(name, column)?;
        }
        for ((predictor, (name, level)), column) in
            self.predictors.iter_mut().zip(&spec.predictors).zip(predictors)
        {
            let numbers = predictor.values.number(column)?;
            few_enough(name, *level, &predictor.values)?;
            predictor.numbers.extend(numbers.into_iter(), predictor.values.len());
        }
        if let Some(frequency) = &mut self.frequency {
            for row in 0..reading.rows {
                let Ok(cases) = u32::try_from(reading.cases(row)) else {
                    let name = spec.frequency.as_deref().unwrap_or_default();
                    return exec_err!(
                        "chaid: column {name} is {} in a row: a row of a tree is at most {} cases; divide it over rows",
                        reading.cases(row),
                        u32::MAX
                    );
                };
                frequency.push(cases);
            }
        }
        if let Some(weight) = &mut self.weight {
            weight.extend((0..reading.rows).filter_map(|row| reading.weight(row)));
        }
        self.rows += reading.rows;
        Ok(())
    }

    /// Adds the rows of another part behind those of this one.
    ///
    /// # Errors
    /// A column of too many values.
    pub(super) fn merge(&mut self, spec: &Spec, other: Cases) -> Result<()> {
        for ((outcome, other), name) in self.outcomes.iter_mut().zip(other.outcomes).zip(&spec.outcomes) {
            match (outcome, other) {
                (OutcomeColumn::Classes(column), OutcomeColumn::Classes(other)) => {
                    column.merge(&other)?;
                    few_classes(name, &column.values)?;
                }
                (OutcomeColumn::Amounts(amounts), OutcomeColumn::Amounts(other)) => amounts.extend(other),
                _ => {}
            }
        }
        for ((predictor, other), (name, level)) in
            self.predictors.iter_mut().zip(other.predictors).zip(&spec.predictors)
        {
            predictor.merge(&other)?;
            few_enough(name, *level, &predictor.values)?;
        }
        if let (Some(frequency), Some(other)) = (&mut self.frequency, other.frequency) {
            frequency.extend(other);
        }
        if let (Some(weight), Some(other)) = (&mut self.weight, other.weight) {
            weight.extend(other);
        }
        self.rows += other.rows;
        Ok(())
    }

    /// Bytes held.
    pub(super) fn size(&self) -> usize {
        let outcome = |outcome: &OutcomeColumn| match outcome {
            OutcomeColumn::Classes(column) => column.size(),
            OutcomeColumn::Amounts(amounts) => amounts.capacity() * size_of::<f64>(),
        };
        let amounts = self.frequency.as_ref().map_or(0, |frequency| frequency.capacity() * size_of::<u32>())
            + self.weight.as_ref().map_or(0, |weight| weight.capacity() * size_of::<f64>());
        amounts
            + self.outcomes.iter().map(outcome).sum::<usize>()
            + self.predictors.iter().map(Column::size).sum::<usize>()
    }
}

impl Column {
    fn merge(&mut self, other: &Column) -> Result<()> {
        let here = self.values.absorb(&other.values)?;
        let numbers = other.numbers.iter().map(|number| match number {
            MISSING => number,
            number => here[number as usize - 1],
        });
        self.numbers.extend(numbers, self.values.len());
        Ok(())
    }

    fn size(&self) -> usize {
        self.values.size() + self.numbers.size()
    }
}

impl OutcomeColumn {
    fn extend(&mut self, name: &str, column: &ArrayRef) -> Result<()> {
        match self {
            OutcomeColumn::Classes(own) => {
                let numbers = own.values.number(column)?;
                few_classes(name, &own.values)?;
                own.numbers.extend(numbers.into_iter(), own.values.len());
            }
            OutcomeColumn::Amounts(own) => own.extend(amounts(name, column)?),
        }
        Ok(())
    }
}
