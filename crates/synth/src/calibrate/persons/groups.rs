//! Answers that hang together with no others but those of their group.

use super::fit::{Feature, Kind, anneal};
use super::report::report;
use super::slot::{AIM, HELD, Slot};
use crate::calibrate::target::Targets;
use crate::chance::Chance;
use crate::person::Held;

/// A group: its name, its characteristics, and how one person's answers change.
type Group = (&'static str, Vec<Feature>, fn(&mut Slot, &mut Chance));

/// Tries of a group that is not met yet.
const TRIES: u32 = 6;

/// Fits each group; what is left, in words.
pub(super) fn fit(slots: &mut [Slot], targets: &Targets, effort: u64, chance: &mut Chance) -> String {
    for slot in slots.iter_mut().filter(|slot| slot.guided() == 0) {
        slot.contacts = None;
    }
    let mut said = String::new();
    for (name, features, change) in registered().into_iter().chain(known()) {
        let step = |slots: &mut [Slot], chance: &mut Chance| {
            let place = chance.below(slots.len());
            let old = slots[place].clone();
            change(&mut slots[place], chance);
            (old != slots[place]).then(|| vec![(place, old)])
        };
        if name == "dossier" {
            slots.iter_mut().for_each(|slot| change(slot, chance));
        }
        let mut best: Option<(f64, Vec<Slot>)> = None;
        for turn in 0..TRIES {
            // Gently first, so that plausible answers stay; warmer where that does not do.
            let hot = 0.2 * f64::from(1 + turn);
            let mut tried = slots.to_vec();
            let cost = anneal(&mut tried, &features, targets, (effort, hot), step, chance);
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, tried));
            }
            if cost <= 0.0 {
                break;
            }
        }
        if let Some((cost, tried)) = best {
            slots.clone_from_slice(&tried);
            said += &format!("{name}: cost {cost:.3}\n{}", report(slots, &features, targets));
        }
    }
    said
}

fn feature(label: &'static str, kind: Kind, size: usize, value: fn(&Slot) -> Option<usize>) -> Feature {
    Feature { label, kind, size, value }
}

/// What centres register.
fn registered() -> Vec<Group> {
    use Kind::{Nominal, Ordinal, Ranked};
    vec![
        ("children", vec![feature("kinderen van ex-amv’s", Ordinal, 3, |s| s.children)], |s, chance| {
            let weights: &[usize] = if s.woman { &[60, 22, 10] } else { &[90, 6, 1] };
            s.children = s.children.map(|_| chance.weighted(weights));
        }),
        (
            "diagnosis",
            vec![feature("psychiatrische diagnose", Nominal, 3, |s| Some(s.diagnosis))],
            |s, chance| s.diagnosis = chance.weighted(&[3, 2, 1]),
        ),
        (
            "complaints",
            vec![feature("lichamelijke klachten", Nominal, 3, |s| Some(s.complaints))],
            |s, chance| s.complaints = chance.weighted(&[4, 2, 1]),
        ),
        ("aim", vec![feature("waar is het traject op gericht", Nominal, 4, |s| Some(s.aim))], |s, chance| {
            s.aim = chance.weighted(&AIM[s.way])
        }),
        (
            "contacts",
            vec![feature("aantal cliënt contacten per maand", Ranked, 12, |s| s.contacts)],
            |s, chance| s.contacts = s.contacts.map(|_| 1 + chance.below(10)),
        ),
    ]
}

/// What the register knows.
fn known() -> Vec<Group> {
    use Kind::{Nominal, Ranked};
    vec![
        (
            "requests",
            vec![
                feature("aantal asielaanvragen", Ranked, 8, |s| of(s, s.past.asylum)),
                feature("aantal buiten schuld aanvragen", Ranked, 8, |s| of(s, s.past.no_fault)),
                feature("aantal reguliere aanvragen en procedures", Ranked, 8, |s| of(s, s.past.regular)),
                feature("aantal aanvragen en procedures", Ranked, 20, |s| {
                    of(s, s.past.asylum + s.past.regular + s.past.no_fault)
                }),
            ],
            |s, chance| match chance.below(4) {
                0 => s.past.asylum = 1 + chance.weighted(&[62, 28, 10]) as u32,
                1 => s.past.no_fault = chance.weighted(&[88, 11, 1]) as u32,
                _ => s.past.regular = chance.weighted(&[35, 30, 20, 10, 5]) as u32,
            },
        ),
        (
            "appeals",
            vec![
                feature("aantal beroep ac", Ranked, 8, |s| of(s, s.past.ac)),
                feature("aantal beroep ar", Ranked, 8, |s| of(s, s.past.ar)),
                feature("aantal beroep vk", Ranked, 8, |s| of(s, s.past.vk)),
                feature("aantal keer beroep (ac/ar/vk)", Ranked, 20, |s| {
                    of(s, s.past.ac + s.past.ar + s.past.vk)
                }),
                feature("groepen ex-amv's naar beroep ac / ar / vk", Nominal, 8, |s| {
                    let past = &s.past;
                    of(s, u32::from(past.ac > 0) + 2 * u32::from(past.ar > 0) + 4 * u32::from(past.vk > 0))
                }),
            ],
            |s, chance| match chance.below(3) {
                0 => s.past.ac = chance.weighted(&[70, 24, 6]) as u32,
                1 => s.past.ar = chance.weighted(&[34, 20, 15, 12, 9, 6, 4]) as u32,
                _ => s.past.vk = chance.weighted(&[66, 34]) as u32,
            },
        ),
        (
            "detention",
            vec![
                feature("vrijheidsbeperkende maatregelen (vbm)", Nominal, 2, |s| of(s, u32::from(held(s)))),
                feature("voor of na instroom steunpunten eerste vbm", Nominal, 2, |s| {
                    (s.matched && held(s)).then_some(usize::from(s.past.held == Held::Since))
                }),
                feature("totale duur vbm (in dagen)", Ranked, 300, |s| {
                    (s.matched && held(s)).then_some(s.past.days as usize)
                }),
            ],
            |s, chance| {
                if chance.percent(70) {
                    s.past.held = HELD[chance.weighted(&[65, 22, 13])];
                }
                s.hold(chance);
            },
        ),
        (
            "dossier",
            vec![feature("wel of geen ‘vastlopende dossiers’", Nominal, 2, |s| {
                of(s, u32::from(s.past.stuck))
            })],
            |s, chance| {
                let past = &s.past;
                let others = past.asylum + past.regular + past.no_fault + past.ac + past.ar + past.vk > 1;
                s.past.stuck = !others || chance.percent(50);
            },
        ),
    ]
}

fn of(slot: &Slot, value: u32) -> Option<usize> {
    slot.matched.then_some(value as usize)
}

fn held(slot: &Slot) -> bool {
    slot.past.held != Held::Never
}
