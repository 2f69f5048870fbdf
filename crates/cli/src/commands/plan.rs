//! What a run would do, in words.

use crate::args::PlanArgs;
use crate::commands::run::{key, now};
use crate::commands::words::counted;
use crate::failure::Failure;
use crate::output;
use crate::place::Place;
use engine::{CheckForecast, Forecast, Outlook, Reason, Resources, RunOptions, StepForecast};
use std::fmt::Write;

pub(crate) fn plan(place: &Place, args: &PlanArgs, json: bool) -> Result<(), Failure> {
    let settings = &args.settings;
    let study = settings.applied_to(place.study()?)?;
    let options = RunOptions {
        key: key(&study, settings.key_file.as_deref())?,
        resources: Resources::default(),
        reuse: settings.reuse(),
        capture: settings.capture(),
        accept_missing: Vec::new(),
        started: now(),
        clock: now,
    };
    let warehouse = if place.is_without_warehouse() { None } else { Some(place.open_warehouse()?) };
    let forecast = engine::forecast(&study, warehouse.as_deref(), &options)?;
    if json { output::json(&forecast) } else { output::text(&text(&forecast)) }
}

fn text(forecast: &Forecast) -> String {
    let mut text = match forecast.last_run {
        Some(run) => format!("compared with run {run}"),
        None => "there is no run yet".to_owned(),
    };
    if forecast.unfinished > 0 {
        let _ = write!(
            text,
            " and with {} of a run that was stopped",
            counted(forecast.unfinished as u64, "step")
        );
    }
    text.push('\n');
    let of = |outlook| -> Vec<&StepForecast> {
        forecast.steps.iter().filter(|step| step.outlook == outlook).collect()
    };
    let (runs, may_run, reused) = (of(Outlook::Runs), of(Outlook::MayRun), of(Outlook::Reused));
    section(&mut text, "would run; rows not known before", &runs, |step| {
        format!("{}{}", why(&step.reasons, &step.depends_on), last_rows(step))
    });
    section(
        &mut text,
        "may run; rows not known before, and not at all if what they read comes out as it was",
        &may_run,
        |step| format!("{}{}", why(&step.reasons, &step.depends_on), last_rows(step)),
    );
    section(&mut text, "reused", &reused, |step| {
        counted(step.tables.iter().filter_map(|table| table.rows).sum(), "row")
    });
    checks(&mut text, &forecast.checks);
    if !forecast.gone.is_empty() {
        let _ = writeln!(text, "\nno longer in the study: {}", forecast.gone.join(", "));
    }
    let _ = writeln!(
        text,
        "\n{}: {} would run, {} may run, {} reused; nothing was run",
        counted(forecast.steps.len() as u64, "step"),
        runs.len(),
        may_run.len(),
        reused.len()
    );
    text
}

fn section(text: &mut String, title: &str, steps: &[&StepForecast], said: impl Fn(&StepForecast) -> String) {
    if steps.is_empty() {
        return;
    }
    let width = steps.iter().map(|step| step.step.chars().count()).max().unwrap_or_default();
    let _ = writeln!(text, "\n{title} ({})", steps.len());
    for step in steps {
        let _ = writeln!(text, "  {:<width$}  {}", step.step, said(step));
    }
}

fn checks(text: &mut String, checks: &[CheckForecast]) {
    if checks.is_empty() {
        return;
    }
    let asked: Vec<&CheckForecast> = checks.iter().filter(|check| check.outlook != Outlook::Reused).collect();
    let _ = writeln!(text, "\nchecks ({}), {} reused", checks.len(), checks.len() - asked.len());
    let width = asked.iter().map(|check| check.check.chars().count()).max().unwrap_or_default();
    for check in asked {
        let may = if check.outlook == Outlook::MayRun { "may be asked: " } else { "" };
        let _ = writeln!(text, "  {:<width$}  {may}{}", check.check, why(&check.reasons, &check.depends_on));
    }
}

fn last_rows(step: &StepForecast) -> String {
    let rows: Vec<u64> = step.tables.iter().filter_map(|table| table.last_rows).collect();
    if rows.is_empty() {
        String::new()
    } else {
        format!(" (last time {})", counted(rows.iter().sum(), "row"))
    }
}

fn why(reasons: &[Reason], depends_on: &[String]) -> String {
    let mut parts: Vec<String> = reasons.iter().map(reason).collect();
    if !depends_on.is_empty() && reasons.is_empty() {
        let give = if depends_on.len() == 1 { "gives" } else { "give" };
        parts.push(format!("depends on what {} {give}", list(depends_on)));
    }
    parts.join(", ")
}

fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn reason(reason: &Reason) -> String {
    let shown = |value: &Option<String>| value.as_deref().unwrap_or("–").to_owned();
    match reason {
        Reason::NeverRan => "never ran".to_owned(),
        Reason::Asked => "all is to run".to_owned(),
        Reason::Engine { before, after } => format!("other engine ({before} → {after})"),
        Reason::FileAdded { file } => format!("file {file} appeared"),
        Reason::FileChanged { file } => format!("file {file} changed"),
        Reason::FileRemoved { file } => format!("file {file} vanished"),
        Reason::Query { query } => format!("query of {query} changed"),
        Reason::QueryRemoved { query } => format!("query of {query} vanished"),
        Reason::Parameter { parameter, before, after } => {
            format!("parameter {parameter} {} → {}", shown(before), shown(after))
        }
        Reason::Order { step } => format!("order of the queries of {step} changed"),
        Reason::Declaration { step } => format!("declaration of {step} changed"),
        Reason::Table { table } => format!("{table} has other rows"),
        Reason::Lineage => "what stands behind rows is stored otherwise".to_owned(),
        Reason::Key => "other identity key".to_owned(),
        Reason::Damaged { table } => format!("{table} is damaged"),
        Reason::Study => "the study is another".to_owned(),
        Reason::QueryOrPublished { query } => {
            format!("the published run has other rows, or the query of {query} changed")
        }
        Reason::EveryNight => "asked every night".to_owned(),
    }
}
