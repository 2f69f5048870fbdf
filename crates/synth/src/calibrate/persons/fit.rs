//! Simulated annealing over the answers of persons.

use super::slot::Slot;
use crate::calibrate::centres::{WAYS, interval};
use crate::calibrate::cost::cost;
use crate::calibrate::split::{Cell, MOST, Scale, Split, split};
use crate::calibrate::target::{OUTCOMES, Population, TABLES, Target, Targets};
use crate::calibrate::{accept, cooled};
use crate::chance::Chance;

/// How the values of a characteristic become categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Each value is one; any two may merge.
    Nominal,
    /// Each value is one; neighbours may merge.
    Ordinal,
    /// At most ten intervals by mean rank.
    Ranked,
}

impl Kind {
    fn scale(self) -> Scale {
        if self == Kind::Nominal { Scale::Nominal } else { Scale::Ordinal }
    }
}

/// A characteristic of persons.
pub(super) struct Feature {
    /// Its printed label in small letters.
    pub(super) label: &'static str,
    /// Its level.
    pub(super) kind: Kind,
    /// Values that there can be.
    pub(super) size: usize,
    /// The value of a person, below `size`; none is missing.
    pub(super) value: fn(&Slot) -> Option<usize>,
}

/// What a change replaced: place and former self.
pub(super) type Change = Vec<(usize, Slot)>;

/// A characteristic with its persons by value and way.
struct Counted<'a> {
    feature: &'a Feature,
    targets: [Target; TABLES],
    counts: Vec<[u32; WAYS]>,
    cost: f64,
}

/// The tests of a characteristic in all tables.
pub(super) fn splits(feature: &Feature, slots: &[Slot]) -> [Split; TABLES] {
    tests(feature.kind, &histogram(feature, slots))
}

fn histogram(feature: &Feature, slots: &[Slot]) -> Vec<[u32; WAYS]> {
    let mut counts = vec![[0; WAYS]; feature.size];
    for slot in slots {
        if let Some(value) = (feature.value)(slot) {
            counts[value][slot.way] += 1;
        }
    }
    counts
}

fn tests(kind: Kind, counts: &[[u32; WAYS]]) -> [Split; TABLES] {
    let cut = [Population::All, Population::Left].map(|population| categories(kind, counts, population));
    std::array::from_fn(|t| {
        let (way, population) = OUTCOMES[t];
        let cells = cut[usize::from(population == Population::Left)].map(|ways| -> Cell {
            let all: u32 = ways.iter().sum();
            [ways[way], all - ways[way]]
        });
        split(&cells, kind.scale())
    })
}

fn categories(kind: Kind, counts: &[[u32; WAYS]], population: Population) -> [[u32; WAYS]; MOST] {
    let first = usize::from(population == Population::Left);
    let total: u32 = counts.iter().map(|ways| ways[first..].iter().sum::<u32>()).sum();
    let mut out = [[0; WAYS]; MOST];
    let mut before = 0;
    for (value, ways) in counts.iter().enumerate() {
        let n: u32 = ways[first..].iter().sum();
        if n == 0 {
            continue;
        }
        let place = if kind == Kind::Ranked { usize::from(interval(before, n, total)) } else { value };
        before += n;
        out[place][first..].iter_mut().zip(&ways[first..]).for_each(|(sum, n)| *sum += n);
    }
    out
}

impl Counted<'_> {
    fn judge(&self) -> f64 {
        let splits = tests(self.feature.kind, &self.counts);
        let costs = self.targets.iter().zip(&splits);
        costs.map(|(target, split)| cost(*target, split, self.feature.kind.scale(), 1.0)).sum()
    }

    /// Counts the values of changed persons anew; whether any value changed.
    fn recount(&mut self, from: &Slot, to: &Slot) -> bool {
        let (was, is) = ((self.feature.value)(from), (self.feature.value)(to));
        if was == is {
            return false;
        }
        if let Some(value) = was {
            self.counts[value][from.way] -= 1;
        }
        if let Some(value) = is {
            self.counts[value][to.way] += 1;
        }
        true
    }
}

/// Changes persons until the characteristics test as printed or `steps` are made; leaves the best and gives its cost.
///
/// `change` makes a random change and says what it replaced; none if it made none.
pub(super) fn anneal(
    slots: &mut [Slot],
    features: &[Feature],
    targets: &Targets,
    (steps, hot): (u64, f64),
    mut change: impl FnMut(&mut [Slot], &mut Chance) -> Option<Change>,
    chance: &mut Chance,
) -> f64 {
    let mut counted: Vec<Counted<'_>> = Vec::new();
    for feature in features {
        let targets = targets.get(feature.label).copied().unwrap_or([Target::No; TABLES]);
        let mut of = Counted { feature, targets, counts: histogram(feature, slots), cost: 0.0 };
        of.cost = of.judge();
        counted.push(of);
    }
    let mut total: f64 = counted.iter().map(|of| of.cost).sum();
    let mut best = (total, slots.to_vec());
    for step in 0..steps {
        if best.0 <= 0.0 {
            break;
        }
        let temperature = cooled(hot, 0.01, step, steps);
        let Some(old) = change(slots, chance) else { continue };
        let mut costs: Vec<f64> = counted.iter().map(|of| of.cost).collect();
        for (cost, of) in costs.iter_mut().zip(&mut counted) {
            let touched = old.iter().filter(|(place, before)| of.recount(before, &slots[*place])).count();
            if touched > 0 {
                *cost = of.judge();
            }
        }
        let next: f64 = costs.iter().sum();
        if next <= total + accept(temperature, chance) {
            total = next;
            counted.iter_mut().zip(costs).for_each(|(of, cost)| of.cost = cost);
            if total < best.0 {
                best = (total, slots.to_vec());
            }
        } else {
            for (place, before) in old {
                counted.iter_mut().for_each(|of| {
                    of.recount(&slots[place], &before);
                });
                slots[place] = before;
            }
        }
    }
    slots.clone_from_slice(&best.1);
    best.0
}
