//! One appendix as in the book: each number leads to what it was made from, signs say where it is not as printed or not as
//! it was.

use super::differences::{changes, print};
use super::{Before, Changed, Unlike, about_run, drawn, leaf, named, told};
use crate::printing::{Leaf, Own, Printed};
use crate::sheet::{Answer, Sheet, respond};
use crate::visit::{Visit, segment};
use axum::extract::Path;
use axum::response::Response;
use report::{CellPlace, Comparison, Dress, Marks, Sign, table_html};
use serve::Role;
use std::collections::BTreeMap;

/// The sign of a cell that another run prints otherwise.
const CHANGED: &str = "Δ";

pub(super) async fn appendix(visit: Visit, Path(table): Path<String>) -> Response {
    let answer = one(&visit, &table).await;
    respond(&visit, answer)
}

async fn one(visit: &Visit, name: &str) -> Answer {
    let run = visit.run()?;
    let printed = visit.printed(&run).await?;
    let place = named(visit, &printed, name)?;
    let leaf = leaf(&printed, place)?;
    let before = Before::of(visit, &printed).await?;
    let changed = before.as_ref().map(|before| before.changed(&printed, place));
    let compared = printed.comparison(name);
    let mut sheet = Sheet::of_study(&leaf.table.title);
    around(&mut sheet, visit, &printed, place);
    about_run(&mut sheet, visit, &printed);
    choose(&mut sheet, visit, before.as_ref(), changed.as_ref());
    let cells = match &changed {
        Some(Ok(Changed::Cells(cells))) => cells.as_slice(),
        _ => &[],
    };
    let signs = Signs {
        visit,
        base: format!("/appendices/{}", segment(name)),
        links: visit.role == Role::Auditor && printed.own == Own::Yes,
        marks: Marks::of(compared),
        before: before.as_ref().map_or(0, Before::run),
        was: cells
            .iter()
            .filter_map(|cell| Some(((cell.place_after?, cell.column.as_str()), cell.before.as_deref())))
            .collect(),
    };
    sheet.html().open("div", &[("lang", "nl"), ("class", "appendix")]).line();
    table_html(sheet.html(), &leaf.table, |place, row, cell| signs.dress(place, &row.key, cell));
    sheet.html().close().line();
    legend(&mut sheet, leaf, &signs, !cells.is_empty());
    below(&mut sheet, visit, (compared, cells), before.as_ref());
    drawn::drawings(&mut sheet, visit, leaf);
    Ok(sheet)
}

fn below(
    sheet: &mut Sheet,
    visit: &Visit,
    (compared, cells): (Option<&Comparison>, &[report::ChangedCell]),
    before: Option<&Before>,
) {
    if let Some(compared) = compared {
        print(sheet, visit, compared);
    }
    if let (Some(before), false) = (before, cells.is_empty()) {
        changes(sheet, visit, before.run(), cells);
    }
}

/// What cells have beside their texts.
struct Signs<'a> {
    visit: &'a Visit,
    /// Address of the appendix.
    base: String,
    /// Whether cells lead to what they were made from.
    links: bool,
    marks: Marks<'a>,
    /// Number of the run that it is compared with.
    before: u64,
    /// Texts in that run, by row and column, of cells that differ; none where there was no such cell.
    was: BTreeMap<(usize, &'a str), Option<&'a str>>,
}

impl Signs<'_> {
    fn dress(&self, place: CellPlace, key: &str, cell: &report::PrintedCell) -> Dress {
        let row = format!("{}/{}", self.base, place.row);
        // The first cell names its row, and stands for it.
        let path = if place.column == 0 { row } else { format!("{row}/{}", segment(&cell.column)) };
        let link = (self.links && !cell.text.is_empty()).then(|| self.visit.link(&path, &[]));
        let mut signs = Vec::new();
        if let Some(sign) = self.marks.at(cell) {
            let said = format!("{} ({key})", meaning(self.visit, sign));
            signs.push(Sign { sign, link: "#print".to_owned(), title: Some(said) });
        }
        let was = self.was.get(&(place.row, cell.column.as_str()));
        if let Some(was) = was {
            let was = was.unwrap_or(self.visit.say("niet daar", "not there"));
            let said = format!("{} {}: {was}", self.visit.say("in run", "in run"), self.before);
            signs.push(Sign { sign: CHANGED, link: "#changes".to_owned(), title: Some(said) });
        }
        Dress { link, class: was.map(|_| "changed"), signs }
    }
}

/// What a sign says in a few words.
pub(super) fn meaning(visit: &Visit, sign: &str) -> &'static str {
    match sign {
        Marks::MISPRINT => visit.say("drukfout", "misprint"),
        Marks::UNREACHED => {
            visit.say("niet bereikt met verzonnen gegevens", "not reached with invented data")
        }
        _ => visit.say("onverklaard verschil met de druk", "unexplained difference from the print"),
    }
}

/// Notes of the study, and what the signs in use mean.
fn legend(sheet: &mut Sheet, leaf: &Leaf, signs: &Signs<'_>, is_changed: bool) {
    let visit = signs.visit;
    let html = sheet.html();
    html.open("div", &[("class", "notes"), ("role", "note"), ("aria-label", visit.say("Noten", "Notes"))])
        .line();
    for note in &leaf.table.notes {
        html.element("p", &[("lang", "nl")], note).line();
    }
    let mut one = |sign: &str, said: &str| {
        html.open("p", &[]).element("sup", &[("class", "mark")], sign).text(" ").text(said).close().line();
    };
    for (sign, _) in &signs.marks.legend {
        let other = visit.say("de druk heeft hier iets anders", "the print has something else here");
        one(sign, &format!("{}: {other}.", meaning(visit, sign)));
    }
    if is_changed {
        let said = visit.say("stond er anders in run", "was otherwise in run");
        one(CHANGED, &format!("{said} {}.", signs.before));
    }
    html.close().line();
}

/// The appendices before and after, and the table as a file.
fn around(sheet: &mut Sheet, visit: &Visit, printed: &Printed, place: usize) {
    let address = |place: usize| {
        let name = printed.study.appendices.get(place)?.model.table.table();
        Some(visit.link(&format!("/appendices/{}", segment(name)), &[]))
    };
    let html = sheet.html();
    html.open("nav", &[("class", "pager"), ("aria-label", visit.say("Tabellen", "Appendices"))]);
    if let Some(link) = place.checked_sub(1).and_then(address) {
        html.element(
            "a",
            &[("href", &link), ("rel", "prev")],
            visit.say("← vorige tabel", "← previous appendix"),
        );
    }
    html.element(
        "a",
        &[("href", &visit.link("/appendices", &[]))],
        visit.say("alle tabellen", "all appendices"),
    );
    if let Some(link) = address(place + 1) {
        html.element(
            "a",
            &[("href", &link), ("rel", "next")],
            visit.say("volgende tabel →", "next appendix →"),
        );
    }
    if let Some(base) = printed.study.appendices.get(place) {
        let path = format!("/appendices/{}/csv", segment(base.model.table.table()));
        html.element(
            "a",
            &[("href", &visit.link(&path, &[])), ("download", "")],
            visit.say("als CSV", "as CSV"),
        );
    }
    html.close().line();
}

/// With which run it is compared, and the form to choose another.
fn choose(
    sheet: &mut Sheet,
    visit: &Visit,
    before: Option<&Before>,
    changed: Option<&Result<Changed, Unlike>>,
) {
    let (Some(before), Some(changed)) = (before, changed) else { return };
    let run = before.run();
    let said = match changed {
        Ok(Changed::Same) => visit.say("gelijk aan run", "the same as run").to_owned(),
        Ok(Changed::Cells(cells)) if cells.is_empty() => {
            visit.say("gelijk aan run", "the same as run").to_owned()
        }
        Ok(Changed::Cells(cells)) => {
            format!("{} {}", told(visit, cells.len()), visit.say("anders dan in run", "other than in run"))
        }
        Err(Unlike) => visit.say("niet te vergelijken met run", "not comparable with run").to_owned(),
    };
    let html = sheet.html();
    html.open("form", &[("method", "get"), ("action", &visit.path), ("class", "inline")]);
    html.element("span", &[], &format!("{said} {run}.")).text(" ");
    if let Some(run) = visit.get("run") {
        html.void("input", &[("type", "hidden"), ("name", "run"), ("value", run)]);
    }
    html.element("label", &[("for", "before")], visit.say("Vergelijk met run", "Compare with run")).text(" ");
    let value = run.to_string();
    let field = [("id", "before"), ("name", "before"), ("type", "number"), ("min", "1"), ("value", &*value)];
    html.void("input", &field).text(" ");
    html.element("button", &[("type", "submit")], visit.say("Vergelijk", "Compare")).close().line();
}
