//! Record: one delivered record found by what people call it, and its life from raw line to printed cells.

mod life;
mod printed;

use crate::flow::is_row_id;
use crate::flow::link;
use crate::house::House;
use crate::sheet::{Answer, Cell, Sheet, respond};
use crate::visit::Visit;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use engine::{Fit, Hit, Origin, Quarantined, Traced};
use report::CellKind::Text;
use serve::Role;
use std::sync::Arc;
use terms::TableName;

/// Hits that are shown; who means another one says more.
const SHOWN: usize = 100;
/// Characters of a text that is looked for.
const LONGEST: usize = 200;

pub(crate) fn routes() -> Router<Arc<House>> {
    Router::new().route("/record", get(record))
}

async fn record(visit: Visit) -> Response {
    let answer = page(&visit).await;
    respond(&visit, answer)
}

async fn page(visit: &Visit) -> Answer {
    visit.for_analysts()?;
    let asked = visit.get("q").map(str::trim).filter(|q| !q.is_empty());
    let mut sheet = Sheet::new(visit.say("Persoon", "Record"));
    form(&mut sheet, visit, asked.unwrap_or_default());
    let Some(asked) = asked else { return Ok(sheet) };
    if let Some(text) = refused(visit, asked) {
        sheet.html().element("p", &[("role", "alert")], text).line();
        return Ok(sheet);
    }
    let run = visit.run()?;
    let study = visit.study_of(&run)?;
    let numbers = visit.get("numbers").and_then(|table| TableName::new("appendix", table).ok());
    let traced = visit.house.auditing.trace((&study, &run), asked, numbers).await?;
    match traced {
        // A pseudonym has the form of a row id, but it is no name of a record for those who may not follow persons.
        Traced::Record(life) if visit.role == Role::Auditor || life.origin.row_id == asked => {
            life::tell(&mut sheet, visit, (&study, &run), *life).await?;
        }
        Traced::Several { hits } if visit.role == Role::Auditor => several(&mut sheet, visit, &hits),
        Traced::Quarantined(line) if visit.role == Role::Auditor => quarantined(&mut sheet, visit, &line),
        Traced::Nothing { reason } if visit.role == Role::Auditor => {
            nothing(&mut sheet, visit, Some(&reason))
        }
        _ => nothing(&mut sheet, visit, None),
    }
    Ok(sheet)
}

/// Why a text is not looked for.
fn refused(visit: &Visit, asked: &str) -> Option<&'static str> {
    if asked.chars().count() > LONGEST {
        return Some(visit.say("De zoektekst is te lang.", "The text to search for is too long."));
    }
    (visit.role != Role::Auditor && !is_row_id(asked)).then(|| {
        visit.say(
            "Met deze rol zoekt u alleen op rij-id: 32 tekens 0-9 en a-f.",
            "In this role you can search by row id only: 32 characters 0-9 and a-f.",
        )
    })
}

fn form(sheet: &mut Sheet, visit: &Visit, asked: &str) {
    let label = match visit.role {
        Role::Auditor => visit.say(
            "Rij-id, bestand:regel, een identificerend nummer of een naam",
            "Row id, file:line, an identifying number or a name",
        ),
        _ => visit.say("Rij-id", "Row id"),
    };
    let html = sheet.html();
    html.open("form", &[("method", "get"), ("action", "/record"), ("class", "filter"), ("role", "search")])
        .line();
    if let Some(run) = visit.get("run") {
        html.void("input", &[("type", "hidden"), ("name", "run"), ("value", run)]);
    }
    html.open("p", &[]).element("label", &[("for", "q")], label).text(" ");
    let most = LONGEST.to_string();
    let field = [
        ("id", "q"),
        ("name", "q"),
        ("type", "search"),
        ("maxlength", &*most),
        ("size", "40"),
        ("value", asked),
        ("autocomplete", "off"),
        ("required", ""),
    ];
    html.void("input", &field).close().line();
    html.open("p", &[])
        .element("button", &[("type", "submit")], visit.say("Zoeken", "Search"))
        .close()
        .close()
        .line();
}

fn several(sheet: &mut Sheet, visit: &Visit, hits: &[Hit]) {
    let is_near = hits.iter().all(|hit| hit.fit == Fit::Near);
    let count = u64::try_from(hits.len()).unwrap_or(u64::MAX);
    let said =
        visit.language.count(count, visit.say("registratie", "record"), visit.say("registraties", "records"));
    sheet.heading("hits", &said);
    sheet.paragraph(match is_near {
        true => {
            visit.say("Niets past precies; deze lijken erop.", "Nothing fits exactly; these are similar.")
        }
        false => visit.say("Kies er een.", "Choose one."),
    });
    let row = |hit: &Hit| {
        let fit = match hit.fit {
            Fit::Exact => visit.say("precies", "exactly"),
            Fit::Normalised => visit.say("op schrijfwijze na", "but for spelling"),
            Fit::Near => visit.say("bijna", "nearly"),
        };
        vec![
            Cell::Link(link::record(visit, &hit.origin.row_id), hit.origin.row_id.clone()),
            hit.origin.source.as_str().into(),
            place(&hit.origin).into(),
            fit.into(),
            hit.columns.join(", ").into(),
        ]
    };
    let rows: Vec<Vec<Cell>> = hits.iter().take(SHOWN).map(row).collect();
    let header = [
        (visit.say("rij-id", "row id"), Text),
        (visit.say("bron", "source"), Text),
        (visit.say("geleverd in", "delivered in"), Text),
        (visit.say("past", "fits"), Text),
        (visit.say("in kolom", "in column"), Text),
    ];
    sheet.table(visit.say("Registraties die passen", "Records that fit"), &header, &rows);
    if hits.len() > SHOWN {
        sheet.paragraph(visit.say(
            "Dit zijn de eerste 100; zoek preciezer om de andere te vinden.",
            "These are the first 100; search for more of it to find the others.",
        ));
    }
}

fn quarantined(sheet: &mut Sheet, visit: &Visit, line: &Quarantined) {
    sheet.heading("quarantine", visit.say("In quarantaine", "In quarantine"));
    sheet.html().element(
        "p",
        &[("class", "mark bad")],
        visit.say(
            "Deze regel voldoet niet aan het contract van zijn bron en staat in geen enkele tabel.",
            "This line breaks the contract of its source and is in no table.",
        ),
    );
    let sheet_name = line.sheet.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
    let caption = format!("{}: {}:{}{sheet_name}", line.source, line.file, line.line);
    let row = |fault: &engine::Refusal| {
        vec![
            fault.column.as_deref().unwrap_or_default().into(),
            fault.code.as_str().into(),
            fault.reason.as_str().into(),
        ]
    };
    let rows: Vec<Vec<Cell>> = line.faults.iter().map(row).collect();
    let header = [
        (visit.say("kolom", "column"), Text),
        (visit.say("code", "code"), Text),
        (visit.say("reden", "reason"), Text),
    ];
    sheet.table(&caption, &header, &rows);
}

fn nothing(sheet: &mut Sheet, visit: &Visit, reason: Option<&str>) {
    let html = sheet.html();
    html.open("p", &[("role", "status")]).text(visit.say("Niets gevonden.", "Nothing found."));
    if let Some(reason) = reason {
        html.text(" ").element("span", &[("lang", "en")], reason);
    }
    html.close().line();
}

/// Where a record was delivered: file and line, of a workbook with its sheet.
pub(crate) fn place(origin: &Origin) -> String {
    let sheet = origin.sheet.as_ref().map(|sheet| format!(" ({sheet})")).unwrap_or_default();
    format!("{}:{}{sheet}", origin.file, origin.line)
}
