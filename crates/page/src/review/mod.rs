//! Reviews: what a reviewer could decide, and the verdict that is written to the study's review file.

mod verdict;

use crate::fault::Fault;
use crate::house::House;
use crate::rows::{Rows, Value};
use crate::sheet::{Answer, Cell, Sheet, respond};
use crate::visit::{Visit, address};
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use report::CellKind::{Number, Text};
use report::Markup;
use std::sync::Arc;
use study::{GivenReview, Reviewable};

/// Candidates on a page.
const EACH: u64 = 50;

pub(crate) fn routes() -> Router<Arc<House>> {
    Router::new().route("/review", get(open)).route("/review/verdict", get(verdict::page).post(verdict::send))
}

/// Address of the page of one candidate.
pub(crate) fn address_of(of: &Reviewable, run: Option<&str>) -> String {
    let named = match of {
        Reviewable::Verdict { round, rule, record } => {
            [("round", round), ("rule", rule), ("record", record)].to_vec()
        }
        Reviewable::Pair { matching, pass, left, right } => {
            [("matching", matching), ("pass", pass), ("left", left), ("right", right)].to_vec()
        }
    };
    let run = run.map(|run| ("run", run));
    address(
        "/review/verdict",
        run.into_iter().chain(named.into_iter().map(|(name, value)| (name, value.as_str()))),
    )
}

/// What a row of the open reviews is about.
fn of_row(rows: &Rows, row: usize) -> Reviewable {
    let text = |column: &str| rows.text(row, column).to_owned();
    match rows.text(row, "kind") {
        "pair" => Reviewable::Pair {
            matching: text("name"),
            pass: text("rule"),
            left: text("record"),
            right: text("other"),
        },
        _ => Reviewable::Verdict { round: text("name"), rule: text("rule"), record: text("record") },
    }
}

async fn open(visit: Visit) -> Response {
    let answer = list(&visit).await;
    respond(&visit, answer)
}

async fn list(visit: &Visit) -> Answer {
    visit.for_auditors()?;
    let run = visit.run()?;
    let page = visit.number("page", 1)?.max(1);
    let wanted = visit.get("q").unwrap_or_default();
    let values = [
        ("run", Value::Number(run.run)),
        ("wanted", Value::Text(wanted)),
        ("rows", Value::Number(EACH)),
        ("skipped", Value::Number((page - 1).saturating_mul(EACH))),
    ];
    let found = visit.rows(include_str!("open.sql"), &values).await?;
    let mut sheet = Sheet::new(visit.say("Beoordelen", "Review"));
    sheet.paragraph(visit.say(
        "Wat een regel of een koppeling alleen met gelijkenis kon beslissen. Een oordeel komt in het beoordelingsbestand van de \
         studie en geldt vanaf de volgende run.",
        "What a rule or a matching could decide by likeness only. A verdict goes into the study's review file and counts from \
         the next run on.",
    ));
    search(sheet.html(), visit, wanted);
    let all = found.number(0, "total");
    if found.len() == 0 {
        sheet.paragraph(visit.say("Er staat niets open.", "Nothing is open."));
        return Ok(sheet);
    }
    let shown: Vec<Reviewable> = (0..found.len()).map(|row| of_row(&found, row)).collect();
    let given = given(visit, shown.clone()).await?;
    let header = [
        (visit.say("wat", "what"), Text),
        (visit.say("waar", "where"), Text),
        (visit.say("regel", "rule"), Text),
        (visit.say("nu", "now"), Text),
        (visit.say("reden", "reason"), Text),
        (visit.say("oordeel", "verdict"), Text),
        (visit.say("stap", "step"), Number),
    ];
    let each = shown.iter().zip(&given).enumerate();
    let rows: Vec<Vec<Cell>> =
        each.map(|(row, (of, given))| candidate(visit, &found, row, (of, given.as_ref()))).collect();
    sheet.table(visit.say("Open kandidaten", "Open candidates"), &header, &rows);
    sheet.pager(visit, page, all, EACH);
    Ok(sheet)
}

/// The verdicts that the study's file has by now; those of runs are not open any more.
async fn given(visit: &Visit, of: Vec<Reviewable>) -> Result<Vec<Option<GivenReview>>, Fault> {
    let study = visit.house.study();
    let read = tokio::task::spawn_blocking(move || study.given_reviews(&of)).await;
    read.map_err(Fault::inside)?.map_err(Fault::inside)
}

fn candidate(
    visit: &Visit,
    found: &Rows,
    row: usize,
    (of, given): (&Reviewable, Option<&GivenReview>),
) -> Vec<Cell> {
    let what = match of {
        Reviewable::Verdict { .. } => {
            visit.say("mogelijk dubbel of gewijzigd", "possible duplicate or change")
        }
        Reviewable::Pair { .. } => visit.say("onzeker paar", "uncertain pair"),
    };
    let verdict = match given {
        None => Cell::Mark("mark warn", visit.say("open", "open").to_owned()),
        Some(one) => {
            Cell::Mark("mark good", format!("{} ({})", verdict::word(visit, one.word), one.reviewer))
        }
    };
    let short = |text: &str| text.chars().take(8).collect::<String>();
    let named = match found.value(row, "other") {
        Some(other) => format!("{what}: {} – {}", short(found.text(row, "record")), short(other)),
        None => format!("{what}: {}", short(found.text(row, "record"))),
    };
    vec![
        Cell::Link(address_of(of, visit.get("run")), named),
        found.text(row, "name").into(),
        found.text(row, "rule").into(),
        verdict::outcome(visit, found.text(row, "verb"), found.text(row, "outcome")).into(),
        found.text(row, "reason").into(),
        verdict,
        found.text(row, "step").into(),
    ]
}

fn search(html: &mut Markup, visit: &Visit, wanted: &str) {
    html.open("form", &[("method", "get"), ("action", "/review"), ("role", "search"), ("class", "search")]);
    if let Some(run) = visit.get("run") {
        html.void("input", &[("type", "hidden"), ("name", "run"), ("value", run)]);
    }
    html.element("label", &[("for", "q")], visit.say("Zoek", "Search")).text(" ");
    html.void("input", &[("id", "q"), ("name", "q"), ("type", "search"), ("value", wanted)]).text(" ");
    html.element("button", &[("type", "submit")], visit.say("Zoeken", "Search")).close().line();
}
