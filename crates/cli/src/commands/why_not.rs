//! `herkomst why-not`: where a delivered record was lost on its way to a table.

use crate::args::WhyNotArgs;
use crate::commands::find::{Texts, name};
use crate::commands::run::runtime;
use crate::commands::words::{counted, decision, pair, place};
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, as_run, chosen};
use engine::{AskedMissing, Auditor, End, Loss, LostTo, Missing, Resources, Seen};

pub(crate) fn why_not(here: &Place, args: &WhyNotArgs, json: bool) -> Result<(), Failure> {
    let study = here.study()?;
    let (warehouse, _lease) = here.open_to_read()?;
    let manifest = chosen(&warehouse, &args.choice)?;
    let study = as_run(&study, &manifest)?;
    let table = name(&study, &args.table)?;
    let texts = Texts::of(&study, &warehouse, &manifest, &table)?;
    let row = args.row.as_ref().map(|row| texts.row(row)).transpose()?;
    let row = row.and_then(|row| i64::try_from(row).ok());
    args.column.as_ref().map(|column| texts.column(column)).transpose()?;
    let asked = AskedMissing { record: &args.record, table: &table, row, column: args.column.as_deref() };
    let auditor = Auditor::of(&study, &warehouse, &manifest, Resources::default())?;
    let missing = runtime()?.block_on(auditor.why_missing(&asked))?;
    if json { output::json(&missing) } else { output::text(&text(&missing, &asked, &texts)) }
}

fn text(missing: &Missing, asked: &AskedMissing<'_>, texts: &Texts) -> String {
    let target = match (asked.row, asked.column) {
        (None, _) => asked.table.to_string(),
        (Some(row), None) => format!("{}, row {}", asked.table, texts.label(row)),
        (Some(row), Some(column)) => format!("{}, row {}, column {column}", asked.table, texts.label(row)),
    };
    let mut text = match &missing.record {
        Some(origin) => format!("{} record {}  {}\n\n", origin.source, place(origin), origin.row_id),
        None => String::new(),
    };
    for station in &missing.way {
        text.push_str(&format!("in {}: {}\n", station.table, counted(station.rows.len() as u64, "row")));
    }
    for decided in &missing.decisions {
        lines(&mut text, decision(decided));
    }
    text.push_str(&end(&missing.end, &target, texts));
    text
}

fn end(end: &End, target: &str, texts: &Texts) -> String {
    match end {
        End::NeverDelivered { reason } => format!("never delivered: {reason}\n"),
        End::Quarantined(line) => {
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
        End::NotOnTheWay => format!("not in {target}: it is made without this source\n"),
        End::Lost { losses } => {
            let mut text = format!("not in {target}:\n");
            losses.iter().for_each(|loss| lines(&mut text, lost(loss)));
            text
        }
        End::Elsewhere { rows, seen } => elsewhere(rows, seen, target, texts),
        End::Present { rows, columns: None, .. } => {
            let labels: Vec<String> = rows.iter().take(10).map(|row| texts.label(*row)).collect();
            let more = if rows.len() > 10 { ", …" } else { "" };
            format!(
                "it is in {target}: {} made from it ({}{more})\n",
                counted(rows.len() as u64, "row"),
                labels.join(", ")
            )
        }
        End::Present { columns: Some(columns), others, .. } => {
            let mut text = format!("it is in {target}: part of {}\n", columns.join(", "));
            if !others.is_empty() {
                text.push_str(&format!(
                    "not part of {}; ask for one of them with --column\n",
                    others.join(", ")
                ));
            }
            text
        }
    }
}

/// The rows that a record is in, and what the query saw of it.
fn elsewhere(rows: &[i64], seen: &[Seen], target: &str, texts: &Texts) -> String {
    let mut text = match rows.len() {
        0 => format!("not in {target}, nor in another row of the column\n"),
        many => format!("not in {target}, but in {}:\n", counted(many as u64, "other row")),
    };
    for row in rows.iter().take(10) {
        text.push_str(&format!("  {}\n", texts.label(*row)));
    }
    if rows.len() > 10 {
        text.push_str(&format!("  … {} more (all of them with --json)\n", rows.len() - 10));
    }
    if !seen.is_empty() {
        text.push_str("what the query sees of it:\n");
        for Seen { table, column, value } in seen {
            text.push_str(&format!("  {table}: {column} {}\n", value.as_deref().unwrap_or("NULL")));
        }
    }
    text
}

/// A loss, one line each.
fn lost(loss: &Loss) -> Vec<String> {
    let Loss { table, from, to } = loss;
    let step = format!("from {from} to {table}");
    match to {
        LostTo::Decision(decided) if decided.applied => {
            vec![format!("{step}: removed by the decision above")]
        }
        LostTo::Decision(_) => vec![format!("{step}: rejected by the reviewer above")],
        LostTo::NoVerdict { rules } if rules.is_empty() => {
            vec![format!("{step}: no rule of the round reads {from}")]
        }
        LostTo::NoVerdict { rules } => {
            vec![format!("{step}: {} read it and took nothing from it", rules.join(", "))]
        }
        LostTo::NoPartner { pass: None, passes, .. } => {
            let mut lines = vec![format!("{step}: no pass proposed a partner")];
            lines.extend(passes.iter().flat_map(|pass| operator("lost at", pass)));
            lines
        }
        LostTo::NoPartner { pass: Some(pass), candidates, .. } => {
            let is_open = candidates.iter().any(|pair| pair.outcome == "ambiguous");
            let why = if is_open { "ambiguous in pass" } else { "no pair stands of pass" };
            let mut lines = vec![format!("{step}: {why} {pass}")];
            lines.extend(candidates.iter().flat_map(pair));
            lines
        }
        LostTo::Operator { .. } | LostTo::KeepsOthersOut { .. } => operator(&step, to),
    }
}

/// Where a query lost it, one line each.
fn operator(step: &str, to: &LostTo) -> Vec<String> {
    match to {
        LostTo::Operator { path, line, column, condition, written } => {
            let at = match (line, column) {
                (Some(line), Some(column)) => format!("{path}:{line}:{column}"),
                _ => path.clone(),
            };
            let mut lines = vec![format!("{step}: {at}")];
            lines.extend(written.iter().map(|written| format!("  `{written}`")));
            lines.push(format!("  {condition}"));
            lines
        }
        LostTo::KeepsOthersOut { path } => vec![format!("{step}: {path} reads it to keep other rows out")],
        _ => Vec::new(),
    }
}

/// Lines below each other, the first one before the others.
fn lines(text: &mut String, lines: Vec<String>) {
    for (number, line) in lines.iter().enumerate() {
        text.push_str(&format!("{}{line}\n", if number == 0 { "  " } else { "    " }));
    }
}
