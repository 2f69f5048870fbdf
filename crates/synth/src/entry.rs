//! One registration as a centre delivers it, before it is written in the centre's manner.

use crate::person::{Known, Person, Traits, Way};
use chrono::NaiveDate;

/// A registration (C1 to C17).
#[derive(Clone, Debug)]
pub struct Entry {
    /// Index of the delivering centre.
    pub centre: usize,
    /// C1; `None` when the centre has none.
    pub v_number: Option<String>,
    /// C2.
    pub given: String,
    /// C3.
    pub surname: String,
    /// C4.
    pub birth: NaiveDate,
    /// C5.
    pub woman: bool,
    /// C6, index of the country.
    pub country: usize,
    /// C7 to C9, C11, C12, C15.
    pub traits: Traits,
    /// C10.
    pub inflow: NaiveDate,
    /// C13; `None` is left empty.
    pub left: Option<Known>,
    /// C14.
    pub outflow: Option<NaiveDate>,
    /// C16; guidance means empty, and so is C15 then.
    pub way: Way,
    /// C17.
    pub note: String,
    /// A fault in the line that the contract refuses.
    pub fault: Option<Fault>,
    /// Delivered in the centre's supplementary file.
    pub supplement: bool,
}

/// A fault for which a line goes to quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Birth on 31 February.
    NoSuchDay,
    /// Month before day, with a day above 12.
    MonthFirst,
    /// The leading digit of the V-number is lost.
    ShortNumber,
    /// No birth date.
    NoBirth,
    /// A region for a country.
    NoSuchCountry,
    /// Inflow on 30 February.
    NoSuchInflow,
    /// Letters where a number belongs.
    Letters,
    /// Outflow on 31 June.
    NoSuchOutflow,
}

impl Entry {
    /// The registration of a person who is still in guidance as far as the centre says.
    pub fn current(person: &Person) -> Self {
        Self {
            centre: person.centre,
            v_number: Some(person.v_number.clone()),
            given: person.given.clone(),
            surname: person.surname.clone(),
            birth: person.birth,
            woman: person.woman,
            country: person.country,
            traits: person.traits.clone(),
            inflow: person.inflow,
            left: Some(Known::No),
            outflow: None,
            way: Way::Guidance,
            note: String::new(),
            fault: None,
            supplement: false,
        }
    }

    /// The registration of a person who has left.
    pub fn left(person: &Person) -> Self {
        Self { left: Some(Known::Yes), outflow: person.outflow, way: person.way, ..Self::current(person) }
    }
}
