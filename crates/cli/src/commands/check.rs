use crate::args::CheckArgs;
use crate::commands::run::runtime;
use crate::failure::Failure;
use crate::output;
use crate::place::Place;
use engine::UnitReport;
use serde::Serialize;
use study::{Check, Study};
use terms::Severity;

#[derive(Serialize)]
struct Checked<'a> {
    study: &'a str,
    sources: usize,
    steps: usize,
    queries: usize,
    examples: usize,
    /// Of a study whose unit tests were run.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a UnitReport>,
}

/// One check as it is listed.
#[derive(Serialize)]
struct Listed<'a> {
    check: &'a str,
    severity: Severity,
    file: String,
    /// Line of the declaration; none of a query of the study's own.
    line: Option<u32>,
    claim: Option<String>,
    sql: &'a str,
}

pub(crate) fn check(place: &Place, args: &CheckArgs, json: bool) -> Result<(), Failure> {
    let study = place.study()?;
    let runtime = runtime()?;
    let unit = if args.unit { Some(runtime.block_on(engine::unit_tests(&study))?) } else { None };
    let planned = match &unit {
        Some(unit) => unit.planned,
        None => runtime.block_on(engine::plan(&study))?,
    };
    if args.list {
        return list(&study, json);
    }
    let checked = Checked {
        study: &study.name,
        sources: study.sources.len(),
        steps: study.steps().len(),
        queries: planned.queries,
        examples: planned.examples,
        unit: unit.as_ref(),
    };
    if json {
        output::json(&checked)?;
    } else {
        output::text(&format!(
            "study {} is sound: {} sources, {} steps, {} queries planned, {} examples of rules hold\n",
            checked.study, checked.sources, checked.steps, checked.queries, checked.examples
        ))?;
    }
    match &unit {
        None => Ok(()),
        Some(unit) => units(unit, json),
    }
}

/// Says how the unit tests ended; those that do not hold are faults of the study.
fn units(unit: &UnitReport, json: bool) -> Result<(), Failure> {
    let (faults, all) = (unit.faults(), unit.tests.len());
    if !json {
        output::text(&match (all, faults.len()) {
            (0, _) => "no unit tests: write NAME.test.yaml beside NAME.sql\n".to_owned(),
            (_, 0) => format!("{all} unit tests hold\n"),
            (_, failed) => format!("{} of {all} unit tests hold\n", all - failed),
        })?;
    }
    if faults.is_empty() { Ok(()) } else { Err(Failure::Study(faults)) }
}

/// Prints the checks of a study with the queries that are made of what is declared.
fn list(study: &Study, json: bool) -> Result<(), Failure> {
    let listed: Vec<Listed<'_>> = study.checks.iter().map(listed).collect();
    if json {
        return output::json(&listed);
    }
    let text = |check: &Listed<'_>| {
        let place = match check.line {
            Some(line) => format!("{}:{line}", check.file),
            None => check.file.clone(),
        };
        let severity = if check.severity == Severity::Error { "error" } else { "warn" };
        let claim = check.claim.as_ref().map(|claim| format!("-- {claim}\n")).unwrap_or_default();
        format!("-- {} ({severity}), {place}\n{claim}{}\n", check.check, check.sql.trim_end())
    };
    output::text(&listed.iter().map(text).collect::<Vec<_>>().join("\n"))
}

fn listed(check: &Check) -> Listed<'_> {
    Listed {
        check: &check.name,
        severity: check.severity,
        file: check.sql.path.to_string_lossy().into_owned(),
        line: check.declared.as_ref().map(|declared| declared.spot.line()),
        claim: check.claim(),
        sql: &check.sql.text,
    }
}
