//! Who leaves in which way at which centre, so that characteristics of centres test as printed.

mod anneal;
mod cut;
mod load;
mod report;
mod steps;

pub(super) use cut::interval;
pub(super) use load::load;

use super::split::Scale;
use super::target::{TABLES, Target};
use crate::chance::Chance;

/// Centres.
pub(super) const CENTRES: usize = 20;
/// Ways in which guidance stands: in guidance, permit, return, unknown destination, other.
pub(super) const WAYS: usize = 5;

/// Persons by centre and way.
pub(super) type Ways = [[u32; WAYS]; CENTRES];
/// The category of each centre; none is missing.
type Categories = [Option<u8>; CENTRES];

/// How the category of a centre comes about.
#[derive(Clone, Debug)]
enum Shape {
    /// As it is.
    Fixed(Categories),
    /// A number, cut into intervals by the mean rank of the centre's persons.
    Ranked([Option<f64>; CENTRES]),
    /// A number divided by persons in guidance, cut in the same way.
    PerClient([Option<f64>; CENTRES]),
    /// Persons in guidance divided by a number, cut in the same way.
    ClientsPer([Option<f64>; CENTRES]),
}

/// A characteristic of centres and what is printed about it.
struct Characteristic {
    name: String,
    scale: Scale,
    shape: Shape,
    targets: [Target; TABLES],
}

/// What is searched for: all characteristics of centres whose answers are printed.
pub(super) struct Problem {
    characteristics: Vec<Characteristic>,
    matched: [u32; CENTRES],
    /// Printed names of the centres.
    pub(super) names: Vec<String>,
}

/// A candidate.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct State {
    /// Persons by centre and way.
    pub(super) ways: Ways,
    /// Of the persons in guidance: those whom the register does not know.
    pub(super) lost_current: [u32; CENTRES],
    /// Of the leavers: those whom the register does not know.
    pub(super) lost_left: [u32; CENTRES],
}

impl State {
    /// Persons by way.
    pub(super) fn totals(&self) -> [u32; WAYS] {
        let mut out = [0; WAYS];
        for centre in &self.ways {
            out.iter_mut().zip(centre).for_each(|(sum, n)| *sum += n);
        }
        out
    }
}

/// Persons whom the register does not know: in guidance, and leavers.
const LOST: [usize; 2] = [13, 5];

impl Problem {
    /// A random start with these totals of the ways of leaving.
    pub(super) fn start(&self, totals: [u32; 4], chance: &mut Chance) -> State {
        let mut state = State::default();
        for c in 0..CENTRES {
            state.ways[c][0] = self.matched[c];
        }
        for place in 0..LOST[0] + LOST[1] {
            let c = self.draw(chance);
            state.ways[c][0] += 1;
            let lost = if place < LOST[0] { &mut state.lost_current } else { &mut state.lost_left };
            lost[c] += 1;
        }
        for (way, total) in totals.iter().enumerate() {
            let mut rest = *total;
            while rest > 0 {
                let c = self.draw(chance);
                if state.ways[c][0] > 1 + state.lost_current[c] {
                    state.ways[c][0] -= 1;
                    state.ways[c][way + 1] += 1;
                    rest -= 1;
                }
            }
        }
        state
    }

    /// A centre, in proportion to its persons.
    fn draw(&self, chance: &mut Chance) -> usize {
        let weights: Vec<usize> = self.matched.iter().map(|n| *n as usize + 3).collect();
        chance.weighted(&weights)
    }
}
