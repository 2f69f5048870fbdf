use crate::args::{RunChoice, RunsArgs};
use crate::commands::words::{counted, numbered};
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, manifests, recorded};
use crate::telling::{end_of, night_report, write_report};
use std::path::Path;
use terms::Manifest;
use warehouse::Warehouse;

pub(crate) fn runs(place: &Place, args: &RunsArgs, json: bool) -> Result<(), Failure> {
    let (warehouse, _lease) = place.open_to_read()?;
    if let Some(folder) = &args.report_to {
        return report(&warehouse, args, folder, json);
    }
    if args.verify {
        let findings = warehouse.verify_chain()?;
        if json {
            output::json(&findings)?;
        } else {
            for finding in &findings {
                output::text(&format!("{finding}\n"))?;
            }
        }
        let collected: Vec<u64> = warehouse.collected()?.into_iter().collect();
        return match findings.len() {
            0 if json => Ok(()),
            0 if collected.is_empty() => output::text("every manifest and object is as the chain says\n"),
            0 => output::text(&format!(
                "every manifest and object is as the chain says; the objects of {} were collected\n",
                numbered(&collected)
            )),
            count => Err(Failure::Seal(format!(
                "{}; the warehouse is not as its chain says",
                counted(count as u64, "finding")
            ))),
        };
    }
    let current = warehouse.current()?;
    let runs = manifests(&warehouse)?;
    if json {
        output::json(&runs)
    } else {
        let collected = warehouse.collected()?;
        let lines: Vec<String> = runs
            .iter()
            .rev()
            .map(|run| line(run, &state(run, current, collected.contains(&run.run))))
            .collect();
        output::text(&lines.concat())
    }
}

/// Writes the report of a run that is there.
fn report(warehouse: &Warehouse, args: &RunsArgs, folder: &Path, json: bool) -> Result<(), Failure> {
    let run = recorded(warehouse, &RunChoice { run: args.run })?;
    let code = if run.published || run.is_side_run() { 0 } else { Failure::Check(String::new()).code() };
    let night = night_report(warehouse, &run, end_of(&run, code))?;
    let file = write_report(folder, &night)?;
    if json { output::json(&night) } else { output::text(&format!("report written: {}\n", file.display())) }
}

fn line(run: &Manifest, state: &str) -> String {
    format!(
        "{:>6}  {}  {}, {} reused  {}  {}\n",
        run.run,
        run.started,
        counted(run.nodes.len() as u64, "step"),
        run.reused(),
        run.study,
        state
    )
}

/// What became of a run.
fn state(run: &Manifest, current: Option<u64>, is_collected: bool) -> String {
    let state = match run.published {
        _ if run.is_side_run() => format!("without {}", run.without.join(", ")),
        _ if current == Some(run.run) => "current".to_owned(),
        true => "published earlier".to_owned(),
        false => "not published".to_owned(),
    };
    let restores = run.restores.map(|restored| format!(", restores run {restored}")).unwrap_or_default();
    let collected = if is_collected { ", collected" } else { "" };
    format!("{state}{restores}{collected}")
}
