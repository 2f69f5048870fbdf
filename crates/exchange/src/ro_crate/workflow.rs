//! The study as a workflow: its files, its steps, what it takes and what it gives.

use super::graph::{Graph, by_hash, link, links, local};
use super::{Packed, RESULTS_FOLDER, WORKFLOW_FOLDER};
use crate::described::{Definition, Described, Ran};
use crate::error::ExchangeError;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use study::Parameter;

/// The study's table of contents: the main entity of the crate.
pub(super) const MAIN: &str = "workflow/pipeline.yaml";
/// The program that ran the study.
pub(super) const ENGINE: &str = "urn:herkomst";
const LANGUAGE: &str = "#language";

pub(super) fn add(
    graph: &mut Graph,
    described: &Described<'_>,
    packed: &Packed<'_>,
) -> Result<(), ExchangeError> {
    add_program(graph, described);
    for file in packed.study {
        graph.add(
            &in_workflow(&file.name),
            &file_types(described, &file.name),
            json!({
                "name": file.name,
                "encodingFormat": encoding(&file.name),
                "contentSize": file.bytes.to_string(),
                "sha256": file.sha256.as_str(),
            }),
        );
    }
    let there: BTreeSet<&str> = packed.study.iter().map(|file| file.name.as_str()).collect();
    let (mut tools, mut steps) = (BTreeSet::new(), Vec::new());
    for (place, step) in (1..).zip(described.steps()) {
        if let Some(missing) = files_of(&step).into_iter().find(|file| !there.contains(file.as_str())) {
            return Err(ExchangeError::NotPacked { file: missing });
        }
        let (name, id) = (&step.name, local("step", &step.name));
        let tool = add_tool(graph, described, &step);
        let title = step.definition.title().unwrap_or(name);
        let properties = json!({
            "name": title,
            "position": place.to_string(),
            "workExample": link(&tool),
        });
        graph.add(&id, &["HowToStep"], properties);
        tools.insert(tool);
        steps.push(id);
    }
    let (inputs, outputs) = (add_inputs(graph, described), add_outputs(graph, packed));
    let study = described.study;
    graph.add(
        MAIN,
        &[],
        json!({
            "description": study.title,
            "version": described.run.engine,
            "programmingLanguage": link(LANGUAGE),
            "hasPart": links(tools.iter().map(String::as_str)),
            "step": links(steps.iter().map(String::as_str)),
            "input": links(inputs.iter().map(String::as_str)),
            "output": links(outputs.iter().map(String::as_str)),
        }),
    );
    Ok(())
}

fn add_program(graph: &mut Graph, described: &Described<'_>) {
    graph.add(
        ENGINE,
        &["SoftwareApplication"],
        json!({"name": "herkomst", "softwareVersion": described.run.engine}),
    );
    let language = "a study of herkomst: YAML, and SQL in the dialect of Apache DataFusion";
    graph.add(
        LANGUAGE,
        &["ComputerLanguage"],
        json!({"name": language, "url": link("https://datafusion.apache.org/")}),
    );
}

/// What an action ran: a file of the study, or several of them, or none, as one.
pub(super) fn tool(described: &Described<'_>, step: &Ran<'_>) -> String {
    match files_of(step).as_slice() {
        [file] if is_tool(described, file) => in_workflow(file),
        _ => local("tool", &step.name),
    }
}

fn add_tool(graph: &mut Graph, described: &Described<'_>, step: &Ran<'_>) -> String {
    let id = tool(described, step);
    let version = step.node.fingerprint.as_str();
    if id.starts_with('#') {
        let name = format!("{} {}", step.definition.kind(), step.name);
        let mut properties = json!({"name": name, "version": version});
        let files: BTreeSet<String> = files_of(step).iter().map(|file| in_workflow(file)).collect();
        if !files.is_empty() {
            properties["hasPart"] = links(files.iter().map(String::as_str));
        }
        graph.add(&id, &["SoftwareSourceCode"], properties);
    } else {
        graph.add(&id, &[], json!({"version": version}));
    }
    id
}

/// Files that define a step, relative to the study folder; none of the steps that the program itself defines.
fn files_of(step: &Ran<'_>) -> Vec<String> {
    let path = |path: &std::path::Path| path.to_string_lossy().into_owned();
    match step.definition {
        Definition::Source(source) => vec![path(&source.file)],
        definition => definition.queries().iter().map(|sql| path(&sql.path)).collect(),
    }
}

/// A file that is what one step runs.
fn is_tool(described: &Described<'_>, name: &str) -> bool {
    let is = |path: &std::path::Path| path.to_string_lossy() == name;
    let study = described.study;
    study.sources.iter().any(|source| is(&source.file))
        || study.models.iter().any(|model| is(&model.sql.path))
        || study.appendices.iter().any(|appendix| is(&appendix.model.sql.path))
}

fn file_types(described: &Described<'_>, name: &str) -> Vec<&'static str> {
    if in_workflow(name) == MAIN {
        vec!["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
    } else if is_tool(described, name) {
        vec!["File", "SoftwareSourceCode"]
    } else {
        vec!["File"]
    }
}

/// Sources and parameters.
fn add_inputs(graph: &mut Graph, described: &Described<'_>) -> Vec<String> {
    let mut ids = Vec::new();
    for source in &described.study.sources {
        let id = local("source", &source.contract.name);
        let files: BTreeSet<String> = described
            .run
            .inputs
            .iter()
            .filter(|input| input.source == source.contract.name)
            .map(|input| by_hash(&input.sha256))
            .collect();
        let files = links(files.iter().map(String::as_str));
        let properties = json!({
            "name": source.contract.name,
            "description": source.title,
            "additionalType": "File",
            "workExample": files,
        });
        graph.add(&id, &["FormalParameter"], properties);
        ids.push(id);
    }
    for (name, value) in &described.study.parameters {
        let (id, given) = (local("parameter", name), local("value", name));
        let kind = match value {
            Parameter::Date { .. } => "Date",
            Parameter::Integer(_) => "Integer",
            Parameter::Text(_) => "Text",
        };
        let parameter = json!({"name": name, "additionalType": kind, "workExample": link(&given)});
        graph.add(&id, &["FormalParameter"], parameter);
        let given_value = json!({"name": name, "value": value.to_string(), "exampleOfWork": link(&id)});
        graph.add(&given, &["PropertyValue"], given_value);
        ids.push(id);
    }
    ids
}

/// The printed tables.
fn add_outputs(graph: &mut Graph, packed: &Packed<'_>) -> Vec<String> {
    let mut ids = Vec::new();
    for (table, file) in packed.results {
        let id = local("result", table.table());
        let example = link(&format!("{RESULTS_FOLDER}/{}", file.name));
        let properties = json!({"name": table.table(), "additionalType": "File", "workExample": example});
        graph.add(&id, &["FormalParameter"], properties);
        ids.push(id);
    }
    ids
}

fn in_workflow(name: &str) -> String {
    format!("{WORKFLOW_FOLDER}/{name}")
}

fn encoding(name: &str) -> Value {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    json!(match ending {
        Some("sql") => "application/sql",
        Some("yaml" | "yml") => "application/yaml",
        Some("md") => "text/markdown",
        Some("csv") => "text/csv",
        _ => "application/octet-stream",
    })
}
