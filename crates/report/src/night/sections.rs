//! What the sections of the report say.

use super::parts::{folded, paragraph, way};
use super::words::{change, counted, differing, shown, word};
use super::{ChangeState, CheckReport, InputReport, NightReport, QuarantineCount, TableReport};
use crate::CellKind;
use crate::book::{Plain, plain, waterfall_texts};
use crate::markup::Markup;
use terms::{CheckOutcome, Severity};

const TEXT: CellKind = CellKind::Text;
const NUMBER: CellKind = CellKind::Number;

pub(super) fn changes(html: &mut Markup, night: &NightReport) {
    let Some(before) = night.compared_with else {
        let text = match night.run {
            Some(_) => "There is no published run before this one to compare it with.",
            None => {
                "Nothing was committed, so nothing changed: what was published before is still published."
            }
        };
        return paragraph(html, text);
    };
    let changed: Vec<&TableReport> = night.tables.iter().filter(|t| t.state != ChangeState::Same).collect();
    let same = night.tables.len() - changed.len();
    paragraph(html, &format!("Against run {before}: {}.", differing(changed.len(), same, "table")));
    if changed.is_empty() {
        return;
    }
    let rows: Vec<Vec<String>> = changed.into_iter().map(table_texts).collect();
    let header =
        [("Table", TEXT), ("State", TEXT), ("Rows before", NUMBER), ("Rows", NUMBER), ("Change", NUMBER)];
    plain(html, &Plain { caption: "Changed tables", header: &header, rows: &rows, total: None });
}

fn table_texts(table: &TableReport) -> Vec<String> {
    let change = change(table.rows_before, table.rows);
    vec![table.table.clone(), word(table.state).into(), shown(table.rows_before), shown(table.rows), change]
}

pub(super) fn deliveries(html: &mut Markup, night: &NightReport) {
    let total =
        |count: fn(&InputReport) -> Option<u64>| -> u64 { night.inputs.iter().filter_map(count).sum() };
    let there = night.inputs.iter().filter(|input| input.state != ChangeState::Gone).count();
    let changed: Vec<&InputReport> = night.inputs.iter().filter(|i| i.state != ChangeState::Same).collect();
    let mut text = format!(
        "{} read from {}, {} in quarantine",
        counted(total(|input| input.records), "record"),
        counted(there as u64, "file"),
        total(|input| input.quarantined)
    );
    if let Some(before) = night.compared_with {
        let same = night.inputs.len() - changed.len();
        text.push_str(&format!("; against run {before}: {}", differing(changed.len(), same, "file")));
    }
    paragraph(html, &format!("{text}."));
    if changed.is_empty() || night.compared_with.is_none() {
        return;
    }
    let texts = |input: &&InputReport| {
        let change = change(input.records_before, input.records);
        vec![
            input.file.clone(),
            input.source.clone(),
            word(input.state).to_owned(),
            shown(input.records_before),
            shown(input.records),
            change,
            shown(input.quarantined),
        ]
    };
    let rows: Vec<Vec<String>> = changed.iter().map(texts).collect();
    let header = [
        ("File", TEXT),
        ("Source", TEXT),
        ("State", TEXT),
        ("Records before", NUMBER),
        ("Records", NUMBER),
        ("Change", NUMBER),
        ("In quarantine", NUMBER),
    ];
    plain(html, &Plain { caption: "Changed deliveries", header: &header, rows: &rows, total: None });
}

pub(super) fn checks(html: &mut Markup, night: &NightReport) {
    if night.checks.is_empty() {
        return paragraph(html, "No check was made.");
    }
    let texts = |check: &&CheckReport| {
        let outcome = match check.severity {
            Severity::Warn => "reported",
            Severity::Error => "keeps the run from being published",
        };
        vec![
            check.check.clone(),
            outcome.to_owned(),
            shown(check.violations_before),
            check.violations.to_string(),
        ]
    };
    let (violated, passed): (Vec<&CheckReport>, Vec<&CheckReport>) =
        night.checks.iter().partition(|check| check.outcome == CheckOutcome::Violated);
    let checks = counted(night.checks.len() as u64, "check");
    paragraph(html, &format!("{checks}, {} with violations.", violated.len()));
    if !violated.is_empty() {
        let rows: Vec<Vec<String>> = violated.iter().map(texts).collect();
        let header =
            [("Check", TEXT), ("What it does", TEXT), ("Violations before", NUMBER), ("Violations", NUMBER)];
        plain(html, &Plain { caption: "Violated checks", header: &header, rows: &rows, total: None });
    }
    let names: Vec<&str> = passed.iter().map(|check| check.check.as_str()).collect();
    folded(html, &format!("{} passed", counted(names.len() as u64, "check")), &names);
    if let (Some(run), true) = (night.run, !violated.is_empty()) {
        way(html, "The violating rows", &format!("herkomst sql --run {run} -c 'select * from checks.NAME'"));
    }
}

pub(super) fn quarantine(html: &mut Markup, night: &NightReport) {
    let counts = match night.quarantine.as_deref() {
        None => return paragraph(html, "What is in quarantine is not known."),
        Some([]) => return paragraph(html, "No record is in quarantine."),
        Some(counts) => counts,
    };
    let texts = |count: &QuarantineCount| {
        vec![
            count.file.clone(),
            count.source.clone(),
            count.column.clone().unwrap_or_else(|| "whole record".to_owned()),
            count.reason.clone(),
            count.records.to_string(),
        ]
    };
    paragraph(
        html,
        "Records that break their contract, by file, column and reason; a record may have several.",
    );
    let rows: Vec<Vec<String>> = counts.iter().map(texts).collect();
    let header = [("File", TEXT), ("Source", TEXT), ("Column", TEXT), ("Reason", TEXT), ("Records", NUMBER)];
    plain(html, &Plain { caption: "Quarantine", header: &header, rows: &rows, total: None });
    if let Some(run) = night.run {
        let command = format!("herkomst sql --run {run} -c 'select * from audit.run_quarantine'");
        way(html, "The lines themselves, which may identify persons", &command);
    }
}

pub(super) fn cleaning(html: &mut Markup, night: &NightReport) {
    if night.waterfall.is_empty() {
        return paragraph(html, "No rule was applied.");
    }
    paragraph(html, "By round, rule and population: rows before, what the rule did, rows after.");
    let rows: Vec<Vec<String>> = night.waterfall.iter().map(waterfall_texts).collect();
    let mut header = vec![("Round", TEXT), ("Rule", TEXT), ("Population", TEXT)];
    let counts = ["In", "Merged", "Removed", "Added", "Moved in", "Moved out", "Updated", "Out"];
    header.extend(counts.map(|label| (label, NUMBER)));
    plain(html, &Plain { caption: "Cleaning", header: &header, rows: &rows, total: None });
}

pub(super) fn facts(html: &mut Markup, night: &NightReport) {
    let fact = |name: &str, value: String| vec![name.to_owned(), value];
    let mut rows = vec![
        fact("Exit code", night.exit_code.to_string()),
        fact("Started (UTC)", night.started.clone()),
        fact("Ended (UTC)", night.finished.clone()),
    ];
    rows.extend(night.seconds.map(|seconds| fact("Time", counted(seconds, "second"))));
    rows.extend(night.restores.map(|run| fact("Publishes again", format!("run {run}"))));
    rows.extend(night.as_of.iter().map(|day| fact("As of", day.clone())));
    if !night.engine.is_empty() {
        rows.push(fact("Engine", night.engine.clone()));
    }
    if !night.without.is_empty() {
        rows.push(fact("Left out, so no result of the study", night.without.join(", ")));
    }
    rows.extend(
        night.parameters.iter().map(|(name, value)| fact(&format!("Parameter {name}"), value.clone())),
    );
    let header = [("Fact", TEXT), ("Value", TEXT)];
    plain(html, &Plain { caption: "Facts", header: &header, rows: &rows, total: None });
}
