//! Asylum history of one person in the DMB (v5 to v17): requests, appeals, detention, residence title.

use crate::chance::Chance;
use crate::dates::{self, date};
use crate::person::{Held, Past, Way};
use chrono::{Days, NaiveDate};

/// A request or procedure (v12a to v13; the first is v10a and v10b).
#[derive(Clone, Debug)]
pub struct Procedure {
    /// asiel, regulier or buiten schuld.
    pub kind: &'static str,
    /// Ground.
    pub ground: &'static str,
    /// Day of the request.
    pub asked: NaiveDate,
    /// Day of the decision; `None` is open.
    pub decided: Option<NaiveDate>,
    /// Outcome as the DMB writes it.
    pub outcome: &'static str,
    /// Granted from and, unless indefinite, to.
    pub granted: Option<(NaiveDate, Option<NaiveDate>)>,
}

/// An appeal (v10c to v10f).
#[derive(Clone, Debug)]
pub struct Appeal {
    /// AC, AR or VK.
    pub kind: &'static str,
    /// Day of the appeal.
    pub lodged: NaiveDate,
    /// Day of the judgment; `None` is open.
    pub judged: Option<NaiveDate>,
    /// Outcome as the DMB writes it.
    pub outcome: &'static str,
}

/// All that the DMB tells about one person besides who it is.
#[derive(Clone, Debug)]
pub struct History {
    /// v5.
    pub marital: &'static str,
    /// v7; `None` after 1 July 2010.
    pub at_ac: Option<bool>,
    /// v9.
    pub medical: &'static str,
    /// Requests, the first asylum request in front.
    pub procedures: Vec<Procedure>,
    /// Appeals by date.
    pub appeals: Vec<Appeal>,
    /// Detention periods, from and to; `None` is still held.
    pub detentions: Vec<(NaiveDate, Option<NaiveDate>)>,
    /// v11d1.
    pub no_fault_signalled: bool,
    /// v17.
    pub title: &'static str,
}

const END: (i32, u32, u32) = (2010, 10, 28);
const NO_FAULT: &str = "buiten schuld";

/// A life as far as the DMB has to do with it.
#[derive(Clone, Copy, Debug)]
pub struct Life<'a> {
    /// How the guidance stands.
    pub way: Way,
    /// First registration in the Netherlands.
    pub arrival: NaiveDate,
    /// Inflow at the centre.
    pub inflow: NaiveDate,
    /// Outflow.
    pub outflow: Option<NaiveDate>,
    /// What the DMB counts.
    pub past: &'a Past,
}

impl Life<'_> {
    /// Whether something that was asked and decided on these days was pending on the day of inflow.
    fn pending(&self, asked: NaiveDate, decided: Option<NaiveDate>) -> bool {
        asked <= self.inflow && decided.is_none_or(|day| day > self.inflow)
    }
}

/// What the DMB counts about somebody of whom nothing is calibrated.
pub fn past(chance: &mut Chance) -> Past {
    Past {
        asylum: 1 + chance.weighted(&[62, 28, 10]) as u32,
        regular: chance.weighted(&[42, 34, 18, 6]) as u32,
        no_fault: chance.weighted(&[91, 9]) as u32,
        ac: chance.weighted(&[70, 24, 6]) as u32,
        ar: chance.weighted(&[48, 26, 14, 7, 3, 2]) as u32,
        vk: chance.weighted(&[66, 34]) as u32,
        held: [Held::Never, Held::Before, Held::Since][chance.weighted(&[75, 20, 5])],
        days: chance.between(2, 30),
        decided: chance.between(20, 110),
        stuck: true,
    }
}

/// Draws a history with exactly the counts of `life.past` on the reference date.
///
/// Somebody with a permit got it on the day of outflow, on a request that counts. Whoever's dossier was not stuck at
/// inflow had a request or an appeal pending then.
pub fn draw(life: Life<'_>, chance: &mut Chance) -> History {
    let past = life.past;
    let mut appeals = appeals(&life, chance);
    let mut procedures = vec![first_request(&life, chance)];
    let kinds =
        [("asiel", past.asylum.saturating_sub(1)), ("regulier", past.regular), (NO_FAULT, past.no_fault)];
    for (kind, count) in kinds {
        for _ in 0..count {
            procedures.push(request(kind, &life, chance));
        }
    }
    if !past.stuck {
        let others: Vec<usize> = (1..procedures.len()).collect();
        match others.is_empty() {
            true => appeals.iter_mut().take(1).for_each(|appeal| {
                let (lodged, judged) = around(life.inflow, life.arrival, chance);
                (appeal.lodged, appeal.judged) = (lodged, Some(judged));
            }),
            false => {
                let place = others[chance.below(others.len())];
                let (asked, decided) = around(life.inflow, life.arrival, chance);
                (procedures[place].asked, procedures[place].decided) = (asked, Some(decided));
            }
        }
    }
    if let (Way::Permit, Some(left)) = (life.way, life.outflow) {
        grant(&mut procedures, life.inflow, left, chance);
    }
    for procedure in &mut procedures {
        if procedure.decided.is_none() {
            procedure.outcome = "open";
        }
    }
    procedures[1..].sort_by_key(|procedure| procedure.asked);
    appeals.sort_by_key(|appeal| appeal.lodged);
    let title = title(life.way, &procedures);
    History {
        marital: ["ongehuwd", "gehuwd", "gescheiden", "onbekend"][chance.weighted(&[91, 5, 1, 3])],
        at_ac: (!chance.percent(3)).then(|| chance.percent(55)),
        medical: [
            "geen advies",
            "kan gehoord worden",
            "kan met beperkingen gehoord worden",
            "kan niet gehoord worden",
        ][chance.weighted(&[45, 42, 10, 3])],
        appeals,
        detentions: detentions(&life, chance),
        no_fault_signalled: chance.percent(20),
        procedures,
        title,
    }
}

fn end() -> NaiveDate {
    date(END.0, END.1, END.2)
}

fn first_request(life: &Life<'_>, chance: &mut Chance) -> Procedure {
    let decided = life.arrival + Days::new(life.past.decided.unsigned_abs());
    let lasts = decided + Days::new(365 * 3);
    let outcomes = ["afgewezen", "ingewilligd", "ingetrokken", "buiten behandeling gesteld"];
    let may = lasts < life.inflow || !life.past.stuck;
    let outcome = outcomes[chance.weighted(&[78, if may { 15 } else { 0 }, 4, 3])];
    let ground = if chance.percent(60) { "alleenstaande minderjarige vreemdeling" } else { "asiel" };
    let granted = (outcome == "ingewilligd").then_some((decided, Some(lasts)));
    Procedure { kind: "asiel", ground, asked: life.arrival, decided: Some(decided), outcome, granted }
}

/// A later request that was not pending on the day of inflow.
fn request(kind: &'static str, life: &Life<'_>, chance: &mut Chance) -> Procedure {
    const GROUNDS: [&str; 6] = [
        "medische behandeling",
        "verblijf bij partner",
        "schrijnendheid",
        "studie",
        "slachtoffer mensenhandel",
        "voortgezet verblijf",
    ];
    let ground = if kind == "regulier" { chance.pick(&GROUNDS) } else { kind };
    let (asked, decided) = spell(life, 120, (14, 380), chance);
    let outcome = ["afgewezen", "ingetrokken", "buiten behandeling gesteld"][chance.weighted(&[84, 9, 7])];
    Procedure { kind, ground, asked, decided, outcome, granted: None }
}

/// A day and, unless still open, the day of its decision, so that nothing is pending on the day of inflow.
fn spell(
    life: &Life<'_>,
    after: u64,
    takes: (i64, i64),
    chance: &mut Chance,
) -> (NaiveDate, Option<NaiveDate>) {
    let from = (life.arrival + Days::new(after)).min(life.inflow);
    for _ in 0..200 {
        let asked = dates::draw(from, end(), chance);
        let decided = asked + Days::new(chance.between(takes.0, takes.1) as u64);
        let decided = (decided <= end()).then_some(decided);
        if !life.pending(asked, decided) {
            return (asked, decided);
        }
    }
    (life.arrival, Some(life.arrival + Days::new(1)))
}

/// Two days with the given day in between.
fn around(day: NaiveDate, earliest: NaiveDate, chance: &mut Chance) -> (NaiveDate, NaiveDate) {
    let asked = (day - Days::new(chance.between(5, 150) as u64)).max(earliest + Days::new(1));
    (asked, (day + Days::new(chance.between(5, 200) as u64)).min(date(2010, 10, 30)))
}

/// Makes one of the requests the one that gave a permit during guidance.
fn grant(procedures: &mut [Procedure], inflow: NaiveDate, left: NaiveDate, chance: &mut Chance) {
    let place = if procedures.len() > 1 { 1 + chance.below(procedures.len() - 1) } else { 0 };
    let until = (!chance.percent(15)).then(|| left + Days::new(365));
    let procedure = &mut procedures[place];
    if place > 0 && !(procedure.asked <= inflow && procedure.decided.is_some_and(|day| day > inflow)) {
        procedure.asked = dates::draw((inflow + Days::new(1)).min(left), left, chance);
    }
    if procedure.kind == "regulier" {
        procedure.ground = chance.pick(&[
            "schrijnendheid",
            "medische behandeling",
            "pardonregeling",
            "verblijf bij partner",
        ]);
    }
    procedure.outcome = "ingewilligd";
    procedure.granted = Some((left, until));
    if place > 0 {
        procedure.decided = Some(left);
    }
}

fn appeals(life: &Life<'_>, chance: &mut Chance) -> Vec<Appeal> {
    let mut out = Vec::new();
    for (kind, count) in [("AC", life.past.ac), ("AR", life.past.ar), ("VK", life.past.vk)] {
        for _ in 0..count {
            let (lodged, judged) = spell(life, 60, (10, 300), chance);
            let outcome = if judged.is_none() {
                "open"
            } else {
                ["ongegrond", "gegrond", "niet-ontvankelijk", "ingetrokken"]
                    [chance.weighted(&[68, 16, 10, 6])]
            };
            out.push(Appeal { kind, lodged, judged, outcome });
        }
    }
    out
}

/// One or two periods, the first before or since inflow, with the given number of days in all.
fn detentions(life: &Life<'_>, chance: &mut Chance) -> Vec<(NaiveDate, Option<NaiveDate>)> {
    let days = life.past.days;
    let (from, to) = match life.past.held {
        Held::Never => return Vec::new(),
        Held::Before => (life.arrival + Days::new(2), life.inflow - Days::new(1)),
        Held::Since => (life.inflow, end()),
    };
    let reference = date(2010, 11, 1);
    let still = reference - Days::new(days.unsigned_abs());
    if life.past.held == Held::Since
        && life.way == Way::Guidance
        && still >= life.inflow
        && chance.percent(20)
    {
        return vec![(still, None)];
    }
    let room = (to - from).num_days() - days;
    let mut start = from + Days::new(chance.between(0, (room / 2).max(0)).unsigned_abs());
    let mut rest = days;
    let mut out = Vec::new();
    if days > 60 && room > 20 && chance.percent(35) {
        let first = chance.between(20, days - 20);
        let stop = start + Days::new(first.unsigned_abs());
        out.push((start, Some(stop)));
        start = stop + Days::new(chance.between(5, (room / 3).max(6)).unsigned_abs());
        rest -= first;
    }
    out.push((start, Some(start + Days::new(rest.unsigned_abs()))));
    out
}

fn title(way: Way, procedures: &[Procedure]) -> &'static str {
    if way == Way::Permit {
        let last = procedures.iter().rfind(|procedure| procedure.granted.is_some());
        return match last {
            Some(Procedure { kind: NO_FAULT, .. }) => NO_FAULT,
            Some(Procedure { kind: "asiel", .. }) => "asiel bepaalde tijd",
            _ => "regulier bepaalde tijd",
        };
    }
    if procedures.iter().any(|procedure| procedure.decided.is_none()) { "in procedure" } else { "geen" }
}
