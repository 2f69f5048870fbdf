//! The files of a published run: which of its tables they are, and the Frictionless Data Package that describes them
//! (<https://datapackage.org/standard/data-package/>, version 2).
//!
//! Left out is what may hold what was delivered word for word: schema `identity`, the quarantine, the evidence of
//! decisions and pairs (rules and passes may read `identity`), tables of models that may read `identity`, and violations of
//! checks, which come and go besides. All of it is in SQL, for those who may ask.

mod describe;
mod fields;

use crate::columns;
use crate::error::EngineError;
use crate::fingerprint::Fingerprint;
use crate::history;
use crate::run::Reuse;
use crate::steps::matching::UNMATCHED;
use study::{StepKind, Study};
use terms::{Manifest, NodeRecord, ObjectHash, TableName, TableRecord, ViewRecord};
use warehouse::{Lock, Warehouse};

/// A table of the run that is published as a file.
struct Published<'a> {
    /// Its name in SQL.
    name: TableName,
    record: &'a TableRecord,
    /// What made it; none is the column lineage.
    kind: Option<StepKind>,
}

/// The folder in which this run is to be published as files; that of the published run where it would be the same. None
/// where the file system has no symbolic links: then the run is published without.
///
/// # Errors
/// A folder that cannot be written; an object that is missing, or is not what its name promises.
pub(crate) fn view(
    study: &Study,
    warehouse: &Warehouse,
    lock: &Lock,
    before: Option<&Manifest>,
    run: &Manifest,
    reuse: Reuse,
) -> Result<Option<ViewRecord>, EngineError> {
    let tables = tables(study, run)?;
    let fingerprint = fingerprint(study, run, &tables);
    let same = before.and_then(|before| before.view.as_ref()).filter(|view| view.fingerprint == fingerprint);
    if let Some(same) = same.filter(|_| reuse != Reuse::Nothing)
        && warehouse.has_view(same)?
    {
        return Ok(Some(same.clone()));
    }
    let package = describe::package(study, warehouse, &tables)?;
    match warehouse.keep_view(fingerprint, &package, lock) {
        Err(error @ warehouse::Error::NoLinks { .. }) => {
            tracing::warn!(%error, "the run is published without a folder of files");
            Ok(None)
        }
        kept => Ok(Some(kept?)),
    }
}

/// The tables that are published as files, by step.
fn tables<'a>(study: &Study, run: &'a Manifest) -> Result<Vec<Published<'a>>, EngineError> {
    let mut tables = Vec::new();
    for node in &run.nodes {
        let Some(kind) = kind(study, node) else { continue };
        for record in node.tables.iter().filter(|record| is_published(study, kind, &record.table)) {
            let (schema, table) = (record.table.schema(), record.table.table());
            let name = TableName::new(schema, &history::own_name(schema, table))?;
            tables.push(Published { name, record, kind });
        }
    }
    Ok(tables)
}

/// What made the tables of a node: a step of the study, or the column lineage of all steps.
fn kind(study: &Study, node: &NodeRecord) -> Option<Option<StepKind>> {
    let first = node.tables.first()?;
    let step = study.steps().iter().find(|step| step.name == node.node && step.writes.contains(&first.table));
    match step {
        Some(step) => Some(Some(step.kind)),
        None => (node.node == columns::TABLE).then_some(None),
    }
}

fn is_published(study: &Study, kind: Option<StepKind>, table: &TableName) -> bool {
    let is_private = match kind {
        Some(StepKind::Model(i)) => study.models[i].identity,
        // Pairs and candidates come with evidence; who is left alone, without.
        Some(StepKind::Matching(_)) => !table.table().ends_with(UNMATCHED),
        _ => false,
    };
    let holds_deliveries = table.schema() == "audit"
        && ["quarantine", "decisions"].iter().any(|name| table.table().starts_with(name));
    table.schema() != "identity" && !is_private && !holds_deliveries
}

/// Everything that decides the data package. What a contract says is in the definition of its step.
fn fingerprint(study: &Study, run: &Manifest, tables: &[Published<'_>]) -> ObjectHash {
    let mut parts = Fingerprint::new("data package");
    for (name, value) in [("study", &study.name), ("title", &study.title)] {
        parts.add(name, value);
    }
    parts.add("synthetic", &study.synthetic.to_string());
    for table in tables {
        parts.add(table.name.table(), table.name.schema());
        parts.add("object", table.record.object.as_str());
    }
    for contract in run.nodes.iter().filter_map(|node| node.definition.get(crate::definition::DECLARATION)) {
        parts.add("declaration", contract.as_str());
    }
    study.sources.iter().for_each(|source| parts.add("source", &source.title));
    study.rounds.iter().for_each(|round| parts.add("round", &round.title));
    for model in study.models.iter().chain(study.appendices.iter().map(|appendix| &appendix.model)) {
        model.sql.header().for_each(|line| parts.add("header", line));
        model.sql.sorted_by.iter().for_each(|column| parts.add("sorted by", column));
    }
    for presentation in study.appendices.iter().map(|appendix| &appendix.presentation) {
        parts.add("presentation", &presentation.title);
        presentation.columns.iter().for_each(|column| parts.add(&column.name, &column.label));
    }
    parts.finish()
}
