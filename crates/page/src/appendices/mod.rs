//! Appendices: the printed tables of a run, and what each number was made from.

mod differences;
mod drawn;
mod one;

use crate::fault::Fault;
use crate::house::House;
use crate::printing::{Leaf, Own, Printed};
use crate::sheet::{Answer, Cell, Sheet, respond};
use crate::visit::{Visit, segment};
use crate::why;
use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use report::CellKind::{Number, Text};
use report::{ChangedCell, changed_cells};
use std::sync::Arc;
use terms::{Manifest, ObjectHash, TableName};

pub(crate) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/appendices", get(all))
        .route("/appendices/{table}", get(one::appendix))
        .route("/appendices/{table}/csv", get(csv))
        .route("/appendices/{table}/{row}", get(why::row))
        .route("/appendices/{table}/{row}/{column}", get(why::cell))
}

async fn all(visit: Visit) -> Response {
    let answer = list(&visit).await;
    respond(&visit, answer)
}

async fn list(visit: &Visit) -> Answer {
    let run = visit.run()?;
    let printed = visit.printed(&run).await?;
    let before = Before::of(visit, &printed).await?;
    let mut sheet = Sheet::new(visit.say("Tabellen", "Appendices"));
    about_run(&mut sheet, visit, &printed);
    let changed = match &before {
        Some(before) => format!("{} {}", visit.say("veranderd sinds run", "changed since run"), before.run()),
        None => visit.say("veranderd", "changed").to_owned(),
    };
    let header = [
        (visit.say("nummer", "number"), Number),
        (visit.say("titel", "title"), Text),
        (visit.say("rijen", "rows"), Number),
        (visit.say("† drukfouten", "† misprints"), Number),
        (visit.say("‡ niet bereikt", "‡ not reached"), Number),
        (visit.say("≠ onverklaard", "≠ unexplained"), Number),
        (changed.as_str(), Text),
    ];
    let places = 0..printed.tables.len();
    let rows: Vec<Vec<Cell>> = places.map(|place| entry(visit, &printed, before.as_ref(), place)).collect();
    let caption = visit.say("Alle gedrukte tabellen", "All printed tables");
    sheet.table(caption, &header, &rows);
    Ok(sheet)
}

/// An appendix in the list of all.
fn entry(visit: &Visit, printed: &Printed, before: Option<&Before>, place: usize) -> Vec<Cell> {
    let appendix = &printed.study.appendices[place];
    let name = appendix.model.table.table();
    let title = appendix.presentation.title.clone();
    let link = visit.link(&format!("/appendices/{}", segment(name)), &[]);
    let count = |count: usize| match count {
        0 => Cell::from(""),
        count => number(visit, count).into(),
    };
    let Ok(leaf) = &printed.tables[place] else {
        let text = visit.say("niet te drukken", "cannot be printed").to_owned();
        let number = appendix.presentation.number.to_string();
        return vec![number.into(), Cell::Link(link, title), Cell::Mark("mark bad", text)];
    };
    let compared = printed.comparison(name);
    let [misprints, unreached, differences] = compared.map_or([0; 3], |compared| {
        [compared.misprints.len(), compared.unreached.len(), compared.differences.len()]
    });
    let changed = match before.map(|before| before.changed(printed, place)) {
        None | Some(Ok(Changed::Same)) => Cell::from(""),
        Some(Ok(Changed::Cells(cells))) if cells.is_empty() => Cell::from(""),
        Some(Ok(Changed::Cells(cells))) => Cell::Mark("mark warn", told(visit, cells.len())),
        Some(Err(Unlike)) => {
            Cell::Mark("mark", visit.say("niet te vergelijken", "not comparable").to_owned())
        }
    };
    let unexplained = match differences {
        0 => Cell::from(""),
        some => Cell::Mark("mark bad", number(visit, some)),
    };
    vec![
        leaf.table.number.to_string().into(),
        Cell::Link(link, title),
        number(visit, leaf.table.rows.len()).into(),
        count(misprints),
        count(unreached),
        unexplained,
        changed,
    ]
}

fn number(visit: &Visit, number: usize) -> String {
    visit.language.number(u64::try_from(number).unwrap_or(u64::MAX))
}

fn told(visit: &Visit, cells: usize) -> String {
    let cells = u64::try_from(cells).unwrap_or(u64::MAX);
    visit.language.count(cells, visit.say("cel", "cell"), visit.say("cellen", "cells"))
}

/// Which run it is, and whether the study still is the one that it ran.
fn about_run(sheet: &mut Sheet, visit: &Visit, printed: &Printed) {
    let run = printed.run.run;
    let html = sheet.html();
    html.open("p", &[]).text(&format!("Run {run}, {} UTC. ", crate::nights::moment(&printed.run.finished)));
    if printed.own == Own::No {
        html.text(visit.say(
            "De studie is sinds deze run veranderd: de tabellen staan er in hun huidige vorm, en waar een getal vandaan komt is \
             niet te volgen.",
            "The study has changed since this run: its tables are shown in their present form, and what a number was made from \
             cannot be followed.",
        ));
    }
    html.close().line();
}

/// The printed tables of the run with which one is compared.
pub(crate) struct Before(Arc<Printed>);

/// The cells that differ.
pub(crate) enum Changed {
    /// The rows are the same, to the byte.
    Same,
    /// These cells; none if only what is not printed differs.
    Cells(Vec<ChangedCell>),
}

/// Only one of both runs has the table, or it cannot be printed of one.
pub(crate) struct Unlike;

impl Before {
    /// The run before the visited one; none if there is none.
    pub(crate) async fn of(visit: &Visit, printed: &Printed) -> Result<Option<Self>, Fault> {
        match visit.before(&printed.run)? {
            // Both in one form, so that what differs are values.
            Some(before) => Ok(Some(Self(visit.printed_by(&before, printed.study.clone(), Own::No).await?))),
            None => Ok(None),
        }
    }

    /// Number of the run.
    pub(crate) fn run(&self) -> u64 {
        self.0.run.run
    }

    /// What another run prints otherwise in an appendix.
    pub(crate) fn changed(&self, printed: &Printed, place: usize) -> Result<Changed, Unlike> {
        let name = &printed.study.appendices[place].model.table;
        let object = |run: &Manifest, name: &TableName| -> Option<ObjectHash> {
            run.tables().find(|table| table.table == *name).map(|table| table.object.clone())
        };
        if object(&self.0.run, name).is_some_and(|old| object(&printed.run, name) == Some(old)) {
            return Ok(Changed::Same);
        }
        let old = self.0.place(name.table()).and_then(|place| self.0.tables[place].as_ref().ok());
        match (old, &printed.tables[place]) {
            (Some(old), Ok(new)) => Ok(Changed::Cells(changed_cells(&old.table, &new.table))),
            _ => Err(Unlike),
        }
    }
}

/// An appendix by its name in the address.
pub(crate) fn named(visit: &Visit, printed: &Printed, table: &str) -> Result<usize, Fault> {
    printed.place(table).ok_or_else(|| {
        let there = visit.say("Deze tabel is er niet", "There is no such appendix");
        Fault::Missing(format!("{there}: {table}"))
    })
}

/// The printed table at a place.
pub(crate) fn leaf(printed: &Printed, place: usize) -> Result<&Leaf, Fault> {
    printed.tables[place].as_ref().map_err(|why| Fault::Missing(why.clone()))
}

async fn csv(visit: Visit, Path(table): Path<String>) -> Response {
    match file(&visit, &table).await {
        Ok((name, bytes)) => download(&name, bytes),
        Err(fault) => crate::sheet::fault(&visit, &fault),
    }
}

async fn file(visit: &Visit, table: &str) -> Result<(String, Vec<u8>), Fault> {
    let run = visit.run()?;
    let printed = visit.printed(&run).await?;
    let place = named(visit, &printed, table)?;
    let bytes = report::csv(&leaf(&printed, place)?.table)?;
    Ok((format!("{table}-run-{}.csv", run.run), bytes))
}

/// A CSV file to be kept.
pub(crate) fn download(name: &str, body: impl IntoResponse) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, body).into_response()
}
