//! Nights: all runs, and one run with its steps, checks and quarantine.

mod graph;
mod run;

use crate::house::House;
use crate::sheet::{Answer, Cell, Sheet, respond};
use crate::visit::Visit;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use chrono::DateTime;
use report::CellKind::{Number, Text};
use std::collections::BTreeMap;
use std::sync::Arc;
use terms::{CheckOutcome, Manifest, ObjectHash, Severity, TableName};

/// Runs on a page.
const EACH: u64 = 50;

pub(crate) fn routes() -> Router<Arc<House>> {
    Router::new().route("/nights", get(nights)).route("/nights/{run}", get(run::night))
}

async fn nights(visit: Visit) -> Response {
    let answer = list(&visit);
    respond(&visit, answer)
}

fn list(visit: &Visit) -> Answer {
    visit.for_analysts()?;
    let warehouse = &visit.house.warehouse;
    let (runs, current) = (warehouse.runs()?, warehouse.current()?);
    let collected = warehouse.collected()?;
    let page = visit.number("page", 1)?.max(1);
    let mut sheet = Sheet::new(visit.say("Nachten", "Nights"));
    let skipped = usize::try_from((page - 1).saturating_mul(EACH)).unwrap_or(usize::MAX);
    let shown = runs.iter().rev().skip(skipped).take(usize::try_from(EACH).unwrap_or(usize::MAX));
    let mut rows = Vec::new();
    for entry in shown {
        let run = warehouse.manifest_of(entry)?;
        let before = match run.run {
            0 | 1 => None,
            number => Some(warehouse.manifest(number - 1)?),
        };
        let is_gone = collected.contains(&run.run);
        rows.push(row(visit, &run, before.as_deref(), current == Some(run.run), is_gone));
    }
    let header = [
        (visit.say("run", "run"), Number),
        (visit.say("begonnen (UTC)", "begun (UTC)"), Text),
        (visit.say("duur", "duration"), Number),
        (visit.say("toestand", "status"), Text),
        (visit.say("stappen uitgevoerd", "steps executed"), Number),
        (visit.say("overgenomen", "reused"), Number),
        (visit.say("tabellen veranderd", "tables changed"), Number),
        (visit.say("personen", "records"), Text),
        (visit.say("controles", "checks"), Text),
        (visit.say("quarantaine", "quarantine"), Number),
    ];
    sheet.table(visit.say("Alle runs, de laatste eerst", "All runs, the last first"), &header, &rows);
    sheet.pager(visit, page, u64::try_from(runs.len()).unwrap_or(u64::MAX), EACH);
    Ok(sheet)
}

fn row(
    visit: &Visit,
    run: &Manifest,
    before: Option<&Manifest>,
    is_current: bool,
    is_gone: bool,
) -> Vec<Cell> {
    let number = |number: usize| visit.language.number(u64::try_from(number).unwrap_or(u64::MAX));
    let reused = run.reused();
    let changed = before.map_or_else(String::new, |before| number(changed(before, run).len()));
    vec![
        Cell::Link(format!("/nights/{}", run.run), run.run.to_string()),
        moment(&run.started).into(),
        duration(visit, run).into(),
        status(visit, run, is_current, is_gone),
        number(run.nodes.len() - reused).into(),
        number(reused).into(),
        changed.into(),
        report::totals_text(&run.waterfall).into(),
        checks(visit, run),
        visit.language.number(run.inputs.iter().map(|input| input.quarantined).sum()).into(),
    ]
}

/// `2026-01-02 03:04:05` of a time in RFC 3339.
pub(crate) fn moment(time: &str) -> String {
    time.get(..19).unwrap_or(time).replace('T', " ")
}

/// Whole seconds between the beginning and the end of a run.
fn duration(visit: &Visit, run: &Manifest) -> String {
    let time = |text: &str| DateTime::parse_from_rfc3339(text).ok();
    let taken = time(&run.started).zip(time(&run.finished)).map(|(from, to)| (to - from).num_seconds());
    let seconds = taken.and_then(|seconds| u64::try_from(seconds).ok());
    seconds.map(|seconds| format!("{} s", visit.language.number(seconds))).unwrap_or_default()
}

/// How a run ended, and whether it is the one that readers see.
fn status(visit: &Visit, run: &Manifest, is_current: bool, is_gone: bool) -> Cell {
    let failed = run
        .checks
        .iter()
        .any(|check| check.outcome == CheckOutcome::Violated && check.severity == Severity::Error);
    let mut said = match (is_current, run.is_side_run(), run.published) {
        (true, ..) => visit.say("gepubliceerd", "published").to_owned(),
        (_, true, _) => {
            format!("{} {}", visit.say("zijspoor zonder", "side run without"), run.without.join(", "))
        }
        (_, _, true) => visit.say("was gepubliceerd", "was published").to_owned(),
        _ if failed => visit.say("tegengehouden door een controle", "held back by a check").to_owned(),
        _ => visit.say("niet gepubliceerd", "not published").to_owned(),
    };
    if let Some(earlier) = run.restores {
        said.push_str(&format!(", {} {earlier}", visit.say("herstelt run", "restores run")));
    }
    if is_gone {
        said.push_str(visit.say(", tabellen opgeruimd", ", tables collected"));
    }
    let class = match (is_current, failed) {
        (true, _) => "mark good",
        (_, true) => "mark bad",
        _ => "mark",
    };
    Cell::Mark(class, said)
}

fn checks(visit: &Visit, run: &Manifest) -> Cell {
    let failed = |severity| {
        run.checks
            .iter()
            .filter(|check| check.outcome == CheckOutcome::Violated && check.severity == severity)
            .count()
    };
    match (failed(Severity::Error), failed(Severity::Warn)) {
        (0, 0) => Cell::Mark("mark good", visit.say("in orde", "passed").to_owned()),
        (0, warned) => Cell::Mark("mark warn", format!("{warned} {}", visit.say("gemeld", "warned"))),
        (failed, _) => Cell::Mark("mark bad", format!("{failed} {}", visit.say("niet gehaald", "failed"))),
    }
}

/// Tables that are not as they were in another run, or were not there.
fn changed<'r>(before: &Manifest, run: &'r Manifest) -> Vec<&'r TableName> {
    let were: BTreeMap<&TableName, &ObjectHash> =
        before.tables().map(|table| (&table.table, &table.object)).collect();
    let is_changed = |object, table| were.get(table) != Some(&object);
    run.tables().filter(|table| is_changed(&table.object, &table.table)).map(|table| &table.table).collect()
}
