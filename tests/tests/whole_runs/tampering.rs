//! An object whose bytes changed is refused by whatever needs it.

use crate::fixture::{How, LIBRARY, PLAINLY, Store, object_path, records, study};
use engine::Reuse;
use std::fs;
use std::path::Path;
use terms::{Manifest, TableName, TableRecord};
use warehouse::Warehouse;

/// Flips one bit in the middle of a file.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

fn record<'m>(run: &'m Manifest, table: &str) -> &'m TableRecord {
    records(run).find(|record| record.table == TableName::parse(table).unwrap()).unwrap()
}

fn damage(warehouse: &Warehouse, run: &Manifest, table: &str) {
    flip(&object_path(warehouse, &record(run, table).object));
}

#[test]
fn a_damaged_object_cannot_be_read() {
    let (study, store) = (study(LIBRARY), Store::new());
    let run = store.run(&study, PLAINLY).unwrap();
    damage(&store.warehouse, &run, "appendix.table_1");
    let store = store.reopened();
    let error = engine::read_table(&store.warehouse, record(&run, "appendix.table_1")).unwrap_err();
    assert!(matches!(error, engine::EngineError::Warehouse(warehouse::Error::Corrupt { .. })), "{error:?}");
    let findings = store.warehouse.verify_chain().unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].fault, warehouse::Fault::Changed);
}

/// Every table in turn: a run over damaged bytes is refused, or makes them again; it never publishes a night that
/// names them.
#[test]
fn no_damaged_object_is_published_again() {
    let (study, store) = (study(LIBRARY), Store::new());
    let run = store.run(&study, PLAINLY).unwrap();
    let mut passed = Vec::new();
    for record in records(&run) {
        let path = object_path(&store.warehouse, &record.object);
        let whole = fs::read(&path).unwrap();
        flip(&path);
        let store = store.reopened();
        let published = store.run(&study, PLAINLY).is_ok();
        if published && !store.warehouse.verify_chain().unwrap().is_empty() {
            passed.push(record.table.to_string());
        }
        fs::remove_file(&path).unwrap();
        fs::write(&path, whole).unwrap();
    }
    assert_eq!(passed, Vec::<String>::new(), "taken over with other bytes than their hash says");
}

#[test]
fn a_run_that_takes_nothing_over_leaves_no_damage() {
    let (study, store) = (study(LIBRARY), Store::new());
    let run = store.run(&study, PLAINLY).unwrap();
    damage(&store.warehouse, &run, "appendix.table_1");
    let store = store.reopened();
    let again = store.run(&study, How { reuse: Reuse::Nothing, ..PLAINLY });
    // Either the run refuses the damaged bytes, or the object is made again and is whole.
    assert!(again.is_err() || store.warehouse.verify_chain().unwrap().is_empty());
}
