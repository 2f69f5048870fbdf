//! `herkomst why`: a cell or a row, down to the lines that it was made from.

mod export;
mod tree;

use crate::args::WhyArgs;
use crate::commands::find::{Texts, name};
use crate::commands::run::runtime;
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, as_run, chosen};
use engine::{Asked, AskedQuery, Auditor, QueryOrder, Resources, Told, Why, WhyQuery};
use serde::Serialize;
use std::sync::Arc;
use study::Study;
use terms::Manifest;
use warehouse::Warehouse;

/// What was asked.
#[derive(Serialize)]
#[serde(untagged)]
enum Question {
    Cell { table: String, row: String, column: Option<String>, value: Option<String> },
    Query(QueryRow),
}

/// A row of the asker's own query.
#[derive(Serialize)]
struct QueryRow {
    sql: String,
    row: usize,
    column: Option<String>,
    rows: usize,
    order: QueryOrder,
    values: Vec<(String, Option<String>)>,
}

/// What was asked, and what it was made from.
#[derive(Serialize)]
pub(crate) struct Answer {
    #[serde(flatten)]
    question: Question,
    #[serde(flatten)]
    why: Why,
    /// The delivered lines, in the order of the records.
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<String>,
}

pub(crate) fn why(place: &Place, args: &WhyArgs, json: bool) -> Result<(), Failure> {
    let study = place.study()?;
    let (warehouse, _lease) = place.open_to_read()?;
    let manifest = chosen(&warehouse, &args.choice)?;
    let study = as_run(&study, &manifest)?;
    let (question, why) = match (&args.table, &args.sql) {
        (Some(table), None) => cell(&study, &warehouse, &manifest, table, args, told(args, json))?,
        (None, Some(sql)) => {
            let row = args.row.parse().map_err(|_| {
                Failure::Usage(format!(
                    "--row {:?}: a row of a query is named by its number, from 1",
                    args.row
                ))
            })?;
            let asked = AskedQuery { sql, row, column: args.column.as_deref(), told: told(args, json) };
            let auditor = Auditor::of(&study, &warehouse, &manifest, Resources::default())?;
            let found = runtime()?.block_on(auditor.why_query(&asked)).map_err(super::sql::refused)?;
            question(found, &asked)
        }
        _ => return Err(Failure::Usage("name a table, or a query with --sql".to_owned())),
    };
    let raw =
        args.raw.then(|| engine::delivered_lines(&study, why.records.iter().map(|record| &record.origin)));
    let mut answer = Answer { question, why, raw, written: None };
    if let Some(file) = &args.out {
        export::write(file, &answer.why.records, answer.raw.as_deref())?;
        answer.written = Some(file.display().to_string());
    }
    if json { output::json(&answer) } else { output::text(&shown(&answer, args.limit)) }
}

/// The answer about a row of a query that was asked elsewhere.
pub(crate) fn of_query(found: WhyQuery, asked: &AskedQuery<'_>) -> Answer {
    let (question, why) = question(found, asked);
    Answer { question, why, raw: None, written: None }
}

/// The answer as a tree for people, with so many records of each source; 0 shows all.
pub(crate) fn shown(answer: &Answer, limit: usize) -> String {
    tree::text(answer, limit)
}

fn question(found: WhyQuery, asked: &AskedQuery<'_>) -> (Question, Why) {
    let WhyQuery { rows, order, values, why } = found;
    let (sql, column) = (asked.sql.to_owned(), asked.column.map(str::to_owned));
    (Question::Query(QueryRow { sql, row: asked.row, column, rows, order, values }), why)
}

/// How many records of each source are asked for: a page shows some, JSON and files have all.
fn told(args: &WhyArgs, json: bool) -> Told<'static> {
    if json || args.out.is_some() || args.limit == 0 { Told::All } else { Told::First(args.limit) }
}

/// A row or cell of a stored table.
fn cell(
    study: &Study,
    warehouse: &Arc<Warehouse>,
    manifest: &Manifest,
    table: &str,
    args: &WhyArgs,
    told: Told<'_>,
) -> Result<(Question, Why), Failure> {
    let name = name(study, table)?;
    let texts = Texts::of(study, warehouse, manifest, &name)?;
    let row = texts.row(&args.row)?;
    let column = args.column.as_ref().map(|column| texts.column(column)).transpose()?;
    let value = column.and_then(|column| texts.cells(row).get(column).cloned());
    let place = i64::try_from(row).unwrap_or(i64::MAX);
    let asked = Asked { table: &name, row: place, column: args.column.as_deref(), told };
    let auditor = Auditor::of(study, warehouse, manifest, Resources::default())?;
    let why = runtime()?.block_on(auditor.why(&asked))?;
    let (row, column) = (args.row.clone(), args.column.clone());
    Ok((Question::Cell { table: name.to_string(), row, column, value }, why))
}
