//! Children of clients who are registered as clients themselves.

use super::{Block, Teller};
use crate::dates::{self, date};
use crate::entry::Entry;
use crate::names;
use crate::person::{Past, Person, Traits};
use chrono::{Datelike, NaiveDate};

/// A child of a client that is registered as if it were an adult client.
#[derive(Clone, Debug)]
pub struct LateChild {
    /// The child, with its true birth date.
    pub person: Person,
    /// The birth date in the registration: with the mother's year.
    pub registered_birth: NaiveDate,
}

impl Teller<'_> {
    pub(super) fn children(&mut self, block: &mut Block) {
        let roles = self.roles;
        for (place, index) in roles.mothers.iter().enumerate() {
            let child = self.child(&self.persons[*index]);
            let mut entry = Entry::current(&child);
            match place {
                0 => entry.v_number = Some(self.persons[*index].v_number.clone()),
                1 => entry.v_number = None,
                _ => {}
            }
            if place < 3 {
                entry.note = "kind van cliënte".to_owned();
            }
            block.round_1.push(entry);
        }
    }

    fn child(&mut self, mother: &Person) -> Person {
        let woman = self.chance.percent(50);
        let first = dates::shift(mother.inflow, -8 * 12);
        let adult = dates::shift(date(mother.birth.year(), mother.birth.month(), 1), 16 * 12);
        let last = dates::shift(date(mother.inflow.year(), mother.inflow.month(), 1), -3);
        let birth = dates::draw(first.max(adult), last, &mut self.chance);
        let arrival = dates::draw(birth, last, &mut self.chance);
        Person {
            v_number: self.numbers.take(),
            given: names::given(&self.calibration.countries[mother.country].region, woman, &mut self.chance),
            birth,
            woman,
            arrival,
            traits: Traits::default(),
            past: Past { asylum: 1, decided: 20, stuck: true, ..Past::default() },
            ..mother.clone()
        }
    }

    pub(super) fn late_children(&mut self) -> Vec<LateChild> {
        let roles = self.roles;
        roles
            .late_mothers
            .iter()
            .map(|index| {
                let mother = &self.persons[*index];
                let person = self.child(mother);
                let registered_birth = date(mother.birth.year(), person.birth.month(), person.birth.day());
                LateChild { person, registered_birth }
            })
            .collect()
    }
}
