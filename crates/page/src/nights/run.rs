//! One run: facts, the graph of its steps, what changed, checks, quarantine.

use super::{changed, duration, graph, moment, status};
use crate::fault::Fault;
use crate::rows::Value;
use crate::sheet::{Answer, Cell, Sheet, respond};
use crate::visit::Visit;
use axum::extract::Path;
use axum::response::Response;
use report::CellKind::{Number, Text};
use terms::{CheckOutcome, CheckRecord, Manifest, NodeRecord, Severity, StepOutcome, TableName};

/// Quarantined values on a page.
const EACH: u64 = 100;

pub(super) async fn night(visit: Visit, Path(run): Path<String>) -> Response {
    let answer = one(&visit, &run).await;
    respond(&visit, answer)
}

async fn one(visit: &Visit, run: &str) -> Answer {
    visit.for_analysts()?;
    let number = run.parse().map_err(|_| Fault::Missing(format!("{run:?} is no run")))?;
    let run = visit.recorded(Some(number))?;
    let warehouse = &visit.house.warehouse;
    let is_gone = warehouse.collected()?.contains(&number);
    let is_current = warehouse.current()? == Some(number);
    let mut sheet = Sheet::new(format!("Run {number}"));
    facts(&mut sheet, visit, &run, status(visit, &run, is_current, is_gone));
    sheet.heading("steps", visit.say("Stappen", "Steps"));
    graph::draw(sheet.html(), visit, &run);
    steps(&mut sheet, visit, &run);
    if number > 1 {
        differences(&mut sheet, visit, &run)?;
    }
    sheet.heading("checks", visit.say("Controles", "Checks"));
    checks(&mut sheet, visit, &run);
    sheet.heading("quarantine", visit.say("Quarantaine", "Quarantine"));
    match is_gone {
        true => sheet.paragraph(
            visit.say("De tabellen van deze run zijn opgeruimd.", "The tables of this run were collected."),
        ),
        false => quarantine(&mut sheet, visit, &run).await?,
    }
    Ok(sheet)
}

fn facts(sheet: &mut Sheet, visit: &Visit, run: &Manifest, status: Cell) {
    let reused = run.reused();
    let mut facts = vec![
        (visit.say("toestand", "status"), status),
        (visit.say("begonnen (UTC)", "begun (UTC)"), moment(&run.started).into()),
        (visit.say("duur", "duration"), duration(visit, run).into()),
        (
            visit.say("stappen", "steps"),
            format!(
                "{} {}, {reused} {}",
                run.nodes.len() - reused,
                visit.say("uitgevoerd", "executed"),
                visit.say("overgenomen", "reused")
            )
            .into(),
        ),
        (visit.say("programma", "engine"), run.engine.as_str().into()),
    ];
    for (name, value) in &run.parameters {
        facts.push(("$", format!("{name} = {value}").into()));
    }
    if let Some(hash) = &run.previous {
        facts.push((
            visit.say("vorig manifest (SHA-256)", "previous manifest (SHA-256)"),
            hash.as_str().into(),
        ));
    }
    let rows: Vec<Vec<Cell>> = facts.into_iter().map(|(name, value)| vec![name.into(), value]).collect();
    let header = [(visit.say("feit", "fact"), Text), (visit.say("waarde", "value"), Text)];
    sheet.table(visit.say("Feiten van de run", "Facts of the run"), &header, &rows);
    let run = run.run.to_string();
    let html = sheet.html();
    html.open("p", &[]);
    for (path, text) in [
        ("/flow", visit.say("doorstroom van deze run", "flow of this run")),
        ("/appendices", visit.say("tabellen van deze run", "appendices of this run")),
        ("/sql", visit.say("SQL op deze run", "SQL on this run")),
    ] {
        html.element("a", &[("href", &format!("{path}?run={run}"))], text).text(" · ");
    }
    html.element("a", &[("href", "/nights")], visit.say("alle nachten", "all nights")).close().line();
}

fn steps(sheet: &mut Sheet, visit: &Visit, run: &Manifest) {
    let row = |node: &NodeRecord| {
        let tables: Vec<String> = node.tables.iter().map(|table| table.table.to_string()).collect();
        vec![
            node.node.as_str().into(),
            outcome(visit, node),
            visit.language.number(node.millis).into(),
            visit.language.number(node.rows()).into(),
            visit.language.number(node.bytes()).into(),
            tables.join(", ").into(),
        ]
    };
    let header = [
        (visit.say("stap", "step"), Text),
        (visit.say("hoe", "how"), Text),
        ("ms", Number),
        (visit.say("rijen", "rows"), Number),
        ("bytes", Number),
        (visit.say("tabellen", "tables"), Text),
    ];
    let rows: Vec<Vec<Cell>> = run.nodes.iter().map(row).collect();
    let html = sheet.html();
    html.open("details", &[]);
    html.element("summary", &[], visit.say("De stappen als tabel", "The steps as a table")).line();
    crate::sheet::table(
        html,
        visit.say("Stappen in de volgorde waarin ze liepen", "Steps in the order in which they ran"),
        &header,
        &rows,
    );
    html.close().line();
}

fn outcome(visit: &Visit, node: &NodeRecord) -> Cell {
    match node.outcome {
        StepOutcome::Executed => Cell::Mark("mark warn", visit.say("uitgevoerd", "executed").to_owned()),
        StepOutcome::Reused => Cell::Mark("mark", visit.say("overgenomen", "reused").to_owned()),
    }
}

fn differences(sheet: &mut Sheet, visit: &Visit, run: &Manifest) -> Result<(), Fault> {
    let before = visit.recorded(Some(run.run - 1))?;
    sheet.heading("changes", visit.say("Veranderd sinds de vorige run", "Changed since the previous run"));
    let tables = changed(&before, run);
    if tables.is_empty() {
        sheet.paragraph(visit.say("Geen enkele tabel.", "No table."));
        return Ok(());
    }
    let rows_of = |run: &Manifest, name: &&TableName| {
        run.tables().find(|table| table.table == **name).map(|table| table.rows)
    };
    let number = |rows: Option<u64>| rows.map(|rows| visit.language.number(rows)).unwrap_or_default();
    let rows: Vec<Vec<Cell>> = tables
        .iter()
        .map(|name| {
            let is_printed = name.schema() == "appendix";
            let cell = match is_printed {
                true => {
                    let address = format!("/appendices/{}?run={}", name.table(), run.run);
                    Cell::Link(address, name.to_string())
                }
                false => name.to_string().into(),
            };
            vec![cell, number(rows_of(&before, name)).into(), number(rows_of(run, name)).into()]
        })
        .collect();
    let header = [
        (visit.say("tabel", "table"), Text),
        (visit.say("rijen toen", "rows then"), Number),
        (visit.say("rijen nu", "rows now"), Number),
    ];
    sheet.table(visit.say("Tabellen met andere inhoud", "Tables with other contents"), &header, &rows);
    Ok(())
}

fn checks(sheet: &mut Sheet, visit: &Visit, run: &Manifest) {
    let row = |check: &CheckRecord| {
        let (class, said) = match (check.outcome, check.severity) {
            (CheckOutcome::Violated, Severity::Error) => ("mark bad", visit.say("niet gehaald", "failed")),
            (CheckOutcome::Violated, Severity::Warn) => ("mark warn", visit.say("gemeld", "warned")),
            _ => ("mark good", visit.say("in orde", "passed")),
        };
        vec![
            check.check.as_str().into(),
            Cell::Mark(class, said.to_owned()),
            visit.language.number(check.violations).into(),
            check.claim.as_deref().unwrap_or_default().into(),
        ]
    };
    let mut checks: Vec<&CheckRecord> = run.checks.iter().collect();
    checks.sort_by_key(|check| (check.outcome != CheckOutcome::Violated, check.severity != Severity::Error));
    let rows: Vec<Vec<Cell>> = checks.into_iter().map(row).collect();
    let header = [
        (visit.say("controle", "check"), Text),
        (visit.say("uitkomst", "outcome"), Text),
        (visit.say("rijen in strijd", "violations"), Number),
        (visit.say("wat beweerd wordt", "claim"), Text),
    ];
    sheet.table(
        visit.say("Controles, wat niet gehaald is eerst", "Checks, what failed first"),
        &header,
        &rows,
    );
}

async fn quarantine(sheet: &mut Sheet, visit: &Visit, run: &Manifest) -> Result<(), Fault> {
    let page = visit.number("page", 1)?.max(1);
    let values = [
        ("run", Value::Number(run.run)),
        ("rows", Value::Number(EACH)),
        ("skipped", Value::Number((page - 1).saturating_mul(EACH))),
    ];
    let all = run.inputs.iter().map(|input| input.quarantined).sum();
    if all == 0 {
        sheet.paragraph(visit.say("Niets.", "Nothing."));
        return Ok(());
    }
    let found = visit.rows(include_str!("quarantine.sql"), &values).await?;
    let header: Vec<(&str, _)> = found.columns.iter().map(|column| (column.as_str(), Text)).collect();
    let rows: Vec<Vec<Cell>> = found
        .values
        .iter()
        .map(|row| row.iter().map(|value| value.as_deref().unwrap_or_default().into()).collect())
        .collect();
    sheet.table(
        visit.say(
            "Geweigerde waarden, naar bron, bestand en regel",
            "Refused values by source, file and line",
        ),
        &header,
        &rows,
    );
    sheet.pager(visit, page, all, EACH);
    Ok(())
}
