//! Writes a registration as a hurried official does: other spellings and notations, never another meaning.

use crate::calibration::Calibration;
use crate::cell::{Cell, DateStyle};
use crate::chance::Chance;
use crate::entry::{Entry, Fault};
use crate::manner::{Format, Manner, NumberStyle};
use crate::person::{Aim, EndedBy, Known, Way};
use chrono::{Datelike, NaiveDate};

/// The cells C1 to C17 of a registration in the manner of its centre.
pub fn cells(entry: &Entry, manner: &Manner, calibration: &Calibration, chance: &mut Chance) -> Vec<Cell> {
    let left = entry.way != Way::Guidance;
    let mut cells = vec![
        v_number(entry.v_number.as_deref(), manner, chance),
        Cell::text(name(&entry.given, false, chance)),
        Cell::text(name(&entry.surname, manner.capitals, chance)),
        day(entry.birth, manner, chance),
        Cell::text(sex(entry.woman, manner.words)),
        Cell::text(country(entry.country, manner, calibration, chance)),
        count(entry.traits.children, chance),
        Cell::text(known(entry.traits.diagnosis, manner.words)),
        Cell::text(known(entry.traits.complaints, manner.words)),
        day(entry.inflow, manner, chance),
        Cell::text(aim(entry.traits.aim, chance)),
        count(entry.traits.contacts, chance),
        Cell::text(entry.left.map_or("", |left| known(left, manner.words))),
        outflow(entry, manner, chance),
        Cell::text(if left { ended_by(entry.traits.ended_by, chance) } else { "" }),
        Cell::text(if left { reason(entry.way, chance) } else { "" }),
        Cell::text(entry.note.clone()),
    ];
    if let Some(fault) = entry.fault {
        spoil(&mut cells, fault, entry);
    }
    if manner.no_notes {
        cells.truncate(16);
    }
    cells
}

fn v_number(number: Option<&str>, manner: &Manner, chance: &mut Chance) -> Cell {
    let Some(number) = number else {
        return Cell::text(chance.pick(&["", "onbekend", "-"]));
    };
    match manner.numbers {
        NumberStyle::Numeric if !number.starts_with('0') => Cell::Number(number.parse().unwrap_or_default()),
        NumberStyle::Dots => Cell::text(format!("{}.{}.{}", &number[..4], &number[4..7], &number[7..])),
        NumberStyle::Blanks => Cell::text(format!("{} {} {}", &number[..4], &number[4..7], &number[7..])),
        NumberStyle::Dash => Cell::text(format!("{}-{}", &number[..5], &number[5..])),
        NumberStyle::Plain if chance.percent(10) => Cell::text(format!("{}.{}", &number[..5], &number[5..])),
        NumberStyle::Plain | NumberStyle::Numeric => Cell::text(number),
    }
}

fn name(name: &str, capitals: bool, chance: &mut Chance) -> String {
    let bare = if chance.percent(8) { without_accents(name) } else { name.to_owned() };
    match (capitals, chance.below(20)) {
        (true, _) => bare.to_uppercase(),
        (false, 0) => format!(" {bare}"),
        (false, 1) => bare.replace(' ', "  "),
        (false, _) => bare,
    }
}

fn without_accents(text: &str) -> String {
    const PLAIN: [(&str, char); 8] = [
        ("ãáàâ", 'a'),
        ("éèêë", 'e'),
        ("íïî", 'i'),
        ("óôõ", 'o'),
        ("úüû", 'u'),
        ("ç", 'c'),
        ("É", 'E'),
        ("ñ", 'n'),
    ];
    text.chars()
        .map(|letter| {
            PLAIN.iter().find(|(accented, _)| accented.contains(letter)).map_or(letter, |(_, plain)| *plain)
        })
        .collect()
}

fn day(day: NaiveDate, manner: &Manner, chance: &mut Chance) -> Cell {
    let other = chance.percent(manner.other_dates);
    match manner.dates {
        None if !other => Cell::Date(day),
        None => Cell::text(DateStyle::Dashes.write(day)),
        Some(style) if !other => Cell::text(style.write(day)),
        Some(_) if manner.format == Format::Workbook => Cell::Date(day),
        Some(_) => Cell::text(
            chance
                .pick(&[Some(DateStyle::Month), Some(DateStyle::Slashes)])
                .unwrap_or(DateStyle::Iso)
                .write(day),
        ),
    }
}

fn outflow(entry: &Entry, manner: &Manner, chance: &mut Chance) -> Cell {
    match (entry.outflow, entry.left) {
        (Some(outflow), _) => day(outflow, manner, chance),
        (None, Some(Known::Yes | Known::Unknown)) => Cell::text(chance.pick(&["onbekend", "?", ""])),
        (None, _) => Cell::blank(),
    }
}

fn sex(woman: bool, words: usize) -> &'static str {
    const WORDS: [(&str, &str); 4] = [("m", "v"), ("man", "vrouw"), ("M", "V"), ("mnl", "vrl")];
    if woman { WORDS[words].1 } else { WORDS[words].0 }
}

fn known(known: Known, words: usize) -> &'static str {
    const WORDS: [[&str; 3]; 4] =
        [["Ja", "Nee", "Onbekend"], ["ja", "nee", "?"], ["J", "N", "onb."], ["JA", "NEE", "weet niet"]];
    let place = match known {
        Known::Yes => 0,
        Known::No => 1,
        Known::Unknown => 2,
    };
    WORDS[words][place]
}

fn country(country: usize, manner: &Manner, calibration: &Calibration, chance: &mut Chance) -> String {
    let country = &calibration.countries[country];
    let other = chance.percent(25) && !country.spellings.is_empty();
    let written =
        if other { &country.spellings[chance.below(country.spellings.len())] } else { &country.name };
    if manner.capitals || chance.percent(5) { written.to_uppercase() } else { written.clone() }
}

fn count(count: Option<u32>, chance: &mut Chance) -> Cell {
    match count {
        Some(count) => Cell::Number(i64::from(count)),
        None => Cell::text(chance.pick(&["", "onbekend", "?"])),
    }
}

fn aim(aim: Aim, chance: &mut Chance) -> &'static str {
    match aim {
        Aim::Stay => chance.pick(&["vergunning", "verblijfsvergunning", "Verblijf", "verkrijgen vergunning"]),
        Aim::Return => chance.pick(&["terugkeer", "Terugkeer", "terugkeer land van herkomst"]),
        Aim::Both => {
            chance.pick(&["twee sporen", "tweesporen", "verblijf/terugkeer", "vergunning en terugkeer"])
        }
        Aim::Other => chance.pick(&[
            "anders",
            "anders: overleven in illegaliteit",
            "anders: doormigratie",
            "Anders: medisch",
        ]),
        Aim::Unknown => chance.pick(&["onbekend", "nog niet bepaald", "?"]),
    }
}

fn ended_by(who: EndedBy, chance: &mut Chance) -> &'static str {
    match who {
        EndedBy::Both => chance.pick(&["wederzijds overleg", "in overleg", "overleg"]),
        EndedBy::Centre => chance.pick(&["steunpunt", "door het steunpunt", "stpt"]),
        EndedBy::Client => chance.pick(&["cliënt", "door de cliënt", "client"]),
    }
}

fn reason(way: Way, chance: &mut Chance) -> &'static str {
    match way {
        Way::Guidance => "",
        Way::Permit => chance.pick(&["verblijfsvergunning", "vergunning verkregen", "VV", "status"]),
        Way::Return => chance.pick(&["terugkeer", "teruggekeerd", "vrijwillig teruggekeerd"]),
        Way::Unknown => chance.pick(&["MOB", "m.o.b.", "met onbekende bestemming"]),
        Way::Other => chance.pick(&["anders", "overig", "andere reden"]),
    }
}

fn spoil(cells: &mut [Cell], fault: Fault, entry: &Entry) {
    let number = entry.v_number.clone().unwrap_or_default();
    let (column, text) = match fault {
        Fault::NoSuchDay => (3, format!("31-02-{}", entry.birth.year())),
        Fault::MonthFirst => (
            3,
            format!(
                "{:02}-{}-{}",
                entry.birth.month(),
                12 + entry.birth.day().clamp(1, 16),
                entry.birth.year()
            ),
        ),
        Fault::ShortNumber => (0, number[1..].to_owned()),
        Fault::NoBirth => (3, String::new()),
        Fault::NoSuchCountry => (5, "West-Afrika".to_owned()),
        Fault::NoSuchInflow => (9, format!("30-02-{}", entry.inflow.year())),
        Fault::Letters => (11, "enkele".to_owned()),
        Fault::NoSuchOutflow => (13, "31-06-2010".to_owned()),
    };
    cells[column] = Cell::Text(text);
}
