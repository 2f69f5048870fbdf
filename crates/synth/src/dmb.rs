//! Writes the DMB extract: one file of persons, three of what happened to them (Bijlage 24).

use crate::calibration::Calibration;
use crate::cell::{Cell, DateStyle};
use crate::error::SynthError;
use crate::extract::Extract;
use crate::history::Procedure;
use crate::manner::{Encoding, Format};
use crate::write::Tables;
use chrono::NaiveDate;

const PERSONS: Format = Format::Text { delimiter: b';', encoding: Encoding::Windows1252, crlf: true };
const APPEALS: Format = Format::Text { delimiter: b';', encoding: Encoding::Utf8Bom, crlf: true };
const DETENTIONS: Format = Format::Text { delimiter: b',', encoding: Encoding::Utf8, crlf: false };
const PROCEDURES: Format = Format::Text { delimiter: b'\t', encoding: Encoding::Utf8, crlf: false };

const PERSON_HEADER: [&str; 18] = [
    "v1 V-nummer",
    "v2 Geboortedatum",
    "v3 Nationaliteit",
    "v4 Sekse",
    "v5 Burgerlijke staat",
    "v7 Aangemeld AC",
    "v8b Eerste registratie",
    "v9 Medisch advies",
    "v10a Eerste beslissing",
    "v10b Uitkomst eerste aanvraag",
    "v11a Buiten schuld (afdoening)",
    "v11b Buiten schuld (verblijfsdoel)",
    "v11c Datum buiten schuld",
    "v11d1 Gesignaleerd door DT&V",
    "v11d2 Datum verzoek",
    "v11e Vergunning buiten schuld",
    "v11f Datum vergunning",
    "v17 Verblijfstitel",
];
const APPEAL_HEADER: [&str; 5] = [
    "v1 V-nummer",
    "v10c Soort beroep",
    "v10e1 Datum beroep",
    "v10e2 Datum uitspraak",
    "v10f Uitkomst beroep",
];
const DETENTION_HEADER: [&str; 3] = ["V-nummer", "v10g2 Van", "v10g2 Tot"];
const PROCEDURE_HEADER: [&str; 8] = [
    "v1 V-nummer",
    "v12a Soort",
    "v12b Grond",
    "v12c Datum aanvraag",
    "v12d Datum beslissing",
    "v12e Uitkomst",
    "v13 Van",
    "v13 Tot",
];

/// Writes the extract of one block to the four files in `dmb/`.
pub fn write(extract: &[Extract], calibration: &Calibration, tables: &mut Tables) -> Result<(), SynthError> {
    for row in extract {
        tables.row("dmb/personen.csv", PERSONS, &header(&PERSON_HEADER), &person(row, calibration))?;
        let number = || Cell::text(row.v_number.clone());
        for appeal in &row.history.appeals {
            let cells = [
                number(),
                Cell::text(appeal.kind),
                day(Some(appeal.lodged)),
                day(appeal.judged),
                Cell::text(appeal.outcome),
            ];
            tables.row("dmb/beroepen.csv", APPEALS, &header(&APPEAL_HEADER), &cells)?;
        }
        for (from, to) in &row.history.detentions {
            let to = to.map_or(Cell::text("heden"), Cell::Date);
            tables.row(
                "dmb/bewaring.csv",
                DETENTIONS,
                &header(&DETENTION_HEADER),
                &[number(), Cell::Date(*from), to],
            )?;
        }
        for procedure in &row.history.procedures {
            let mut cells = vec![number()];
            cells.extend(procedure_cells(procedure));
            tables.row("dmb/procedures.csv", PROCEDURES, &header(&PROCEDURE_HEADER), &cells)?;
        }
    }
    Ok(())
}

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn day(day: Option<NaiveDate>) -> Cell {
    day.map_or_else(Cell::blank, Cell::Date)
}

fn yes(yes: bool) -> Cell {
    Cell::text(if yes { "Ja" } else { "Nee" })
}

fn person(row: &Extract, calibration: &Calibration) -> Vec<Cell> {
    let history = &row.history;
    let first = history.procedures.first();
    let no_fault = history.procedures.iter().rfind(|procedure| procedure.kind == "buiten schuld");
    let granted = no_fault.and_then(|procedure| procedure.granted);
    let settled = no_fault.is_some_and(|procedure| procedure.granted.is_some());
    vec![
        Cell::text(row.v_number.clone()),
        Cell::text(DateStyle::Iso.write(row.birth)),
        Cell::text(
            row.nationality.map_or("Onbekend", |country| calibration.countries[country].nationality.as_str()),
        ),
        Cell::text(if row.woman { "vrouw" } else { "man" }),
        Cell::text(history.marital),
        history.at_ac.map_or_else(Cell::blank, yes),
        day(Some(row.arrival)),
        Cell::text(history.medical),
        day(first.and_then(|procedure| procedure.decided)),
        Cell::text(first.map_or("", |procedure| procedure.outcome)),
        yes(settled),
        yes(no_fault.is_some()),
        day(no_fault.filter(|_| settled).and_then(|procedure| procedure.decided)),
        if no_fault.is_some() { yes(history.no_fault_signalled) } else { Cell::blank() },
        day(no_fault.map(|procedure| procedure.asked)),
        if no_fault.is_some() { yes(settled) } else { Cell::blank() },
        day(granted.map(|(from, _)| from)),
        Cell::text(history.title),
    ]
}

fn procedure_cells(procedure: &Procedure) -> [Cell; 7] {
    let until = match procedure.granted {
        Some((_, None)) => Cell::text("onbepaald"),
        Some((_, until)) => day(until),
        None => Cell::blank(),
    };
    [
        Cell::text(procedure.kind),
        Cell::text(procedure.ground),
        day(Some(procedure.asked)),
        day(procedure.decided),
        Cell::text(procedure.outcome),
        day(procedure.granted.map(|(from, _)| from)),
        until,
    ]
}
