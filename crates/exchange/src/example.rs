//! A run of the small study, as its manifest could be.

use crate::{Described, TableColumn};
use std::path::Path;
use study::Study;
use terms::{ColumnEdge, ColumnRole, Manifest, ObjectHash, TableName};

pub(crate) fn study() -> Study {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/studies/library");
    Study::load(&folder).unwrap()
}

/// Every step with its tables, a hundred rows in each; the check of loans is violated, which is only a warning.
pub(crate) fn run() -> Manifest {
    let hash = |text: &str| ObjectHash::of(text.as_bytes());
    let table =
        |name: &str| serde_json::json!({"table": name, "object": hash(name), "rows": 100, "bytes": 2000});
    let study = study();
    let nodes = study.steps().iter().map(|step| {
        let tables: Vec<_> = step.writes.iter().map(|name| table(&name.to_string())).collect();
        serde_json::json!({"node": step.name, "fingerprint": hash(&step.name), "outcome": "executed",
            "tables": tables, "millis": 10})
    });
    let lineage = serde_json::json!({"node": "audit.column_lineage", "fingerprint": hash("columns"),
        "outcome": "reused", "tables": [table("audit.column_lineage")], "millis": 0});
    let check = |name: &str, severity: &str, outcome: &str, violations: u64| {
        serde_json::json!({"check": name, "severity": severity, "outcome": outcome, "violations": violations,
            "table": (violations > 0).then(|| table(&format!("checks.{name}")))})
    };
    let input = |source: &str, file: &str| {
        serde_json::json!({"source": source, "file": file, "sha256": hash(file), "bytes": 300,
            "format": "utf-8 ;", "records": 7, "staged": 6, "quarantined": 1})
    };
    serde_json::from_value(serde_json::json!({
        "format": 1, "run": 4, "study": "library", "synthetic": true, "engine": "0.1.0+0123456789abcdef",
        "started": "2011-03-01T02:00:00Z", "finished": "2011-03-01T02:00:01Z", "published": true,
        "parameters": {"adult_age": "18", "reference_date": "2020-01-01"},
        "inputs": [input("members", "members/north.csv"), input("members", "members/south.csv"),
            input("loans", "loans/2019.csv")],
        "nodes": nodes.chain([lineage]).collect::<Vec<_>>(),
        "waterfall": [],
        "checks": [check("loans_without_member", "warn", "violated", 1),
            check("population_known", "error", "passed", 0)],
        "previous": null,
    }))
    .unwrap()
}

/// Columns and lineage of the printed table; `share` has no edges of its own.
pub(crate) fn described<'a>(study: &'a Study, run: &'a Manifest, manifest: &'a ObjectHash) -> Described<'a> {
    let table = |name: &str| TableName::parse(name).unwrap();
    let column = |name: &str, kind: &str| TableColumn { name: name.into(), kind: kind.into() };
    let edge = |output: &str, input: &str, role| ColumnEdge {
        output_table: table("appendix.table_1"),
        output_column: output.into(),
        input_table: table("derived.member"),
        input_column: input.into(),
        role,
    };
    Described {
        run,
        manifest,
        study,
        columns: [(
            table("appendix.table_1"),
            vec![column("branch", "Utf8"), column("members", "Int64"), column("books", "Int64")],
        )]
        .into(),
        lineage: vec![
            edge("books", "adult", ColumnRole::Influence),
            edge("books", "books", ColumnRole::Value),
            edge("books", "branch", ColumnRole::Influence),
            edge("branch", "branch", ColumnRole::Value),
            edge("members", "branch", ColumnRole::Influence),
        ],
    }
}
