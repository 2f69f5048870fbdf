//! The true persons of one block: who they are, where they are guided, when they came, entered and left.

use crate::calibration::Calibration;
use crate::chance::Chance;
use crate::dates::{self, date};
use crate::error::SynthError;
use crate::names;
use crate::numbers::Numbers;
use crate::person::{EndedBy, Person, Traits, Way};
use crate::registered::Registered;
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeSet;

/// All persons of a block, in the order of the calibration, which says all but who they are.
///
/// Countries by sex are exactly the calibration's. Errors: [`SynthError::Story`], when no two birth dates are apart.
pub fn draw_block(
    calibration: &Calibration,
    seed: u64,
    block: u32,
    numbers: &mut Numbers,
) -> Result<Vec<Person>, SynthError> {
    let mut chance = Chance::new(seed, block, "population");
    let mut decks = decks(calibration, &mut chance);
    let mut keys = BTreeSet::new();
    let mut persons = Vec::with_capacity(calibration.persons.len());
    for registered in &calibration.persons {
        let deck = &mut decks[usize::from(registered.woman)];
        let mut drawn = None;
        // Where all birth dates that such a person can have are taken in one country, the next one is dealt.
        for _ in 0..deck.len() {
            let Some(country) = deck.pop() else { break };
            let mut person = drawn_person(calibration, registered, country, block, numbers, &mut chance);
            if be_born(&mut person, registered.age, &mut keys, &mut chance) {
                drawn = Some(person);
                break;
            }
            deck.insert(0, country);
        }
        persons.push(drawn.ok_or(SynthError::Story { part: "a birth date of one's own", block })?);
    }
    Ok(persons)
}

/// A person as registered, of a country, not yet born.
fn drawn_person(
    calibration: &Calibration,
    registered: &Registered,
    country: usize,
    block: u32,
    numbers: &mut Numbers,
    chance: &mut Chance,
) -> Person {
    let region = &calibration.countries[country].region;
    Person {
        v_number: numbers.take(),
        given: names::given(region, registered.woman, chance),
        surname: names::surname(region, block, chance),
        birth: NaiveDate::default(),
        woman: registered.woman,
        country,
        centre: calibration.centre(&registered.centre).unwrap_or(0),
        way: registered.way,
        entrance: registered.entrance,
        matched: registered.matched,
        arrival: registered.arrival,
        inflow: registered.inflow,
        outflow: registered.outflow,
        traits: traits(registered, chance),
        past: registered.past.clone(),
    }
}

/// Countries to deal out: of men and of women.
fn decks(calibration: &Calibration, chance: &mut Chance) -> [Vec<usize>; 2] {
    let mut decks: [Vec<usize>; 2] = [Vec::new(), Vec::new()];
    for (index, country) in calibration.countries.iter().enumerate() {
        decks[0].extend(std::iter::repeat_n(index, country.men));
        decks[1].extend(std::iter::repeat_n(index, country.women));
    }
    for deck in &mut decks {
        chance.shuffle(deck);
    }
    decks
}

fn traits(registered: &Registered, chance: &mut Chance) -> Traits {
    const ENDS: [EndedBy; 3] = [EndedBy::Both, EndedBy::Centre, EndedBy::Client];
    let ends: [usize; 3] = match registered.way {
        Way::Guidance => [1, 0, 0],
        Way::Permit => [70, 25, 5],
        Way::Return => [60, 10, 30],
        Way::Unknown => [5, 20, 75],
        Way::Other => [30, 45, 25],
    };
    Traits {
        children: registered.children,
        diagnosis: registered.diagnosis,
        complaints: registered.complaints,
        aim: registered.aim,
        contacts: registered.contacts,
        ended_by: ENDS[chance.weighted(&ends)],
    }
}

/// Gives a birth date of that age on arrival, in completed months, which nobody of the same sex and country has; some
/// are told as 1 January. Ages in years stay those of somebody born on the day of the month of arrival.
fn be_born(
    person: &mut Person,
    age: i64,
    keys: &mut BTreeSet<(NaiveDate, bool, usize)>,
    chance: &mut Chance,
) -> bool {
    person.birth = dates::shift(person.arrival, -age);
    for _ in 0..400 {
        let birth = dates::months_before(person.arrival, age, chance);
        let new_year = date(birth.year(), 1, 1);
        let birth = if chance.percent(20) && person.could_be_born(new_year) { new_year } else { birth };
        let key = (birth, person.woman, person.country);
        if person.could_be_born(birth) && keys.insert(key) {
            person.birth = birth;
            return true;
        }
    }
    // Few days leave all ages in years as they are, and others have them: the first free one within a year.
    let middle = dates::shift(person.arrival, -age);
    let free = middle.iter_days().skip(1).zip(rev_days(middle)).take(366).flat_map(|(on, back)| [back, on]);
    for birth in free {
        if person.could_be_born(birth) && keys.insert((birth, person.woman, person.country)) {
            person.birth = birth;
            return true;
        }
    }
    false
}

/// The days from a day back.
fn rev_days(day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    std::iter::successors(Some(day), NaiveDate::pred_opt)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some blocks leave nobody's birth date free in the country that was dealt first.
    #[test]
    fn every_block_finds_birth_dates_and_deals_all_countries() {
        let calibration = Calibration::load().unwrap();
        let women: Vec<usize> = calibration.countries.iter().map(|country| country.women).collect();
        for block in (0..1000).step_by(83).chain([357]) {
            let persons = draw_block(&calibration, crate::SEED, block, &mut Numbers::of(block)).unwrap();
            let mut dealt = vec![0; women.len()];
            persons.iter().filter(|person| person.woman).for_each(|person| dealt[person.country] += 1);
            assert_eq!(dealt, women, "block {block}");
            let own: BTreeSet<_> = persons.iter().map(|p| (p.birth, p.woman, p.country)).collect();
            assert_eq!(own.len(), persons.len(), "block {block}");
        }
    }
}
