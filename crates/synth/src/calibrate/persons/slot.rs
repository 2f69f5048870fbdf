//! An invented person as the search sees one.

use crate::calibrate::centres::{CENTRES, State, WAYS};
use crate::calibrate::sexes::sexes;
use crate::calibration::Centre;
use crate::chance::Chance;
use crate::dates::{self, completed_months, date, shift};
use crate::months;
use crate::person::{Aim, Entrance, Held, Known, Past, Way};
use crate::registered::Registered;
use chrono::{Days, NaiveDate};

/// A person without name, number and birth date.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slot {
    /// Index of the centre.
    pub(super) centre: usize,
    /// Index of the way in which guidance stands.
    pub(super) way: usize,
    /// Whether the register knows the person.
    pub(super) matched: bool,
    /// Told of in round 3 only: left late, or added late.
    pub(super) late: bool,
    pub(super) woman: bool,
    /// Completed months between arrival and inflow.
    pub(super) months: i64,
    /// Completed months of age on arrival.
    pub(super) age: i64,
    pub(super) arrival: NaiveDate,
    pub(super) inflow: NaiveDate,
    pub(super) outflow: Option<NaiveDate>,
    /// Children; two stands for more.
    pub(super) children: Option<usize>,
    /// No, yes, not known.
    pub(super) diagnosis: usize,
    /// No, yes, not known.
    pub(super) complaints: usize,
    /// Staying, return, both, not known.
    pub(super) aim: usize,
    /// Contacts a month.
    pub(super) contacts: Option<usize>,
    /// What the register counts.
    pub(super) past: Past,
}

/// The day on which everything is counted.
fn reference() -> NaiveDate {
    date(2010, 11, 1)
}

impl Slot {
    /// Completed months in guidance.
    pub(super) fn guided(&self) -> usize {
        completed_months(self.inflow, self.outflow.unwrap_or(reference())).max(0) as usize
    }

    /// Age in completed years a number of days after arrival, of somebody born on the day of the month of arrival.
    pub(super) fn years_after_arrival(&self, days: i64) -> usize {
        let day = self.arrival + Days::new(days.unsigned_abs());
        (completed_months(shift(self.arrival, -self.age), day) / 12) as usize
    }

    /// Draws inflow, and with it arrival and outflow.
    pub(super) fn enter(&mut self, centre: &Centre, chance: &mut Chance) {
        let last = match (self.way, self.late) {
            (0, _) => date(2010, 9, 28),
            (_, true) => date(2010, 6, 28),
            (_, false) => date(2010, 8, 28),
        };
        let first = if self.way == 0 && self.late { date(2010, 5, 1) } else { centre.start };
        self.inflow = dates::draw(first, last, chance);
        self.arrival = shift(self.inflow, -self.months);
        self.leave(chance);
    }

    /// Draws outflow, within the experiment.
    pub(super) fn leave(&mut self, chance: &mut Chance) {
        if self.way > 0 {
            let first = if self.late { date(2010, 8, 1) } else { date(2009, 10, 1) };
            let first = first.max(self.inflow + Days::new(20));
            self.outflow = Some(dates::draw(first, date(2010, 10, 28), chance));
        }
    }

    /// Draws the age on arrival: a minor then, and 17 at inflow.
    pub(super) fn grow(&mut self, chance: &mut Chance) {
        let oldest = 18 * 12 - 2;
        let youngest = (13 * 12).max(17 * 12 + 2 - self.months).min(oldest);
        self.age = chance.between(youngest, oldest);
    }

    /// Takes other months of stay before inflow.
    pub(super) fn stay(&mut self, months: i64, chance: &mut Chance) {
        self.months = months;
        self.arrival = shift(self.inflow, -months);
        if self.age + months < 17 * 12 + 2 {
            self.grow(chance);
        }
    }

    /// Draws days in detention that fit before inflow, or since.
    pub(super) fn hold(&mut self, chance: &mut Chance) {
        let room = match self.past.held {
            Held::Since => date(2010, 10, 28) - self.inflow,
            Held::Before | Held::Never => self.inflow - self.arrival,
        };
        self.past.days = chance.between(2, (room.num_days() - 10).min(260));
    }

    /// The line of the calibration.
    pub(super) fn registered(&self, centres: &[Centre]) -> Registered {
        const WAY: [Way; WAYS] = [Way::Guidance, Way::Permit, Way::Return, Way::Unknown, Way::Other];
        const KNOWN: [Known; 3] = [Known::No, Known::Yes, Known::Unknown];
        const AIMS: [Aim; 4] = [Aim::Stay, Aim::Return, Aim::Both, Aim::Unknown];
        let days = if self.past.held == Held::Never { 0 } else { self.past.days };
        Registered {
            centre: centres.get(self.centre).map(|centre| centre.name.clone()).unwrap_or_default(),
            way: WAY[self.way],
            entrance: match (self.way, self.late) {
                (0, false) => Entrance::Current,
                (0, true) => Entrance::LateAdded,
                (_, false) => Entrance::Left,
                (_, true) => Entrance::LateLeft,
            },
            matched: self.matched,
            woman: self.woman,
            age: self.age,
            arrival: self.arrival,
            inflow: self.inflow,
            outflow: self.outflow,
            children: self.children.map(|n| n as u32),
            diagnosis: KNOWN[self.diagnosis],
            complaints: KNOWN[self.complaints],
            aim: AIMS[self.aim],
            contacts: self.contacts.map(|rate| (rate * self.guided()) as u32),
            past: Past { days, ..self.past.clone() },
        }
    }
}

/// The persons of a table, with dates and answers drawn at random.
pub(super) fn slots(state: &State, centres: &[Centre], chance: &mut Chance) -> Vec<Slot> {
    let late_left = largest(&state.lost_left, state);
    let late_added = largest(&state.lost_current, state);
    let mut out = Vec::new();
    for (c, centre) in centres.iter().enumerate().take(CENTRES) {
        let months = months::exact(centre.matched, centre.months, centre.squares, chance);
        let mut months = months.unwrap_or_default();
        chance.shuffle(&mut months);
        let mut ways: Vec<usize> =
            (1..WAYS).flat_map(|way| std::iter::repeat_n(way, state.ways[c][way] as usize)).collect();
        chance.shuffle(&mut ways);
        for (place, way) in ways.iter().enumerate() {
            let late = place == 0 && late_left.contains(&c);
            let matched = place >= state.lost_left[c] as usize;
            out.push(slot((c, centre), *way, (matched, late), &mut months, chance));
        }
        for place in 0..state.ways[c][0] as usize {
            let late = place == 0 && late_added.contains(&c);
            let matched = place >= state.lost_current[c] as usize;
            out.push(slot((c, centre), 0, (matched, late), &mut months, chance));
        }
    }
    draw_sexes(&mut out, state.totals(), chance);
    for slot in &mut out {
        answer(slot, chance);
    }
    out
}

/// The three largest centres with somebody whom the register does not know: there one is told of late.
fn largest(lost: &[u32; CENTRES], state: &State) -> Vec<usize> {
    let mut order: Vec<usize> = (0..CENTRES).filter(|c| lost[*c] > 0).collect();
    order.sort_by_key(|c| std::cmp::Reverse(state.ways[*c][0]));
    order.truncate(3);
    order
}

fn slot(
    (centre, of): (usize, &Centre),
    way: usize,
    (matched, late): (bool, bool),
    months: &mut Vec<i64>,
    chance: &mut Chance,
) -> Slot {
    let months = if matched { months.pop() } else { None };
    let mut slot = Slot {
        centre,
        way,
        matched,
        late,
        woman: false,
        months: months.unwrap_or_else(|| chance.between(20, 130)),
        age: 0,
        arrival: reference(),
        inflow: reference(),
        outflow: None,
        children: None,
        diagnosis: 0,
        complaints: 0,
        aim: 0,
        contacts: None,
        past: Past { asylum: 1, decided: chance.between(20, 110), stuck: true, ..Past::default() },
    };
    slot.enter(of, chance);
    slot.grow(chance);
    slot
}

fn draw_sexes(slots: &mut [Slot], totals: [u32; WAYS], chance: &mut Chance) {
    let women = sexes(totals).unwrap_or_default();
    for (way, count) in women.iter().enumerate() {
        let mut places: Vec<usize> = (0..slots.len()).filter(|place| slots[*place].way == way).collect();
        chance.shuffle(&mut places);
        places.iter().take(*count as usize).for_each(|place| slots[*place].woman = true);
    }
}

/// Plausible answers, from which the search starts.
fn answer(slot: &mut Slot, chance: &mut Chance) {
    const DIAGNOSIS: [[usize; 3]; WAYS] =
        [[66, 22, 12], [80, 12, 8], [60, 25, 15], [50, 17, 33], [60, 25, 15]];
    const COMPLAINTS: [[usize; 3]; WAYS] =
        [[70, 21, 9], [84, 10, 6], [72, 18, 10], [75, 12, 13], [70, 15, 15]];
    let children: &[usize] = if slot.woman { &[60, 22, 10] } else { &[90, 6, 1] };
    slot.children = (!chance.percent(4)).then(|| chance.weighted(children));
    slot.diagnosis = chance.weighted(&DIAGNOSIS[slot.way]);
    slot.complaints = chance.weighted(&COMPLAINTS[slot.way]);
    slot.aim = chance.weighted(&AIM[slot.way]);
    slot.contacts = (!chance.percent(6)).then(|| 1 + chance.below(10));
    slot.past.asylum = 1 + chance.weighted(&[62, 28, 10]) as u32;
    slot.past.regular =
        chance.weighted(if slot.way == 1 { &[5, 30, 40, 25] } else { &[42, 34, 18, 6] }) as u32;
    slot.past.no_fault = chance.weighted(&[90, 9, 1]) as u32;
    slot.past.ac = chance.weighted(&[70, 24, 6]) as u32;
    slot.past.ar = chance.weighted(&[34, 20, 15, 12, 9, 6, 4]) as u32;
    slot.past.vk = chance.weighted(&[66, 34]) as u32;
    slot.past.held = HELD[chance.weighted(&[70, 20, 10])];
    slot.hold(chance);
}

/// Weights of the aims of a trajectory by way: staying, return, both, not known.
pub(super) const AIM: [[usize; 4]; WAYS] =
    [[46, 20, 19, 8], [95, 0, 4, 1], [5, 72, 18, 3], [21, 38, 18, 13], [40, 22, 18, 8]];

/// When somebody was first held, in the order in which it is drawn.
pub(super) const HELD: [Held; 3] = [Held::Never, Held::Before, Held::Since];
