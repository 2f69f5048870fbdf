//! Tells the story of a block: from persons and their parts to the registrations of each delivery.

use crate::calibration::Calibration;
use crate::cast;
use crate::chance::Chance;
use crate::dates;
use crate::entry::Entry;
use crate::error::SynthError;
use crate::extract::{self, Extract};
use crate::numbers::{self, Numbers};
use crate::person::{Person, Way};
use crate::population;
use crate::roles::Roles;
use std::collections::BTreeSet;

mod family;
mod first_round;
mod later_rounds;

pub use family::LateChild;

/// Everything that is delivered about one block of persons.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Round 1: current participants, doubles and children included.
    pub round_1: Vec<Entry>,
    /// Round 2: corrected registrations.
    pub corrections: Vec<Entry>,
    /// Round 2: leavers.
    pub left: Vec<Entry>,
    /// Round 3: late leavers.
    pub late_left: Vec<Entry>,
    /// Round 3: additions.
    pub late_added: Vec<Entry>,
    /// The DMB extract.
    pub extract: Vec<Extract>,
}

/// Draws the persons of a block and tells their story.
pub fn tell_block(calibration: &Calibration, seed: u64, block: u32) -> Result<Block, SynthError> {
    let mut numbers = Numbers::of(block);
    let mut persons = population::draw_block(calibration, seed, block, &mut numbers)?;
    let mut chance = Chance::new(seed, block, "story");
    let roles = cast::cast(calibration, &mut persons, block, &mut chance)?;
    let used = persons.iter().map(|person| person.v_number.clone()).collect();
    let mut teller = Teller { calibration, persons: &persons, roles: &roles, used, numbers, chance };
    let mut block = Block::default();
    let children = teller.late_children();
    teller.round_1(&mut block, &children);
    teller.round_2(&mut block);
    teller.round_3(&mut block);
    block.extract =
        extract::extract(calibration, &persons, &roles, &children, &mut teller.numbers, &mut teller.chance);
    for list in [
        &mut block.round_1,
        &mut block.corrections,
        &mut block.left,
        &mut block.late_left,
        &mut block.late_added,
    ] {
        teller.chance.shuffle(list);
        list.sort_by_key(|entry| entry.supplement);
    }
    Ok(block)
}

struct Teller<'a> {
    calibration: &'a Calibration,
    persons: &'a [Person],
    roles: &'a Roles,
    used: BTreeSet<String>,
    numbers: Numbers,
    chance: Chance,
}

impl Teller<'_> {
    fn mistyped(&mut self, number: &str) -> String {
        loop {
            let other = numbers::mistyped(number, &mut self.chance);
            if self.used.insert(other.clone()) {
                return other;
            }
        }
    }

    /// A second registration at the same centre: later, and with less filled in.
    fn again(&mut self, entry: &Entry) -> Entry {
        let mut again = entry.clone();
        again.inflow = entry.inflow + chrono::Days::new(self.chance.between(3, 40) as u64);
        again.traits.contacts = None;
        again.traits.children = None;
        again.note = String::new();
        again
    }

    /// The registration at the centre where a transferred person was before.
    fn before(&mut self, index: usize, mut entry: Entry) -> Entry {
        let person = &self.persons[index];
        entry.centre = cast::earlier_centre(self.calibration, person.centre);
        entry.inflow = dates::shift(person.inflow, -self.chance.between(4, 10));
        entry.note = format!("overgedragen aan steunpunt {}", self.calibration.centres[person.centre].name);
        entry
    }
}

fn note(entry: &Entry, chance: &mut Chance) -> String {
    const CURRENT: [&str; 6] = [
        "wacht op beslissing IND",
        "verblijft bij vrienden; zie ook het dossier",
        "volgt cursus \"Terug naar je toekomst\"",
        "heeft contact met advocaat,\nafspraak in het najaar",
        "gesprek gepland\nmet de gemeente",
        "komt zelden; bellen vóór afspraak",
    ];
    const LEFT: [&str; 5] = [
        "dossier overgedragen",
        "cliënt kwam niet meer op afspraken;\nlaatste contact telefonisch",
        "begeleiding afgerond, \"goed afscheid\"",
        "vertrokken zonder adres",
        "in overleg met de gemeente",
    ];
    if entry.way == Way::Guidance { chance.pick(&CURRENT) } else { chance.pick(&LEFT) }.to_owned()
}
