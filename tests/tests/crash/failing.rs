//! Each file operation of a whole run fails once.

use crate::fixture::{LIBRARY, Library, PLAINLY, Store, records, study};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use terms::{Manifest, ObjectHash};
use warehouse::{Fault, Finding, Gate, LockMode, Warehouse};

/// Tables of a run with their objects.
pub(super) type Night = BTreeSet<(String, String)>;

pub(super) fn night(run: &Manifest) -> Night {
    records(run).map(|record| (record.table.to_string(), record.object.to_string())).collect()
}

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// Every operation is tried where this is set; else one in some.
fn stride() -> usize {
    if std::env::var_os("HERKOMST_ALL_FAULTS").is_some() { 1 } else { 15 }
}

type Refused = Arc<Mutex<Option<PathBuf>>>;

/// A gate that refuses the operation at this place.
fn refuses(place: usize, errno: i32) -> (Gate, Refused) {
    let (seen, refused) = (AtomicUsize::new(0), Refused::default());
    let remembers = refused.clone();
    let gate = Gate::new(move |path, _| {
        if seen.fetch_add(1, Ordering::Relaxed) == place {
            *remembers.lock().unwrap() = Some(path.to_owned());
            return Err(std::io::Error::from_raw_os_error(errno));
        }
        Ok(())
    });
    (gate, refused)
}

#[test]
fn each_file_operation_of_a_run_may_fail_once() {
    let copy = Library::new();
    let undisturbed = Store::quick();
    let first = night(&undisturbed.run(&copy.load(), PLAINLY).unwrap());
    copy.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    let changed = copy.load();
    let second = night(&undisturbed.run(&changed, PLAINLY).unwrap());
    let before = Store::quick();
    before.run(&study(LIBRARY), PLAINLY).unwrap();
    let mut silent = BTreeSet::new();
    for (errno, start) in [(EIO, 0), (ENOSPC, stride() / 2)] {
        for (tried, place) in (start..).step_by(stride()).enumerate() {
            let context = format!("operation {place} fails: {errno}");
            let store = Store::quick();
            crate::fixture::copy(before.warehouse.root(), store.warehouse.root(), 0);
            let root = store.warehouse.root().to_owned();
            let (gate, refused) = refuses(place, errno);
            let failing = Warehouse::open_behind(gate, &root).map(Store::of).expect(&context);
            let ended = failing.run(&changed, PLAINLY);
            let Some(path) = refused.lock().unwrap().clone() else {
                assert!(tried > 300 / stride(), "only {tried} operations were tried");
                eprintln!("errno {errno}: {tried} of {place} operations were tried");
                break;
            };
            match ended {
                Ok(run) => {
                    // The run did without: it made again what it could not take over, or only failed to clear something away.
                    assert_eq!(night(&run), second, "{context}");
                    silent.insert(relative(&root, &path));
                }
                Err(error) => {
                    let text = error.to_string();
                    let names = text.contains(&root.display().to_string());
                    assert!(names, "{context} at {}: {text}", path.display());
                    if errno == ENOSPC && !text.contains("is damaged") {
                        assert!(text.contains("free space"), "{context} at {}: {text}", path.display());
                    }
                }
            }
            assert_readable(&store.reopened(), &first, &second, &context);
            let run = store.reopened().run(&changed, PLAINLY).expect(&context);
            assert_eq!(night(&run), second, "{context}");
            assert!(run.published, "{context}");
            assert_clean(&store.reopened().warehouse, &context);
        }
    }
    eprintln!("a run ended well though an operation on one of these failed: {silent:?}");
}

fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.iter().next().unwrap_or_default().to_string_lossy().into_owned()
}

/// What is published is one of two nights, and whole.
pub(super) fn assert_readable(store: &Store, first: &Night, second: &Night, context: &str) {
    let warehouse = &store.warehouse;
    let current = warehouse.current().expect(context).expect(context);
    let run = warehouse.manifest(current).expect(context);
    let published = night(&run);
    assert!(published == *first || published == *second, "{context}: a mixed night");
    for (object, _) in run.objects() {
        warehouse.object(object).expect(context);
    }
    assert_one_night(store, first, second, context);
    for finding in warehouse.verify_chain().expect(context) {
        let may_be_cut_off = ["current", "published", "runs/chain"].contains(&finding.path.as_str());
        assert!(finding.fault == Fault::Unexpected || may_be_cut_off, "{context}: {finding}");
    }
}

/// The files that are published are all of one night.
fn assert_one_night(store: &Store, first: &Night, second: &Night, context: &str) {
    let top = store.warehouse.root().join("published");
    let package = std::fs::read(top.join("datapackage.json")).expect(context);
    let package: serde_json::Value = serde_json::from_slice(&package).expect(context);
    let mut files = Night::new();
    for resource in package["resources"].as_array().unwrap() {
        let bytes = std::fs::read(top.join(resource["path"].as_str().unwrap())).expect(context);
        let name = resource["name"].as_str().unwrap().replace("audit.run_", "audit.");
        files.insert((name, ObjectHash::of(&bytes).to_string()));
    }
    assert!(
        files.len() > 10 && (files.is_subset(first) || files.is_subset(second)),
        "{context}: mixed files"
    );
}

/// What a run that never happened has left over: nothing names it.
pub(super) fn is_left_over(finding: &Finding) -> bool {
    let is_nameless = ["objects/", "views/"].iter().any(|folder| finding.path.starts_with(folder));
    finding.fault == Fault::Unexpected && is_nameless
}

/// Nothing but objects and views of runs that never happened is left over.
pub(super) fn assert_clean(warehouse: &Warehouse, context: &str) {
    for finding in warehouse.verify_chain().expect(context) {
        assert!(is_left_over(&finding), "{context}: {finding}");
    }
    let lock = warehouse.lock("test", "2011-03-01T02:00:00Z", LockMode::Fail).expect(context);
    warehouse.collect(&warehouse::Retention { last: 99, ..Default::default() }, &lock).expect(context);
    assert_eq!(warehouse.verify_chain().unwrap(), [], "{context}");
    assert_eq!(std::fs::read_dir(warehouse.root().join("tmp")).unwrap().count(), 0, "{context}");
}
