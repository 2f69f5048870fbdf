//! Rounds 2 and 3: corrections, leavers, what was told late.

use super::{Block, Teller, note};
use crate::entry::{Entry, Fault};
use crate::person::{Entrance, Way};
use crate::roles::Field;

impl Teller<'_> {
    pub(super) fn round_2(&mut self, block: &mut Block) {
        let roles = self.roles;
        for (index, field) in &roles.corrected {
            let registered = self.registered(block, *index);
            let mut entry = registered.clone();
            let truth = Entry::current(&self.persons[*index]);
            match field {
                Field::Inflow => entry.inflow = truth.inflow,
                Field::Country => entry.country = truth.country,
                Field::Sex => entry.woman = truth.woman,
                Field::Diagnosis => entry.traits.diagnosis = truth.traits.diagnosis,
                Field::Aim => entry.traits.aim = truth.traits.aim,
                Field::Children => entry.traits.children = truth.traits.children,
                Field::Contacts => entry.traits.contacts = truth.traits.contacts,
            }
            block.corrections.push(entry);
        }
        for index in &roles.repeated {
            block.corrections.push(self.registered(block, *index));
        }
        self.leavers(block);
    }

    fn registered(&self, block: &Block, index: usize) -> Entry {
        let number = &self.persons[index].v_number;
        let found = block
            .round_1
            .iter()
            .find(|entry| entry.v_number.as_ref() == Some(number) && entry.fault.is_none());
        found.cloned().unwrap_or_else(|| Entry::current(&self.persons[index]))
    }

    fn leavers(&mut self, block: &mut Block) {
        let roles = self.roles;
        for index in 0..self.persons.len() {
            if self.persons[index].entrance != Entrance::Left {
                continue;
            }
            let mut entry = Entry::left(&self.persons[index]);
            if roles.mistyped.contains(&index) {
                entry.v_number = Some(self.mistyped(&self.persons[index].v_number));
            }
            if self.chance.percent(45) {
                entry.note = note(&entry, &mut self.chance);
            }
            if roles.left_faulty.contains(&index) {
                block.left.push(Entry { fault: Some(Fault::NoSuchOutflow), ..entry.clone() });
                entry.supplement = true;
            }
            block.left.push(entry);
        }
        for index in &roles.left_twice {
            let again = self.again(&Entry::left(&self.persons[*index]));
            block.left.push(again);
        }
        for index in &roles.left_two_numbers {
            let mut again = self.again(&Entry::left(&self.persons[*index]));
            again.v_number = Some(self.mistyped(&self.persons[*index].v_number));
            block.left.push(again);
        }
        for index in &roles.left_moved {
            let mut before = self.before(*index, Entry::left(&self.persons[*index]));
            before.outflow = Some(self.persons[*index].inflow - chrono::Days::new(3));
            before.way = Way::Other;
            block.left.push(before);
        }
    }

    pub(super) fn round_3(&mut self, block: &mut Block) {
        let roles = self.roles;
        for (index, person) in self.persons.iter().enumerate() {
            match person.entrance {
                Entrance::LateLeft => block.late_left.push(Entry::left(person)),
                Entrance::LateAdded => block.late_added.push(Entry::current(person)),
                Entrance::Current if roles.added_again.contains(&index) => {
                    block.late_added.push(Entry::current(person));
                }
                Entrance::Left if roles.left_again.contains(&index) => {
                    block.late_left.push(Entry::left(person))
                }
                Entrance::Current | Entrance::Left => {}
            }
        }
    }
}
