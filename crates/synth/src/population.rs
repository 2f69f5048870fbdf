//! The true persons of one block: who they are, where they are guided, when they came, entered and left.

use crate::calibration::{Calibration, Centre};
use crate::chance::Chance;
use crate::dates::{self, date};
use crate::draw;
use crate::error::SynthError;
use crate::months;
use crate::names;
use crate::numbers::Numbers;
use crate::person::{Entrance, Person, Traits, Way};
use chrono::NaiveDate;
use std::collections::BTreeSet;

const WAYS: [Way; 4] = [Way::Permit, Way::Return, Way::Unknown, Way::Other];

struct Slot {
    centre: usize,
    way: Way,
    entrance: Entrance,
    /// Completed months between arrival and inflow, for persons whom the DMB knows.
    months: Option<i64>,
}

/// All persons of a block, in the order of the centres.
///
/// Countries by sex, women by way of leaving, persons and months of stay by centre are exactly the calibration's.
pub fn draw_block(
    calibration: &Calibration,
    seed: u64,
    block: u32,
    numbers: &mut Numbers,
) -> Result<Vec<Person>, SynthError> {
    let mut chance = Chance::new(seed, block, "population");
    let mut slots = Vec::new();
    for (index, centre) in calibration.centres.iter().enumerate() {
        slots.extend(slots_of(index, centre, block, &mut chance)?);
    }
    let origins = origins(calibration, &slots, &mut chance);
    let mut keys = BTreeSet::new();
    let mut persons = Vec::with_capacity(slots.len());
    for (slot, (woman, country)) in slots.iter().zip(origins) {
        let region = &calibration.countries[country].region;
        let mut person = Person {
            v_number: numbers.take(),
            given: names::given(region, woman, &mut chance),
            surname: names::surname(region, block, &mut chance),
            birth: NaiveDate::default(),
            woman,
            country,
            centre: slot.centre,
            way: slot.way,
            entrance: slot.entrance,
            matched: slot.months.is_some(),
            arrival: NaiveDate::default(),
            inflow: NaiveDate::default(),
            outflow: None,
            traits: Traits::default(),
        };
        set_dates(&mut person, slot, calibration.centres[slot.centre].start, &mut keys, &mut chance);
        let until = person.outflow.unwrap_or(date(2010, 11, 1));
        let guided = dates::completed_months(person.inflow, until);
        person.traits = draw::traits(person.way, woman, guided, &mut chance);
        persons.push(person);
    }
    Ok(persons)
}

fn slots_of(index: usize, centre: &Centre, block: u32, chance: &mut Chance) -> Result<Vec<Slot>, SynthError> {
    let mut left: Vec<Way> = Vec::new();
    for (way, count) in WAYS.iter().zip(centre.ways) {
        left.extend(std::iter::repeat_n(*way, count));
    }
    chance.shuffle(&mut left);
    let persons =
        centre.matched + centre.lost_current + centre.lost_left + centre.late_left + centre.late_added;
    let mut months = months::exact(centre.matched, centre.months, centre.squares, chance)
        .ok_or(SynthError::Story { part: "months of stay", block })?;
    chance.shuffle(&mut months);
    let mut months = months.into_iter();
    let mut out = Vec::with_capacity(persons);
    for (place, way) in left.iter().enumerate() {
        let late = place < centre.late_left;
        let lost = late || place < centre.late_left + centre.lost_left;
        let entrance = if late { Entrance::LateLeft } else { Entrance::Left };
        out.push(Slot {
            centre: index,
            way: *way,
            entrance,
            months: if lost { None } else { months.next() },
        });
    }
    for place in 0..persons - left.len() {
        let late = place < centre.late_added;
        let lost = late || place < centre.late_added + centre.lost_current;
        let entrance = if late { Entrance::LateAdded } else { Entrance::Current };
        out.push(Slot {
            centre: index,
            way: Way::Guidance,
            entrance,
            months: if lost { None } else { months.next() },
        });
    }
    Ok(out)
}

/// Sex and country per slot: the women of each way first, then the countries of each sex.
fn origins(calibration: &Calibration, slots: &[Slot], chance: &mut Chance) -> Vec<(bool, usize)> {
    let mut women = vec![false; slots.len()];
    let ways = std::iter::once(Way::Guidance).chain(WAYS);
    for (way, count) in ways.zip(draw::WOMEN_BY_WAY) {
        let mut places: Vec<usize> = (0..slots.len()).filter(|place| slots[*place].way == way).collect();
        chance.shuffle(&mut places);
        for place in places.into_iter().take(count) {
            women[place] = true;
        }
    }
    let mut decks: [Vec<usize>; 2] = [Vec::new(), Vec::new()];
    for (index, country) in calibration.countries.iter().enumerate() {
        decks[0].extend(std::iter::repeat_n(index, country.men));
        decks[1].extend(std::iter::repeat_n(index, country.women));
    }
    for deck in &mut decks {
        chance.shuffle(deck);
    }
    women.into_iter().map(|woman| (woman, decks[usize::from(woman)].pop().unwrap_or(0))).collect()
}

fn set_dates(
    person: &mut Person,
    slot: &Slot,
    start: NaiveDate,
    keys: &mut BTreeSet<(NaiveDate, bool, usize)>,
    chance: &mut Chance,
) {
    let last = match slot.entrance {
        Entrance::Left => date(2010, 8, 28),
        Entrance::LateLeft => date(2010, 6, 28),
        Entrance::Current | Entrance::LateAdded => date(2010, 9, 28),
    };
    let usual = if slot.entrance == Entrance::LateAdded { date(2010, 5, 1) } else { date(2008, 1, 1) };
    let early = chance.percent(25) && slot.entrance != Entrance::LateAdded;
    person.inflow = dates::draw(if early { start } else { start.max(usual) }, last, chance);
    let first_exit = match slot.entrance {
        Entrance::Left => Some(date(2009, 10, 1)),
        Entrance::LateLeft => Some(date(2010, 8, 1)),
        Entrance::Current | Entrance::LateAdded => None,
    };
    person.outflow = first_exit.map(|first| {
        dates::draw(first.max(person.inflow + chrono::Days::new(20)), date(2010, 10, 28), chance)
    });
    let months = slot.months.unwrap_or_else(|| chance.between(20, 130));
    for _ in 0..400 {
        person.arrival = dates::months_before(person.inflow, months, chance);
        let youngest = (13 * 12).max(17 * 12 + 2 - months);
        person.birth = dates::months_before(person.arrival, chance.between(youngest, 18 * 12 - 2), chance);
        let new_year = date(chrono::Datelike::year(&person.birth), 1, 1);
        if chance.percent(8) && person.could_be_born(new_year) {
            person.birth = new_year;
        }
        if keys.insert(person.key()) {
            return;
        }
    }
}
