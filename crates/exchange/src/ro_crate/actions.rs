//! What was done: the run, and each of its steps.

use super::RESULTS_FOLDER;
use super::data::read;
use super::graph::{Graph, by_hash, link, links, local};
use super::workflow::{ENGINE, MAIN, tool};
use crate::described::Described;
use crate::uuid::uuid;
use serde_json::json;
use terms::{CheckOutcome, Severity, StepOutcome};

/// The action of the whole run.
pub(super) const RUN: &str = "#run";
/// What the engine did: it had the steps run, and so the study.
pub(super) const ORGANIZED: &str = "#organized";

pub(super) fn add(graph: &mut Graph, described: &Described<'_>) {
    let mut controlled = Vec::new();
    for (place, step) in (1..).zip(described.steps()) {
        let node = step.node;
        let (name, action) = (&step.name, local("action", &step.name));
        let read: Vec<String> = read(described, &step).into_iter().collect();
        let made: Vec<String> = node.tables.iter().map(|record| by_hash(&record.object)).collect();
        let outcome = match node.outcome {
            StepOutcome::Executed => "executed",
            StepOutcome::Reused => {
                "not executed: an earlier run had the same fingerprint, and its objects were taken over"
            }
        };
        graph.add(
            &action,
            &["CreateAction"],
            json!({
                "name": format!("step {place}: {name}"),
                "description": format!("{outcome}; fingerprint {}", node.fingerprint),
                "instrument": link(&tool(described, &step)),
                "agent": link(ENGINE),
                "object": links(read.iter().map(String::as_str)),
                "result": links(made.iter().map(String::as_str)),
                "startTime": iso(&step.times.0),
                "endTime": iso(&step.times.1),
                "actionStatus": "http://schema.org/CompletedActionStatus",
                "prov:used": links(read.iter().map(String::as_str)),
                "prov:wasAssociatedWith": link(ENGINE),
            }),
        );
        let control = local("control", name);
        let (step_id, what) = (local("step", name), format!("control of step {place}: {name}"));
        let properties = json!({"name": what, "instrument": link(&step_id), "object": link(&action)});
        graph.add(&control, &["ControlAction"], properties);
        controlled.push(control);
    }
    add_run(graph, described);
    graph.add(
        ORGANIZED,
        &["OrganizeAction"],
        json!({
            "name": format!("herkomst ran study {}", described.run.study),
            "instrument": link(ENGINE),
            "agent": link(ENGINE),
            "object": links(controlled.iter().map(String::as_str)),
            "result": link(RUN),
            "startTime": iso(&described.run.started),
            "endTime": iso(&described.run.finished),
        }),
    );
}

fn add_run(graph: &mut Graph, described: &Described<'_>) {
    let run = described.run;
    let deliveries: std::collections::BTreeSet<String> =
        run.inputs.iter().map(|input| by_hash(&input.sha256)).collect();
    let parameters: Vec<String> = run.parameters.keys().map(|name| local("value", name)).collect();
    let inputs = || deliveries.iter().chain(&parameters).map(String::as_str);
    let printed = described.study.appendices.iter();
    let printed: Vec<String> =
        printed.map(|appendix| format!("{RESULTS_FOLDER}/{}.csv", appendix.model.table.table())).collect();
    let status = if run.published { "CompletedActionStatus" } else { "FailedActionStatus" };
    let mut action = json!({
        "name": format!("run {} of study {}", run.run, run.study),
        "description": description(described),
        "identifier": format!("urn:uuid:{}", uuid(described.manifest, "run")),
        "instrument": link(MAIN),
        "agent": link(ENGINE),
        "object": links(inputs()),
        "result": links(printed.iter().map(String::as_str)),
        "startTime": iso(&run.started),
        "endTime": iso(&run.finished),
        "actionStatus": format!("http://schema.org/{status}"),
        "prov:used": links(inputs()),
        "prov:wasAssociatedWith": link(ENGINE),
    });
    if !run.published {
        let violated = run
            .checks
            .iter()
            .filter(|check| check.severity == Severity::Error && check.outcome == CheckOutcome::Violated);
        let names: Vec<&str> = violated.map(|check| check.check.as_str()).collect();
        action["error"] = json!(format!("not published: violated checks {}", names.join(", ")));
    }
    graph.add(RUN, &["CreateAction"], action);
}

/// A time with its offset in digits, the one form of ISO 8601 that validators of the profiles know.
pub(super) fn iso(time: &str) -> String {
    time.strip_suffix('Z').map_or_else(|| time.to_owned(), |local| format!("{local}+00:00"))
}

/// Counts, and how the checks ended.
pub(super) fn description(described: &Described<'_>) -> String {
    let run = described.run;
    let records: u64 = run.inputs.iter().map(|input| input.records).sum();
    let quarantined: u64 = run.inputs.iter().map(|input| input.quarantined).sum();
    let violated = run.checks.iter().filter(|check| check.outcome == CheckOutcome::Violated);
    let violated: Vec<&str> = violated.map(|check| check.check.as_str()).collect();
    let violated = if violated.is_empty() { "none".to_owned() } else { violated.join(", ") };
    let as_of = run.as_of.as_ref().map(|day| format!(" Run as of {day}.")).unwrap_or_default();
    let data = if run.synthetic { "Synthetic data: invented persons only. " } else { "" };
    format!(
        "{data}{records} records read from {} files, {quarantined} quarantined; {} checks, violated: {violated}.{as_of}",
        run.inputs.len(),
        run.checks.len()
    )
}
