//! Delivered files, stored tables and printed tables.

use super::graph::{Graph, by_hash, link, links, local};
use super::{Packed, RESULTS_FOLDER};
use crate::described::Described;
use serde_json::json;
use std::collections::BTreeSet;
use terms::TableName;

/// What was read: by hash, size and name, not the contents.
pub(super) fn add_deliveries(graph: &mut Graph, described: &Described<'_>) {
    for input in &described.run.inputs {
        graph.add(
            &by_hash(&input.sha256),
            &["File"],
            json!({
                "name": input.file,
                "description": "delivered; not copied, as it may identify persons",
                "encodingFormat": if input.format.starts_with("xlsx") {
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                } else {
                    "text/csv"
                },
                "contentSize": input.bytes.to_string(),
                "sha256": input.sha256.as_str(),
                "exampleOfWork": link(&local("source", &input.source)),
            }),
        );
    }
}

/// The Parquet objects of all steps, with the action that made each and the objects that it was made from.
pub(super) fn add_objects(graph: &mut Graph, described: &Described<'_>) {
    for step in described.steps() {
        let from = read(described, &step);
        for record in &step.node.tables {
            let id = by_hash(&record.object);
            // Tables that hold the same rows are one object; it is not made from itself.
            let from: Vec<&str> = from.iter().map(String::as_str).filter(|other| *other != id).collect();
            graph.add(
                &id,
                &["File"],
                json!({
                    "name": record.table.to_string(),
                    "description": "stored table, named by its hash; not copied, as it may identify persons",
                    "encodingFormat": "application/vnd.apache.parquet",
                    "contentSize": record.bytes.to_string(),
                    "sha256": record.object.as_str(),
                    "prov:wasGeneratedBy": link(&local("action", &step.name)),
                    "prov:wasDerivedFrom": links(from),
                }),
            );
        }
    }
}

/// Identifiers of what a step read, in order.
pub(super) fn read(described: &Described<'_>, step: &crate::described::Ran<'_>) -> BTreeSet<String> {
    let object = |table: &TableName| described.run.tables().find(|record| &record.table == table);
    let tables = step.reads.iter().filter_map(object).map(|record| by_hash(&record.object));
    let files = described.run.inputs.iter().filter(|input| match step.definition {
        crate::described::Definition::Source(source) => source.contract.name == input.source,
        _ => false,
    });
    tables.chain(files.map(|input| by_hash(&input.sha256))).collect()
}

/// The printed tables, each made of the object of its appendix.
pub(super) fn add_results(graph: &mut Graph, described: &Described<'_>, packed: &Packed<'_>) {
    for (table, file) in packed.results {
        let title = described.study.appendices.iter().find(|appendix| &appendix.model.table == table);
        let object = described.run.tables().find(|record| &record.table == table);
        let from = object.map(|record| by_hash(&record.object));
        graph.add(
            &format!("{RESULTS_FOLDER}/{}", file.name),
            &["File"],
            json!({
                "name": title.map_or(table.table(), |appendix| &appendix.presentation.title),
                "encodingFormat": "text/csv",
                "contentSize": file.bytes.to_string(),
                "sha256": file.sha256.as_str(),
                "exampleOfWork": link(&local("result", table.table())),
                "prov:wasGeneratedBy": link(super::actions::RUN),
                "prov:wasDerivedFrom": links(from.as_deref()),
            }),
        );
    }
}
