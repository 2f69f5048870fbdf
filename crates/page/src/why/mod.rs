//! Why a value is what it is: the tables that it was made from, what was decided on the way, and the delivered records at
//! its end.

mod child;
mod followed;
mod following;
mod found;
mod view;

pub use child::work_why;
pub(crate) use followed::followed;
pub(crate) use following::Following;
pub use following::WhyCommand;
pub(crate) use view::{EACH, View};

use crate::appendices::{leaf, named};
use crate::auditing::Slice;
use crate::fault::Fault;
use crate::printing::{Leaf, Printed};
use crate::sheet::{Answer, Cell, Sheet, respond};
use crate::visit::{Visit, segment};
use axum::extract::Path;
use axum::response::Response;
use report::CellKind::Text;
use report::{Comparison, Difference, Marks, PrintedRow};
use std::sync::Arc;
use study::Study;

/// A whole row of an appendix.
pub(crate) async fn row(visit: Visit, Path((table, row)): Path<(String, String)>) -> Response {
    let answer = of(&visit, &table, &row, None).await;
    respond(&visit, answer)
}

/// A cell of an appendix.
pub(crate) async fn cell(
    visit: Visit,
    Path((table, row, column)): Path<(String, String, String)>,
) -> Response {
    let answer = of(&visit, &table, &row, Some(&column)).await;
    respond(&visit, answer)
}

async fn of(visit: &Visit, table: &str, row: &str, column: Option<&str>) -> Answer {
    visit.for_auditors()?;
    let run = visit.run()?;
    let printed = visit.printed(&run).await?;
    let place = named(visit, &printed, table)?;
    let leaf = leaf(&printed, place)?;
    let asked = AskedCell::of(visit, leaf, row, column)?;
    // Before the question, so that one about a study that has changed is told so.
    let study = visit.study_of(&run)?;
    let slice = slice(visit)?;
    let name = &printed.study.appendices[place].model.table;
    let at = i64::try_from(asked.place).map_err(Fault::inside)?;
    let why = visit.house.auditing.why((&study, &run), (name, at, column), &slice).await?;
    let raw = raw(visit, &study, &why.records).await?;
    let mut sheet = Sheet::new(asked.title(visit));
    asked.facts(&mut sheet, visit, (&printed, table));
    View { visit, study: &study, why: &why, raw: &raw, slice: &slice }.write(&mut sheet);
    Ok(sheet)
}

/// The records that a page shows.
pub(crate) fn slice(visit: &Visit) -> Result<Slice, Fault> {
    let source = visit.get("source").map(str::to_owned);
    let page = if source.is_some() { visit.number("page", 1)?.max(1) } else { 1 };
    let skipped = usize::try_from((page - 1).saturating_mul(EACH)).map_err(Fault::inside)?;
    Ok(Slice { source, skipped, most: usize::try_from(EACH).map_err(Fault::inside)? })
}

/// The delivered lines of records, in their order.
async fn raw(visit: &Visit, study: &Arc<Study>, records: &[engine::Record]) -> Result<Vec<String>, Fault> {
    let origins: Vec<engine::Origin> = records.iter().map(|record| record.origin.clone()).collect();
    let (house, study) = (visit.house.clone(), study.clone());
    let read = move || house.lines.of(&study, origins.iter());
    tokio::task::spawn_blocking(read).await.map_err(Fault::inside)
}

/// The cell of an appendix, or its row, that is asked about.
struct AskedCell<'a> {
    leaf: &'a Leaf,
    place: usize,
    row: &'a PrintedRow,
    column: Option<&'a str>,
}

impl<'a> AskedCell<'a> {
    fn of(visit: &Visit, leaf: &'a Leaf, row: &str, column: Option<&'a str>) -> Result<Self, Fault> {
        let missing =
            |dutch, english, what: &str| Fault::Missing(format!("{}: {what}", visit.say(dutch, english)));
        let place: Option<usize> = row.parse().ok();
        let found = place.and_then(|place| Some((place, leaf.table.rows.get(place)?)));
        let (place, found) =
            found.ok_or_else(|| missing("Deze rij is er niet", "There is no such row", row))?;
        if let Some(column) = column.filter(|column| found.cell(column).is_none()) {
            return Err(missing("Deze kolom is er niet", "There is no such column", column));
        }
        Ok(Self { leaf, place, row: found, column })
    }

    fn text(&self) -> Option<&'a str> {
        Some(&self.row.cell(self.column?)?.text)
    }

    fn title(&self, visit: &Visit) -> String {
        match self.text() {
            Some("") => visit.say("Waarom staat hier niets?", "Why is there nothing here?").to_owned(),
            Some(text) => format!("{} {text}?", visit.say("Waarom staat hier", "Why does it say")),
            None => format!(
                "{} {}?",
                visit.say("Waar komt deze rij vandaan:", "What was this row made from:"),
                self.row.label()
            ),
        }
    }

    /// Where the cell stands, its value with every digit, and the cells around it.
    fn facts(&self, sheet: &mut Sheet, visit: &Visit, (printed, table): (&Printed, &str)) {
        let base = format!("/appendices/{}", segment(table));
        let title = Cell::Link(visit.link(&base, &[]), self.leaf.table.title.clone());
        let mut rows = vec![vec![visit.say("tabel", "appendix").into(), title]];
        let row = match self.row.under.as_str() {
            "" => self.row.label(),
            under => format!("{under} › {}", self.row.label()),
        };
        let whole = visit.link(&format!("{base}/{}", self.place), &[]);
        rows.push(vec![visit.say("rij", "row").into(), Cell::Link(whole, row)]);
        if let Some(column) = self.column {
            rows.push(vec![visit.say("kolom", "column").into(), self.leaf.table.heading(column).into()]);
            let cell = self.row.cell(column);
            if let Some(cell) = cell {
                rows.push(vec![visit.say("wat er staat", "what it says").into(), cell.text.as_str().into()]);
                rows.extend(print(visit, printed.comparison(table), &cell.key, column));
            }
            if let Some(value) = cell.and_then(|cell| cell.value.as_ref()) {
                rows.push(vec![visit.say("waarde", "value").into(), digits(visit, value).into()]);
            }
        } else {
            rows.extend(self.row.cells.iter().map(|cell| self.cell_of_row(visit, &base, cell)));
        }
        rows.push(vec![visit.say("run", "run").into(), printed.run.run.to_string().into()]);
        let header = [(visit.say("feit", "fact"), Text), (visit.say("waarde", "value"), Text)];
        sheet.table(visit.say("Wat gevraagd is", "What is asked"), &header, &rows);
        self.around(sheet, visit, &base);
    }

    fn cell_of_row(&self, visit: &Visit, base: &str, cell: &report::PrintedCell) -> Vec<Cell> {
        let link = visit.link(&format!("{base}/{}/{}", self.place, segment(&cell.column)), &[]);
        let value = if cell.text.is_empty() { Cell::from("") } else { Cell::Link(link, cell.text.clone()) };
        vec![self.leaf.table.heading(&cell.column).into(), value]
    }

    /// Links to the cells left, right, above and below.
    fn around(&self, sheet: &mut Sheet, visit: &Visit, base: &str) {
        let columns: Vec<&str> = self.row.cells.iter().map(|cell| cell.column.as_str()).collect();
        let at = self.column.and_then(|column| columns.iter().position(|name| *name == column));
        let address = |row: Option<usize>, column: Option<&str>| {
            let row = row.filter(|row| *row < self.leaf.table.rows.len())?;
            let path = match column {
                Some(column) => format!("{base}/{row}/{}", segment(column)),
                None => format!("{base}/{row}"),
            };
            Some(visit.link(&path, &[]))
        };
        let beside = |column: Option<usize>| {
            let column = column.and_then(|column| columns.get(column))?;
            address(Some(self.place), Some(column))
        };
        let html = sheet.html();
        html.open(
            "nav",
            &[("class", "pager"), ("aria-label", visit.say("Cellen ernaast", "Cells beside it"))],
        );
        for (link, text) in [
            (beside(at.and_then(|at| at.checked_sub(1))), visit.say("← links", "← left")),
            (beside(at.map(|at| at + 1)), visit.say("rechts →", "right →")),
            (address(self.place.checked_sub(1), self.column), visit.say("↑ rij erboven", "↑ row above")),
            (address(Some(self.place + 1), self.column), visit.say("↓ rij eronder", "↓ row below")),
        ] {
            if let Some(link) = link {
                html.element("a", &[("href", &link)], text);
            }
        }
        html.close().line();
    }
}

/// What the print has in place of a cell, and why; none if it has the same.
fn print(visit: &Visit, compared: Option<&Comparison>, key: &str, column: &str) -> Option<Vec<Cell>> {
    let compared = compared?;
    let is_it = |difference: &Difference| difference.row == key && difference.column == column;
    let misprint = compared.misprints.iter().find(|known| is_it(&known.difference));
    let unreached = compared.unreached.iter().find(|known| is_it(&known.difference));
    let (sign, printed, why) = match (misprint, unreached) {
        (Some(known), _) => (Marks::MISPRINT, &known.difference.printed, known.explanation.as_str()),
        (_, Some(known)) => (Marks::UNREACHED, &known.difference.printed, known.reason.as_str()),
        _ => {
            let difference = compared.differences.iter().find(|difference| is_it(difference))?;
            (Marks::UNEXPLAINED, &difference.printed, visit.say("onverklaard", "unexplained"))
        }
    };
    let said = format!("{printed} {sign} {why}");
    Some(vec![visit.say("in de druk", "in the print").into(), said.into()])
}

/// A number with every digit that it has.
fn digits(visit: &Visit, value: &report::Decimal) -> String {
    let sign = if value.is_negative() { "−" } else { "" };
    match value.fraction_digits() {
        "" => format!("{sign}{}", value.integer_digits()),
        fraction => format!("{sign}{}{}{fraction}", value.integer_digits(), visit.say(",", ".")),
    }
}
