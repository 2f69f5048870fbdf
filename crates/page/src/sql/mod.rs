//! SQL: a query of the visitor's own, answered by the server's workers as for any client, with its result as a table, a chart
//! and a file.

mod chart;
mod names;
mod refused;
mod result;

pub(crate) use names::KnownNames;
pub(crate) use refused::refusal;

use crate::appendices::download;
use crate::fault::Fault;
use crate::flow::cut_off;
use crate::house::House;
use crate::rows::Rows;
use crate::sheet::{Answer, Sheet, respond};
use crate::visit::Visit;
use crate::why::followed;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::Response;
use axum::routing::get;
use futures::Stream;
use result::Result as Shown;
use serve::Role;
use std::sync::Arc;
use std::time::Instant;

/// Rows on a page.
const EACH: u64 = 200;
/// Pages of a result; all rows before a page are asked for as well.
const PAGES: u64 = 50;
/// Rows of a file; larger ones are for clients of Postgres.
const IN_FILE: usize = 100_000;

pub(crate) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/sql", get(sql))
        .route("/sql/csv", get(csv))
        .route("/sql/names.json", get(names::json))
        .route("/sql/why", get(followed))
}

async fn sql(visit: Visit) -> Response {
    let answer = page(&visit).await;
    respond(&visit, answer)
}

async fn page(visit: &Visit) -> Answer {
    let mut sheet = Sheet::new("SQL");
    let query = visit.get("q").unwrap_or_default();
    editor(&mut sheet, visit, query);
    if !query.trim().is_empty() {
        answer(&mut sheet, visit, query).await?;
    }
    names::tables(&mut sheet, visit).await?;
    Ok(sheet)
}

/// The form in which the query is written. Its script completes names; without one it is a form all the same.
fn editor(sheet: &mut Sheet, visit: &Visit, query: &str) {
    let html = sheet.html();
    html.open("form", &[("method", "get"), ("action", "/sql"), ("class", "editor")]).line();
    if let Some(run) = visit.get("run") {
        html.void("input", &[("type", "hidden"), ("name", "run"), ("value", run)]);
    }
    let label = visit.say("Query op de tabellen van de run", "Query over the tables of the run");
    html.element("label", &[("for", "q")], label).line();
    let names = visit.link("/sql/names.json", &[]);
    let found = visit.say("voorstellen", "suggestions");
    let field = [
        ("id", "q"),
        ("name", "q"),
        ("rows", "8"),
        ("spellcheck", "false"),
        ("autocomplete", "off"),
        ("autocapitalize", "off"),
        ("aria-describedby", "q-keys"),
        ("data-names", names.as_str()),
        ("data-found", found),
        ("data-label", visit.say("Voorstellen", "Suggestions")),
        (
            "data-kinds",
            visit.say(
                "table=tabel column=kolom function=functie keyword=sleutelwoord schema=schema",
                "table=table column=column function=function keyword=keyword schema=schema",
            ),
        ),
    ];
    // A line end right behind the tag is not part of what is in it.
    html.open("textarea", &field).line().text(query).close().line();
    let keys = visit.say(
        "Ctrl+Enter voert uit; Ctrl+spatie vult aan, met pijltjes en Enter gekozen, Esc sluit.",
        "Ctrl+Enter runs; Ctrl+Space completes, chosen with arrows and Enter, Esc closes.",
    );
    html.element("p", &[("id", "q-keys"), ("class", "hint")], keys).line();
    html.element("button", &[("type", "submit")], visit.say("Uitvoeren", "Run")).close().line();
}

async fn answer(sheet: &mut Sheet, visit: &Visit, query: &str) -> std::result::Result<(), Fault> {
    let page = visit.number("page", 1)?.clamp(1, PAGES);
    let most = usize::try_from(page * EACH).map_err(Fault::inside)?;
    let begun = Instant::now();
    let asked = match visit.house.server.ask(&visit.guest(), query, most).await {
        Ok(asked) => asked,
        Err(refused) => {
            refusal(sheet, visit, query, &refused);
            return Ok(());
        }
    };
    if visit.role == Role::Auditor && !asked.rows.is_empty() {
        visit.house.following.prepare();
    }
    let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let skipped = usize::try_from((page - 1) * EACH).map_err(Fault::inside)?;
    let shown = Shown::of(&asked, skipped)?;
    shown.write(sheet, visit, millis, page);
    chart::section(sheet, visit, &shown);
    Ok(())
}

async fn csv(visit: Visit) -> Response {
    match file(&visit).await {
        Ok((run, body)) => download(&format!("query-run-{run}.csv"), body),
        Err(fault) => crate::sheet::fault(&visit, &fault),
    }
}

/// The whole result; one that is too large is refused rather than cut.
async fn file(visit: &Visit) -> std::result::Result<(u64, Body), Fault> {
    let query = visit.get("q").unwrap_or_default();
    let asked = visit.house.server.ask(&visit.guest(), query, IN_FILE).await;
    let asked = asked.map_err(|refused| Fault::Asked(format!("{}: {}", refused.code, refused.message)))?;
    if asked.is_cut {
        let many = visit.language.number(IN_FILE as u64);
        return Err(Fault::Asked(match visit.language {
            crate::words::Language::Dutch => {
                format!(
                    "Het resultaat heeft meer dan {many} rijen; vraag er minder, of haal ze op met een client van Postgres."
                )
            }
            crate::words::Language::English => {
                format!(
                    "The result has more than {many} rows; ask for fewer, or fetch them with a client of Postgres."
                )
            }
        }));
    }
    Ok((asked.run, Body::from_stream(lines(asked)?)))
}

/// The lines of a result as a file, made while it is sent: as texts, rows take many times the room.
fn lines(
    asked: serve::Asked,
) -> std::result::Result<impl Stream<Item = std::io::Result<Bytes>> + Send + 'static, Fault> {
    let columns: Vec<&str> = asked.columns.fields().iter().map(|field| field.name().as_str()).collect();
    let head = Bytes::from(report::csv_records([columns])?);
    let rows = asked.rows.into_iter().map(|batch| Rows::csv(&batch).map_err(|_| cut_off()));
    Ok(futures::stream::iter(std::iter::once(Ok(head)).chain(rows)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, RecordBatch, StringArray};
    use futures::StreamExt;

    #[tokio::test]
    async fn files_are_harmless_and_keep_what_they_hold() {
        let column = |values: [Option<&str>; 2]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
        let (a, b) = (column([Some("x,\"y\"\n"), Some("=1+1")]), column([None, Some("-2")]));
        let batch = RecordBatch::try_from_iter_with_nullable([("a", a, true), ("=b", b, true)]).unwrap();
        let (columns, rows) = (batch.schema(), vec![batch.slice(0, 1), batch.slice(1, 1)]);
        let asked = serve::Asked { run: 1, columns, rows, is_cut: false };
        let parts: Vec<_> = lines(asked).unwrap().map(|part| part.unwrap()).collect().await;
        assert_eq!(parts.len(), 3, "a part for each stretch of rows");
        assert_eq!(parts.concat(), b"a,'=b\n\"x,\"\"y\"\"\n\",\n'=1+1,-2\n");
    }
}
