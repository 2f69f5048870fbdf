//! Round 1: current participants, doubles and children included.

use super::family::LateChild;
use super::{Block, Teller, note};
use crate::cast;
use crate::entry::{Entry, Fault};
use crate::names;
use crate::person::{Aim, Entrance, Known, Way};
use crate::roles::Field;

impl Teller<'_> {
    pub(super) fn round_1(&mut self, block: &mut Block, children: &[LateChild]) {
        for index in 0..self.persons.len() {
            if matches!(self.persons[index].entrance, Entrance::Current | Entrance::LateLeft) {
                let entry = self.first_entry(index);
                block.round_1.push(entry);
            }
        }
        self.doubles(block);
        self.children(block);
        for child in children {
            let mut entry = Entry::current(&child.person);
            entry.birth = child.registered_birth;
            entry.note = "moeder is ook cliënt".to_owned();
            block.round_1.push(entry);
        }
        self.faults(block);
    }

    /// The registration of a current person, with the mishap that the person's part asks for.
    fn first_entry(&mut self, index: usize) -> Entry {
        let roles = self.roles;
        let mut entry = Entry::current(&self.persons[index]);
        if roles.mistyped.contains(&index) || roles.ambiguous.contains(&index) {
            entry.v_number = Some(self.mistyped(&self.persons[index].v_number));
        }
        if roles.numberless.contains(&index) || roles.unknown.contains(&index) {
            entry.v_number = None;
        }
        if let Some((owner, _)) = roles.copied.iter().find(|(_, copy)| *copy == index) {
            entry.v_number = Some(self.persons[*owner].v_number.clone());
        }
        if let Some(place) = roles.unclear.iter().position(|other| *other == index) {
            entry.left = Some(if matches!(place, 2 | 6) { Known::Unknown } else { Known::Yes });
        }
        if let Some((_, field)) = roles.corrected.iter().find(|(other, _)| *other == index) {
            self.spoil(&mut entry, index, *field);
        }
        if entry.note.is_empty() && self.chance.percent(12) {
            entry.note = note(&entry, &mut self.chance);
        }
        if entry.left == Some(Known::No) && self.chance.percent(15) {
            entry.left = None;
        }
        entry
    }

    /// The value that round 2 will correct.
    fn spoil(&mut self, entry: &mut Entry, index: usize, field: Field) {
        match field {
            Field::Inflow => entry.inflow = cast::wrong_inflow(&self.persons[index]),
            Field::Country => entry.country = self.other_country(entry.country),
            Field::Sex => entry.woman = !entry.woman,
            Field::Diagnosis => entry.traits.diagnosis = Known::Unknown,
            Field::Aim => entry.traits.aim = Aim::Unknown,
            Field::Children => entry.traits.children = None,
            Field::Contacts => entry.traits.contacts = None,
        }
    }

    fn other_country(&mut self, country: usize) -> usize {
        let countries = &self.calibration.countries;
        let near: Vec<usize> = (0..countries.len())
            .filter(|other| *other != country && countries[*other].region == countries[country].region)
            .collect();
        self.chance.pick(&near)
    }

    fn doubles(&mut self, block: &mut Block) {
        let roles = self.roles;
        for index in &roles.twice {
            let mut again = self.again(&Entry::current(&self.persons[*index]));
            again.given = names::shortened(&again.given).to_owned();
            block.round_1.push(again);
        }
        for index in &roles.two_numbers {
            let mut again = self.again(&Entry::current(&self.persons[*index]));
            again.v_number = Some(self.mistyped(&self.persons[*index].v_number));
            block.round_1.push(again);
        }
        for index in &roles.respelled {
            let mut again = self.again(&Entry::current(&self.persons[*index]));
            again.v_number = None;
            again.given = names::respelled(&again.given);
            again.surname = names::respelled(&again.surname);
            block.round_1.push(again);
        }
        for (place, index) in roles.moved.iter().enumerate() {
            let mut before = self.before(*index, Entry::current(&self.persons[*index]));
            if place == 0 {
                before.left = Some(Known::Yes);
                before.outflow = Some(self.persons[*index].inflow - chrono::Days::new(5));
                before.way = Way::Other;
            } else {
                before.note = String::new();
            }
            block.round_1.push(before);
        }
    }

    /// Lines that break the contract; the proper line stands further down, or in the supplementary file.
    fn faults(&mut self, block: &mut Block) {
        const FAULTS: [Fault; 8] = [
            Fault::NoSuchDay,
            Fault::MonthFirst,
            Fault::ShortNumber,
            Fault::NoBirth,
            Fault::NoSuchCountry,
            Fault::NoSuchInflow,
            Fault::Letters,
            Fault::MonthFirst,
        ];
        let roles = self.roles;
        for (fault, index) in FAULTS.into_iter().zip(&roles.faulty) {
            let number = &self.persons[*index].v_number;
            let Some(place) = block.round_1.iter().position(|entry| entry.v_number.as_ref() == Some(number))
            else {
                continue;
            };
            let mut wrong = block.round_1[place].clone();
            wrong.fault = Some(fault);
            block.round_1[place].supplement = true;
            block.round_1.push(wrong);
        }
    }
}
