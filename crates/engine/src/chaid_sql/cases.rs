//! Cases of a stream of rows as columns of codes.

use super::counts::{Values, cut, of_outcome};
use super::node::Spec;
use super::trees::{Grown, rows};
use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema};
use chaid::{Codes, Data, Level, Outcome, OutcomeColumn, Predictor};
use datafusion::error::Result;
use std::sync::Arc;

const MISSING: u32 = u32::MAX;

/// One column of the input: its distinct values, and the number of the value of each row.
struct Column {
    values: Values,
    numbers: Vec<u32>,
}

/// The rows so far, as numbers: four bytes for each row and column.
pub(super) struct Cases {
    columns: Vec<Column>,
}

/// A column with its categories in the order of their values, or cut into intervals.
struct Coded {
    codes: Vec<u32>,
    labels: Vec<String>,
}

impl Cases {
    /// No rows yet; the first columns are the outcomes.
    pub(super) fn new(schema: &Schema) -> Result<Self> {
        let column =
            |field: &Arc<Field>| Ok(Column { values: Values::new(field.data_type())?, numbers: Vec::new() });
        Ok(Self { columns: schema.fields().iter().map(column).collect::<Result<_>>()? })
    }

    /// Adds the rows of a batch.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        for (column, values) in self.columns.iter_mut().zip(batch.columns()) {
            let numbers = column.values.number(values)?.into_iter();
            column
                .numbers
                .extend(numbers.map(|number| number.and_then(|n| u32::try_from(n).ok()).unwrap_or(MISSING)));
        }
        Ok(())
    }

    /// Grows a tree for each outcome; one row for each node, level by level.
    pub(super) fn grow(&self, spec: &Spec) -> Result<RecordBatch> {
        let (outcomes, predictors) = self.columns.split_at(spec.outcomes.len());
        let trees = outcomes
            .iter()
            .zip(&spec.outcomes)
            .map(|(column, name)| grow(name, column, predictors, spec))
            .collect::<Result<Vec<_>>>()?;
        rows(&trees)
    }
}

/// The tree of one outcome.
///
/// Rows without the outcome are no cases of its tree; a scale predictor is cut by the ranks of the others.
fn grow<'a>(name: &'a str, outcome: &Column, predictors: &[Column], spec: &'a Spec) -> Result<Grown<'a>> {
    let everywhere = |_: usize| true;
    let outcome = outcome.coded(name, Level::Nominal, spec.intervals, everywhere)?;
    let is_case = |row: usize| outcome.codes[row] != MISSING;
    let coded = predictors
        .iter()
        .zip(&spec.predictors)
        .map(|(column, (name, level))| column.coded(name, *level, spec.intervals, is_case))
        .collect::<Result<Vec<_>>>()?;
    let declared: Vec<Predictor<'_>> = spec
        .predictors
        .iter()
        .zip(&coded)
        .map(|((name, level), coded)| coded.as_predictor(name, *level))
        .collect();
    let classes = OutcomeColumn::Classes {
        outcome: Outcome::Nominal,
        classes: outcome.labels.len(),
        codes: Codes::U32(&outcome.codes),
    };
    let data = Data { outcome: classes, predictors: &declared, frequency: None, weight: None };
    let tree = chaid::tree(&data, &spec.options).map_err(|error| of_outcome(name, error))?;
    let labels = coded.iter().map(|coded| coded.labels.clone()).collect();
    Ok(Grown { outcome: name, tree, classes: outcome.labels, levels: &spec.predictors, labels })
}

impl Coded {
    fn as_predictor(&self, name: &str, level: Level) -> Predictor<'_> {
        Predictor {
            name: name.to_owned(),
            // A scale column is cut already: its intervals are ordered categories.
            level: if level == Level::Scale { Level::Ordinal } else { level },
            categories: self.labels.len(),
            codes: Codes::U32(&self.codes),
        }
    }
}

impl Column {
    /// Codes in the order of the values; of a scale column, of its intervals, cut by the ranks of the cases.
    fn coded(
        &self,
        name: &str,
        level: Level,
        intervals: u32,
        is_case: impl Fn(usize) -> bool,
    ) -> Result<Coded> {
        let order = self.values.order();
        let mut places = vec![0_u32; order.len()];
        for (place, number) in (0_u32..).zip(&order) {
            places[*number] = place;
        }
        let labels: Vec<String> = order.iter().map(|number| self.values.label(*number).to_owned()).collect();
        let (of_place, labels) = if level == Level::Scale {
            let mut counts = vec![vec![0_u64]; order.len()];
            let known = self.numbers.iter().enumerate().filter(|(_, number)| **number != MISSING);
            for (_, number) in known.filter(|(row, _)| is_case(*row)) {
                counts[places[*number as usize] as usize][0] += 1;
            }
            let cut = cut(name, &counts, &labels, intervals)?;
            (cut.interval, cut.labels)
        } else {
            ((0..labels.len()).collect(), labels)
        };
        let code = |number: u32| match number {
            MISSING => MISSING,
            number => u32::try_from(of_place[places[number as usize] as usize]).unwrap_or(MISSING),
        };
        Ok(Coded { codes: self.numbers.iter().map(|number| code(*number)).collect(), labels })
    }
}
