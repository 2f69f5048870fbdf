use crate::args::RunsArgs;
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, manifests};
use terms::{Manifest, StepOutcome};

pub(crate) fn runs(place: &Place, args: &RunsArgs, json: bool) -> Result<(), Failure> {
    let warehouse = place.open_warehouse()?;
    if args.verify {
        let findings = warehouse.verify_chain()?;
        if json {
            output::json(&findings)?;
        } else {
            for finding in &findings {
                output::text(&format!("{finding}\n"))?;
            }
        }
        return match findings.len() {
            0 if json => Ok(()),
            0 => output::text("every manifest and object is as the chain says\n"),
            count => Err(Failure::Seal(format!("{count} findings; the warehouse is not as its chain says"))),
        };
    }
    let current = warehouse.current()?;
    let runs = manifests(&warehouse)?;
    if json {
        output::json(&runs)
    } else {
        let lines: Vec<String> = runs.iter().rev().map(|run| line(run, current == Some(run.run))).collect();
        output::text(&lines.concat())
    }
}

fn line(run: &Manifest, current: bool) -> String {
    let reused = run.nodes.iter().filter(|node| node.outcome == StepOutcome::Reused).count();
    let state = match (current, run.published) {
        _ if run.is_side_run() => format!("without {}", run.without.join(", ")),
        (true, _) => "current".to_owned(),
        (false, true) => "published earlier".to_owned(),
        (false, false) => "not published".to_owned(),
    };
    format!(
        "{:>6}  {}  {} steps, {} reused  {}  {}\n",
        run.run,
        run.started,
        run.nodes.len(),
        reused,
        run.study,
        state
    )
}
