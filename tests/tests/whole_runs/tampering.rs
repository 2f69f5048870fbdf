//! Whatever happens to a file of a warehouse is found in that file; an object whose bytes changed is refused by whatever
//! needs it.

use crate::fixture::{
    How, LIBRARY, Library, PLAINLY, Store, files, numbers, object_path, records, root, study,
};
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

/// A warehouse of two published nights and a side run, with data that changed between them.
fn three_runs() -> Store {
    let (copy, store) = (Library::new(), Store::new());
    store.run(&copy.load(), PLAINLY).unwrap();
    store.run(&copy.load().without(&["same_card".to_owned()]).unwrap(), PLAINLY).unwrap();
    copy.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!(store.warehouse.verify_chain().unwrap(), []);
    store
}

/// The paths that verification names, each once.
fn blamed(store: &Store) -> Vec<String> {
    let mut paths: Vec<String> =
        store.warehouse.verify_chain().unwrap().into_iter().map(|f| f.path).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Every file of a real warehouse, whatever it holds: other bytes at random places, cut, longer, gone, renamed, swapped
/// with another. Verification names exactly the file, or the two, to which it happened.
#[test]
fn whatever_happens_to_a_file_is_found_in_that_file() {
    let store = three_runs();
    let top = store.warehouse.root();
    let all: Vec<String> = files(top).iter().map(|file| file.to_str().unwrap().to_owned()).collect();
    // Two files are no part of the record: nothing that they hold is believed without a look at what it is about.
    let is_record = |file: &&str| !["lock", "delivered-hashes"].contains(file);
    let all: Vec<&str> = all.iter().map(String::as_str).filter(is_record).collect();
    assert!(all.len() > 60 && all.contains(&"current") && all.contains(&"runs/chain"), "{all:?}");
    let write = |file: &str, bytes: &[u8]| {
        let _ = fs::remove_file(top.join(file));
        fs::write(top.join(file), bytes).unwrap();
    };
    let mut numbers = numbers(20101101);
    let mut number = |below: usize| numbers.next().unwrap() % below;
    for (place, file) in all.iter().enumerate() {
        let whole = fs::read(top.join(file)).unwrap();
        for _ in 0..4 {
            let (at, byte) = (number(whole.len()), 1 + number(255) as u8);
            let mut changed = whole.clone();
            changed[at] ^= byte;
            write(file, &changed);
            assert_eq!(blamed(&store), [*file], "byte {at} ^ {byte}");
        }
        let at = number(whole.len());
        write(file, &whole[..at]);
        assert_eq!(blamed(&store), [*file], "cut to {at} bytes");
        write(file, &[&whole[..], b" "].concat());
        assert_eq!(blamed(&store), [*file], "a blank too many");
        fs::remove_file(top.join(file)).unwrap();
        assert_eq!(blamed(&store), [*file], "gone");
        let renamed = format!("{file}.old");
        write(&renamed, &whole);
        assert_eq!(blamed(&store), [(*file).to_owned(), renamed.clone()], "renamed");
        fs::remove_file(top.join(renamed)).unwrap();
        let other = all[(place + 1 + number(all.len() - 1)) % all.len()];
        let others = fs::read(top.join(other)).unwrap();
        write(file, &others);
        write(other, &whole);
        let mut both = [*file, other];
        both.sort_unstable();
        assert_eq!(blamed(&store), both, "swapped");
        write(file, &whole);
        write(other, &others);
    }
    assert_eq!(store.warehouse.verify_chain().unwrap(), []);
}

/// Whether the tools of the page are there.
pub(crate) fn can_check_by_hand() -> bool {
    let is_there = std::process::Command::new("jq").arg("--version").output().is_ok();
    if !is_there {
        eprintln!("jq is not installed, so the commands of the page are not run");
    }
    is_there
}

/// The commands of the page, without the command that is checked here otherwise.
pub(crate) fn by_hand(store: &Store) -> std::process::Output {
    let page = fs::read_to_string(root().join("docs/check-a-warehouse.md")).unwrap();
    let script = page.split("```bash\n").nth(1).unwrap().split("```").next().unwrap().to_owned();
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", &script]).current_dir(store.warehouse.root()).output().unwrap()
}

#[test]
fn a_warehouse_can_be_checked_without_us_as_the_page_says() {
    if !can_check_by_hand() {
        return;
    }
    let store = three_runs();
    let said = by_hand(&store);
    assert!(said.status.success() && said.stdout.is_empty() && said.stderr.is_empty(), "{said:?}");

    let top = store.warehouse.root();
    let run = store.warehouse.manifest(3).unwrap();
    let lineage = run.tables().find_map(|table| table.lineage.clone()).unwrap().object;
    let object = object_path(&store.warehouse, &lineage);
    let manifest = top.join("runs/000002/manifest.json");
    for path in [object.as_path(), &manifest, &top.join("runs/chain"), &top.join("current")] {
        let whole = fs::read(path).unwrap();
        flip(path);
        assert!(!by_hand(&store).status.success(), "{} with a flipped bit", path.display());
        fs::remove_file(path).unwrap();
        assert!(!by_hand(&store).status.success(), "{} is gone", path.display());
        fs::write(path, whole).unwrap();
    }
    for stranger in ["objects/ab/note.parquet", "runs/000004/manifest.json"] {
        let path = top.join(stranger);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "{}").unwrap();
        assert!(!by_hand(&store).status.success(), "{stranger}");
        fs::remove_file(path).unwrap();
    }
    assert!(by_hand(&store).status.success());
}
