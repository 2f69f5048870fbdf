//! Below an appendix: where the print has something else and why, and what another run printed.

use super::one::meaning;
use crate::sheet::{Cell, Sheet};
use crate::visit::Visit;
use report::CellKind::Text;
use report::{ChangedCell, Comparison, Difference, DifferenceKind, Marks};

/// Every difference from the print with its explanation.
pub(super) fn print(sheet: &mut Sheet, visit: &Visit, compared: &Comparison) {
    sheet.heading("print", visit.say("Verschillen met de druk", "Differences from the print"));
    let (cells, equal) = (visit.language.number(compared.cells), visit.language.number(compared.equal));
    let (same, of) =
        (visit.say("cellen zijn gelijk aan de druk", "cells are as printed"), visit.say("van", "of"));
    sheet.paragraph(&format!("{equal} {of} {cells} {same}."));
    let mut rows = Vec::new();
    for known in &compared.misprints {
        let why = format!("{}: {}", known.misprint, known.explanation);
        rows.push(row(visit, Marks::MISPRINT, &known.difference, &why));
    }
    for left in &compared.unreached {
        let why = match left.distance.as_str() {
            "" => left.reason.clone(),
            distance => format!("{} ({} {distance})", left.reason, visit.say("afstand", "distance")),
        };
        rows.push(row(visit, Marks::UNREACHED, &left.difference, &why));
    }
    for difference in &compared.differences {
        rows.push(row(visit, Marks::UNEXPLAINED, difference, ""));
    }
    if rows.is_empty() {
        return;
    }
    let header = [
        (visit.say("rij", "row"), Text),
        (visit.say("kolom", "column"), Text),
        (visit.say("gedrukt", "printed"), Text),
        (visit.say("berekend", "produced"), Text),
        (visit.say("soort", "kind"), Text),
        (visit.say("verklaring", "explanation"), Text),
    ];
    sheet.table(
        visit.say("Waar de druk iets anders heeft", "Where the print has something else"),
        &header,
        &rows,
    );
    for stale in &compared.stale {
        let at = format!("{} {}, {}", stale.list.as_str(), stale.row, stale.column);
        sheet.paragraph(&format!("{}: {at}", visit.say("Vervallen verklaring", "Stale explanation")));
    }
}

fn row(visit: &Visit, sign: &'static str, difference: &Difference, why: &str) -> Vec<Cell> {
    let class = if sign == Marks::UNEXPLAINED { "mark bad" } else { "mark" };
    let kind = kind(visit, difference.kind);
    vec![
        difference.row.as_str().into(),
        difference.column.as_str().into(),
        difference.printed.as_str().into(),
        difference.produced.as_str().into(),
        Cell::Mark(class, format!("{sign} {}, {kind}", meaning(visit, sign))),
        why.into(),
    ]
}

fn kind(visit: &Visit, kind: DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::Value => visit.say("waarde", "value"),
        DifferenceKind::Format => visit.say("schrijfwijze", "format"),
        DifferenceKind::MissingRow => visit.say("rij ontbreekt", "missing row"),
        DifferenceKind::ExtraRow => visit.say("rij te veel", "extra row"),
        DifferenceKind::MissingColumn => visit.say("kolom ontbreekt", "missing column"),
        DifferenceKind::RowOrder => visit.say("volgorde van rijen", "row order"),
    }
}

/// Changed cells that are shown; an analysis that comes out otherwise may change them all.
const MOST: usize = 500;

/// Cells that another run prints otherwise, those of rows that only it has last.
pub(super) fn changes(sheet: &mut Sheet, visit: &Visit, before: u64, cells: &[ChangedCell]) {
    let heading = format!("{} {before}", visit.say("Anders dan in run", "Other than in run"));
    sheet.heading("changes", &heading);
    let none = || visit.say("niet daar", "not there").to_owned();
    let row = |cell: &ChangedCell| {
        vec![
            cell.row.as_str().into(),
            cell.label.as_str().into(),
            cell.before.clone().unwrap_or_else(none).into(),
            cell.after.clone().unwrap_or_else(none).into(),
        ]
    };
    let rows: Vec<Vec<Cell>> = cells.iter().take(MOST).map(row).collect();
    let (then, now) = (visit.say("toen", "then"), visit.say("nu", "now"));
    let header =
        [(visit.say("rij", "row"), Text), (visit.say("kolom", "column"), Text), (then, Text), (now, Text)];
    sheet.table(visit.say("Cellen die veranderd zijn", "Cells that have changed"), &header, &rows);
    if cells.len() > MOST {
        let more = cells.len() - MOST;
        sheet.paragraph(&format!("… {more} {}", visit.say("cellen meer", "cells more")));
    }
}
