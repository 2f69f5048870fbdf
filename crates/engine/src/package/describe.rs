//! The text of `datapackage.json`. No clock and no run number is in it: equal files and descriptions give equal bytes.

use super::Published;
use super::fields::{Footer, kind};
use crate::abreast;
use crate::error::EngineError;
use serde::Serialize;
use std::collections::BTreeMap;
use study::{Round, StepKind, Study};
use terms::Column;
use warehouse::Warehouse;

const PROFILE: &str = "https://datapackage.org/profiles/2.0/datapackage.json";
const MEDIATYPE: &str = "application/vnd.apache.parquet";
const SYNTHETIC: &str = "The data is synthetic: invented persons only. Nothing in it describes a real person, and nothing reconstructs one.";
const LEFT_OUT: &str = "Left out are names, numbers and birth dates, lines in quarantine, evidence of decisions and pairs, and rows that violate checks.";

#[derive(Serialize)]
struct Package<'a> {
    #[serde(rename = "$schema")]
    profile: &'static str,
    name: &'a str,
    title: &'a str,
    description: String,
    synthetic: bool,
    resources: Vec<Resource>,
}

#[derive(Serialize)]
struct Resource {
    name: String,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    format: &'static str,
    mediatype: &'static str,
    bytes: u64,
    hash: String,
    rows: u64,
    schema: TableSchema,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TableSchema {
    fields: Vec<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_key: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unique_keys: Option<Vec<Vec<String>>>,
}

#[derive(Serialize)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// The data package of these tables, as indented JSON with a fixed order of fields; tables by name.
pub(super) fn package(
    study: &Study,
    warehouse: &Warehouse,
    tables: &[Published<'_>],
) -> Result<Vec<u8>, EngineError> {
    let mut sorted: Vec<&Published<'_>> = tables.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let all = |tables: &[&Published<'_>]| -> Vec<_> {
        tables.iter().map(|table| resource(study, warehouse, table)).collect()
    };
    // The footer of every file is read, and a night that is published has nothing else left to do.
    let (first, second) = sorted.split_at(sorted.len() / 2);
    let (first, second) = abreast::both(|| all(first), || all(second));
    let package = Package {
        profile: PROFILE,
        name: &study.name,
        title: &study.title,
        description: if study.synthetic { format!("{SYNTHETIC} {LEFT_OUT}") } else { LEFT_OUT.to_owned() },
        synthetic: study.synthetic,
        resources: first.into_iter().chain(second).collect::<Result<_, _>>()?,
    };
    let mut bytes =
        serde_json::to_vec_pretty(&package).map_err(|error| EngineError::Bug(error.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn resource(study: &Study, warehouse: &Warehouse, table: &Published<'_>) -> Result<Resource, EngineError> {
    let footer = Footer::of(warehouse, table.record)?;
    let texts = Texts::of(study, table);
    let fields = footer.schema.fields().iter().map(|field| Field {
        name: field.name().clone(),
        kind: kind(field.data_type()),
        description: texts.columns.get(field.name()).cloned(),
    });
    let key: Vec<String> = key(study, table).into_iter().map(str::to_owned).collect();
    let key = Some(key).filter(|key| !key.is_empty() && key.iter().all(|column| footer.has(column)));
    // That the rows are told apart was proved when they were stored; but a primary key has no NULL.
    let is_primary = key.iter().flatten().all(|column| footer.is_never_null(column));
    let (primary_key, unique) = if is_primary { (key, None) } else { (None, key) };
    Ok(Resource {
        name: table.name.to_string(),
        path: format!("{}/{}.parquet", table.name.schema(), table.name.table()),
        title: texts.title,
        description: texts.description,
        format: "parquet",
        mediatype: MEDIATYPE,
        bytes: table.record.bytes,
        hash: format!("sha256:{}", table.record.object),
        rows: table.record.rows,
        schema: TableSchema {
            fields: fields.collect(),
            primary_key,
            unique_keys: unique.map(|key| vec![key]),
        },
    })
}

/// What the study says of a table, for people.
#[derive(Default)]
struct Texts {
    title: Option<String>,
    description: Option<String>,
    /// By column.
    columns: BTreeMap<String, String>,
}

impl Texts {
    fn of(study: &Study, table: &Published<'_>) -> Self {
        match table.kind {
            Some(StepKind::Source(i)) => {
                let source = &study.sources[i];
                let columns =
                    if table.name.schema() == "staging" { contract(source) } else { BTreeMap::new() };
                Self { title: Some(source.title.clone()), description: None, columns }
            }
            Some(StepKind::Round(i)) => {
                let round = &study.rounds[i];
                let is_cleaning = table.name.schema() == "cleaning";
                let columns = if is_cleaning { of_base(study, round) } else { BTreeMap::new() };
                Self { title: Some(round.title.clone()), description: None, columns }
            }
            Some(StepKind::Model(i)) => Self { description: header(&study.models[i].sql), ..Self::default() },
            Some(StepKind::Appendix(i)) => {
                let appendix = &study.appendices[i];
                let labels = appendix.presentation.columns.iter();
                Self {
                    title: Some(appendix.presentation.title.clone()),
                    description: header(&appendix.model.sql),
                    columns: labels.map(|column| (column.name.clone(), column.label.clone())).collect(),
                }
            }
            Some(StepKind::Matching(_) | StepKind::Audit) | None => Self::default(),
        }
    }
}

fn header(sql: &study::SqlFile) -> Option<String> {
    let lines: Vec<&str> = sql.header().collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The printed header of each column that a source delivers.
fn contract(source: &study::Source) -> BTreeMap<String, String> {
    let columns = source.contract.file_column.iter().chain(&source.contract.columns);
    let texts = columns.flat_map(|column: &Column| {
        let printed = column.headers.first().map(|header| (column.name.clone(), header.clone()));
        let stands_for = column.pseudonym.clone().map(|name| (name, format!("pseudonym of {}", column.name)));
        printed.into_iter().chain(stands_for)
    });
    texts.collect()
}

/// The columns of a round are those of the source that it starts from, perhaps through other rounds.
fn of_base(study: &Study, round: &Round) -> BTreeMap<String, String> {
    let base = &round.base;
    let before = study.rounds.iter().find(|round| base.schema() == "cleaning" && round.name == base.table());
    match before {
        Some(before) => of_base(study, before),
        None => {
            let source = study.sources.iter().find(|source| source.contract.name == base.table());
            source.map(contract).unwrap_or_default()
        }
    }
}

/// The columns by which the rows of a table are told apart: those by which it is sorted.
fn key<'a>(study: &'a Study, table: &'a Published<'_>) -> Vec<&'a str> {
    let names = |sql: &'a study::SqlFile| sql.sorted_by.iter().map(String::as_str).collect();
    let schema = table.name.schema();
    match table.kind {
        Some(StepKind::Model(i)) => names(&study.models[i].sql),
        Some(StepKind::Appendix(i)) => names(&study.appendices[i].model.sql),
        Some(StepKind::Source(_)) if schema == "audit" => vec!["file"],
        Some(StepKind::Round(_)) if schema == "audit" => vec!["step", "population"],
        Some(StepKind::Source(_) | StepKind::Round(_)) => vec!["row_id"],
        Some(StepKind::Matching(_)) => vec!["left_id"],
        Some(StepKind::Audit) if table.record.table.table() == "files" => vec!["source", "file"],
        Some(StepKind::Audit) => vec!["round_no", "step", "population"],
        None => crate::columns::COLUMNS.to_vec(),
    }
}
