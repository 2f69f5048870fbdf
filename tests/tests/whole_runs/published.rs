//! The folder of files in which a run is published: what is in it, what is said of it, and when it changes.

use crate::fixture::{How, LIBRARY, Library, PLAINLY, Store, flagship, records, study};
use engine::Reuse;
use insta::assert_snapshot;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;
use terms::{Manifest, ViewRecord};
use warehouse::{Gate, LockMode, Operation, Publish, Warehouse};

const TIME: &str = "2011-03-01T02:00:00Z";

fn published(store: &Store) -> PathBuf {
    store.warehouse.root().join("published")
}

/// The data package that is published.
fn package(store: &Store) -> Value {
    serde_json::from_slice(&fs::read(published(store).join("datapackage.json")).unwrap()).unwrap()
}

fn names(package: &Value) -> Vec<&str> {
    let resources = package["resources"].as_array().unwrap();
    resources.iter().map(|resource| resource["name"].as_str().unwrap()).collect()
}

/// What is said of a table, a line each; its size and hash, which the oracle compares with the file, left out.
fn told(package: &Value, name: &str) -> String {
    let resources = package["resources"].as_array().unwrap();
    let found = resources.iter().find(|resource| resource["name"] == name).unwrap().as_object().unwrap();
    let is_shown = |key: &str| !["schema", "bytes", "hash"].contains(&key);
    let about = found.iter().filter(|(key, _)| is_shown(key)).map(|(key, value)| format!("{key}: {value}"));
    let (mut lines, schema) = (about.collect::<Vec<_>>(), &found["schema"]);
    for field in schema["fields"].as_array().unwrap() {
        let text = field["description"].as_str().map(|text| format!(": {text}")).unwrap_or_default();
        lines.push(format!("{} {}{text}", field["name"].as_str().unwrap(), field["type"].as_str().unwrap()));
    }
    lines.push(format!("primary key {}, unique keys {}", schema["primaryKey"], schema["uniqueKeys"]));
    lines.join("\n")
}

fn view(run: &Manifest) -> &ViewRecord {
    run.view.as_ref().unwrap()
}

#[test]
fn what_may_hold_a_delivery_word_for_word_is_no_file() {
    let store = Store::new();
    let run = store.run(&study(LIBRARY), PLAINLY).unwrap();
    let package = package(&store);
    assert_snapshot!(names(&package).join("\n"), @"
    appendix.table_1
    audit.column_lineage
    audit.files_leavers
    audit.files_loans
    audit.files_members
    audit.files_registry
    audit.run_files
    audit.run_waterfall
    audit.waterfall_merged
    audit.waterfall_settled
    cleaning.merged
    cleaning.settled
    linkage.registry_unmatched
    origin.leavers
    origin.loans
    origin.members
    origin.registry
    staging.leavers
    staging.loans
    staging.members
    staging.registry
    ");
    let files: BTreeSet<String> = names(&package).into_iter().map(str::to_owned).collect();
    // Audit tables of one run are named so, as in SQL.
    let is_file = |name: &str| files.contains(name) || files.contains(&name.replace("audit.", "audit.run_"));
    let left_out = records(&run).map(|record| record.table.to_string()).filter(|name| !is_file(name));
    assert_snapshot!(left_out.collect::<Vec<_>>().join("\n"), @"
    identity.members
    audit.quarantine_members
    identity.leavers
    audit.quarantine_leavers
    identity.loans
    audit.quarantine_loans
    identity.registry
    audit.quarantine_registry
    identity.merged
    audit.decisions_merged
    identity.settled
    audit.decisions_settled
    audit.decisions
    audit.quarantine
    linkage.registry
    linkage.registry_candidates
    derived.member
    checks.loans_without_member
    ");
}

#[test]
fn a_table_is_described_as_the_study_describes_it() {
    let store = Store::new();
    store.run(&study(LIBRARY), PLAINLY).unwrap();
    let package = package(&store);
    let about = |name: &str| package[name].to_string();
    assert_snapshot!(["$schema", "name", "title", "description", "synthetic"].map(about).join("\n"), @r#"
    "https://datapackage.org/profiles/2.0/datapackage.json"
    "library"
    "Members of two library branches"
    "The data is synthetic: invented persons only. Nothing in it describes a real person, and nothing reconstructs one. Left out are names, numbers and birth dates, lines in quarantine, evidence of decisions and pairs, and rows that violate checks."
    true
    "#);
    assert_snapshot!(told(&package, "appendix.table_1"), @r#"
    description: "what: members by branch\ninput: derived.member\none row is: one branch\nsource: Table 1"
    format: "parquet"
    mediatype: "application/vnd.apache.parquet"
    name: "appendix.table_1"
    path: "appendix/table_1.parquet"
    rows: 2
    title: "Table 1 Members by branch"
    branch string: Branch
    members integer: Members
    books integer: Books lent
    share number: %
    primary key ["branch"], unique keys null
    "#);
    assert_snapshot!(told(&package, "staging.members"), @r#"
    format: "parquet"
    mediatype: "application/vnd.apache.parquet"
    name: "staging.members"
    path: "staging/members.parquet"
    rows: 6
    title: "Members as the branches listed them"
    row_id string
    branch string
    card_ref string: pseudonym of card
    joined date: Joined
    fee number: Fee
    remark string: Remark
    primary key ["row_id"], unique keys null
    "#);
    assert_snapshot!(told(&package, "audit.run_waterfall"), @r#"
    format: "parquet"
    mediatype: "application/vnd.apache.parquet"
    name: "audit.run_waterfall"
    path: "audit/run_waterfall.parquet"
    rows: 6
    round_no integer
    round string
    step integer
    rule string
    population string
    rows_in integer
    merged integer
    removed integer
    added integer
    moved_in integer
    moved_out integer
    updated integer
    rows_out integer
    primary key ["round_no","step","population"], unique keys null
    "#);
}

/// Every table of the flagship study has a key, and what people call it where the study says so.
#[test]
fn every_table_says_how_its_rows_are_told_apart() {
    let package = package(&flagship().store);
    let resources = package["resources"].as_array().unwrap();
    assert!(resources.len() > 100, "{}", resources.len());
    for resource in resources {
        let (name, schema) = (resource["name"].as_str().unwrap(), &resource["schema"]);
        let keys = [&schema["primaryKey"][0], &schema["uniqueKeys"][0][0]];
        assert_eq!(keys.iter().filter(|key| key.is_string()).count(), 1, "{name}");
        let is_told =
            ["features.", "appendix.", "staging.", "cleaning."].iter().any(|start| name.starts_with(start));
        let has_text = resource["title"].is_string() || resource["description"].is_string();
        assert!(has_text || !is_told, "{name} is not described");
    }
}

#[test]
fn equal_studies_and_deliveries_give_equal_packages() {
    let runs = [(1, Store::new()), (3, Store::quick())].map(|(partitions, store)| {
        let run = store.run(&Library::new().load(), How { partitions, ..PLAINLY }).unwrap();
        (run, fs::read(published(&store).join("datapackage.json")).unwrap())
    });
    assert_eq!(view(&runs[0].0), view(&runs[1].0));
    assert!(runs[0].1 == runs[1].1);
}

#[test]
fn the_folder_changes_where_a_table_or_its_description_does_and_not_otherwise() {
    let (copy, store) = (Library::new(), Store::new());
    let first = store.run(&copy.load(), PLAINLY).unwrap();
    let made = || fs::symlink_metadata(published(&store)).unwrap().modified().unwrap();
    let folder = published(&store).canonicalize().unwrap();
    let before = made();
    for how in [PLAINLY, How { reuse: Reuse::Nothing, ..PLAINLY }] {
        let again = store.run(&copy.load(), how).unwrap();
        assert_eq!((view(&first), before), (view(&again), made()), "nothing changed");
    }
    copy.edit("pipeline.yaml", "title: Members of two library branches", "title: Members of a library");
    let named = store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!(named.reused(), named.nodes.len(), "a title runs nothing");
    assert_ne!(view(&first), view(&named));
    assert_eq!(package(&store)["title"], "Members of a library");
    copy.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    let changed = store.run(&copy.load(), PLAINLY).unwrap();
    assert_ne!(view(&named), view(&changed));
    assert!(folder.join("appendix/table_1.parquet").exists(), "who reads the first night reads on");
    assert_eq!(store.warehouse.verify_chain().unwrap(), []);
}

#[test]
fn a_run_that_is_not_published_leaves_the_files_as_they_are() {
    let (copy, store) = (Library::new(), Store::new());
    store.run(&copy.load(), PLAINLY).unwrap();
    let folder = published(&store).canonicalize().unwrap();
    let side = store.run(&copy.load().without(&["same_card".to_owned()]).unwrap(), PLAINLY).unwrap();
    copy.edit(
        "pipeline.yaml",
        "loans_without_member.sql, severity: warn",
        "loans_without_member.sql, severity: error",
    );
    let failed = store.run(&copy.load(), PLAINLY).unwrap();
    assert!(!side.published && !failed.published && side.view.is_none() && failed.view.is_none());
    assert_eq!(published(&store).canonicalize().unwrap(), folder);
    assert_eq!(fs::read_dir(store.warehouse.root().join("views")).unwrap().count(), 1);
}

/// What a version that made no such folders has published, and the night after it.
#[test]
fn a_warehouse_of_an_earlier_version_gets_its_files_with_the_next_night() {
    let (study, store) = (study(LIBRARY), Store::new());
    let run = store.run(&study, PLAINLY).unwrap();
    let lock = store.warehouse.lock("test", TIME, LockMode::Fail).unwrap();
    let earlier = Manifest { view: None, ..run.clone() };
    store.warehouse.commit(&earlier, &lock, Publish::Yes).unwrap();
    drop(lock);
    assert!(!published(&store).exists());
    assert_eq!(store.warehouse.verify_chain().unwrap(), []);
    let next = store.run(&study, PLAINLY).unwrap();
    assert_eq!((next.reused(), view(&next)), (next.nodes.len(), view(&run)));
    assert!(published(&store).join("appendix/table_1.parquet").exists());
}

#[test]
fn a_folder_that_somebody_removed_is_made_again_by_the_next_night() {
    let (study, store) = (study(LIBRARY), Store::new());
    let run = store.run(&study, PLAINLY).unwrap();
    fs::remove_dir_all(store.warehouse.root().join("views")).unwrap();
    let next = store.run(&study, PLAINLY).unwrap();
    assert_eq!(view(&next), view(&run));
    assert_eq!(store.warehouse.verify_chain().unwrap(), []);
    // Of a folder in which something is wrong a night without a change sees nothing; one that takes nothing over mends it.
    fs::remove_file(published(&store).join("appendix/table_1.parquet")).unwrap();
    store.run(&study, How { reuse: Reuse::Nothing, ..PLAINLY }).unwrap();
    assert_eq!(store.warehouse.verify_chain().unwrap(), []);
}

#[test]
fn a_night_without_symbolic_links_is_published_without_files() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Gate::new(|_, operation| match operation {
        // EPERM, as the file systems of memory cards say.
        Operation::Link(_) => Err(io::Error::from_raw_os_error(1)),
        _ => Ok(()),
    });
    let store = Store::of(Warehouse::create_or_open_behind(gate, folder.path().join("warehouse")).unwrap());
    let run = store.run(&study(LIBRARY), PLAINLY).unwrap();
    assert!(run.published && run.view.is_none());
    assert!(!published(&store).exists());
    assert_eq!(store.warehouse.verify_chain().unwrap(), []);
}
