//! Dates and ages: they hang together, and with the months of stay of each centre.

use super::fit::{Change, Feature, Kind, anneal};
use super::report::report;
use super::slot::Slot;
use crate::calibrate::target::Targets;
use crate::calibration::Centre;
use crate::chance::Chance;
use crate::dates::date;
use chrono::Datelike;

fn features() -> Vec<Feature> {
    let of = |label, size, value| Feature { label, kind: Kind::Ranked, size, value };
    vec![
        of("totale duur verblijf perspectief (in maanden)", 100, |s| Some(s.guided())),
        of("datum instroom", 2800, |s| Some((s.inflow - date(2003, 6, 1)).num_days() as usize)),
        of("jaar waarin ex-amv bekend werd in nl", 40, |s| {
            s.matched.then(|| (s.arrival.year() - 1985) as usize)
        }),
        of("duur verblijf in nl op het moment van instroom bij perspectief (in maanden)", 200, |s| {
            s.matched.then_some(s.months as usize)
        }),
        of("leeftijd van de ex-amv bij binnenkomst", 60, |s| s.matched.then(|| s.years_after_arrival(0))),
        of("leeftijd waarop ex-amv bekend werd in nl", 60, |s| s.matched.then(|| s.years_after_arrival(0))),
        of("leeftijd amv bij eerste asiel gehoor", 60, |s| {
            s.matched.then(|| s.years_after_arrival(s.past.decided))
        }),
        of("leeftijd bij instroom", 60, |s| Some(((s.age + s.months) / 12) as usize)),
    ]
}

/// Fits dates and ages; what is left, in words.
pub(super) fn fit(
    slots: &mut [Slot],
    centres: &[Centre],
    targets: &Targets,
    effort: u64,
    chance: &mut Chance,
) -> String {
    let features = features();
    let change = |slots: &mut [Slot], chance: &mut Chance| retime(slots, centres, chance);
    let cost = anneal(slots, &features, targets, (effort * 10, 3.0), change, chance);
    format!("dates: cost {cost:.3}\n{}", report(slots, &features, targets))
}

fn retime(slots: &mut [Slot], centres: &[Centre], chance: &mut Chance) -> Option<Change> {
    let place = chance.below(slots.len());
    let old = slots[place].clone();
    match chance.below(10) {
        0..=4 => slots[place].enter(centres.get(old.centre)?, chance),
        5 | 6 if old.way > 0 => slots[place].leave(chance),
        7 => {
            slots[place].grow(chance);
            slots[place].past.decided = chance.between(20, 110);
        }
        _ => {
            // The months of stay of a centre are pinned, so two persons exchange them.
            let other = chance.below(slots.len());
            let was = slots[other].clone();
            if was.centre != old.centre || !was.matched || !old.matched || was.months == old.months {
                return None;
            }
            slots[place].stay(was.months, chance);
            slots[other].stay(old.months, chance);
            return Some(vec![(place, old), (other, was)]);
        }
    }
    (slots[place] != old).then(|| vec![(place, old)])
}
