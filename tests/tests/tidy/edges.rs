//! A crate depends on crates of lower levels, and only on those declared here: a new edge is a decision.

use crate::fixture::root;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Crate, level, and the crates that it may use.
const CRATES: [(&str, u8, &[&str]); 14] = [
    ("chaid", 0, &[]),
    ("linkage", 0, &[]),
    ("disclosure", 0, &[]),
    ("terms", 1, &[]),
    ("study", 2, &["terms"]),
    ("ingest", 2, &["terms"]),
    ("warehouse", 2, &["terms"]),
    ("provenance", 3, &[]),
    ("engine", 4, &["chaid", "ingest", "linkage", "provenance", "study", "terms", "warehouse"]),
    ("report", 5, &["chaid", "study", "terms"]),
    ("exchange", 5, &["study", "terms"]),
    ("serve", 5, &["engine", "terms", "warehouse"]),
    ("page", 6, &["engine", "report", "serve", "study", "terms", "warehouse"]),
    ("cli", 7, &["engine", "exchange", "ingest", "page", "report", "serve", "study", "terms", "warehouse"]),
];
/// Crates that only developers use; nothing may depend on them.
const ALONE: [&str; 2] = ["synth", "whole-runs"];

/// The workspace's crates with the crates of the workspace that each names, for tests too.
fn edges() -> BTreeMap<String, BTreeSet<String>> {
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap();
    let all: BTreeSet<String> = packages.iter().map(name).collect();
    let of = |package: &Value| {
        package["dependencies"].as_array().unwrap().iter().map(name).collect::<BTreeSet<_>>()
    };
    packages
        .iter()
        .map(|package| (name(package), of(package).intersection(&all).cloned().collect()))
        .collect()
}

#[test]
fn the_declared_edges_go_down() {
    let level =
        |name: &str| CRATES.iter().find(|(other, ..)| *other == name).map(|(_, level, _)| *level).unwrap();
    for (name, own, uses) in CRATES {
        assert!(uses.iter().all(|used| level(used) < own), "{name} uses a crate of its own level or above");
    }
}

#[test]
fn crates_use_what_is_declared() {
    for (name, used) in edges() {
        if !ALONE.contains(&name.as_str()) {
            let Some((.., declared)) = CRATES.iter().find(|(other, ..)| *other == name) else {
                panic!("crate {name} has no level; declare it here and in ARCHITECTURE.md");
            };
            let undeclared: Vec<_> = used.iter().filter(|used| !declared.contains(&used.as_str())).collect();
            assert!(undeclared.is_empty(), "{name} uses {undeclared:?}, which is not declared");
        }
        assert!(used.iter().all(|used| !ALONE.contains(&used.as_str())), "{name} uses {used:?}");
    }
}

#[test]
fn what_is_not_the_engine_builds_without_a_query_engine() {
    for file in ["chaid", "terms", "study", "ingest", "warehouse", "exchange"] {
        let path = root().join("crates").join(file).join("Cargo.toml");
        let manifest = std::fs::read_to_string(path).unwrap();
        assert!(!manifest.contains("datafusion"), "{file}");
    }
}
