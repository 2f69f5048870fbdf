//! What the book says of where it comes from. No clock: the same run is told in the same words.

use crate::failure::Failure;
use report::SourceCount;
use study::Study;
use terms::{Manifest, ObjectHash};
use warehouse::Warehouse;

/// What was read.
pub(super) fn about(study: &Study, manifest: &Manifest) -> Vec<String> {
    let records: u64 = manifest.inputs.iter().map(|input| input.records).sum();
    let quarantined: u64 = manifest.inputs.iter().map(|input| input.quarantined).sum();
    vec![format!(
        "{} bronnen, {} bestanden: {} regels gelezen, waarvan {} in quarantaine.",
        study.sources.len(),
        manifest.inputs.len(),
        grouped(records),
        grouped(quarantined)
    )]
}

/// What was read, source by source, in the order of the study; a source without files is not told.
pub(super) fn sources(study: &Study, manifest: &Manifest) -> Vec<SourceCount> {
    let counted = study.sources.iter().map(|source| {
        let own = || manifest.inputs.iter().filter(|input| input.source == source.contract.name);
        SourceCount {
            title: source.title.clone(),
            files: own().map(|_| 1).sum(),
            records: own().map(|input| input.records).sum(),
            quarantined: own().map(|input| input.quarantined).sum(),
        }
    });
    counted.filter(|source| source.files > 0).collect()
}

/// A count as it is written in Dutch: `7.735`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let behind = |at: usize| digits.len() - at;
    let signs = digits.char_indices().map(|(at, digit)| match behind(at) {
        places if at > 0 && places.is_multiple_of(3) => format!(".{digit}"),
        _ => digit.to_string(),
    });
    signs.collect()
}

/// What makes the book the same again, and by which the run is found and checked.
pub(super) fn facts(warehouse: &Warehouse, manifest: &Manifest) -> Result<Vec<(String, String)>, Failure> {
    let recorded = warehouse.runs()?.into_iter().find(|run| run.number == manifest.run);
    let tables: String = manifest
        .nodes
        .iter()
        .flat_map(|node| &node.tables)
        .map(|table| format!("{} {}\n", table.object, table.table))
        .collect();
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut facts = vec![
        fact("Studie", manifest.study.clone()),
        fact("Studie (SHA-256 over alle query's, regels en parameters)", definition(manifest).to_string()),
        fact("Engine", manifest.engine.clone()),
        fact("Run", manifest.run.to_string()),
    ];
    facts.extend(recorded.map(|run| fact("Manifest van de run (SHA-256)", run.hash.to_string())));
    facts.extend([
        fact("Invoer (SHA-256 over alle bestanden)", ObjectHash::of(list(manifest).as_bytes()).to_string()),
        fact("Tabellen (SHA-256 over alle objecten)", ObjectHash::of(tables.as_bytes()).to_string()),
    ]);
    if manifest.is_side_run() {
        facts.push(fact("Weggelaten, dus geen uitkomst van de studie", manifest.without.join(", ")));
    }
    facts.extend(
        manifest.parameters.iter().map(|(name, value)| fact(&format!("Parameter {name}"), value.clone())),
    );
    Ok(facts)
}

/// Every file that was read, with its hash.
pub(super) fn inputs(manifest: &Manifest) -> Vec<(String, String)> {
    manifest.inputs.iter().map(|input| (input.file.clone(), input.sha256.to_string())).collect()
}

/// Files and hashes as they are summed up in one hash.
fn list(manifest: &Manifest) -> String {
    manifest.inputs.iter().map(|input| format!("{} {}\n", input.sha256, input.file)).collect()
}

/// The hash of everything that the study's author wrote and the run used.
fn definition(manifest: &Manifest) -> ObjectHash {
    let mut text = String::new();
    for node in &manifest.nodes {
        let parts = node.definition.iter().map(|(part, hash)| format!("{hash} {}/{part}\n", node.node));
        text.extend(parts);
    }
    ObjectHash::of(text.as_bytes())
}
