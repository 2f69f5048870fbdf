//! Simulated annealing over candidates.

use super::cut::{categories, count};
use super::steps::Step;
use super::{Categories, Problem, Shape, State, Ways};
use crate::calibrate::cost::cost;
use crate::calibrate::split::{Split, split};
use crate::calibrate::target::{OUTCOMES, Population, TABLES};
use crate::calibrate::{accept, cooled};
use crate::chance::Chance;

/// Costs of a characteristic by table.
type Costs = [f64; TABLES];
/// Categories of a characteristic, over all persons and over leavers.
type Cut = [Categories; 2];

/// A characteristic judged anew.
struct Judged {
    place: usize,
    costs: Costs,
    cut: Option<Cut>,
}

/// How strongly a χ² draws from afar.
const PULL: f64 = 0.3;

/// How much dearer a characteristic becomes by a step, on the average of late: those that spoil most steps come first.
struct Often {
    place: usize,
    dearer: f64,
}

/// What the characteristics not yet judged may make up for, when a step is given up.
const HOPE: f64 = 3.0;

fn sum(costs: &Costs, tables: &[bool; TABLES]) -> f64 {
    costs.iter().zip(tables).filter(|(_, wanted)| **wanted).map(|(cost, _)| cost).sum()
}

impl Problem {
    fn cut(&self, k: usize, ways: &Ways) -> Cut {
        let shape = &self.characteristics[k].shape;
        [Population::All, Population::Left].map(|population| categories(shape, ways, population))
    }

    /// The test of a characteristic in each table.
    pub(super) fn splits(&self, k: usize, ways: &Ways) -> [Split; TABLES] {
        let cut = self.cut(k, ways);
        std::array::from_fn(|t| self.test(k, &cut, ways, t))
    }

    fn test(&self, k: usize, cut: &Cut, ways: &Ways, t: usize) -> Split {
        let (way, population) = OUTCOMES[t];
        let categories = &cut[usize::from(population == Population::Left)];
        split(&count(categories, ways, way, population), self.characteristics[k].scale)
    }

    /// Judges the tables that a step touched. Centres of one category exchange persons without any effect.
    fn judge(&self, k: usize, cut: &Cut, ways: &Ways, step: &Step, costs: &mut Costs) {
        let characteristic = &self.characteristics[k];
        for t in (0..TABLES).filter(|t| step.tables[*t]) {
            let categories = &cut[usize::from(OUTCOMES[t].1 == Population::Left)];
            if step.sizes || step.a == step.b || categories[step.a] != categories[step.b] {
                costs[t] =
                    cost(characteristic.targets[t], &self.test(k, cut, ways, t), characteristic.scale, PULL);
            }
        }
    }

    /// The cost after a step, and what is judged anew; no further than it takes to see that the step is too dear.
    fn cost_after(
        &self,
        ways: &Ways,
        step: &Step,
        known: (&[Costs], &[Cut]),
        (total, limit): (f64, f64),
        order: &mut [Often],
    ) -> (f64, Vec<Judged>) {
        let (costs, cuts) = known;
        let mut judged = Vec::with_capacity(order.len());
        let mut next = total;
        for often in order {
            let k = often.place;
            let mut row = costs[k];
            let fixed = matches!(self.characteristics[k].shape, Shape::Fixed(_));
            let cut = (step.sizes && !fixed).then(|| self.cut(k, ways));
            let sizes = step.sizes && !fixed;
            self.judge(k, cut.as_ref().unwrap_or(&cuts[k]), ways, &Step { sizes, ..*step }, &mut row);
            let change = sum(&row, &step.tables) - sum(&costs[k], &step.tables);
            often.dearer = 0.999 * often.dearer + 0.001 * change.max(0.0);
            next += change;
            judged.push(Judged { place: k, costs: row, cut });
            if next > limit + HOPE {
                break;
            }
        }
        (next, judged)
    }

    /// Takes `steps` steps while the temperature falls from the one to the other; leaves the best candidate and gives its
    /// cost.
    pub(in crate::calibrate) fn anneal(
        &self,
        state: &mut State,
        steps: u64,
        (hot, cold): (f64, f64),
        chance: &mut Chance,
    ) -> f64 {
        let places = 0..self.characteristics.len();
        let mut cuts: Vec<Cut> = places.clone().map(|k| self.cut(k, &state.ways)).collect();
        let mut costs = vec![[0.0; TABLES]; self.characteristics.len()];
        let all = Step { a: 0, b: 0, tables: [true; TABLES], sizes: true };
        for k in places.clone() {
            self.judge(k, &cuts[k], &state.ways, &all, &mut costs[k]);
        }
        let mut total: f64 = costs.iter().flatten().sum();
        let mut best = (total, state.clone());
        let mut order: Vec<Often> = places.map(|place| Often { place, dearer: 0.0 }).collect();
        for step in 0..steps {
            if step % 4096 == 0 {
                order.sort_by(|a, b| b.dearer.total_cmp(&a.dearer));
            }
            let temperature = cooled(hot, cold / hot, step, steps);
            let limit = total + accept(temperature, chance);
            let before = state.clone();
            let Some(made) = self.step(state, chance) else {
                *state = before;
                continue;
            };
            let (next, judged) =
                self.cost_after(&state.ways, &made, (&costs, &cuts), (total, limit), &mut order);
            if next > limit {
                *state = before;
                continue;
            }
            total = next;
            for Judged { place, costs: row, cut } in judged {
                costs[place] = row;
                cuts[place] = cut.unwrap_or(cuts[place]);
            }
            if total < best.0 - 1e-9 {
                best = (total, state.clone());
            }
        }
        *state = best.1;
        best.0
    }
}
