//! The only passes over the cases: columns in, one table per predictor and node out.

use crate::grid::{Grid, Keys};
use crate::{Codes, Data, Error, Missing, Moments, OutcomeColumn, Predictor, Result, Summary, Table};
use std::ops::AddAssign;

/// Cells of all tables of one predictor at most; more nodes are counted in turns.
const MAX_CELLS: usize = 1 << 22;

/// Which rows take part, and in which of several tables.
pub(crate) struct Cases<'a> {
    data: &'a Data<'a>,
    /// Per row its table, or [`OUT`].
    slot: Vec<u32>,
    slots: usize,
    /// Frequency times case weight of each row, where there are case weights.
    weight: Option<Vec<f64>>,
    scale: Option<Scale<'a>>,
}

/// A scale outcome, ready to be summed.
struct Scale<'a> {
    values: &'a [f64],
    /// The values counted from `centre`, so that squares do not cancel, and their squares, weighted.
    powers: [Vec<f64>; 2],
    centre: f64,
}

/// The least and the largest of some values: where they are one, it is the mean, and there is no spread. Sums would
/// leave rounding of both, and equal groups without spread would then differ for certain.
#[derive(Clone, Copy)]
struct Bounds {
    least: f64,
    largest: f64,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { least: f64::INFINITY, largest: f64::NEG_INFINITY }
    }
}

impl From<f64> for Bounds {
    fn from(value: f64) -> Bounds {
        Bounds { least: value, largest: value }
    }
}

impl AddAssign for Bounds {
    fn add_assign(&mut self, other: Bounds) {
        *self = Bounds { least: self.least.min(other.least), largest: self.largest.max(other.largest) };
    }
}

/// The slot of a row that takes no part.
pub(crate) const OUT: u32 = u32::MAX;

/// Counts each predictor against the outcome, all cases in one table: the counting step of a screen, for columns.
///
/// A row counts when its outcome is known, its weights are above zero and, with [`Missing::Floating`], at least
/// one predictor is known. `threads` as in [`Options`](crate::Options).
///
/// # Errors
/// Columns that do not fit together, codes outside their range, weights that are none; [`Error::OutcomeMissing`],
/// [`Error::NoCases`].
pub fn tables(data: &Data<'_>, missing: Missing, threads: usize) -> Result<Vec<Table>> {
    data.check()?;
    let slot = eligible(data, missing)?;
    let cases = Cases::new(data, slot, 1);
    Ok(cases.count(threads).into_iter().flatten().collect())
}

/// Slot 0 for each row that counts.
pub(crate) fn eligible(data: &Data<'_>, missing: Missing) -> Result<Vec<u32>> {
    let rows = data.rows();
    let known = |row: usize| match &data.outcome {
        OutcomeColumn::Classes { codes, .. } => codes.get(row).is_some(),
        OutcomeColumn::Scale(values) => !values[row].is_nan(),
    };
    if rows > 0 && !(0..rows).any(known) {
        return Err(Error::OutcomeMissing { rows });
    }
    let some_predictor =
        |row: usize| data.predictors.iter().any(|predictor| predictor.codes.get(row).is_some());
    let counts = |row: usize| {
        known(row)
            && data.cases(row) > 0
            && data.case_weight(row) > 0.0
            && (missing != Missing::Floating || some_predictor(row))
    };
    let slot: Vec<u32> = (0..rows).map(|row| if counts(row) { 0 } else { OUT }).collect();
    if slot.iter().all(|slot| *slot == OUT) { Err(Error::NoCases) } else { Ok(slot) }
}

impl<'a> Cases<'a> {
    pub(crate) fn new(data: &'a Data<'a>, slot: Vec<u32>, slots: usize) -> Cases<'a> {
        let weight_of = |row: usize| f64::from(data.cases(row)) * data.case_weight(row);
        let weight = data.weight.map(|_| (0..slot.len()).map(weight_of).collect());
        let scale = match data.outcome {
            OutcomeColumn::Classes { .. } => None,
            OutcomeColumn::Scale(values) => {
                let centre = mean(data, &slot);
                // The sums of rows that do not count are not looked at; a NaN would only slow them down.
                let apart = |row: usize| if values[row].is_nan() { 0.0 } else { values[row] - centre };
                let power =
                    |power: i32| (0..slot.len()).map(|row| weight_of(row) * apart(row).powi(power)).collect();
                Some(Scale { values, powers: [power(1), power(2)], centre })
            }
        };
        Cases { data, slot, slots, weight, scale }
    }

    /// Tables of each predictor, one per slot.
    pub(crate) fn count(&self, threads: usize) -> Vec<Vec<Table>> {
        let keys = self.keys();
        let predictors = self.data.predictors;
        let share = predictors.len().div_ceil(threads.max(1)).max(1);
        if threads <= 1 {
            return predictors.iter().map(|predictor| self.of(predictor, &keys)).collect();
        }
        std::thread::scope(|scope| {
            let workers: Vec<_> = predictors
                .chunks(share)
                .map(|part| {
                    let keys = &keys;
                    scope.spawn(move || part.iter().map(|p| self.of(p, keys)).collect::<Vec<_>>())
                })
                .collect();
            let counted = workers.into_iter().map(|worker| match worker.join() {
                Ok(tables) => tables,
                // A bug of ours: to go on would lose predictors in silence.
                Err(panic) => std::panic::resume_unwind(panic),
            });
            counted.flatten().collect()
        })
    }

    /// How many slots may be counted at once.
    pub(crate) fn slots_at_once(data: &Data<'_>) -> usize {
        let widest = data.predictors.iter().map(|predictor| predictor.categories + 1).max().unwrap_or(1);
        (MAX_CELLS / (widest * data.classes())).max(1)
    }

    /// Column of the histogram per row: slot and class; the last one takes the rows that do not count.
    fn keys(&self) -> Keys {
        let wide = match &self.data.outcome {
            OutcomeColumn::Classes { codes: Codes::U8(codes), .. } => self.keys_of(codes),
            OutcomeColumn::Classes { codes: Codes::U16(codes), .. } => self.keys_of(codes),
            OutcomeColumn::Classes { codes: Codes::U32(codes), .. } => self.keys_of(codes),
            OutcomeColumn::Scale(_) => {
                self.slot.iter().map(|slot| if *slot == OUT { self.slots as u32 } else { *slot }).collect()
            }
        };
        Keys::of(wide, self.slots * self.data.classes() + 1)
    }

    fn keys_of<C: Copy + Into<u32>>(&self, class: &[C]) -> Vec<u32> {
        let (classes, last) = (self.data.classes() as u32, (self.slots * self.data.classes()) as u32);
        let key = |(slot, class): (&u32, &C)| {
            if *slot == OUT { last } else { slot * classes + (*class).into() }
        };
        self.slot.iter().zip(class).map(key).collect()
    }

    fn of(&self, predictor: &Predictor<'_>, keys: &Keys) -> Vec<Table> {
        let columns = self.slots * self.data.classes() + 1;
        let grid = Grid { codes: predictor.codes, keys, columns, rows: predictor.categories + 1 };
        let n = match self.data.frequency {
            None => grid.count(),
            Some(frequency) => grid.sum(frequency),
        };
        let weight: Option<Vec<f64>> = self.weight.as_ref().map(|weight| grid.sum(weight));
        let moments: Option<Vec<Moments>> =
            self.scale.as_ref().map(|scale| scale.moments(&grid, &n, weight.as_deref()));
        let summary = |category: usize, slot: usize| {
            let start = category * columns + slot * self.data.classes();
            let cells = start..start + self.data.classes();
            match &moments {
                None => Summary::Counts {
                    n: n[cells.clone()].to_vec(),
                    weight: weight.as_ref().map(|weight| weight[cells].to_vec()),
                },
                Some(moments) => Summary::Moments(moments[start]),
            }
        };
        (0..self.slots)
            .map(|slot| Table {
                name: predictor.name.clone(),
                level: predictor.level,
                categories: (0..predictor.categories).map(|category| summary(category, slot)).collect(),
                missing: Some(summary(predictor.categories, slot)).filter(|missing| missing.n() > 0),
            })
            .collect()
    }
}

impl Scale<'_> {
    /// Moments of each cell, whose cases and, if not all weigh 1, weights these are.
    fn moments(&self, grid: &Grid<'_>, n: &[u64], weight: Option<&[f64]>) -> Vec<Moments> {
        let [first, second] = self.powers.each_ref().map(|power| grid.sum::<f64, f64>(power));
        let bounds: Vec<Bounds> = grid.sum(self.values);
        let of = |cell: usize| match (n[cell], bounds[cell]) {
            (0, _) => Moments::default(),
            (n, Bounds { least, largest }) => {
                let weight = weight.map_or(n as f64, |weight| weight[cell]);
                if least == largest {
                    // Of 0 and −0, which are equal, the mean is 0.
                    return Moments { n, weight, mean: least + 0.0, squares: 0.0 };
                }
                let squares = second[cell] - first[cell] * first[cell] / weight;
                // Of different numbers there is some spread, however little is left of it.
                let squares = if squares <= 0.0 { f64::MIN_POSITIVE } else { squares };
                Moments { n, weight, mean: self.centre + first[cell] / weight, squares }
            }
        };
        (0..n.len()).map(of).collect()
    }
}

/// The outcome in each slot, row after row, so that equal values have no spread at all.
pub(crate) fn outcomes(data: &Data<'_>, slot: &[u32], slots: usize) -> Vec<Summary> {
    let empty = match &data.outcome {
        OutcomeColumn::Classes { classes, .. } => {
            Summary::Counts { n: vec![0; *classes], weight: data.weight.map(|_| vec![0.0; *classes]) }
        }
        OutcomeColumn::Scale(_) => Summary::Moments(Moments::default()),
    };
    let mut outcomes = vec![empty; slots];
    for (row, slot) in slot.iter().enumerate().filter(|(_, slot)| **slot != OUT) {
        let (n, weight) = (u64::from(data.cases(row)), f64::from(data.cases(row)) * data.case_weight(row));
        match (&mut outcomes[*slot as usize], &data.outcome) {
            (Summary::Counts { n: counts, weight: weights }, OutcomeColumn::Classes { codes, .. }) => {
                let class = codes.get(row).unwrap_or_default() as usize;
                counts[class] += n;
                weights.iter_mut().for_each(|weights| weights[class] += weight);
            }
            (Summary::Moments(moments), OutcomeColumn::Scale(values)) => {
                *moments = moments.with(&Moments { n, weight, mean: values[row], squares: 0.0 });
            }
            _ => {}
        }
    }
    outcomes
}

fn mean(data: &Data<'_>, slot: &[u32]) -> f64 {
    let one: Vec<u32> = slot.iter().map(|slot| if *slot == OUT { OUT } else { 0 }).collect();
    match outcomes(data, &one, 1).first() {
        Some(Summary::Moments(moments)) => moments.mean,
        _ => 0.0,
    }
}
