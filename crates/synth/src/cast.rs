//! Who plays which part: the persons of a block are given the mishaps that cleaning and matching must survive.

use crate::calibration::Calibration;
use crate::chance::Chance;
use crate::dates;
use crate::error::SynthError;
use crate::names;
use crate::numbers;
use crate::person::{Aim, Entrance, Known, Person, Way};
use crate::roles::{Field, Roles};
use chrono::NaiveDate;

const CORRECTIONS: [(Field, usize); 7] = [
    (Field::Inflow, 14),
    (Field::Country, 5),
    (Field::Sex, 3),
    (Field::Diagnosis, 10),
    (Field::Aim, 12),
    (Field::Children, 6),
    (Field::Contacts, 8),
];

struct Casting<'a> {
    persons: &'a mut Vec<Person>,
    free: Vec<usize>,
    block: u32,
}

/// Gives every part of the story to persons of the block, and makes twins and namesakes alike.
pub fn cast(
    calibration: &Calibration,
    persons: &mut Vec<Person>,
    block: u32,
    chance: &mut Chance,
) -> Result<Roles, SynthError> {
    let mut free: Vec<usize> = (0..persons.len()).collect();
    chance.shuffle(&mut free);
    let mut casting = Casting { persons, free, block };
    let mut roles = Roles::default();
    casting.lookalikes(calibration, &mut roles)?;
    casting.families(&mut roles)?;
    casting.duplicates(calibration, &mut roles)?;
    casting.numbers(&mut roles)?;
    casting.deliveries(&mut roles)?;
    Ok(roles)
}

fn plain(person: &Person) -> bool {
    person.entrance == Entrance::Current && person.matched
}

fn plain_left(person: &Person) -> bool {
    person.entrance == Entrance::Left && person.matched
}

impl Casting<'_> {
    fn take(&mut self, part: &'static str, fits: impl Fn(&Person) -> bool) -> Result<usize, SynthError> {
        let place = self.free.iter().position(|index| fits(&self.persons[*index]));
        place.map(|place| self.free.remove(place)).ok_or(SynthError::Story { part, block: self.block })
    }

    fn take_many(
        &mut self,
        part: &'static str,
        count: usize,
        fits: impl Fn(&Person) -> bool,
    ) -> Result<Vec<usize>, SynthError> {
        (0..count).map(|_| self.take(part, &fits)).collect()
    }

    fn take_pair(
        &mut self,
        part: &'static str,
        fits: impl Fn(&Person, &Person) -> bool,
    ) -> Result<(usize, usize), SynthError> {
        for first in 0..self.free.len() {
            for second in 0..self.free.len() {
                let (a, b) = (self.free[first], self.free[second]);
                if first != second && fits(&self.persons[a], &self.persons[b]) {
                    self.free.retain(|index| *index != a && *index != b);
                    return Ok((a, b));
                }
            }
        }
        Err(SynthError::Story { part, block: self.block })
    }

    /// Persons who look like one another and are not: namesakes, twins, one V-number copied to another client.
    fn lookalikes(&mut self, calibration: &Calibration, roles: &mut Roles) -> Result<(), SynthError> {
        let apart = |a: &Person, b: &Person| {
            a.woman == b.woman && b.could_be_born(a.birth) && numbers::edits(&a.v_number, &b.v_number) > 4
        };
        let region = |person: &Person| calibration.countries[person.country].region.clone();
        let near = self.take_pair("namesakes at one centre", |a, b| {
            plain(a) && plain(b) && apart(a, b) && a.centre == b.centre && a.country == b.country
        })?;
        let far = self.take_pair("namesakes at two centres", |a, b| {
            plain(a)
                && plain(b)
                && apart(a, b)
                && a.centre != b.centre
                && a.country != b.country
                && region(a) == region(b)
        })?;
        let left = self.take_pair("a leaver and a current namesake", |a, b| {
            plain(a) && plain_left(b) && apart(a, b) && a.country != b.country && region(a) == region(b)
        })?;
        for (a, b) in [near, far, left] {
            self.persons[b].given = self.persons[a].given.clone();
            self.be_siblings(a, b);
        }
        let sibling = |a: &Person, b: &Person| {
            plain(a) && plain(b) && a.centre == b.centre && a.country == b.country && b.could_be_born(a.birth)
        };
        let mixed = self.take_pair("twins", |a, b| sibling(a, b) && a.given != b.given)?;
        let men = self.take_pair("twin brothers", |a, b| sibling(a, b) && !a.woman && !b.woman)?;
        self.be_siblings(mixed.0, mixed.1);
        self.be_siblings(men.0, men.1);
        self.persons[men.0].given = "Hassan".to_owned();
        self.persons[men.1].given = "Hussein".to_owned();
        self.persons[men.1].v_number = numbers::neighbour(&self.persons[men.0].v_number);
        let copied = self.take_pair("a copied V-number", |a, b| {
            plain(a) && plain(b) && a.centre == b.centre && a.woman != b.woman
        })?;
        roles.copied.push(copied);
        Ok(())
    }

    fn be_siblings(&mut self, a: usize, b: usize) {
        self.persons[b].surname = self.persons[a].surname.clone();
        self.persons[b].birth = self.persons[a].birth;
    }

    fn families(&mut self, roles: &mut Roles) -> Result<(), SynthError> {
        let mother = |person: &Person| {
            plain(person)
                && person.woman
                && person.age(person.inflow) >= 20
                && person.traits.children.is_some_and(|children| children > 0)
        };
        roles.mothers = self.take_many("mothers", 5, mother)?;
        roles.late_mothers = self.take_many("mothers", 2, mother)?;
        Ok(())
    }

    fn duplicates(&mut self, calibration: &Calibration, roles: &mut Roles) -> Result<(), SynthError> {
        let first_start = first_centre_start(calibration);
        let could_move = move |person: &Person, since: NaiveDate| {
            let earlier = dates::shift(person.inflow, -10);
            person.inflow >= since && person.age(earlier) >= 17 && earlier > first_start
        };
        let recent = dates::date(2010, 2, 1);
        roles.moved = self.take_many("transfers", 2, |p| plain(p) && could_move(p, first_start))?;
        roles.left_moved =
            self.take_many("a transferred leaver", 1, |p| plain_left(p) && could_move(p, recent))?;
        roles.respelled = self.take_many("a second spelling", 1, |p| {
            plain(p)
                && similar(&p.given, &names::respelled(&p.given))
                && similar(&p.surname, &names::respelled(&p.surname))
        })?;
        roles.twice = self.take_many("registered twice", 2, plain)?;
        roles
            .twice
            .push(self.take("a double name registered twice", |p| plain(p) && p.given.contains(['-', ' ']))?);
        roles.two_numbers = self.take_many("two V-numbers", 2, plain)?;
        roles.left_twice = self.take_many("leavers delivered twice", 3, plain_left)?;
        roles.left_two_numbers = self.take_many("leavers with two V-numbers", 2, plain_left)?;
        Ok(())
    }

    fn numbers(&mut self, roles: &mut Roles) -> Result<(), SynthError> {
        roles.mistyped = self.take_many("mistyped V-numbers", 6, plain)?;
        roles.mistyped.extend(self.take_many("mistyped V-numbers of leavers", 2, plain_left)?);
        roles.numberless = self.take_many("no V-number", 2, plain)?;
        roles.other_birth =
            self.take_many("another birth date", 8, |p| plain(p) && other_birth(p).is_some())?;
        let left = self
            .take_many("another birth date of a leaver", 2, |p| plain_left(p) && other_birth(p).is_some())?;
        roles.other_birth.extend(left);
        let lost = |person: &Person| person.entrance == Entrance::Current && !person.matched;
        roles.ambiguous = self.take_many("ambiguous", 2, lost)?;
        roles.unknown = self.take_many("unknown without V-number", 2, lost)?;
        Ok(())
    }

    fn deliveries(&mut self, roles: &mut Roles) -> Result<(), SynthError> {
        roles.unclear = self.take_many("late leavers", 3, |p| p.entrance == Entrance::LateLeft)?;
        roles.unclear.extend(self.take_many("unclear outflow", 4, plain)?);
        for (field, count) in CORRECTIONS {
            for index in self.take_many("corrections", count, |p| plain(p) && correctable(p, field))? {
                roles.corrected.push((index, field));
            }
        }
        roles.repeated = self.take_many("delivered again", 6, plain)?;
        roles.added_again = self.take_many("added again", 1, plain)?;
        roles.faulty = self.take_many("faulty lines", 8, plain)?;
        roles.left_again = self.take_many("left again", 1, plain_left)?;
        roles.left_faulty = self.take_many("faulty leaver lines", 1, plain_left)?;
        Ok(())
    }
}

/// The centre at which a transferred person was before: Utrecht, or Groningen for those who are at Utrecht now.
pub fn earlier_centre(calibration: &Calibration, centre: usize) -> usize {
    let utrecht = calibration.centre("Utrecht").unwrap_or(0);
    if centre == utrecht { calibration.centre("Groningen").unwrap_or(0) } else { utrecht }
}

fn first_centre_start(calibration: &Calibration) -> NaiveDate {
    calibration.centre("Groningen").map(|index| calibration.centres[index].start).unwrap_or_default()
}

/// Another birth date for the same person, as another register may hold it.
pub fn other_birth(person: &Person) -> Option<NaiveDate> {
    let new_year = dates::date(chrono::Datelike::year(&person.birth), 1, 1);
    [dates::swapped(person.birth), Some(new_year)]
        .into_iter()
        .flatten()
        .find(|birth| *birth != person.birth && person.could_be_born(*birth))
}

/// The inflow date before its correction: day and month exchanged, or a year too early.
pub fn wrong_inflow(person: &Person) -> NaiveDate {
    let swapped = dates::swapped(person.inflow);
    swapped
        .filter(|day| *day <= dates::date(2010, 10, 28) && person.age(*day) >= 17)
        .unwrap_or_else(|| dates::shift(person.inflow, -12))
}

fn correctable(person: &Person, field: Field) -> bool {
    match field {
        Field::Inflow => person.age(dates::shift(person.inflow, -12)) >= 17,
        Field::Country | Field::Sex => true,
        Field::Diagnosis => person.traits.diagnosis != Known::Unknown,
        Field::Aim => person.traits.aim != Aim::Unknown && person.way == Way::Guidance,
        Field::Children => person.traits.children.is_some(),
        Field::Contacts => person.traits.contacts.is_some(),
    }
}

fn similar(a: &str, b: &str) -> bool {
    let a = a.to_lowercase();
    let b = b.to_lowercase();
    a.chars().count() >= 5 && numbers::edits(&a, &b) == 1
}
