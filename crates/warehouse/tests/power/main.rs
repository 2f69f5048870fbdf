//! The power is cut at any instant, and what was not flushed is lost or kept in any combination: what was published
//! can be read, is one night and no mixture, and the next night works.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod model;

use model::{Log, Luck};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use terms::{Manifest, NodeRecord, ObjectHash, StepOutcome, TableName, TableRecord};
use warehouse::{Error, Fault, Gate, Lock, LockMode, Publish, Retention, Warehouse};

const TIME: &str = "2011-03-01T02:00:00Z";

/// Power cuts in one go of the tests; `HERKOMST_POWER_CUTS` asks for others.
fn schedules() -> u64 {
    std::env::var("HERKOMST_POWER_CUTS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000)
}

/// Writes objects, and a view of them.
fn manifest(store: &Warehouse, lock: &Lock, contents: &[&[u8]]) -> Result<Manifest, Error> {
    let mut tables = Vec::new();
    for (n, bytes) in contents.iter().enumerate() {
        let mut writer = store.writer()?;
        writer.write_all(bytes).map_err(|source| Error::Io {
            path: store.root().into(),
            action: "write",
            source,
        })?;
        let stored = writer.finish()?;
        let table = TableName::new("t", &format!("t{n}")).unwrap();
        tables.push(TableRecord { table, object: stored.hash, rows: 1, bytes: stored.bytes, lineage: None });
    }
    let node = NodeRecord {
        node: "step".into(),
        fingerprint: ObjectHash::of(b"fingerprint"),
        definition: BTreeMap::new(),
        reads: Vec::new(),
        outcome: StepOutcome::Executed,
        tables,
        millis: 0,
    };
    let resources: Vec<_> = node.tables.iter().map(resource).collect();
    let package = serde_json::to_vec(&serde_json::json!({ "resources": resources })).unwrap();
    Ok(Manifest {
        view: Some(store.keep_view(ObjectHash::of(b"fingerprint"), &package, lock)?),
        format: 1,
        study: "study".into(),
        started: TIME.into(),
        nodes: vec![node],
        ..Manifest::default()
    })
}

fn resource(table: &TableRecord) -> serde_json::Value {
    let path = format!("{}/{}.parquet", table.table.schema(), table.table.table());
    serde_json::json!({"path": path, "hash": format!("sha256:{}", table.object)})
}

/// `published` is the view of the published run, or of a later one whose publication was cut off, and each of its files
/// has the bytes of its table.
fn assert_one_night(store: &Warehouse, context: &str) {
    let current = store.current().expect(context).expect(context);
    let link = std::fs::read_link(store.root().join("published")).expect(context);
    let is_its_view = |run: u64| {
        let view = store.manifest(run).expect(context).view.clone();
        view.is_some_and(|view| link == Path::new("views").join(view.package.as_str()))
    };
    let newest = store.runs().expect(context).len() as u64;
    let run = (current..=newest).find(|run| is_its_view(*run));
    let run = run.unwrap_or_else(|| panic!("{context}: published leads to {}", link.display()));
    for table in store.manifest(run).expect(context).tables() {
        let path = format!("published/{}/{}.parquet", table.table.schema(), table.table.table());
        let bytes = std::fs::read(store.root().join(path)).expect(context);
        assert_eq!(ObjectHash::of(&bytes), table.object, "{context}: another night in it");
    }
}

/// What somebody was told, and after how many operations.
#[derive(Default)]
struct Told {
    /// Number of the run, whether it was published.
    runs: Vec<(usize, u64, Publish)>,
}

/// What is done with a store by processes that may be killed; each life goes on where the one before it ended.
fn lives(root: &Path, log: &Log, luck: &mut Luck) -> Told {
    let mut told = Told::default();
    for _ in 0..3 {
        let dies_after = if luck.below(3) == 0 { usize::MAX } else { luck.below(120) };
        // Whoever is killed has told nobody of what it was about to do, so what it was told before counts.
        let _ = life(root, mortal(log, dies_after), log, luck, &mut told);
    }
    let _ = life(root, mortal(log, usize::MAX), log, luck, &mut told);
    told
}

fn mortal(log: &Log, operations: usize) -> Gate {
    let (log, left) = (log.clone(), Arc::new(AtomicUsize::new(operations)));
    Gate::new(move |path, operation| {
        let alive = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        alive.map_err(|_| std::io::Error::other("dead"))?;
        log.note(path, operation);
        Ok(())
    })
}

fn life(root: &Path, gate: Gate, log: &Log, luck: &mut Luck, told: &mut Told) -> Result<(), Error> {
    let store = Warehouse::create_or_open_behind(gate, root)?;
    let lock = store.lock("life", TIME, LockMode::Fail)?;
    for _ in 0..3 {
        let publish = if luck.below(3) == 0 { Publish::No } else { Publish::Yes };
        let long = vec![luck.below(256) as u8; 2_000];
        let bytes: [&[u8]; 3] = [&[luck.below(9) as u8], b"always", &long];
        let run = match luck.below(6) {
            0 => {
                store.collect(&Retention { last: 1, ..Retention::default() }, &lock)?;
                continue;
            }
            1 => {
                let earlier = store.current()?.unwrap_or(1).saturating_sub(1);
                match store.roll_back(earlier, &lock, TIME) {
                    Ok(run) => (run, Publish::Yes),
                    Err(Error::Io { path, action, source }) => {
                        return Err(Error::Io { path, action, source });
                    }
                    Err(_) => continue,
                }
            }
            _ => (store.commit(&manifest(&store, &lock, &bytes)?, &lock, publish)?, publish),
        };
        told.runs.push((log.len(), run.0, run.1));
    }
    Ok(())
}

/// The store as the power cut left it: whole, and at least what was told is there.
fn assert_whole(
    root: &Path,
    known: &BTreeMap<ObjectHash, u64>,
    told: &[(usize, u64, Publish)],
    context: &str,
) {
    let published =
        told.iter().filter(|(_, _, publish)| *publish == Publish::Yes).map(|(_, run, _)| *run).max();
    let runs = told.iter().map(|(_, run, _)| *run).max().unwrap_or(0);
    if published.is_some() {
        let store = Warehouse::open(root).expect(context);
        let current = store.current().expect(context).expect(context);
        assert!(Some(current) >= published, "{context}: run {current} is published, not {published:?}");
        let run = &store.runs().expect(context)[current as usize - 1];
        assert_eq!(known.get(&run.hash), Some(&current), "{context}: no such night was ever made");
        for (object, _) in store.manifest(current).expect(context).objects() {
            store.object(object).expect(context);
        }
        assert_one_night(&store, context);
    }
    let store = Warehouse::create_or_open(root).expect(context);
    let lock = store.lock("after", TIME, LockMode::Fail).expect(context);
    assert!(store.runs().expect(context).len() as u64 >= runs, "{context}: a run was lost");
    for run in store.runs().expect(context) {
        assert_eq!(known.get(&run.hash), Some(&run.number), "{context}: no such run was ever made");
    }
    let current = store.current().expect(context);
    if let Some(current) = current {
        let view = store.manifest(current).unwrap().view.clone().unwrap();
        let link = std::fs::read_link(root.join("published")).expect(context);
        assert_eq!(link, Path::new("views").join(view.package.as_str()), "{context}: not mended");
    }
    let after = manifest(&store, &lock, &[b"after"]).unwrap();
    let run = store.commit(&after, &lock, Publish::Yes).expect(context);
    assert_one_night(&store, context);
    assert_eq!(store.current().unwrap(), Some(run), "{context}");
    let findings = store.verify_chain().expect(context);
    let is_left_over = |f: &warehouse::Finding| {
        let is_nameless = f.path.starts_with("objects/") || f.path.starts_with("views/");
        f.fault == Fault::Unexpected && is_nameless
    };
    assert!(findings.iter().all(is_left_over), "{context}: {findings:?}");
    store.collect(&Retention { last: 99, ..Retention::default() }, &lock).expect(context);
    assert_eq!(store.verify_chain().unwrap(), [], "{context}");
    assert_eq!(std::fs::read_dir(root.join("tmp")).unwrap().count(), 0, "{context}");
}

#[test]
fn the_power_may_be_cut_at_any_instant() {
    const CUTS_OF_A_LIFE: u64 = 20;
    for seed in 0..schedules().div_ceil(CUTS_OF_A_LIFE) {
        let (folder, log) = (model::folder(), Log::default());
        let (base, mut luck) = (folder.path(), Luck::new(seed));
        let told = lives(&base.join("store"), &log, &mut luck);
        let store = Warehouse::open(base.join("store")).unwrap();
        // A run that was cut off and made again under the same number was another one: both may be found.
        let known = manifests_written(&log, &store);
        for cut in 0..CUTS_OF_A_LIFE {
            let after = luck.below(log.len() + 1);
            let context = format!("life {seed}, cut {cut} after {after} of {} operations", log.len());
            let found = model::folder();
            log.cut(after, &mut luck, base, found.path());
            let told: Vec<_> = told.runs.iter().copied().filter(|(at, ..)| *at <= after).collect();
            assert_whole(&found.path().join("store"), &known, &told, &context);
        }
    }
}

/// Who goes on after a publication that failed half-way.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// The same process, with another run.
    SameLock,
    /// Another process, which takes the lock and completes the publication.
    OtherProcess,
}

/// A publication fails at one of its operations, somebody goes on, and then the power is cut: pointer and files are
/// still those of one night, at every instant.
#[test]
fn files_and_pointer_agree_where_a_publication_failed_and_the_power_was_cut_after_it() {
    const SEEDS: u64 = 20;
    for next in [Next::SameLock, Next::OtherProcess] {
        let mut cut_off = 0;
        for place in 0.. {
            let (folder, log) = (model::folder(), Log::default());
            let root = folder.path().join("store");
            let (left, noted) = (Arc::new(AtomicUsize::new(usize::MAX)), log.clone());
            let counted = left.clone();
            let gate = Gate::new(move |path, operation| {
                if counted.fetch_sub(1, Ordering::Relaxed) == 0 {
                    return Err(std::io::Error::other("failed"));
                }
                noted.note(path, operation);
                Ok(())
            });
            let store = Warehouse::create_or_open_behind(gate, &root).unwrap();
            let lock = store.lock("first", TIME, LockMode::Fail).unwrap();
            store.commit(&manifest(&store, &lock, &[b"one"]).unwrap(), &lock, Publish::Yes).unwrap();
            let two = manifest(&store, &lock, &[b"two"]).unwrap();
            left.store(place, Ordering::Relaxed);
            if store.commit(&two, &lock, Publish::Yes).is_ok() {
                break;
            }
            left.store(usize::MAX, Ordering::Relaxed);
            if store.runs().unwrap().len() < 2 {
                continue;
            }
            cut_off += 1;
            let from = log.len();
            match next {
                Next::SameLock => _ = store.commit(&two, &lock, Publish::Yes).unwrap(),
                Next::OtherProcess => {
                    drop(lock);
                    let other = Warehouse::open_behind(log.gate(), &root).unwrap();
                    drop(other.lock("next", TIME, LockMode::Fail).unwrap());
                }
            }
            for (after, seed) in
                (from..=log.len()).flat_map(|after| (0..SEEDS).map(move |seed| (after, seed)))
            {
                let found = model::folder();
                let mut luck = Luck::new(after as u64 * SEEDS + seed);
                log.cut(after, &mut luck, folder.path(), found.path());
                let store = Warehouse::open(found.path().join("store")).unwrap();
                assert_one_night(
                    &store,
                    &format!("{next:?} after operation {place}, cut after {after}, {seed}"),
                );
            }
        }
        assert!(cut_off > 5, "{cut_off} publications were cut off");
    }
}

/// Hash and number of every manifest that was ever written, also of runs that never happened.
fn manifests_written(log: &Log, store: &Warehouse) -> BTreeMap<ObjectHash, u64> {
    let mut known: BTreeMap<ObjectHash, u64> =
        store.runs().unwrap().into_iter().map(|run| (run.hash, run.number)).collect();
    for bytes in log.written() {
        if let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes) {
            known.insert(ObjectHash::of(&bytes), manifest.run);
        }
    }
    known
}

/// The model itself takes what was not flushed: a store that never flushed anything is not whole.
#[test]
fn without_flushing_the_store_would_be_lost() {
    let (folder, log) = (model::folder(), Log::default());
    let noted = log.clone();
    let lazy = Gate::new(move |path, operation| {
        if !matches!(operation, warehouse::Operation::SyncFile | warehouse::Operation::SyncFolder) {
            noted.note(path, operation);
        }
        Ok(())
    });
    let store = Warehouse::create_or_open_behind(lazy, folder.path().join("store")).unwrap();
    let lock = store.lock("lazy", TIME, LockMode::Fail).unwrap();
    store.commit(&manifest(&store, &lock, &[b"one"]).unwrap(), &lock, Publish::Yes).unwrap();
    let whole = |seed: u64| {
        let found = model::folder();
        log.cut(log.len(), &mut Luck::new(seed), folder.path(), found.path());
        let store = Warehouse::open(found.path().join("store")).ok()?;
        let manifest = store.manifest(store.current().ok()??).ok()?;
        manifest.objects().all(|(object, _)| store.object(object).is_ok()).then_some(())
    };
    let survived = (0..40).filter(|seed| whole(*seed).is_some()).count();
    assert!(survived < 30, "{survived} of 40 survived");
}
