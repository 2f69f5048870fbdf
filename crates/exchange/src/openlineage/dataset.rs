//! Files and tables as datasets.

use super::NAMESPACE;
use super::facet::{
    COLUMN_LINEAGE, DATASET_TAGS, INPUT_STATISTICS, OUTPUT_STATISTICS, SCHEMA, VERSION, tags,
};
use crate::described::Described;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use study::Root;
use terms::{ColumnEdge, ColumnRole, InputRecord, ObjectHash, TableName, TableRecord};

/// How much of a table an event tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// That it takes part.
    Name,
    /// Its columns and version too.
    Contents,
}

/// A table that is read.
pub(super) fn input(described: &Described<'_>, table: &TableName, detail: Detail) -> Value {
    dataset(described, table, contents(described, table, detail))
}

/// A table that a check read, with how the check ended.
pub(super) fn checked(described: &Described<'_>, table: &TableName, assertions: Value) -> Value {
    let mut dataset = input(described, table, Detail::Contents);
    dataset["inputFacets"] = json!({"dataQualityAssertions": assertions});
    dataset
}

/// A table that was made, with the lineage of its columns.
pub(super) fn output(described: &Described<'_>, record: &TableRecord, detail: Detail) -> Value {
    let table = &record.table;
    let mut facets = contents(described, table, detail);
    if detail == Detail::Contents
        && let Some(lineage) = column_lineage(described, table)
    {
        facets.insert("columnLineage".to_owned(), COLUMN_LINEAGE.of(lineage));
    }
    let mut dataset = dataset(described, table, facets);
    if detail == Detail::Contents {
        let statistics = OUTPUT_STATISTICS.of(json!({"rowCount": record.rows, "size": record.bytes}));
        dataset["outputFacets"] = json!({"outputStatistics": statistics});
    }
    dataset
}

/// A delivered file.
pub(super) fn file(described: &Described<'_>, input: &InputRecord) -> Value {
    let source = described.study.sources.iter().find(|source| source.contract.name == input.source);
    let root = match source.map(|source| source.root) {
        Some(Root::Study) => "study",
        Some(Root::Data) | None => "data",
    };
    let statistics = json!({"rowCount": input.records, "size": input.bytes, "fileCount": 1});
    json!({
        "namespace": NAMESPACE,
        "name": format!("{}/{root}/{}", described.run.study, input.file),
        "facets": {"version": version(&input.sha256)},
        "inputFacets": {"inputStatistics": INPUT_STATISTICS.of(statistics)},
    })
}

fn dataset(described: &Described<'_>, table: &TableName, facets: Map<String, Value>) -> Value {
    json!({"namespace": NAMESPACE, "name": name(described, table), "facets": facets})
}

fn name(described: &Described<'_>, table: &TableName) -> String {
    format!("{}.{table}", described.run.study)
}

fn version(hash: &ObjectHash) -> Value {
    VERSION.of(json!({"datasetVersion": format!("sha256:{hash}")}))
}

fn contents(described: &Described<'_>, table: &TableName, detail: Detail) -> Map<String, Value> {
    let mut facets = Map::new();
    if detail == Detail::Name {
        return facets;
    }
    if let Some(columns) = described.columns.get(table) {
        let field = |(place, column): (usize, &crate::TableColumn)| json!({"name": column.name, "type": column.kind, "ordinal_position": place});
        let fields: Vec<Value> = (1..).zip(columns).map(field).collect();
        facets.insert("schema".to_owned(), SCHEMA.of(json!({"fields": fields})));
    }
    if let Some(record) = described.run.tables().find(|record| &record.table == table) {
        facets.insert("version".to_owned(), version(&record.object));
    }
    if table.schema() == "identity" {
        let tags = tags([("sensitivity", "identifying".to_owned())]);
        facets.insert("tags".to_owned(), DATASET_TAGS.of(tags));
    }
    facets
}

/// The contents of the facet: for each column what its values are computed from and what only decides about it, and once
/// for all columns what decides about each of them. None for a table of which nothing is known.
fn column_lineage(described: &Described<'_>, table: &TableName) -> Option<Value> {
    let edges: Vec<&ColumnEdge> =
        described.lineage.iter().filter(|edge| &edge.output_table == table).collect();
    if edges.is_empty() {
        return None;
    }
    let columns = described.columns.get(table)?;
    let common = deciding_about_all(&edges, columns.len());
    let mut fields = Map::new();
    for column in columns {
        let own = edges.iter().filter(|edge| edge.output_column == column.name);
        let told = own.filter(|edge| edge.role == ColumnRole::Value || !common.contains(&source(edge)));
        let inputs: Vec<Value> = told.map(|edge| input_field(described, source(edge), edge.role)).collect();
        if !inputs.is_empty() {
            fields.insert(column.name.clone(), json!({"inputFields": inputs}));
        }
    }
    let whole: Vec<Value> =
        common.into_iter().map(|from| input_field(described, from, ColumnRole::Influence)).collect();
    Some(json!({"fields": fields, "dataset": whole}))
}

type Source<'e> = (&'e TableName, &'e str);

fn source(edge: &ColumnEdge) -> Source<'_> {
    (&edge.input_table, &edge.input_column)
}

/// Input columns that every column hangs on, and at least one only as an influence.
fn deciding_about_all<'e>(edges: &[&'e ColumnEdge], columns: usize) -> BTreeSet<Source<'e>> {
    let mut found = BTreeMap::<Source<'e>, (usize, usize)>::new();
    for edge in edges {
        let (all, deciding) = found.entry(source(edge)).or_default();
        *all += 1;
        *deciding += usize::from(edge.role == ColumnRole::Influence);
    }
    let of_all = found.into_iter().filter(|(_, (all, deciding))| *all == columns && *deciding > 0);
    of_all.map(|(source, _)| source).collect()
}

fn input_field(described: &Described<'_>, (table, column): Source<'_>, role: ColumnRole) -> Value {
    let kind = match role {
        ColumnRole::Value => "DIRECT",
        ColumnRole::Influence => "INDIRECT",
    };
    json!({
        "namespace": NAMESPACE,
        "name": name(described, table),
        "field": column,
        "transformations": [{"type": kind}],
    })
}
