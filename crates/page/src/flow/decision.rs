//! One decision: what, why, and the records that it is about beside each other.

use super::compared::{self, Found, fields, is_row_id};
use super::decisions::{applied, by, members, populations, trail};
use super::{link, words};
use crate::fault::Fault;
use crate::rows::{Rows, Value};
use crate::sheet::{Answer, Cell, Sheet, respond};
use crate::visit::Visit;
use axum::extract::Path;
use axum::response::Response;
use report::CellKind::Text;
use report::Markup;
use serve::Role;
use std::collections::BTreeMap;
use std::sync::Arc;
use terms::Manifest;

/// Records beside each other at most; evidence may name many.
const BESIDE: usize = 5;

pub(super) async fn one(
    visit: Visit,
    Path((round, rule, row_id)): Path<(String, String, String)>,
) -> Response {
    let answer = page(&visit, &round, &rule, &row_id).await;
    respond(&visit, answer)
}

async fn page(visit: &Visit, round: &str, rule: &str, row_id: &str) -> Answer {
    visit.for_analysts()?;
    let run = visit.run()?;
    super::require(visit, &run, round, rule)?;
    let asked = [("round", Value::Text(round)), ("rule", Value::Text(rule)), ("row_id", Value::Text(row_id))];
    let decided = visit.rows_in(Some(run.run), include_str!("one.sql"), &asked).await?;
    if decided.len() == 0 {
        let text =
            visit.say("Deze regel besliste niet over deze rij.", "This rule decided nothing about this row.");
        return Err(Fault::Missing(text.to_owned()));
    }
    let evidence = members(decided.text(0, "evidence"))?;
    let title = visit.say("Beslissing over", "Decision about");
    let mut sheet = Sheet::new(format!("{title} {row_id}"));
    trail(&mut sheet, visit, &run, Some((round, rule)));
    facts(&mut sheet, visit, &decided, &evidence);
    if visit.role == Role::Auditor {
        review(&mut sheet, visit, &run, (round, rule, row_id));
    }
    let mut ids = vec![row_id.to_owned()];
    let survivor = decided.value(0, "survivor_id").map(str::to_owned);
    for other in survivor.into_iter().chain(evidence.into_values().filter(|value| is_row_id(value))) {
        if ids.len() < BESIDE && !ids.contains(&other) {
            ids.push(other);
        }
    }
    let records = compared::find(visit, &run, round, &ids).await?;
    if decided.text(0, "verb") == "update" && visit.role == Role::Auditor {
        changes(&mut sheet, visit, (&run, round), &decided, records.first()).await?;
    }
    show(&mut sheet, visit, &run, &records).await;
    Ok(sheet)
}

/// Records beside each other, as a round or a matching found them.
///
/// # Errors
/// A query that fails.
pub(crate) async fn side_by_side(
    sheet: &mut Sheet,
    visit: &Visit,
    run: &Arc<Manifest>,
    step: &str,
    ids: &[String],
) -> Result<(), Fault> {
    let records = compared::find(visit, run, step, ids).await?;
    show(sheet, visit, run, &records).await;
    Ok(())
}

async fn show(sheet: &mut Sheet, visit: &Visit, run: &Arc<Manifest>, records: &[Found]) {
    sheet.heading("records", visit.say("De registraties naast elkaar", "The records side by side"));
    let lines = match visit.role {
        Role::Auditor => raw_lines(visit, run, records).await,
        _ => Vec::new(),
    };
    beside(sheet.html(), visit, records, &lines);
}

fn facts(sheet: &mut Sheet, visit: &Visit, decided: &Rows, evidence: &BTreeMap<String, String>) {
    let text = |column| decided.text(0, column);
    let record = |id: &str| Cell::Link(link::record(visit, id), id.to_owned());
    let mut facts: Vec<(String, Cell)> = vec![
        (visit.say("registratie", "record").into(), record(text("row_id"))),
        (visit.say("wat", "what").into(), words::asked_by_name(visit, text("verb")).into()),
    ];
    if let Some(survivor) = decided.value(0, "survivor_id") {
        facts.push((visit.say("blijft", "survivor").into(), record(survivor)));
    }
    facts.push((visit.say("populatie", "population").into(), populations(decided, 0).into()));
    facts.push((visit.say("toegepast", "applied").into(), applied(visit, text("applied"))));
    let who = by(visit, text("decided_by"), text("reviewer"));
    facts.push((visit.say("beslist door", "decided by").into(), who.into()));
    for (column, name) in [
        ("review_reason", visit.say("reden van de beoordelaar", "reason of the reviewer")),
        ("reason", visit.say("reden", "reason")),
    ] {
        facts.extend(decided.value(0, column).map(|value| (name.to_owned(), value.into())));
    }
    let of_evidence = visit.say("bewijs", "evidence");
    facts.extend(evidence.iter().map(|(name, value)| {
        let value = if is_row_id(value) { record(value) } else { value.as_str().into() };
        (format!("{of_evidence}: {name}"), value)
    }));
    let rows: Vec<Vec<Cell>> = facts.into_iter().map(|(name, value)| vec![name.into(), value]).collect();
    let header = [(visit.say("feit", "fact"), Text), (visit.say("waarde", "value"), Text)];
    sheet.table(visit.say("De beslissing", "The decision"), &header, &rows);
}

/// Leads to the form for a verdict, where the round has a table of them.
fn review(sheet: &mut Sheet, visit: &Visit, run: &Manifest, (round, rule, record): (&str, &str, &str)) {
    let has_reviews = visit
        .study_of(run)
        .is_ok_and(|study| study.rounds.iter().any(|known| known.name == round && known.review.is_some()));
    if has_reviews {
        let address = visit.link("/review/verdict", &[("round", round), ("rule", rule), ("record", record)]);
        let text = visit.say("Deze beslissing beoordelen", "Review this decision");
        sheet.html().open("p", &[]).element("a", &[("href", &address)], text).close().line();
    }
}

/// New values beside those that the rule found: of the record before the round, and what earlier rules made of it.
async fn changes(
    sheet: &mut Sheet,
    visit: &Visit,
    (run, round): (&Manifest, &str),
    decided: &Rows,
    record: Option<&Found>,
) -> Result<(), Fault> {
    let asked = [
        ("round", Value::Text(round)),
        ("row_id", Value::Text(decided.text(0, "row_id"))),
        ("step", Value::Number(decided.number(0, "step"))),
    ];
    let earlier = visit.rows_in(Some(run.run), include_str!("earlier.sql"), &asked).await?;
    let values = record.map(|record| record.values.iter().cloned()).into_iter().flatten();
    let mut before: BTreeMap<String, Option<String>> = values.collect();
    for at in 0..earlier.len() {
        let made = members(earlier.text(at, "changes"))?;
        before.extend(made.into_iter().map(|(name, value)| (name, Some(value))));
    }
    let after = members(decided.text(0, "changes"))?;
    let rows: Vec<Vec<Cell>> = after
        .iter()
        .map(|(name, new)| {
            let old = before.get(name).cloned().flatten().unwrap_or_default();
            let new = match &old == new {
                true => new.as_str().into(),
                false => Cell::Mark("differs", format!("≠ {new}")),
            };
            vec![name.as_str().into(), old.into(), new]
        })
        .collect();
    let header = [
        (visit.say("veld", "field"), Text),
        (visit.say("voor", "before"), Text),
        (visit.say("na", "after"), Text),
    ];
    sheet.heading("changes", visit.say("Voor en na", "Before and after"));
    let caption = visit.say(
        "Nieuwe waarden; ≠ staat voor wat anders is geworden",
        "New values; ≠ stands before what has changed",
    );
    sheet.table(caption, &header, &rows);
    Ok(())
}

/// The delivered line of each record that was delivered.
async fn raw_lines(visit: &Visit, run: &Arc<Manifest>, records: &[Found]) -> Vec<Option<String>> {
    let origins: Vec<Option<engine::Origin>> = records.iter().map(|record| record.origin.clone()).collect();
    let Ok(study) = visit.study_of(run) else { return vec![None; records.len()] };
    let house = visit.house.clone();
    let read = tokio::task::spawn_blocking(move || {
        let mut lines = house.lines.of(&study, origins.iter().flatten()).into_iter();
        origins.iter().map(|origin| origin.as_ref().and_then(|_| lines.next())).collect()
    });
    read.await.unwrap_or_default()
}

/// The records as a table: a column for each, a row for each field; what differs has a sign, a class and a word.
fn beside(html: &mut Markup, visit: &Visit, records: &[Found], lines: &[Option<String>]) {
    let caption = visit.say(
        "Elke registratie in een kolom, zoals de ronde haar vond; ≠ staat voor velden die verschillen",
        "Each record in a column, as the round found it; ≠ stands before fields that differ",
    );
    html.open("div", &[("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", caption)]);
    html.open("table", &[("class", "beside")]).element("caption", &[], caption).line();
    html.open("thead", &[]).open("tr", &[]).element("th", &[("scope", "col")], visit.say("veld", "field"));
    for (at, record) in records.iter().enumerate() {
        let role = if at == 0 { visit.say("beoordeeld", "judged") } else { visit.say("andere", "other") };
        html.open("th", &[("scope", "col")]).text(role).text(" ");
        html.element("a", &[("href", &link::record(visit, &record.row_id))], &record.row_id).close();
    }
    html.close().close().line().open("tbody", &[]).line();
    let nowhere = visit.say("niet gevonden", "not found");
    line(
        html,
        visit.say("tabel", "table"),
        records
            .iter()
            .map(|record| record.table.as_ref().map_or_else(|| nowhere.to_owned(), ToString::to_string)),
    );
    line(
        html,
        visit.say("geleverd in", "delivered in"),
        records.iter().map(|record| record.origin.as_ref().map(crate::record::place).unwrap_or_default()),
    );
    for field in fields(records) {
        html.open("tr", &[("class", if field.differs { "differs" } else { "same" })]);
        html.open("th", &[("scope", "row")]);
        if field.differs {
            html.element("span", &[("class", "sign"), ("aria-hidden", "true")], "≠ ");
            html.element("span", &[("class", "unseen")], visit.say("verschilt: ", "differs: "));
        }
        html.text(field.name).close();
        for value in &field.values {
            match value {
                None => html.element("td", &[("class", "absent")], visit.say("geen kolom", "no column")),
                Some(None) => html.element("td", &[("class", "absent")], visit.say("leeg", "empty")),
                Some(Some(value)) => html.element("td", &[], value),
            };
        }
        html.close().line();
    }
    if lines.iter().any(Option::is_some) {
        html.open("tr", &[]).element(
            "th",
            &[("scope", "row")],
            visit.say("geleverde regel", "delivered line"),
        );
        for text in lines {
            html.open("td", &[])
                .element("pre", &[("class", "raw")], text.as_deref().unwrap_or_default())
                .close();
        }
        html.close().line();
    }
    html.close().close().close().line();
}

fn line(html: &mut Markup, name: &str, values: impl Iterator<Item = String>) {
    html.open("tr", &[]).element("th", &[("scope", "row")], name);
    for value in values {
        html.element("td", &[], &value);
    }
    html.close().line();
}
