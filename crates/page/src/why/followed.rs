//! A row of a visitor's own query, and what it was made from.

use super::child::{Question, Reply};
use super::following::NoAnswer;
use super::{View, slice};
use crate::fault::Fault;
use crate::sheet::{Answer, Cell, Sheet, respond};
use crate::sql::refusal;
use crate::visit::Visit;
use axum::response::Response;
use engine::{QueryOrder, WhyQuery};
use report::CellKind::Text;

/// `/sql/why?q=…&row=3&column=…`.
pub(crate) async fn followed(visit: Visit) -> Response {
    let answer = page(&visit).await;
    respond(&visit, answer)
}

async fn page(visit: &Visit) -> Answer {
    visit.for_auditors()?;
    let sql = visit.get("q").unwrap_or_default();
    let row = usize::try_from(visit.number("row", 1)?.max(1)).map_err(Fault::inside)?;
    let column = visit.get("column");
    let (said, number) =
        (visit.say("Waar komt deze rij vandaan: rij", "What was this row made from: row"), row);
    let mut sheet = Sheet::new(match column {
        Some(column) => format!("{said} {number}, {column}?"),
        None => format!("{said} {number}?"),
    });
    let back = visit.link("/sql", &[("q", sql)]);
    let html = sheet.html();
    html.open("p", &[])
        .element("a", &[("href", &back)], visit.say("← de query", "← the query"))
        .close()
        .line();
    html.open("pre", &[("class", "query")]).element("code", &[], sql).close().line();
    // Through the same door as any query of a visitor: only one that reads gets further, and the log has it.
    let run = match visit.house.server.ask(&visit.guest(), sql, row).await {
        Ok(asked) => asked.run,
        Err(refused) => {
            refusal(&mut sheet, visit, sql, &refused);
            return Ok(sheet);
        }
    };
    let run = visit.recorded(Some(run))?;
    let study = visit.study_of(&run)?;
    let slice = slice(visit)?;
    let question = Question {
        run: run.run,
        sql: sql.to_owned(),
        row,
        column: column.map(str::to_owned),
        slice: slice.clone(),
    };
    match visit.house.following.ask(&visit.user, &question).await {
        Ok(Reply::Found { found, raw }) => {
            values(&mut sheet, visit, &found, row);
            View { visit, study: &study, why: &found.why, raw: &raw, slice: &slice }.write(&mut sheet);
        }
        Ok(Reply::Failed(said)) => alert(&mut sheet, &said),
        Err(NoAnswer::Time) => alert(
            &mut sheet,
            visit.say(
                "Dit duurde langer dan een vraag mag duren. Vraag naar een query over minder rijen.",
                "This took longer than a question may take. Ask about a query over fewer rows.",
            ),
        ),
        Err(NoAnswer::Ended) => alert(
            &mut sheet,
            visit.say(
                "Het proces kwam niet tot een antwoord, misschien door te veel geheugen; het logboek van de server zegt waarom.",
                "The process came to no answer, perhaps for want of memory; the server's log says why.",
            ),
        ),
    }
    Ok(sheet)
}

fn alert(sheet: &mut Sheet, said: &str) {
    sheet.html().element("p", &[("role", "alert")], said).line();
}

/// The row that is asked about; each value leads to what it alone was made from.
fn values(sheet: &mut Sheet, visit: &Visit, found: &WhyQuery, row: usize) {
    if found.order == QueryOrder::Free {
        sheet.html().element(
            "p",
            &[("class", "warn"), ("role", "note")],
            visit.say(
                "De query zet zijn rijen niet op volgorde met kolommen die deze rij van de andere onderscheiden: welke rij dit nummer \
                 heeft, kan de volgende keer anders zijn.",
                "The query does not order its rows by columns that tell this one from the others: which row has this number may be \
                 another the next time.",
            ),
        );
    }
    let value = |(name, value): &(String, Option<String>)| {
        let link = visit.here(&[("column", name), ("source", ""), ("page", "")]);
        let shown = match value {
            Some(value) => value.as_str().into(),
            None => Cell::Mark("null", "NULL".to_owned()),
        };
        vec![Cell::Link(link, name.clone()), shown]
    };
    let rows: Vec<Vec<Cell>> = found.values.iter().map(value).collect();
    let header = [(visit.say("kolom", "column"), Text), (visit.say("waarde", "value"), Text)];
    let (of, all) =
        (visit.say("van", "of"), visit.language.number(u64::try_from(found.rows).unwrap_or(u64::MAX)));
    let caption = format!("{} {row} {of} {all}", visit.say("Rij", "Row"));
    sheet.table(&caption, &header, &rows);
}
