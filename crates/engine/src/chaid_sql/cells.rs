//! The cells of one predictor against one outcome.

use super::amounts::Reading;
use super::exact::Exact;
use super::values::MISSING;
use chaid::Moments;

/// The outcome of the rows of a batch.
pub(super) enum Outcomes {
    /// The number of each row's class; [`MISSING`] for none.
    Classes(Vec<u32>),
    /// A number for each row; NaN for none.
    Amounts(Vec<f64>),
}

/// Cases by the number of the predictor's value and, for classes, that of the outcome's.
#[derive(Clone, Debug)]
pub(super) enum Cells {
    Classes(Classes),
    Amounts(Vec<Sums>),
}

/// Cases and weights in a row for each value and a column for each class, both by number, so that those of missing
/// values come first.
#[derive(Clone, Debug)]
pub(super) struct Classes {
    columns: usize,
    n: Vec<u64>,
    weight: Vec<Exact>,
    weighted: bool,
}

/// What is to be known of the numbers of some cases, without rounding.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    n: u64,
    weight: Exact,
    first: Exact,
    second: Exact,
    least: f64,
    most: f64,
}

impl Cells {
    pub(super) fn classes(weighted: bool) -> Self {
        Cells::Classes(Classes { columns: 2, n: Vec::new(), weight: Vec::new(), weighted })
    }

    /// Adds the rows of a batch, `values` and `classes` being the largest numbers in it.
    pub(super) fn add(
        &mut self,
        numbers: &[u32],
        outcomes: &Outcomes,
        reading: &Reading,
        values: usize,
        classes: usize,
    ) {
        match (self, outcomes) {
            (Cells::Classes(cells), Outcomes::Classes(outcomes)) => {
                cells.reserve(values, classes);
                cells.add(numbers, outcomes, reading);
            }
            (Cells::Amounts(cells), Outcomes::Amounts(amounts)) => {
                cells.resize(cells.len().max(values + 1), Sums::default());
                for (row, (number, amount)) in numbers.iter().zip(amounts).enumerate() {
                    if !amount.is_nan() {
                        cells[*number as usize].add(*amount, reading.cases(row), reading.weight(row));
                    }
                }
            }
            // An outcome is read the same way in every batch.
            _ => {}
        }
    }

    /// Adds the cells of another part, whose values and classes have other numbers there.
    pub(super) fn merge(&mut self, other: &Cells, values: &[u32], classes: &[u32]) {
        match (self, other) {
            (Cells::Classes(cells), Cells::Classes(other)) => cells.merge(other, values, classes),
            (Cells::Amounts(cells), Cells::Amounts(other)) => {
                let most = values.iter().max().map_or(0, |number| *number as usize);
                cells.resize(cells.len().max(most + 1), Sums::default());
                for (number, sums) in other.iter().enumerate() {
                    cells[there(values, number)].merge(sums);
                }
            }
            _ => {}
        }
    }

    /// Bytes held, about: what lies behind exact sums is not looked up.
    pub(super) fn size(&self) -> usize {
        match self {
            Cells::Classes(cells) => {
                cells.n.capacity() * 8 + cells.weight.capacity() * (size_of::<Exact>() + 16)
            }
            Cells::Amounts(cells) => cells.capacity() * (size_of::<Sums>() + 32),
        }
    }
}

/// The number here of a number there; the first is that of missing values.
fn there(numbers: &[u32], number: usize) -> usize {
    number
        .checked_sub(1)
        .and_then(|place| numbers.get(place))
        .map_or(MISSING as usize, |number| *number as usize)
}

impl Classes {
    /// Makes room for so many values and classes.
    fn reserve(&mut self, values: usize, classes: usize) {
        if classes >= self.columns {
            let (before, after) = (self.columns, (classes + 1).next_power_of_two());
            self.n = wider(&self.n, before, after);
            self.weight = wider(&self.weight, before, after);
            self.columns = after;
        }
        let cells = (values + 1) * self.columns;
        if cells > self.n.len() {
            self.n.resize(cells, 0);
            if self.weighted {
                self.weight.resize(cells, Exact::default());
            }
        }
    }

    fn add(&mut self, values: &[u32], classes: &[u32], reading: &Reading) {
        let columns = self.columns;
        let cells =
            values.iter().zip(classes).map(|(value, class)| *value as usize * columns + *class as usize);
        if reading.plain() {
            cells.for_each(|cell| self.n[cell] += 1);
            return;
        }
        for (row, cell) in cells.enumerate() {
            let cases = reading.cases(row);
            // Beyond 2^53 the analysis refuses, so where counting stops does not matter.
            self.n[cell] = self.n[cell].saturating_add(cases);
            if let Some(weight) = reading.weight(row) {
                self.weight[cell].add_product(cases as f64, weight);
            }
        }
    }

    fn merge(&mut self, other: &Classes, values: &[u32], classes: &[u32]) {
        let most = |numbers: &[u32]| numbers.iter().max().map_or(0, |number| *number as usize);
        self.reserve(most(values), most(classes));
        for (cell, n) in other.n.iter().enumerate().filter(|(_, n)| **n > 0) {
            let (value, class) = (cell / other.columns, cell % other.columns);
            let here = there(values, value) * self.columns + there(classes, class);
            self.n[here] = self.n[here].saturating_add(*n);
            if let Some(weight) = other.weight.get(cell) {
                self.weight[here].merge(weight);
            }
        }
    }

    /// Cases of a value, and of a class of it, by number.
    pub(super) fn cases(&self, value: usize, class: usize) -> u64 {
        self.cell(value, class).and_then(|cell| self.n.get(cell)).copied().unwrap_or(0)
    }

    /// Whether cases have weights.
    pub(super) fn weighted(&self) -> bool {
        self.weighted
    }

    /// Adds what they weigh together.
    pub(super) fn add_weight(&self, value: usize, class: usize, sum: &mut Exact) {
        if let Some(weight) = self.cell(value, class).and_then(|cell| self.weight.get(cell)) {
            sum.merge(weight);
        }
    }

    fn cell(&self, value: usize, class: usize) -> Option<usize> {
        (class < self.columns).then_some(value * self.columns + class)
    }
}

fn wider<T: Clone + Default>(cells: &[T], before: usize, after: usize) -> Vec<T> {
    let rows = cells.chunks(before);
    rows.flat_map(|row| row.iter().cloned().chain(std::iter::repeat_n(T::default(), after - before)))
        .collect()
}

impl Default for Sums {
    fn default() -> Self {
        let (weight, first, second) = (Exact::default(), Exact::default(), Exact::default());
        Self { n: 0, weight, first, second, least: f64::INFINITY, most: f64::NEG_INFINITY }
    }
}

impl Sums {
    fn add(&mut self, amount: f64, cases: u64, weight: Option<f64>) {
        self.n = self.n.saturating_add(cases);
        self.least = self.least.min(amount);
        self.most = self.most.max(amount);
        if cases == 1 && weight.is_none() {
            self.first.add(amount);
            self.second.add_product(amount, amount);
            return;
        }
        let mut heavy = Exact::default();
        heavy.add_product(cases as f64, weight.unwrap_or(1.0));
        let mut square = Exact::default();
        square.add_product(amount, amount);
        if weight.is_some() {
            self.weight.merge(&heavy);
        }
        for part in heavy.parts() {
            self.first.add_product(*part, amount);
            square.parts().iter().for_each(|square| self.second.add_product(*part, *square));
        }
    }

    pub(super) fn merge(&mut self, other: &Sums) {
        self.n = self.n.saturating_add(other.n);
        self.weight.merge(&other.weight);
        self.first.merge(&other.first);
        self.second.merge(&other.second);
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
    }

    /// Cases.
    pub(super) fn n(&self) -> u64 {
        self.n
    }

    /// Mean and spread: Σwy / Σw and Σwy² − (Σwy)² / Σw, to twice the precision, since the second cancels.
    pub(super) fn moments(&self, weighted: bool) -> Moments {
        let weight = if weighted { self.weight.value() } else { self.n as f64 };
        if self.n == 0 {
            return Moments::default();
        }
        // Equal numbers have no spread at all; of 0 and −0, which are equal, the mean is 0.
        if self.least == self.most {
            return Moments { n: self.n, weight, mean: self.least + 0.0, squares: 0.0 };
        }
        let heavy = if weighted { self.weight.pair() } else { Exact::of(weight).pair() };
        let first = self.first.pair();
        let squares = self.second.pair().minus(first.square().over(heavy));
        // Of different numbers there is some spread, however little is left of it.
        let squares = if squares <= 0.0 { f64::MIN_POSITIVE } else { squares };
        Moments { n: self.n, weight, mean: first.over(heavy).0, squares }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(cases: &[(f64, u64, Option<f64>)]) -> Sums {
        let mut sums = Sums::default();
        cases.iter().for_each(|(amount, cases, weight)| sums.add(*amount, *cases, *weight));
        sums
    }

    #[test]
    fn moments_of_far_away_numbers() {
        let far = sums(&[(1e15 + 1.0, 1, None), (1e15 + 2.0, 1, None), (1e15 + 3.0, 2, None)]).moments(false);
        assert_eq!((far.n, far.mean, far.squares), (4, 1e15 + 2.25, 2.75));
        let same = sums(&[(0.1, 3, None), (0.1, 7, None)]).moments(false);
        assert_eq!((same.mean, same.squares), (0.1, 0.0));
    }

    #[test]
    fn weights_and_frequencies_are_repeated_rows() {
        let short = sums(&[(1.5, 3, Some(0.1)), (-2.0, 2, Some(0.7))]);
        let long = sums(&[
            (-2.0, 1, Some(0.7)),
            (1.5, 1, Some(0.1)),
            (1.5, 1, Some(0.1)),
            (-2.0, 1, Some(0.7)),
            (1.5, 1, Some(0.1)),
        ]);
        assert_eq!(short.moments(true), long.moments(true));
        // Σw = 1.7, Σwy = −2.35, Σwy² = 6.275.
        let Moments { n, weight, mean, squares } = short.moments(true);
        assert_eq!(n, 5);
        assert!((weight - 1.7).abs() < 1e-15 && (mean + 2.35 / 1.7).abs() < 1e-15);
        assert!((squares - (6.275 - 2.35 * 2.35 / 1.7)).abs() < 1e-14);
    }
}
