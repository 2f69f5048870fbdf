//! A run as a Workflow Run RO-Crate: `ro-crate-metadata.json` of the profiles Process, Workflow and Provenance Run Crate 0.5
//! and Workflow RO-Crate 1.0, on RO-Crate 1.1, with terms of W3C PROV.
//!
//! | in the crate | is |
//! |---|---|
//! | main entity, `workflow/pipeline.yaml` | the study; its files are copied and its parts, each with its SHA-256 |
//! | `#run`, a CreateAction | the run: delivered files and parameters in, printed tables out |
//! | `#action/<step>`, CreateActions | the steps; each is told of by a ControlAction for its HowToStep |
//! | `results/<name>.csv` | the printed tables, copied |
//! | `hash://sha256/<digits>` | delivered files and stored tables: **not copied**, named by what they hold, for they may identify persons |
//! | `prov:used`, `prov:wasGeneratedBy`, `prov:wasDerivedFrom` | what a step read, which step made an object, from which objects it was made |
//!
//! The agent of every action is the program. Names of people are not in a manifest.

mod actions;
mod data;
mod graph;
mod workflow;

use crate::described::Described;
use crate::error::ExchangeError;
use graph::{Graph, link, links};
use serde_json::{Value, json};
use terms::{ObjectHash, TableName};

/// Where the metadata of a crate stands in its folder.
pub const METADATA_FILE: &str = "ro-crate-metadata.json";
/// Folder of the study's files in a crate.
pub const WORKFLOW_FOLDER: &str = "workflow";
/// Folder of the printed tables in a crate.
pub const RESULTS_FOLDER: &str = "results";

/// A page for people who open the folder.
pub const README_FILE: &str = "README.md";

/// A file that is copied into a crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackedFile {
    /// Its name, relative to its folder of the crate, with `/` between parts.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: ObjectHash,
    /// Size in bytes.
    pub bytes: u64,
}

/// What is put into a crate besides its metadata.
pub struct Packed<'a> {
    /// Files of the study, in order of their names, without deliveries.
    pub study: &'a [PackedFile],
    /// Printed tables with their appendices.
    pub results: &'a [(TableName, PackedFile)],
    /// Licence of the crate: an address, or an expression of SPDX identifiers.
    pub license: &'a str,
}

/// The metadata of a crate.
///
/// # Errors
/// A file of the study's definition that is not among the packed ones.
pub fn metadata(described: &Described<'_>, packed: &Packed<'_>) -> Result<Value, ExchangeError> {
    let mut graph = Graph::default();
    workflow::add(&mut graph, described, packed)?;
    data::add_deliveries(&mut graph, described);
    data::add_objects(&mut graph, described);
    data::add_results(&mut graph, described, packed);
    actions::add(&mut graph, described);
    add_root(&mut graph, described, packed);
    Ok(json!({"@context": context(), "@graph": graph.entities()}))
}

/// The page for people, in Markdown.
pub fn readme(described: &Described<'_>) -> String {
    let run = described.run;
    format!(
        "# {}, run {}\n\n{}\n\n\
         | here | is |\n|---|---|\n\
         | `{RESULTS_FOLDER}/` | the printed tables, as CSV |\n\
         | `{WORKFLOW_FOLDER}/` | the study: contracts, rules, queries and their explanations |\n\
         | `{METADATA_FILE}` | what was made from what, step by step, for programs: RO-Crate with terms of W3C PROV |\n\n\
         {}\n",
        described.study.title,
        run.run,
        about(described),
        actions::description(described)
    )
}

/// RO-Crate's own terms, among them the prefix `prov`, and those that it does not have.
fn context() -> Value {
    json!([
        "https://w3id.org/ro/crate/1.1/context",
        {
            "sha256": "https://w3id.org/ro/terms/workflow-run#sha256",
            "prov:used": {"@id": "http://www.w3.org/ns/prov#used"},
            "prov:wasGeneratedBy": {"@id": "http://www.w3.org/ns/prov#wasGeneratedBy"},
            "prov:wasDerivedFrom": {"@id": "http://www.w3.org/ns/prov#wasDerivedFrom"},
            "prov:wasAssociatedWith": {"@id": "http://www.w3.org/ns/prov#wasAssociatedWith"},
        }
    ])
}

const PROFILES: [(&str, &str, &str); 4] = [
    ("https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5"),
    ("https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5"),
    ("https://w3id.org/ro/wfrun/provenance/0.5", "Provenance Run Crate", "0.5"),
    ("https://w3id.org/workflowhub/workflow-ro-crate/1.0", "Workflow RO-Crate", "1.0"),
];

fn add_root(graph: &mut Graph, described: &Described<'_>, packed: &Packed<'_>) {
    let run = described.run;
    graph.add(
        METADATA_FILE,
        &["CreativeWork"],
        json!({
            "about": link("./"),
            "conformsTo": links(["https://w3id.org/ro/crate/1.1", PROFILES[3].0]),
        }),
    );
    for (id, name, version) in PROFILES {
        graph.add(id, &["CreativeWork"], json!({"name": name, "version": version}));
    }
    let license = if packed.license.contains("://") {
        graph.add(packed.license, &["CreativeWork"], json!({"name": packed.license}));
        link(packed.license)
    } else {
        let about = "expression of SPDX licence identifiers";
        graph.add("#licence", &["CreativeWork"], json!({"name": packed.license, "description": about}));
        link("#licence")
    };
    let page = readme(described);
    graph.add(
        README_FILE,
        &["File"],
        json!({
            "name": "what this is",
            "about": link("./"),
            "encodingFormat": "text/markdown",
            "contentSize": page.len().to_string(),
            "sha256": ObjectHash::of(page.as_bytes()).as_str(),
        }),
    );
    let parts = graph.data_entities();
    let steps = described.steps().into_iter().map(|step| graph::local("action", &step.name));
    let done: Vec<String> =
        [actions::RUN, actions::ORGANIZED].map(str::to_owned).into_iter().chain(steps).collect();
    graph.add(
        "./",
        &["Dataset"],
        json!({
            "name": format!("{}, run {}", described.study.title, run.run),
            "description": about(described),
            "datePublished": actions::iso(&run.finished),
            "license": license,
            "conformsTo": links(PROFILES.map(|(id, ..)| id)),
            "mainEntity": link(workflow::MAIN),
            "hasPart": links(parts.iter().map(String::as_str)),
            "mentions": links(done.iter().map(String::as_str)),
            "identifier": format!("hash://sha256/{}", described.manifest),
        }),
    );
}

/// What the crate is, and what is not in it.
fn about(described: &Described<'_>) -> String {
    let notice = if described.run.synthetic {
        "The data is synthetic: invented persons only, nothing in it describes a real person. "
    } else {
        ""
    };
    format!(
        "{notice}One run of study {}: what was read, done and made. Delivered files and stored tables are named by their \
         SHA-256 and not copied, as they may identify persons; the printed tables are in {RESULTS_FOLDER}, the study's own \
         files in {WORKFLOW_FOLDER}. The identifier is the SHA-256 of the run's manifest.",
        described.run.study
    )
}

#[cfg(test)]
mod tests;
