//! The printed cells that a record is counted in.

use crate::fault::Fault;
use crate::sheet::Sheet;
use crate::visit::{Visit, segment};
use engine::Counted;
use report::{Markup, PrintedTable, TableTexts};
use std::collections::BTreeMap;
use std::sync::Arc;
use study::{Appendix, Study};
use terms::{Manifest, TableName};
use warehouse::Warehouse;

/// The printed rows of an appendix that a record is counted in.
struct Printed {
    table: String,
    title: String,
    /// Labels of the columns, by name.
    labels: BTreeMap<String, String>,
    rows: Vec<CountedRow>,
}

/// Place of a row from 0, what names it, and its cells by column.
type CountedRow = (i64, String, Vec<(String, String)>);

/// Tells the cells, each leading to who and what is behind it.
pub(super) async fn tell(
    sheet: &mut Sheet,
    visit: &Visit,
    (study, run): (&Arc<Study>, &Arc<Manifest>),
    counted: Vec<Counted>,
    uncounted: Vec<(TableName, Vec<i64>)>,
) -> Result<(), Fault> {
    sheet.heading("printed", visit.say("Telt mee in deze cijfers", "Counted in these numbers"));
    let (study, run, warehouse) = (study.clone(), run.clone(), visit.house.warehouse.clone());
    let left: Vec<TableName> = uncounted.into_iter().map(|(table, _)| table).collect();
    let read = move || -> Result<Vec<Printed>, Fault> {
        counted.iter().filter_map(|counted| printed(&study, &warehouse, &run, counted).transpose()).collect()
    };
    let printed = tokio::task::spawn_blocking(read).await.map_err(Fault::inside)??;
    ask(sheet, visit, &left);
    if printed.is_empty() && left.is_empty() {
        sheet.paragraph(visit.say("In geen enkel gedrukt cijfer.", "In no printed number."));
    }
    for appendix in &printed {
        details(sheet.html(), visit, appendix);
    }
    Ok(())
}

/// Appendices with rows that were made from the record, and from so many others that it is told of one at a time in which numbers.
fn ask(sheet: &mut Sheet, visit: &Visit, tables: &[TableName]) {
    if tables.is_empty() {
        return;
    }
    sheet.paragraph(visit.say(
        "Achter deze tabellen staan zo veel records dat per tabel wordt nagegaan in welke cijfers deze registratie meetelt; dat duurt even.",
        "So many records stand behind these appendices that it is found out for one at a time in which numbers this record is counted; that \
         takes a while.",
    ));
    let html = sheet.html();
    html.open("ul", &[("class", "uncounted")]);
    for table in tables {
        let address = format!("{}#printed", visit.here(&[("numbers", table.table())]));
        html.open("li", &[]).element("a", &[("href", &address)], table.table()).close();
    }
    html.close().line();
}

/// The cells of an appendix as they are printed; none if none of them is.
fn printed(
    study: &Study,
    warehouse: &Warehouse,
    run: &Manifest,
    counted: &Counted,
) -> Result<Option<Printed>, Fault> {
    let appendix = study.appendices.iter().find(|appendix| appendix.model.table == counted.table);
    let table = run.tables().find(|table| table.table == counted.table);
    let (Some(appendix), Some(table)) = (appendix, table) else { return Ok(None) };
    let batches = engine::read_table(warehouse, table)?;
    let texts = TableTexts::printed(&PrintedTable::new(&appendix.presentation, &batches)?);
    let row = |(place, columns): &(i64, Vec<String>)| {
        let cell = |column: &String| Some((column.clone(), texts.cell(*place, column)?.to_owned()));
        let cells: Vec<(String, String)> =
            columns.iter().filter_map(cell).filter(|(_, text)| !text.is_empty()).collect();
        (!cells.is_empty()).then(|| (*place, texts.label(*place), cells))
    };
    let rows: Vec<_> = counted.rows.iter().filter_map(row).collect();
    let table = counted.table.table().to_owned();
    let title = appendix.presentation.title.clone();
    Ok((!rows.is_empty()).then(|| Printed { table, title, labels: labels(appendix), rows }))
}

fn labels(appendix: &Appendix) -> BTreeMap<String, String> {
    let columns = appendix.presentation.columns.iter();
    columns
        .map(|column| (column.name.clone(), column.label.clone()))
        .filter(|(_, label)| !label.is_empty())
        .collect()
}

fn details(html: &mut Markup, visit: &Visit, appendix: &Printed) {
    let cells: usize = appendix.rows.iter().map(|(_, _, cells)| cells.len()).sum();
    let cells = u64::try_from(cells).unwrap_or(u64::MAX);
    let cells = visit.language.count(cells, visit.say("cijfer", "number"), visit.say("cijfers", "numbers"));
    html.open("details", &[]).open("summary", &[]);
    html.element("span", &[("lang", "nl")], &format!("{}: {}", appendix.table, appendix.title));
    html.text(&format!(" ({cells})")).close().line().open("ul", &[("class", "cells")]);
    for (place, row, cells) in &appendix.rows {
        html.open("li", &[]).element("span", &[("lang", "nl")], row).text(": ");
        for (at, (column, text)) in cells.iter().enumerate() {
            let label = appendix.labels.get(column).unwrap_or(column);
            let path = format!("/appendices/{}/{place}/{}", segment(&appendix.table), segment(column));
            html.text(if at > 0 { ", " } else { "" });
            html.element("a", &[("href", &visit.link(&path, &[]))], &format!("{label} {text}"));
        }
        html.close().line();
    }
    html.close().close().line();
}
