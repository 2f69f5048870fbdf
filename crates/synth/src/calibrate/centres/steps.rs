//! Random changes of a candidate that keep what must hold.

use super::{CENTRES, Problem, State};
use crate::calibrate::sexes::sexes;
use crate::calibrate::target::{OUTCOMES, TABLES};
use crate::chance::Chance;

/// What was changed.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// The one centre.
    pub(super) a: usize,
    /// The other; the same where one centre changed alone.
    pub(super) b: usize,
    /// Tables whose counts may have changed.
    pub(super) tables: [bool; TABLES],
    /// Whether the persons, clients or leavers of a centre became more or fewer.
    pub(super) sizes: bool,
}

impl Problem {
    /// Makes one random change; none if it cannot be made, and then the candidate may be spoilt.
    pub(super) fn step(&self, state: &mut State, chance: &mut Chance) -> Option<Step> {
        let (a, b) = (chance.below(CENTRES), chance.below(CENTRES));
        if a == b {
            return None;
        }
        let choice = chance.below(20);
        let guidance = (1..=7).contains(&choice);
        let (from, to) = (if guidance { 0 } else { 1 + chance.below(4) }, 1 + chance.below(4));
        let tables = match choice {
            0 => move_lost(state, a, b, chance),
            8 => retell(state, a, from, to),
            _ => swap(state, a, b, from, to),
        }?;
        let b = if choice == 8 { a } else { b };
        Some(Step { a, b, tables, sizes: choice == 0 || guidance })
    }
}

/// One person of `a` changes from `from` to `to`, one of `b` the other way.
fn swap(state: &mut State, a: usize, b: usize, from: usize, to: usize) -> Option<[bool; TABLES]> {
    if from == to || state.ways[a][from] == 0 || state.ways[b][to] == 0 {
        return None;
    }
    state.ways[a][from] -= 1;
    state.ways[a][to] += 1;
    state.ways[b][to] -= 1;
    state.ways[b][from] += 1;
    fits(state, a)?;
    fits(state, b)?;
    let guidance = from == 0 || to == 0;
    Some(std::array::from_fn(|t| guidance || OUTCOMES[t].0 == from || OUTCOMES[t].0 == to))
}

/// One leaver of a centre leaves in another way, which changes the totals; sex must still test as printed.
fn retell(state: &mut State, a: usize, from: usize, to: usize) -> Option<[bool; TABLES]> {
    if from == to || state.ways[a][from] == 0 {
        return None;
    }
    state.ways[a][from] -= 1;
    state.ways[a][to] += 1;
    sexes(state.totals())?;
    Some(std::array::from_fn(|t| OUTCOMES[t].0 == from || OUTCOMES[t].0 == to))
}

/// One person whom the register does not know moves to another centre.
fn move_lost(state: &mut State, a: usize, b: usize, chance: &mut Chance) -> Option<[bool; TABLES]> {
    let way = if state.lost_current[a] > 0 && chance.percent(70) { 0 } else { 1 + chance.below(4) };
    let lost = if way == 0 { &mut state.lost_current } else { &mut state.lost_left };
    lost[a] = lost[a].checked_sub(1)?;
    lost[b] += 1;
    state.ways[a][way] = state.ways[a][way].checked_sub(1)?;
    state.ways[b][way] += 1;
    fits(state, a)?;
    fits(state, b)?;
    Some([true; TABLES])
}

/// Whether those whom the register does not know are no more than there are.
fn fits(state: &State, c: usize) -> Option<()> {
    let left: u32 = state.ways[c][1..].iter().sum();
    (state.lost_left[c] <= left && state.lost_current[c] <= state.ways[c][0]).then_some(())
}
