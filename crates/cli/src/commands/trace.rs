//! `herkomst trace`: one record's whole life.

use crate::args::TraceArgs;
use crate::commands::find::Texts;
use crate::commands::raw;
use crate::commands::run::runtime;
use crate::commands::words::{counted, decision, pair, place};
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, as_run, chosen};
use engine::{Auditor, Counted, Fit, Hit, Life, LifeEvent, Resources, Traced};
use serde::Serialize;
use std::collections::BTreeMap;
use study::Study;
use terms::{Manifest, TableName};
use warehouse::Warehouse;

#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    traced: Traced,
    /// Printed values of the cells that the record is counted in, by appendix.
    printed: BTreeMap<String, Vec<Printed>>,
    /// The delivered lines, of each record that is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<Vec<String>>,
}

/// A printed row that a record is counted in.
#[derive(Serialize)]
struct Printed {
    row: String,
    cells: BTreeMap<String, String>,
}

pub(crate) fn trace(here: &Place, args: &TraceArgs, json: bool) -> Result<(), Failure> {
    let study = here.study()?;
    let (warehouse, _lease) = here.open_to_read()?;
    let manifest = chosen(&warehouse, &args.choice)?;
    let study = as_run(&study, &manifest)?;
    let auditor = Auditor::of(&study, &warehouse, &manifest, Resources::default())?;
    let traced = runtime()?.block_on(auditor.trace(&args.record))?;
    if let Traced::Nothing { reason } = &traced {
        return Err(Failure::Usage(reason.clone()));
    }
    let origins = match &traced {
        Traced::Record(life) => vec![&life.origin],
        Traced::Several { hits } => hits.iter().map(|hit| &hit.origin).collect(),
        Traced::Quarantined(_) | Traced::Nothing { .. } => Vec::new(),
    };
    let raw = args.raw.then(|| engine::delivered_lines(&study, origins.into_iter()));
    let mut printed = BTreeMap::new();
    if let Traced::Record(life) = &traced {
        for counted in &life.counted {
            let rows = cells(&study, &warehouse, &manifest, counted)?;
            printed.insert(counted.table.table().to_owned(), rows);
        }
    }
    let answer = Answer { traced, printed, raw };
    if json { output::json(&answer) } else { output::text(&text(&answer, args.limit)) }
}

fn cells(
    study: &Study,
    warehouse: &Warehouse,
    manifest: &Manifest,
    counted: &Counted,
) -> Result<Vec<Printed>, Failure> {
    let texts = Texts::of(study, warehouse, manifest, &counted.table)?;
    let printed = |(row, columns): &(i64, Vec<String>)| Printed {
        row: texts.label(*row),
        cells: columns
            .iter()
            .filter_map(|column| Some((column.clone(), texts.cell(*row, column)?.to_owned())))
            .filter(|(_, text)| !text.is_empty())
            .collect(),
    };
    Ok(counted.rows.iter().map(printed).filter(|row| !row.cells.is_empty()).collect())
}

fn text(answer: &Answer, limit: usize) -> String {
    let limit = if limit == 0 { usize::MAX } else { limit };
    match &answer.traced {
        Traced::Record(life) => told(life, answer, limit),
        Traced::Several { hits } => several(hits, answer.raw.as_deref(), limit),
        Traced::Quarantined(line) => {
            let mut text = format!(
                "{}:{} of source {} is in quarantine, so it is in no table:\n",
                line.file, line.line, line.source
            );
            for fault in &line.faults {
                let column =
                    fault.column.as_ref().map(|column| format!("column {column}, ")).unwrap_or_default();
                text.push_str(&format!("  {column}{}: {}\n", fault.code, fault.reason));
            }
            text
        }
        Traced::Nothing { reason } => format!("{reason}\n"),
    }
}

fn several(hits: &[Hit], raw: Option<&[String]>, limit: usize) -> String {
    let near = hits.iter().all(|hit| hit.fit == Fit::Near);
    let mut text = match near {
        true => format!("nothing fits, but nearly {}:\n", counted(hits.len() as u64, "record")),
        false => format!("{} records fit:\n", hits.len()),
    };
    for (number, hit) in hits.iter().take(limit).enumerate() {
        let columns =
            if hit.columns.is_empty() { String::new() } else { format!(" by {}", hit.columns.join(", ")) };
        text.push_str(&format!(
            "  {}  {}  {}{columns}\n",
            hit.origin.row_id,
            hit.origin.source,
            place(&hit.origin)
        ));
        if let Some(line) = raw.and_then(|raw| raw.get(number)) {
            text.push_str(&format!("    {}\n", raw::shown(line)));
        }
    }
    if hits.len() > limit {
        text.push_str(&format!("  … {} more (all of them with --limit 0)\n", hits.len() - limit));
    }
    text.push_str("trace one of them by its row id\n");
    text
}

fn told(life: &Life, answer: &Answer, limit: usize) -> String {
    let origin = &life.origin;
    let mut text = format!("record {}\n\n", origin.row_id);
    let mut lines = vec![format!("delivered in {}, source {}: {}", place(origin), origin.source, life.title)];
    lines.extend(answer.raw.iter().flatten().map(|line| raw::shown(line)));
    lines.push(format!("file sha256 {}", origin.sha256));
    push(&mut text, lines);
    push(&mut text, vec![format!("staged in staging.{}", origin.source)]);
    for event in &life.events {
        push(&mut text, event_lines(event, &origin.row_id));
    }
    let shown = |table: &TableName| !["identity", "appendix", "cleaning"].contains(&table.schema());
    let tables: Vec<String> = life
        .tables
        .iter()
        .filter(|lives| shown(&lives.table))
        .map(|lives| format!("{} ({})", lives.table, counted(lives.rows, "row")))
        .collect();
    if !tables.is_empty() {
        push(&mut text, vec![format!("behind rows of {}", tables.join(", "))]);
    }
    if life.counted.is_empty() {
        text.push_str("\nbehind no printed number\n");
    } else {
        text.push_str("\nbehind these printed numbers\n");
    }
    for (appendix, rows) in &answer.printed {
        printed(&mut text, appendix, rows, limit);
    }
    text
}

fn printed(text: &mut String, appendix: &str, rows: &[Printed], limit: usize) {
    for row in rows.iter().take(limit) {
        let cells: Vec<String> =
            row.cells.iter().map(|(column, value)| format!("{column} {value}")).collect();
        text.push_str(&format!("  {appendix}, row {}: {}\n", row.row, cells.join(", ")));
    }
    if rows.len() > limit {
        let more = counted((rows.len() - limit) as u64, "more row");
        text.push_str(&format!("  {appendix}: … {more} (all of them with --limit 0)\n"));
    }
}

fn event_lines(event: &LifeEvent, id: &str) -> Vec<String> {
    match event {
        LifeEvent::Judged { decision: decided, changed } => {
            let mut lines = decision(decided);
            lines.retain(|line| !line.starts_with("changes: "));
            let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
            for (column, old, new) in changed {
                lines.insert(1, format!("{column}: {} → {}", value(old), value(new)));
            }
            lines
        }
        LifeEvent::Absorbed { decision: decided } => {
            let not = if decided.applied { "" } else { "NOT " };
            let mut lines = decision(decided);
            lines[0] = format!(
                "{}, rule {}: {} was {not}merged into it: {}",
                decided.round, decided.rule, decided.row_id, decided.reason
            );
            lines
        }
        LifeEvent::Evidence { decision: decided } => {
            let mut lines = decision(decided);
            lines[0] = format!("evidence about {}: {}", decided.row_id, lines[0]);
            lines
        }
        LifeEvent::Stands { round, row_id, population } => {
            let part = if row_id == id { String::new() } else { format!(" as part of {row_id}") };
            let population = population.as_ref().map(|p| format!(", {p}")).unwrap_or_default();
            vec![format!("in the records after {round}{part}{population}")]
        }
        LifeEvent::Paired { pair: pair_ } => pair(pair_),
        LifeEvent::Unmatched { matching, outcome, pass } => {
            let pass = pass.as_ref().map(|pass| format!(" in pass {pass}")).unwrap_or_default();
            vec![format!("{matching}: no partner: {}{pass}", outcome.replace('_', " "))]
        }
    }
}

fn push(text: &mut String, lines: Vec<String>) {
    for (number, line) in lines.iter().enumerate() {
        text.push_str(&format!("{}{line}\n", if number == 0 { "  " } else { "      " }));
    }
}
