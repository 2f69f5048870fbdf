//! Whom the DMB extract holds: the persons that can be found, persons that cannot be told apart, and strangers.

use crate::calibration::Calibration;
use crate::cast;
use crate::chance::Chance;
use crate::dates::{self, date};
use crate::history::{self, History, Life};
use crate::numbers::Numbers;
use crate::person::{Person, Way};
use crate::roles::Roles;
use crate::tell::LateChild;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// One person of the DMB extract (v1 to v4, v8b) with the person's procedures.
#[derive(Clone, Debug)]
pub struct Extract {
    /// v1.
    pub v_number: String,
    /// v2.
    pub birth: NaiveDate,
    /// v3, index of the country; `None` is not known to the DMB.
    pub nationality: Option<usize>,
    /// v4.
    pub woman: bool,
    /// v8b.
    pub arrival: NaiveDate,
    /// The rest.
    pub history: History,
}

/// Strangers in a block's extract: those with the key of somebody who is found by V-number, near misses, others.
const STRANGERS: [usize; 3] = [12, 2, 26];

/// The extract of a block, in random order.
pub fn extract(
    calibration: &Calibration,
    persons: &[Person],
    roles: &Roles,
    children: &[LateChild],
    numbers: &mut Numbers,
    chance: &mut Chance,
) -> Vec<Extract> {
    let mut out = Vec::new();
    for (index, person) in persons.iter().enumerate() {
        if person.matched || roles.ambiguous.contains(&index) {
            let mut row = of_person(person, chance);
            if roles.other_birth.contains(&index) {
                row.birth = cast::other_birth(person).unwrap_or(person.birth);
            }
            if !open(roles, index) && chance.percent(5) {
                row.nationality = None;
            }
            out.push(row);
        }
        if roles.ambiguous.contains(&index) {
            out.push(stranger(person.key(), numbers.take(), chance));
        }
    }
    out.extend(children.iter().map(|child| of_person(&child.person, chance)));
    out.extend(strangers(calibration, persons, roles, numbers, chance));
    chance.shuffle(&mut out);
    out
}

/// Whether the person's V-number does not find the person.
fn open(roles: &Roles, index: usize) -> bool {
    roles.mistyped.contains(&index)
        || roles.numberless.contains(&index)
        || roles.ambiguous.contains(&index)
        || roles.copied.iter().any(|(_, copy)| *copy == index)
}

fn of_person(person: &Person, chance: &mut Chance) -> Extract {
    Extract {
        v_number: person.v_number.clone(),
        birth: person.birth,
        nationality: Some(person.country),
        woman: person.woman,
        arrival: person.arrival,
        history: history::draw(
            Life {
                way: person.way,
                arrival: person.arrival,
                inflow: person.inflow,
                outflow: person.outflow,
                past: &person.past,
            },
            chance,
        ),
    }
}

fn stranger(key: (NaiveDate, bool, usize), v_number: String, chance: &mut Chance) -> Extract {
    let arrival =
        dates::draw(dates::shift(date_28(key.0), 13 * 12), dates::shift(date_28(key.0), 17 * 12), chance);
    let last = dates::shift(date_28(arrival), 40).min(date(2010, 9, 1));
    let past = history::past(chance);
    let life = Life { way: Way::Guidance, arrival, inflow: last, outflow: None, past: &past };
    Extract {
        v_number,
        birth: key.0,
        nationality: Some(key.2),
        woman: key.1,
        arrival,
        history: history::draw(life, chance),
    }
}

fn date_28(day: NaiveDate) -> NaiveDate {
    use chrono::Datelike;
    date(day.year(), day.month(), day.day().min(28))
}

fn strangers(
    calibration: &Calibration,
    persons: &[Person],
    roles: &Roles,
    numbers: &mut Numbers,
    chance: &mut Chance,
) -> Vec<Extract> {
    let keys: BTreeSet<_> = persons.iter().map(Person::key).collect();
    let mut out = Vec::new();
    for _ in 0..STRANGERS[0] {
        let found: Vec<usize> = (0..persons.len())
            .filter(|index| {
                persons[*index].matched && !open(roles, *index) && !roles.other_birth.contains(index)
            })
            .collect();
        let key = persons[chance.pick(&found)].key();
        out.push(stranger(key, numbers.take(), chance));
    }
    let lost: Vec<&Person> = persons.iter().filter(|person| !person.matched).collect();
    let mut others = Vec::new();
    while others.len() < STRANGERS[1] + STRANGERS[2] {
        let model = if others.len() < STRANGERS[1] {
            lost[chance.below(lost.len())]
        } else {
            &persons[chance.below(persons.len())]
        };
        let birth = if others.len() < STRANGERS[1] {
            model.birth
        } else {
            model.birth + chrono::Days::new(chance.between(1, 900) as u64)
        };
        let key = (birth, model.woman, chance.below(calibration.countries.len()));
        if !keys.contains(&key) && !others.contains(&key) {
            others.push(key);
        }
    }
    out.extend(others.into_iter().map(|key| stranger(key, numbers.take(), chance)));
    out
}
