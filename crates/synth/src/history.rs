//! Asylum history of one person in the DMB (v5 to v17): requests, appeals, detention, residence title.

use crate::chance::Chance;
use crate::dates::{self, date};
use crate::person::Way;
use chrono::NaiveDate;

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

/// Draws the history of somebody who arrived, entered guidance and left it in the given way.
pub fn draw(
    way: Way,
    arrival: NaiveDate,
    inflow: NaiveDate,
    outflow: Option<NaiveDate>,
    chance: &mut Chance,
) -> History {
    let end = date(END.0, END.1, END.2);
    let mut procedures = vec![first_request(arrival, chance)];
    let again = chance.weighted(&[62, 28, 10]);
    for _ in 0..again {
        procedures.push(request("asiel", "asiel", arrival, end, chance));
    }
    let regular = match way {
        Way::Permit => chance.weighted(&[15, 40, 30, 15]),
        Way::Guidance => chance.weighted(&[42, 34, 18, 6]),
        Way::Return | Way::Unknown | Way::Other => chance.weighted(&[66, 26, 8, 0]),
    };
    for _ in 0..regular {
        const GROUNDS: [&str; 6] = [
            "medische behandeling",
            "verblijf bij partner",
            "schrijnendheid",
            "studie",
            "slachtoffer mensenhandel",
            "voortgezet verblijf",
        ];
        procedures.push(request("regulier", chance.pick(&GROUNDS), arrival, end, chance));
    }
    if chance.percent(9) {
        procedures.push(request(NO_FAULT, NO_FAULT, arrival.max(date(2004, 1, 1)), end, chance));
    }
    if let (Way::Permit, Some(left)) = (way, outflow) {
        procedures.push(granted(inflow, left, chance));
    }
    procedures[1..].sort_by_key(|procedure| procedure.asked);
    let title = title(way, &procedures);
    History {
        marital: ["ongehuwd", "gehuwd", "gescheiden", "onbekend"][chance.weighted(&[91, 5, 1, 3])],
        at_ac: (!chance.percent(3)).then(|| chance.percent(55)),
        medical: [
            "geen advies",
            "kan gehoord worden",
            "kan met beperkingen gehoord worden",
            "kan niet gehoord worden",
        ][chance.weighted(&[45, 42, 10, 3])],
        appeals: appeals(arrival, end, chance),
        detentions: detentions(way, arrival, end, chance),
        no_fault_signalled: chance.percent(20),
        procedures,
        title,
    }
}

fn first_request(arrival: NaiveDate, chance: &mut Chance) -> Procedure {
    let decided = arrival + chrono::Days::new(chance.between(20, 420) as u64);
    let open = decided > date(END.0, END.1, END.2);
    let outcome = if open {
        "open"
    } else {
        ["afgewezen", "ingewilligd", "ingetrokken", "buiten behandeling gesteld"]
            [chance.weighted(&[78, 15, 4, 3])]
    };
    let ground = if chance.percent(60) { "alleenstaande minderjarige vreemdeling" } else { "asiel" };
    let granted = (outcome == "ingewilligd").then(|| (decided, Some(decided + chrono::Days::new(365 * 3))));
    Procedure { kind: "asiel", ground, asked: arrival, decided: (!open).then_some(decided), outcome, granted }
}

fn request(
    kind: &'static str,
    ground: &'static str,
    from: NaiveDate,
    end: NaiveDate,
    chance: &mut Chance,
) -> Procedure {
    let asked = dates::draw((from + chrono::Days::new(120)).min(end), end, chance);
    let decided = asked + chrono::Days::new(chance.between(14, 380) as u64);
    let open = decided > end;
    let outcome = if open {
        "open"
    } else {
        ["afgewezen", "ingetrokken", "buiten behandeling gesteld"][chance.weighted(&[84, 9, 7])]
    };
    Procedure { kind, ground, asked, decided: (!open).then_some(decided), outcome, granted: None }
}

/// The request that gave a permit during guidance.
fn granted(inflow: NaiveDate, left: NaiveDate, chance: &mut Chance) -> Procedure {
    let (kind, ground) = chance.pick(&[
        ("regulier", "schrijnendheid"),
        ("regulier", "medische behandeling"),
        ("asiel", "asiel"),
        ("regulier", "pardonregeling"),
        (NO_FAULT, NO_FAULT),
        ("regulier", "verblijf bij partner"),
    ]);
    let asked = dates::draw(inflow.min(left), left, chance);
    let until = (!chance.percent(15)).then(|| left + chrono::Days::new(365));
    Procedure {
        kind,
        ground,
        asked,
        decided: Some(left),
        outcome: "ingewilligd",
        granted: Some((left, until)),
    }
}

fn appeals(arrival: NaiveDate, end: NaiveDate, chance: &mut Chance) -> Vec<Appeal> {
    let counts = [
        ("AC", chance.weighted(&[70, 24, 6])),
        ("AR", chance.weighted(&[48, 26, 14, 7, 3, 2])),
        ("VK", chance.weighted(&[66, 34])),
    ];
    let mut out = Vec::new();
    for (kind, count) in counts {
        for _ in 0..count {
            let lodged = dates::draw((arrival + chrono::Days::new(60)).min(end), end, chance);
            let judged = lodged + chrono::Days::new(chance.between(10, 300) as u64);
            let open = judged > end;
            let outcome = if open {
                "open"
            } else {
                ["ongegrond", "gegrond", "niet-ontvankelijk", "ingetrokken"]
                    [chance.weighted(&[68, 16, 10, 6])]
            };
            out.push(Appeal { kind, lodged, judged: (!open).then_some(judged), outcome });
        }
    }
    out.sort_by_key(|appeal| appeal.lodged);
    out
}

fn detentions(
    way: Way,
    arrival: NaiveDate,
    end: NaiveDate,
    chance: &mut Chance,
) -> Vec<(NaiveDate, Option<NaiveDate>)> {
    let periods =
        if way == Way::Permit { chance.weighted(&[90, 8, 2]) } else { chance.weighted(&[70, 20, 10]) };
    let mut out = Vec::new();
    let mut from = arrival + chrono::Days::new(400);
    for _ in 0..periods {
        if from >= end {
            break;
        }
        let start = dates::draw(from, end, chance);
        let stop = start + chrono::Days::new(chance.between(2, 260) as u64);
        out.push((start, (stop <= end).then_some(stop)));
        from = stop + chrono::Days::new(30);
    }
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
