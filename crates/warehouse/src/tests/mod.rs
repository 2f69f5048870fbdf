#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod collect;
mod commit;
mod crash;
mod delivered;
mod failing;
mod journal;
mod lease;
mod lock;
mod objects;
mod roll_back;
mod tamper;
mod view;

use crate::{Lock, LockMode, Publish, Stored, Warehouse};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;
use terms::{Manifest, NodeRecord, ObjectHash, StepOutcome, TableName, TableRecord};

const TIME: &str = "2011-03-01T02:00:00Z";

/// A folder that disappears with the test: in memory, where there is such a place, for flushing takes its time.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A new warehouse in a folder that disappears with the test.
fn new_store() -> (TempDir, Warehouse) {
    let folder = folder();
    let store = Warehouse::create_or_open(folder.path().join("store")).unwrap();
    (folder, store)
}

/// The same folder, as another process would open it.
fn reopened(store: &Warehouse) -> Warehouse {
    Warehouse::open(store.root()).unwrap()
}

fn locked(store: &Warehouse) -> Lock {
    store.lock("test", TIME, LockMode::Fail).unwrap()
}

fn put(store: &Warehouse, bytes: &[u8]) -> Stored {
    let mut writer = store.writer().unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// A manifest with one step, whose tables are these objects.
fn manifest(objects: &[Stored]) -> Manifest {
    let table = |(stored, n): (&Stored, usize)| TableRecord {
        table: TableName::new("t", &format!("t{n}")).unwrap(),
        object: stored.hash.clone(),
        rows: 1,
        bytes: stored.bytes,
        lineage: None,
    };
    let node = NodeRecord {
        node: "step".into(),
        fingerprint: ObjectHash::of(b"fingerprint"),
        definition: [("t0".into(), ObjectHash::of(b"query"))].into(),
        reads: Vec::new(),
        outcome: StepOutcome::Executed,
        tables: objects.iter().zip(0..).map(table).collect(),
        millis: 0,
    };
    Manifest {
        format: 1,
        run: 77,
        study: "study".into(),
        synthetic: true,
        engine: "0.1.0".into(),
        started: TIME.into(),
        finished: TIME.into(),
        published: false,
        without: Vec::new(),
        as_of: None,
        restores: None,
        view: None,
        collected: None,
        parameters: [("day".into(), "DATE '2010-11-01'".into())].into(),
        inputs: Vec::new(),
        accepted: Vec::new(),
        unfinished: Vec::new(),
        nodes: vec![node],
        waterfall: Vec::new(),
        checks: Vec::new(),
        reviews: Default::default(),
        previous: Some(ObjectHash::of(b"nonsense")),
    }
}

/// The data package of files `t/t0.parquet`, `t/t1.parquet`, …
fn package(objects: &[Stored]) -> Vec<u8> {
    let resource = |(stored, n): (&Stored, usize)| serde_json::json!({"path": format!("t/t{n}.parquet"), "hash": format!("sha256:{}", stored.hash)});
    let resources: Vec<_> = objects.iter().zip(0..).map(resource).collect();
    serde_json::to_vec(&serde_json::json!({ "resources": resources })).unwrap()
}

/// A manifest with one step, whose tables are these objects, and with a view of them.
fn viewed(store: &Warehouse, lock: &Lock, objects: &[Stored]) -> crate::Result<Manifest> {
    let package = package(objects);
    let view = Some(store.keep_view(ObjectHash::of(b"fingerprint"), &package, lock)?);
    Ok(Manifest { view, ..manifest(objects) })
}

/// Writes an object and a run that names it.
fn run(store: &Warehouse, bytes: &[u8], publish: Publish) -> u64 {
    let lock = locked(store);
    let stored = put(store, bytes);
    store.commit(&manifest(&[stored]), &lock, publish).unwrap()
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> crate::Result<Vec<String>> {
    crate::disk::Disk::default().names(folder)
}

/// Replaces the bytes of a file, read-only or not.
fn overwrite(path: &Path, bytes: &[u8]) {
    if path.exists() {
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }
    fs::write(path, bytes).unwrap();
}

fn flip_bit(path: &Path, byte: usize, bit: u8) {
    let mut bytes = fs::read(path).unwrap();
    bytes[byte] ^= 1 << bit;
    overwrite(path, &bytes);
}

/// Everything in the store, folders and files with their bytes, except the lock and temporary files.
fn snapshot(store: &Warehouse) -> Vec<(String, Vec<u8>)> {
    fn walk(folder: &Path, name: &str, into: &mut Vec<(String, Vec<u8>)>) {
        for entry in names(folder).unwrap() {
            let (path, name) = (folder.join(&entry), format!("{name}/{entry}"));
            if name == "/lock" || name == "/tmp" {
                continue;
            }
            into.push((name.clone(), fs::read(&path).unwrap_or_default()));
            if path.is_dir() {
                walk(&path, &name, into);
            }
        }
    }
    let mut all = Vec::new();
    walk(store.root(), "", &mut all);
    all
}
