//! The decisions of one rule, a page at a time, under the prose of the rule.

use super::filter::{Filter, Rest};
use super::{link, prose, words};
use crate::fault::Fault;
use crate::rows::{Rows, Value};
use crate::sheet::{Answer, Cell, Sheet, respond};
use crate::visit::Visit;
use axum::extract::Path;
use axum::response::Response;
use report::CellKind::{self, Text};
use serve::Role;
use std::collections::BTreeMap;
use terms::Manifest;

/// Decisions on a page.
const EACH: u64 = 50;

pub(super) async fn list(visit: Visit, Path((round, rule)): Path<(String, String)>) -> Response {
    let answer = page(&visit, &round, &rule).await;
    respond(&visit, answer)
}

async fn page(visit: &Visit, round: &str, rule: &str) -> Answer {
    visit.for_analysts()?;
    let run = visit.run()?;
    super::require(visit, &run, round, rule)?;
    let filter = Filter::of(visit, round, rule)?;
    let page = visit.number("page", 1)?.max(1);
    let mut values = filter.values();
    let count =
        visit.rows_in(Some(run.run), Filter::sql(visit, Rest::Count), &values).await?.number(0, "decisions");
    values.push(("rows", Value::Number(EACH)));
    values.push(("skipped", Value::Number((page - 1).saturating_mul(EACH))));
    let found = visit.rows_in(Some(run.run), Filter::sql(visit, Rest::Page), &values).await?;
    let mut sheet = Sheet::new(format!("{round}: {rule}"));
    trail(&mut sheet, visit, &run, None);
    prose::write(&mut sheet, visit, &run, round, rule);
    sheet.heading("decisions", visit.say("Beslissingen", "Decisions"));
    filter.form(&mut sheet, visit, &run);
    let said = visit.language.count(
        count,
        visit.say("beslissing", "decision"),
        visit.say("beslissingen", "decisions"),
    );
    let html = sheet.html();
    html.open("p", &[]).text(&said).text(" · ");
    html.element("a", &[("href", &filter.file(visit))], visit.say("lijst als CSV", "list as CSV"))
        .close()
        .line();
    if found.len() > 0 {
        let rows: Vec<Vec<Cell>> = (0..found.len()).map(|at| row(visit, (round, rule), &found, at)).collect();
        let caption =
            visit.say("Beslissingen van deze regel, op rij-id", "Decisions of this rule, by row id");
        sheet.table(caption, &header(visit), &rows);
    }
    sheet.pager(visit, page, count, EACH);
    Ok(sheet)
}

/// Links back: to the flow, and from a decision to its rule.
pub(super) fn trail(sheet: &mut Sheet, visit: &Visit, run: &Manifest, of: Option<(&str, &str)>) {
    let html = sheet.html();
    html.open("nav", &[("class", "trail"), ("aria-label", visit.say("Kruimelpad", "Breadcrumbs"))]);
    html.element("a", &[("href", &visit.link("/flow", &[]))], visit.say("Doorstroom", "Flow")).text(" › ");
    if let Some((round, rule)) = of {
        let address = link::decisions(visit, round, rule, None);
        html.element("a", &[("href", &address)], &format!("{round}: {rule}")).text(" › ");
    }
    html.text(&format!("run {}", run.run)).close().line();
}

fn header(visit: &Visit) -> Vec<(&'static str, CellKind)> {
    let mut header = vec![
        (visit.say("rij-id", "row id"), Text),
        (visit.say("wat", "what"), Text),
        (visit.say("blijft", "survivor"), Text),
        (visit.say("van → naar", "from → to"), Text),
        (visit.say("toegepast", "applied"), Text),
        (visit.say("beslist door", "decided by"), Text),
    ];
    if visit.role == Role::Auditor {
        header.push((visit.say("reden", "reason"), Text));
        header.push((visit.say("bewijs", "evidence"), Text));
    }
    header
}

fn row(visit: &Visit, (round, rule): (&str, &str), found: &Rows, at: usize) -> Vec<Cell> {
    let text = |column| found.text(at, column);
    let survivor = text("survivor_id");
    let mut cells = vec![
        Cell::Link(link::decision(visit, round, rule, text("row_id")), text("row_id").to_owned()),
        words::asked_by_name(visit, text("verb")).into(),
        match survivor {
            "" => "".into(),
            survivor => Cell::Link(link::record(visit, survivor), short(survivor)),
        },
        populations(found, at).into(),
        applied(visit, text("applied")),
        by(visit, text("decided_by"), text("reviewer")).into(),
    ];
    if visit.role == Role::Auditor {
        cells.push(text("reason").into());
        cells.push(named(text("evidence")).into());
    }
    cells
}

/// The beginning of a row id, where it leads to the whole.
fn short(row_id: &str) -> String {
    match row_id.char_indices().nth(12) {
        Some((at, _)) => format!("{}…", row_id.get(..at).unwrap_or_default()),
        None => row_id.to_owned(),
    }
}

/// `active → left`, or the one population that there is.
pub(super) fn populations(found: &Rows, at: usize) -> String {
    match (found.text(at, "population_from"), found.text(at, "population_to")) {
        (from, "") => from.to_owned(),
        ("", to) => format!("→ {to}"),
        (from, to) if from == to => from.to_owned(),
        (from, to) => format!("{from} → {to}"),
    }
}

pub(super) fn applied(visit: &Visit, applied: &str) -> Cell {
    match applied {
        "true" => Cell::Mark("mark good", visit.say("✓ ja", "✓ yes").to_owned()),
        _ => Cell::Mark("mark bad", visit.say("✗ nee, verworpen", "✗ no, rejected").to_owned()),
    }
}

pub(super) fn by(visit: &Visit, by: &str, reviewer: &str) -> String {
    match (by, reviewer) {
        ("reviewer", "") => visit.say("beoordelaar", "reviewer").to_owned(),
        ("reviewer", reviewer) => format!("{} {reviewer}", visit.say("beoordelaar", "reviewer")),
        _ => visit.say("regel", "rule").to_owned(),
    }
}

/// The values of a JSON object as text, by name.
///
/// # Errors
/// A text that is no object, which no run stores.
pub(crate) fn members(json: &str) -> Result<BTreeMap<String, String>, Fault> {
    if json.is_empty() {
        return Ok(BTreeMap::new());
    }
    let members: BTreeMap<String, serde_json::Value> = serde_json::from_str(json).map_err(Fault::inside)?;
    let text = |value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(members.into_iter().map(|(name, value)| (name, text(value))).collect())
}

/// `name value, name value` of a JSON object; what is none stays as it is.
fn named(json: &str) -> String {
    match members(json) {
        Ok(members) => {
            members.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
        }
        Err(_) => json.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_told_by_name() {
        assert_eq!(named(r#"{"a":"<b>","n":2,"t":true}"#), "a <b>, n 2, t true");
        assert_eq!(named(""), "");
        assert_eq!(named("no json"), "no json");
    }
}
