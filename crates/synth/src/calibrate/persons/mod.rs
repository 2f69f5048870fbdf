//! What each invented person registers, so that characteristics of persons test as printed.

mod fit;
mod groups;
mod report;
mod slot;
mod times;

use super::centres::State;
use super::target::Targets;
use crate::calibration::Centre;
use crate::chance::Chance;
use crate::registered::Registered;

/// Persons for a table of centres and ways, and what their tests reach, in words.
pub(super) fn persons(
    state: &State,
    centres: &[Centre],
    targets: &Targets,
    effort: u64,
    chance: &mut Chance,
) -> (Vec<Registered>, String) {
    let mut slots = slot::slots(state, centres, chance);
    let mut said = times::fit(&mut slots, centres, targets, effort, chance);
    said += &groups::fit(&mut slots, targets, effort, chance);
    (slots.iter().map(|slot| slot.registered(centres)).collect(), said)
}
