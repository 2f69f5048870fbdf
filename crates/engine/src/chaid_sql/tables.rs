//! Counts to the tables that crate `chaid` tests.

use super::cells::{Cells, Classes, Sums};
use super::counts::{Counts, Outcome, Predictor};
use super::exact::Exact;
use super::node::Spec;
use super::screens::{Screened, rows};
use super::values::{MISSING, Ordered};
use super::words::of_outcome;
use arrow::array::RecordBatch;
use chaid::{Binning, Intervals, Level, Screen, Summary, Table};
use datafusion::error::Result;

/// Tests all predictors against each outcome; one row each, in the order of the call.
///
/// # Errors
/// As [`findings`].
pub(super) fn screen(counts: &Counts, spec: &Spec) -> Result<RecordBatch> {
    let found = spec.outcomes.iter().zip(findings(counts, spec)?);
    let screened = found.map(|(outcome, (screen, labels))| Screened { outcome, screen, labels });
    rows(&screened.collect::<Vec<_>>())
}

/// The tests of each outcome, with the names of each predictor's categories.
///
/// # Errors
/// What crate `chaid` refuses, with the outcome.
pub(super) fn findings(counts: &Counts, spec: &Spec) -> Result<Vec<(Screen, Vec<Vec<String>>)>> {
    let mut orders = Vec::new();
    for predictor in &counts.predictors {
        orders.push(predictor.values.ordered()?);
    }
    let mut found = Vec::new();
    for (place, outcome) in spec.outcomes.iter().enumerate() {
        let counted = tables(counts, spec, place, &orders)?;
        let (tables, labels): (Vec<Table>, Vec<Vec<String>>) = counted.into_iter().unzip();
        let screen = tests(spec, &tables).map_err(|error| of_outcome(outcome, error))?;
        found.push((screen, labels));
    }
    Ok(found)
}

/// All tests of one outcome. Where the outcome does not vary, or no row has it, each finding says so.
fn tests(spec: &Spec, tables: &[Table]) -> chaid::Result<Screen> {
    let (outcome, options) = (spec.settings.outcome(), &spec.settings.options);
    match chaid::screen(&outcome, tables, options) {
        Err(chaid::Error::OutcomeConstant { .. } | chaid::Error::NoCases) => {}
        tested => return tested,
    }
    let findings = tables.iter().enumerate().map(|(predictor, table)| {
        let finding = chaid::finding(&outcome, table, options)?;
        Ok(chaid::Finding { predictor, ..finding })
    });
    let none = vec![0.0; tables.len()];
    Ok(Screen {
        findings: findings.collect::<chaid::Result<_>>()?,
        tests: 0,
        ln_p_holm: none.clone(),
        ln_p_benjamini_hochberg: none,
    })
}

/// The table of each predictor against one outcome, and the names of its categories.
fn tables(
    counts: &Counts,
    spec: &Spec,
    outcome: usize,
    orders: &[Ordered],
) -> Result<Vec<(Table, Vec<String>)>> {
    let classes = match &counts.outcomes[outcome] {
        Outcome::Classes(values) => by_place(&values.ordered()?),
        Outcome::Amounts => Vec::new(),
    };
    let fault = |error| of_outcome(&spec.outcomes[outcome], error);
    let one = |((predictor, order), (name, level)): ((&Predictor, &Ordered), &(String, Level))| {
        let table = Counted {
            name,
            level: *level,
            order,
            numbers: by_place(order),
            binning: spec.settings.binning(),
        };
        match &predictor.cells[outcome] {
            Cells::Classes(cells) => table.of_classes(cells, &classes),
            Cells::Amounts(cells) => table.of_amounts(cells, spec.weight.is_some()),
        }
        .map_err(fault)
    };
    counts.predictors.iter().zip(orders).zip(&spec.predictors).map(one).collect()
}

/// The numbers of values in the order of the values.
pub(super) fn by_place(order: &Ordered) -> Vec<usize> {
    let mut numbers = vec![0; order.places.len()];
    order.places.iter().enumerate().for_each(|(number, place)| numbers[*place as usize] = number + 1);
    numbers
}

/// One predictor, of which a table is made.
struct Counted<'a> {
    name: &'a str,
    level: Level,
    order: &'a Ordered,
    /// Numbers of its values in their order.
    numbers: Vec<usize>,
    binning: Binning,
}

impl Counted<'_> {
    /// Which values are one category: each by itself, or those of an interval.
    fn cut(&self, n: impl Fn(usize) -> u64) -> chaid::Result<Cut> {
        if self.level == Level::Scale {
            let n: Vec<u64> = self.numbers.iter().map(|number| n(*number)).collect();
            cut(self.name, &n, &self.order.labels, self.binning)
        } else {
            let interval = (0..self.numbers.len()).collect();
            Ok(Cut { interval, labels: self.order.labels.clone() })
        }
    }

    fn of_classes(&self, cells: &Classes, classes: &[usize]) -> chaid::Result<(Table, Vec<String>)> {
        let cut = self.cut(|number| {
            classes.iter().map(|class| cells.cases(number, *class)).fold(0, u64::saturating_add)
        })?;
        let sums = |numbers: &[usize]| Summary::Counts {
            n: classes
                .iter()
                .map(|class| {
                    numbers.iter().map(|number| cells.cases(*number, *class)).fold(0, u64::saturating_add)
                })
                .collect(),
            weight: cells.weighted().then(|| {
                let weight = |class: &usize| {
                    let mut sum = Exact::default();
                    numbers.iter().for_each(|number| cells.add_weight(*number, *class, &mut sum));
                    sum.value()
                };
                classes.iter().map(weight).collect()
            }),
        };
        Ok(self.table(cut, sums))
    }

    fn of_amounts(&self, cells: &[Sums], weighted: bool) -> chaid::Result<(Table, Vec<String>)> {
        let cut = self.cut(|number| cells.get(number).map_or(0, Sums::n))?;
        let sums = |numbers: &[usize]| {
            let mut sum = Sums::default();
            numbers.iter().filter_map(|number| cells.get(*number)).for_each(|cell| sum.merge(cell));
            Summary::Moments(sum.moments(weighted))
        };
        Ok(self.table(cut, sums))
    }

    fn table(&self, cut: Cut, sums: impl Fn(&[usize]) -> Summary) -> (Table, Vec<String>) {
        let mut members = vec![Vec::new(); cut.labels.len()];
        self.numbers
            .iter()
            .zip(&cut.interval)
            .for_each(|(number, interval)| members[*interval].push(*number));
        let missing = Some(sums(&[MISSING as usize])).filter(|missing| missing.n() > 0);
        let categories = members.iter().map(|numbers| sums(numbers)).collect();
        (Table { name: self.name.to_owned(), level: self.level, categories, missing }, cut.labels)
    }
}

/// Ordered values cut into intervals.
pub(super) struct Cut {
    /// The interval of each value.
    pub(super) interval: Vec<usize>,
    /// The ends of each interval.
    pub(super) labels: Vec<String>,
}

/// Ordered values cut into at most so many intervals by their ranks; `n` has the cases of each value. Values without
/// cases are in the interval of their neighbours, and where there are no cases at all in none.
pub(super) fn cut(name: &str, n: &[u64], labels: &[String], binning: Binning) -> chaid::Result<Cut> {
    // Only the order of the values counts, so their places stand for them, whatever their type.
    let places: Vec<(f64, u64)> =
        n.iter().enumerate().map(|(place, n)| (place as f64, *n)).filter(|(_, n)| *n > 0).collect();
    let bins = Intervals::of_counts(name, &places, binning)?;
    if bins.upper.is_empty() {
        return Ok(Cut {
            interval: vec![0; n.len()],
            labels: vec![String::new(); usize::from(!n.is_empty())],
        });
    }
    let interval: Vec<usize> =
        (0..n.len()).map(|place| bins.code(place as f64).map_or(0, usize::from)).collect();
    let label = |bin: usize| {
        let own = || (0..n.len()).filter(|place| n[*place] > 0 && interval[*place] == bin);
        let name = |place: usize| labels.get(place).map_or("", String::as_str);
        match (own().next().map(name), own().next_back().map(name)) {
            (Some(first), Some(last)) if first == last => first.to_owned(),
            (Some(first), Some(last)) => format!("{first} – {last}"),
            _ => String::new(),
        }
    };
    Ok(Cut { labels: (0..bins.upper.len()).map(label).collect(), interval })
}
