//! Columns of codes to trees.

use super::cases::{Cases, Column, OutcomeColumn};
use super::narrow::Narrow;
use super::node::Spec;
use super::tables::cut;
use super::trees::{Grown, rows};
use super::values::{MISSING, Ordered};
use super::words::of_outcome;
use arrow::array::RecordBatch;
use chaid::{Data, Error, Level, Moments, Node, Options, Predictor, Stop, Summary, Tree};
use datafusion::error::Result;
use std::cmp::Ordering;

/// A column with its categories in the order of their values, or cut into intervals.
struct Coded {
    codes: Narrow,
    labels: Vec<String>,
}

/// Everything about one outcome that a tree is grown from.
struct Sample {
    /// Classes of the outcome, or none where it is a number.
    classes: Option<Coded>,
    amounts: Vec<f64>,
    predictors: Vec<Coded>,
    frequency: Option<Vec<u32>>,
    weight: Option<Vec<f64>>,
}

/// Grows a tree for each outcome; one row for each node, level by level.
///
/// # Errors
/// What crate `chaid` refuses, with the outcome.
pub(super) fn grow(cases: &Cases, spec: &Spec, threads: usize) -> Result<RecordBatch> {
    let orders = cases.predictors.iter().map(|column| column.values.ordered()).collect::<Result<Vec<_>>>()?;
    let options = Options { threads, ..spec.settings.options.clone() };
    let mut trees = Vec::new();
    for (name, outcome) in spec.outcomes.iter().zip(&cases.outcomes) {
        let sample = Sample::of(cases, spec, outcome, &orders)?;
        let tree = sample.tree(spec, &options).map_err(|error| of_outcome(name, error))?;
        let labels = sample.predictors.into_iter().map(|coded| coded.labels).collect();
        let classes = sample.classes.map(|coded| coded.labels).unwrap_or_default();
        trees.push(Grown { outcome: name, tree, classes, levels: &spec.predictors, labels });
    }
    rows(&trees)
}

impl Sample {
    fn of(cases: &Cases, spec: &Spec, outcome: &OutcomeColumn, orders: &[Ordered]) -> Result<Self> {
        let (classes, amounts) = match outcome {
            OutcomeColumn::Classes(column) => {
                let order = column.values.ordered()?;
                let codes = column.numbers.coded(&order.places, order.labels.len());
                (Some(Coded { codes, labels: order.labels }), Vec::new())
            }
            OutcomeColumn::Amounts(amounts) => (None, amounts.clone()),
        };
        let known: Vec<bool> = match outcome {
            OutcomeColumn::Classes(column) => column.numbers.iter().map(|number| number != MISSING).collect(),
            OutcomeColumn::Amounts(amounts) => amounts.iter().map(|amount| !amount.is_nan()).collect(),
        };
        let mut predictors = Vec::new();
        for ((column, order), (name, level)) in cases.predictors.iter().zip(orders).zip(&spec.predictors) {
            predictors.push(match level {
                Level::Scale => in_intervals(column, order, cases, &known, name, spec)?,
                _ => {
                    let codes = column.numbers.coded(&order.places, order.labels.len());
                    Coded { codes, labels: order.labels.clone() }
                }
            });
        }
        let (frequency, weight) = (cases.frequency.clone(), cases.weight.clone());
        let sample = Self { classes, amounts, predictors, frequency, weight };
        Ok(if sample.classes.is_none() || sample.weight.is_some() {
            sample.sorted(cases.rows)
        } else {
            sample
        })
    }

    /// The rows in an order of their own: sums of fractions then do not depend on how rows came. Rows that are equal
    /// here are equal to the tree.
    fn sorted(mut self, rows: usize) -> Self {
        let mut order: Vec<u32> = (0..u32::try_from(rows).unwrap_or(u32::MAX)).collect();
        order.sort_unstable_by(|a, b| self.compare(*a as usize, *b as usize));
        for coded in self.classes.iter_mut().chain(&mut self.predictors) {
            coded.codes = coded.codes.ordered(&order);
        }
        self.amounts = sorted(&self.amounts, &order);
        self.weight = self.weight.map(|weight| sorted(&weight, &order));
        self.frequency = self.frequency.map(|frequency| sorted(&frequency, &order));
        self
    }

    /// Which of two rows comes first: by outcome, weight, frequency and predictors.
    fn compare(&self, a: usize, b: usize) -> Ordering {
        let real = |column: &[f64]| match (column.get(a), column.get(b)) {
            (Some(a), Some(b)) => a.total_cmp(b),
            _ => Ordering::Equal,
        };
        let weight = || self.weight.as_deref().map_or(Ordering::Equal, real);
        let cases = || self.frequency.as_ref().map_or(Ordering::Equal, |cases| cases[a].cmp(&cases[b]));
        let mut columns = self.classes.iter().chain(&self.predictors);
        let mut codes =
            || columns.find_map(|coded| Some(coded.codes.compare(a, b)).filter(|order| order.is_ne()));
        real(&self.amounts)
            .then_with(weight)
            .then_with(cases)
            .then_with(|| codes().unwrap_or(Ordering::Equal))
    }

    /// The tree; where the outcome does not vary, or no row counts, its root alone.
    fn tree(&self, spec: &Spec, options: &Options) -> chaid::Result<Tree> {
        let declared = spec.predictors.iter().zip(&self.predictors).map(|((name, level), coded)| Predictor {
            name: name.clone(),
            // A scale column is cut already: its intervals are ordered categories.
            level: if *level == Level::Scale { Level::Ordinal } else { *level },
            categories: coded.labels.len(),
            codes: coded.codes.codes(),
        });
        let declared: Vec<Predictor<'_>> = declared.collect();
        let outcome = match &self.classes {
            Some(coded) => chaid::OutcomeColumn::Classes {
                outcome: spec.settings.outcome(),
                classes: coded.labels.len(),
                codes: coded.codes.codes(),
            },
            None => chaid::OutcomeColumn::Scale(&self.amounts),
        };
        let data = Data {
            outcome,
            predictors: &declared,
            frequency: self.frequency.as_deref(),
            weight: self.weight.as_deref(),
        };
        match chaid::tree(&data, options) {
            Err(Error::OutcomeConstant { .. }) => {
                let tables = chaid::tables(&data, options.missing, options.threads)?;
                let all = tables.first().and_then(chaid::Table::total);
                Ok(root(all.unwrap_or_else(|| self.no_case()), Stop::Pure))
            }
            Err(Error::NoCases | Error::OutcomeMissing { .. }) => Ok(root(self.no_case(), Stop::NoPredictor)),
            grown => grown,
        }
    }

    fn no_case(&self) -> Summary {
        match &self.classes {
            Some(coded) => Summary::Counts { n: vec![0; coded.labels.len()], weight: None },
            None => Summary::Moments(Moments::default()),
        }
    }
}

/// The values in the order of these rows; none where there are none.
fn sorted<T: Copy>(column: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().filter_map(|row| column.get(*row as usize)).copied().collect()
}

/// A tree of one node.
fn root(outcome: Summary, stop: Stop) -> Tree {
    let (candidates, tied, children) = (Vec::new(), Vec::new(), Vec::new());
    let (parent, group, best, stop) = (None, None, None, Some(stop));
    let root = Node { id: 0, parent, depth: 0, group, outcome, candidates, best, tied, children, stop };
    Tree { nodes: vec![root], left_out: 0, node_of_row: Vec::new() }
}

/// A scale column cut into intervals of the cases whose outcome is known.
fn in_intervals(
    column: &Column,
    order: &Ordered,
    cases: &Cases,
    known: &[bool],
    name: &str,
    spec: &Spec,
) -> Result<Coded> {
    let mut n = vec![0_u64; order.labels.len()];
    for (row, number) in
        column.numbers.iter().enumerate().filter(|(row, number)| known[*row] && *number != MISSING)
    {
        let cases = cases.frequency.as_ref().map_or(1, |frequency| u64::from(frequency[row]));
        n[order.places[number as usize - 1] as usize] += cases;
    }
    let cut =
        cut(name, &n, &order.labels, spec.settings.binning()).map_err(|error| of_outcome(name, error))?;
    let code: Vec<u32> = order
        .places
        .iter()
        .map(|place| u32::try_from(cut.interval[*place as usize]).unwrap_or(u32::MAX))
        .collect();
    Ok(Coded { codes: column.numbers.coded(&code, cut.labels.len()), labels: cut.labels })
}
