//! Counting of a stream of rows.

use super::node::Spec;
use super::screens::{Screened, rows};
use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Schema};
use arrow::row::{OwnedRow, RowConverter, SortField};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chaid::{Binning, Intervals, Level, Outcome, Table};
use datafusion::error::{DataFusionError, Result};
use std::collections::BTreeMap;

/// The distinct values of one column, in the order of its type, with the number that each got when first seen.
pub(super) struct Values {
    converter: RowConverter,
    numbers: BTreeMap<OwnedRow, usize>,
    labels: Vec<String>,
}

impl Values {
    pub(super) fn new(kind: &DataType) -> Result<Self> {
        let converter = RowConverter::new(vec![SortField::new(kind.clone())])?;
        Ok(Self { converter, numbers: BTreeMap::new(), labels: Vec::new() })
    }

    /// The number of each row's value; none for NULL.
    pub(super) fn number(&mut self, column: &ArrayRef) -> Result<Vec<Option<usize>>> {
        let rows = self.converter.convert_columns(std::slice::from_ref(column))?;
        let shown = ArrayFormatter::try_new(column.as_ref(), &FormatOptions::new())?;
        let mut numbers = Vec::with_capacity(column.len());
        for (row, value) in rows.iter().enumerate() {
            if column.is_null(row) {
                numbers.push(None);
                continue;
            }
            let value = value.owned();
            let number = match self.numbers.get(&value) {
                Some(number) => *number,
                None => {
                    let next = self.labels.len();
                    self.labels.push(shown.value(row).to_string());
                    self.numbers.insert(value, next);
                    next
                }
            };
            numbers.push(Some(number));
        }
        Ok(numbers)
    }

    /// The value of a number, as text.
    pub(super) fn label(&self, number: usize) -> &str {
        self.labels.get(number).map_or("", String::as_str)
    }

    /// Numbers in the order of the values.
    pub(super) fn order(&self) -> Vec<usize> {
        self.numbers.values().copied().collect()
    }
}

/// Cases by the number of the predictor's value, none for missing, and that of the outcome's.
type Cells = BTreeMap<(Option<usize>, usize), u64>;

/// One predictor: its values, and for each outcome the cells that were seen.
struct Predictor {
    values: Values,
    cells: Vec<Cells>,
}

/// Counts of all predictors against each outcome.
pub(super) struct Counts {
    outcomes: Vec<Values>,
    predictors: Vec<Predictor>,
}

impl Counts {
    /// No rows yet; the first columns are the outcomes.
    pub(super) fn new(spec: &Spec, schema: &Schema) -> Result<Self> {
        let (outcomes, predictors) = schema.fields().split_at(spec.outcomes.len());
        let values = |fields: &[_]| -> Result<Vec<Values>> {
            fields.iter().map(|field: &arrow::datatypes::FieldRef| Values::new(field.data_type())).collect()
        };
        let cells = vec![Cells::new(); outcomes.len()];
        let predictors = values(predictors)?.into_iter();
        Ok(Self {
            outcomes: values(outcomes)?,
            predictors: predictors.map(|values| Predictor { values, cells: cells.clone() }).collect(),
        })
    }

    /// Counts the rows of a batch; for an outcome, rows without it do not count.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let (outcomes, predictors) = batch.columns().split_at(self.outcomes.len());
        let numbers = self.outcomes.iter_mut().zip(outcomes).map(|(values, column)| values.number(column));
        let outcomes = numbers.collect::<Result<Vec<_>>>()?;
        for (predictor, column) in self.predictors.iter_mut().zip(predictors) {
            let values = predictor.values.number(column)?;
            for (cells, outcomes) in predictor.cells.iter_mut().zip(&outcomes) {
                for (value, outcome) in values.iter().zip(outcomes) {
                    if let Some(outcome) = outcome {
                        *cells.entry((*value, *outcome)).or_default() += 1;
                    }
                }
            }
        }
        Ok(())
    }

    /// Tests all predictors against each outcome; one row each, in the order of the call.
    pub(super) fn screen(&self, spec: &Spec) -> Result<RecordBatch> {
        let mut tables = Vec::new();
        for place in 0..spec.outcomes.len() {
            tables.push(self.tables(spec, place)?);
        }
        let mut screens = Vec::new();
        for (outcome, (tables, labels)) in spec.outcomes.iter().zip(&tables) {
            let screen = chaid::screen(&Outcome::Nominal, tables, &spec.options)
                .map_err(|error| of_outcome(outcome, error))?;
            screens.push(Screened { outcome, screen, labels });
        }
        rows(&screens)
    }

    /// The table of each predictor against one outcome, and the names of its categories.
    fn tables(&self, spec: &Spec, outcome: usize) -> Result<(Vec<Table>, Vec<Vec<String>>)> {
        let classes = self.outcomes[outcome].order();
        let predictors = self.predictors.iter().zip(&spec.predictors);
        let counted = predictors.map(|(predictor, (name, level))| {
            let cells = &predictor.cells[outcome];
            table(&predictor.values, cells, name, *level, &classes, spec.intervals)
        });
        Ok(counted.collect::<Result<Vec<_>>>()?.into_iter().unzip())
    }
}

/// A contingency table with classes in the order given, and the labels of its categories.
fn table(
    values: &Values,
    cells: &Cells,
    name: &str,
    level: Level,
    classes: &[usize],
    intervals: u32,
) -> Result<(Table, Vec<String>)> {
    let row = |value: Option<usize>| -> Vec<u64> {
        classes.iter().map(|class| cells.get(&(value, *class)).copied().unwrap_or(0)).collect()
    };
    let order: Vec<usize> = values.order();
    let mut counts: Vec<Vec<u64>> = order.iter().map(|number| row(Some(*number))).collect();
    let mut labels: Vec<String> = order.iter().map(|number| values.labels[*number].clone()).collect();
    if level == Level::Scale {
        let cut = cut(name, &counts, &labels, intervals)?;
        let mut sums = vec![vec![0; classes.len()]; cut.labels.len()];
        for (bin, row) in cut.interval.iter().zip(&counts) {
            sums[*bin].iter_mut().zip(row).for_each(|(sum, n)| *sum += n);
        }
        (counts, labels) = (sums, cut.labels);
    }
    let table = Table::of_counts(name, level, classes.len().max(1), &counts.concat()).map_err(execution)?;
    let missing = row(None);
    let table = match missing.iter().sum::<u64>() {
        0 => table,
        _ => table.with_missing(&missing, None).map_err(execution)?,
    };
    Ok((table, labels))
}

/// Ordered values cut into intervals.
pub(super) struct Cut {
    /// The interval of each value.
    pub(super) interval: Vec<usize>,
    /// The ends of each interval.
    pub(super) labels: Vec<String>,
}

/// Ordered values cut into at most so many intervals by their mean ranks; `counts` has a row for each value.
pub(super) fn cut(name: &str, counts: &[Vec<u64>], labels: &[String], intervals: u32) -> Result<Cut> {
    // Only the order of the values counts, so their places stand for them, whatever their type.
    let places = counts.iter().enumerate().map(|(place, row)| (place as f64, row.iter().sum::<u64>()));
    let places: Vec<(f64, u64)> = places.filter(|(_, n)| *n > 0).collect();
    let bins = Intervals::of_counts(name, &places, Binning::Spss { intervals }).map_err(execution)?;
    let bin = |place: usize| bins.code(place as f64).map_or(0, usize::from);
    let interval: Vec<usize> = (0..counts.len()).map(bin).collect();
    // A value that only rows without this outcome have falls into an interval, but is not one of its ends.
    let is_seen = |place: &usize| counts[*place].iter().any(|n| *n > 0);
    let seen: Vec<usize> = (0..counts.len()).filter(is_seen).collect();
    let label = |bin: usize| {
        let first = seen.iter().find(|place| interval[**place] == bin).and_then(|place| labels.get(*place));
        let last = seen.iter().rfind(|place| interval[**place] == bin).and_then(|place| labels.get(*place));
        match (first, last) {
            (Some(first), Some(last)) if first == last => first.clone(),
            (Some(first), Some(last)) => format!("{first} – {last}"),
            _ => String::new(),
        }
    };
    let labels = (0..bins.upper.len()).map(label).collect();
    Ok(Cut { interval, labels })
}

pub(super) fn execution(error: chaid::Error) -> DataFusionError {
    DataFusionError::Execution(format!("chaid: {error}"))
}

/// A fault of the analysis of one outcome.
pub(super) fn of_outcome(outcome: &str, error: chaid::Error) -> DataFusionError {
    DataFusionError::Execution(format!("chaid, outcome {outcome}: {error}"))
}
