use super::*;
use crate::{Collection, Error, Fault, Gate, Retention, layout};
use std::sync::atomic::{AtomicUsize, Ordering};

const ONE: Retention = Retention { last: 1, daily: 0 };

fn retention(last: usize, daily: usize) -> Retention {
    Retention { last, daily }
}

/// A run that names one object of its own and one that all share.
fn run_at(store: &Warehouse, started: &str, change: impl FnOnce(&mut Manifest), publish: Publish) -> u64 {
    let lock = locked(store);
    let stored = [put(store, started.as_bytes()), put(store, b"shared")];
    let mut manifest = Manifest { started: started.into(), ..manifest(&stored) };
    change(&mut manifest);
    store.commit(&manifest, &lock, publish).unwrap()
}

fn published_at(store: &Warehouse, started: &str) -> u64 {
    run_at(store, started, |_| (), Publish::Yes)
}

fn collect(store: &Warehouse, retention: &Retention) -> Collection {
    let planned = store.collectable(retention).unwrap();
    let done = store.collect(retention, &locked(store)).unwrap();
    assert_eq!(planned, done);
    done
}

fn own_object(store: &Warehouse, run: u64) -> ObjectHash {
    store.manifest(run).unwrap().nodes[0].tables[0].object.clone()
}

/// Seven runs: two on the first day, one on each of the next three, then a failed one and a side run.
fn week() -> (TempDir, Warehouse) {
    let (folder, store) = new_store();
    for hour in ["01T02", "01T03", "02T02", "03T02", "04T02"] {
        published_at(&store, &format!("2011-03-{hour}:00:00Z"));
    }
    run_at(&store, "2011-03-05T02:00:00Z", |_| (), Publish::No);
    run_at(&store, "2011-03-05T09:00:00Z", |run| run.without = vec!["round/rule".into()], Publish::No);
    (folder, store)
}

#[test]
fn what_is_kept_is_what_was_asked_for_and_what_the_next_night_needs() {
    for (last, daily, kept) in [
        (0, 0, vec![5, 6]),
        (1, 0, vec![5, 6, 7]),
        (3, 0, vec![3, 4, 5, 6, 7]),
        (9, 0, vec![1, 2, 3, 4, 5, 6, 7]),
        (0, 2, vec![4, 5, 6]),
        (0, 4, vec![2, 3, 4, 5, 6]),
        (2, 9, vec![2, 3, 4, 5, 6, 7]),
    ] {
        let (_folder, store) = week();
        let done = collect(&store, &retention(last, daily));
        assert_eq!(done.kept, kept, "last {last}, daily {daily}");
        let gone: Vec<u64> = (1..=7).filter(|run| !kept.contains(run)).collect();
        assert_eq!(done.collected, gone, "last {last}, daily {daily}");
        assert_eq!(done.objects, gone.len() as u64, "the shared object stays");
        assert_eq!(store.collected().unwrap().into_iter().collect::<Vec<_>>(), gone);
        assert_eq!(reopened(&store).verify_chain().unwrap(), []);
        assert_eq!(store.current().unwrap(), Some(5));
    }
}

#[test]
fn a_collected_run_stays_in_the_chain_and_says_that_it_was_collected() {
    let (_folder, store) = week();
    let one = own_object(&store, 1);
    collect(&store, &ONE);
    assert!(!store.contains(&one));
    assert_eq!(store.manifest(1).unwrap().run, 1);
    assert!(store.require_kept(5).is_ok());
    let error = store.require_kept(1).unwrap_err();
    assert!(matches!(error, Error::Collected { run: 1, .. }), "{error}");
    assert!(error.to_string().contains("runs/collected"), "{error}");
    let error = store.object(&one).unwrap_err().to_string();
    assert!(error.contains("if only collected runs name it"), "{error}");
    let text = fs::read_to_string(store.at(layout::COLLECTED)).unwrap();
    let chain = fs::read_to_string(store.at(layout::CHAIN)).unwrap();
    assert!(chain.starts_with(&text) && text.lines().count() == 4, "{text}");

    // What is made again is named by a run again.
    assert_eq!(published_at(&store, "2011-03-01T02:00:00Z"), 8);
    assert_eq!(store.verify_chain().unwrap(), []);
    assert!(store.contains(&one));
    assert_eq!(collect(&store, &ONE).collected, [5, 6, 7]);
    assert_eq!(store.collected().unwrap().len(), 7);
    assert_eq!(store.verify_chain().unwrap(), []);
    assert_eq!(collect(&store, &ONE), Collection { kept: vec![8], ..Collection::default() });
}

#[test]
fn objects_that_no_run_names_go_unless_a_stopped_run_made_them() {
    let (_folder, store) = new_store();
    published_at(&store, TIME);
    let lock = locked(&store);
    let (needed, other) = (put(&store, b"of a journal"), put(&store, b"of nothing"));
    let step = manifest(std::slice::from_ref(&needed)).nodes.remove(0);
    store.journal(&lock).unwrap().add(&step).unwrap();
    drop(lock);
    let done = collect(&store, &ONE);
    assert_eq!((done.objects, done.bytes, done.collected.len()), (1, 10, 0));
    assert!(store.contains(&needed.hash) && !store.contains(&other.hash));
    assert!(!store.at(layout::COLLECTED).exists(), "no run was collected");
}

#[test]
fn a_store_without_a_run_loses_nothing_but_leftovers() {
    let (_folder, store) = new_store();
    let lock = locked(&store);
    put(&store, b"left over");
    drop(lock);
    assert_eq!(collect(&store, &ONE).objects, 1);
    run_at(&store, TIME, |_| (), Publish::No);
    assert_eq!(collect(&store, &retention(0, 0)), Collection { kept: vec![1], ..Collection::default() });
}

#[test]
fn nothing_is_removed_without_the_lock_or_when_what_is_needed_is_not_known() {
    let (_folder, store) = week();
    let (_other_folder, other) = new_store();
    let foreign = locked(&other);
    assert!(matches!(store.collect(&ONE, &foreign), Err(Error::NotLocked { .. })));
    for damaged in [layout::manifest(5), layout::manifest(1), layout::CHAIN.into(), layout::CURRENT.into()] {
        let (_folder, store) = week();
        let lock = locked(&store);
        flip_bit(&store.at(&damaged), 7, 1);
        let before = snapshot(&store);
        let error = store.collect(&ONE, &lock).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{damaged}: {error}");
        assert!(error.to_string().contains(&damaged), "{damaged}: {error}");
        assert_eq!(before, snapshot(&store), "{damaged}");
    }
}

/// A gate that lets so many operations pass and then none: what a process that is killed there does.
fn dies_after(operations: usize) -> Gate {
    let left = AtomicUsize::new(operations);
    Gate::new(move |_, _| {
        let alive = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        alive.map(drop).map_err(|_| std::io::Error::other("dead"))
    })
}

#[test]
fn a_collection_may_be_killed_before_any_of_its_operations() {
    for operations in 0.. {
        let (_folder, store) = week();
        let objects: Vec<ObjectHash> = (5..=7).map(|run| own_object(&store, run)).collect();
        let dying = Warehouse::open_behind(dies_after(operations), store.root()).unwrap();
        let lock = dying.lock("test", TIME, LockMode::Fail);
        let ended = lock.and_then(|lock| dying.collect(&ONE, &lock)).is_ok();

        let store = reopened(&store);
        let context = format!("killed before operation {operations}");
        assert_eq!(store.current().unwrap(), Some(5), "{context}");
        objects.iter().for_each(|object| _ = store.object(object).expect(&context));
        let findings = store.verify_chain().unwrap();
        let harmless = |path: &str| path.starts_with("objects/") || path.starts_with("tmp/");
        assert!(
            findings.iter().all(|f| f.fault == Fault::Unexpected && harmless(&f.path)),
            "{context}: {findings:?}"
        );
        store.collect(&ONE, &locked(&store)).unwrap();
        assert_eq!(store.verify_chain().unwrap(), [], "{context}");
        assert_eq!(store.collected().unwrap().len(), 4, "{context}");
        assert!(names(&store.root().join("tmp")).unwrap().is_empty(), "{context}");
        if ended {
            assert!(operations > 20, "only {operations} operations were seen");
            break;
        }
    }
}

#[test]
fn the_list_of_collected_runs_is_sealed_by_the_next_run() {
    let (_folder, store) = week();
    collect(&store, &ONE);
    published_at(&store, "2011-03-06T02:00:00Z");
    collect(&store, &ONE);
    assert_eq!(store.verify_chain().unwrap(), []);
    let path = store.at(layout::COLLECTED);
    let whole = fs::read(&path).unwrap();
    let lines: Vec<&[u8]> = crate::collected::lines(&whole).collect();
    let blamed = || {
        let findings = store.verify_chain().unwrap();
        findings.into_iter().map(|finding| finding.path).collect::<Vec<_>>()
    };
    // What run 8 has sealed: four lines. What was collected after it is not sealed yet.
    for damaged in
        [lines[..3].concat(), lines[1..].concat(), [lines[1], lines[0]].concat(), b"words\n".to_vec()]
    {
        overwrite(&path, &damaged);
        let blamed = blamed();
        assert!(!blamed.is_empty() && blamed.iter().all(|path| path == layout::COLLECTED), "{blamed:?}");
        let lock = locked(&store);
        let error = store.commit(&manifest(&[]), &lock, Publish::Yes).unwrap_err().to_string();
        assert!(error.contains(layout::COLLECTED), "{error}");
    }
    for byte in (0..whole.len()).step_by(11) {
        overwrite(&path, &whole);
        flip_bit(&path, byte, (byte % 8) as u8);
        let blamed = blamed();
        assert!(
            !blamed.is_empty() && blamed.iter().all(|path| path == layout::COLLECTED),
            "{byte}: {blamed:?}"
        );
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(blamed(), [layout::COLLECTED]);
    overwrite(
        &path,
        [lines.concat(), crate::chain::line(8, &store.runs().unwrap()[7].hash).into()].concat().as_slice(),
    );
    assert_eq!(blamed(), [layout::COLLECTED], "it may not name the published run");
}

/// A writer makes the same objects again and again while a collector removes what it may.
#[test]
fn a_collector_that_never_rests_takes_nothing_from_a_writer() {
    let (_folder, store) = new_store();
    published_at(&store, "2011-01-01T02:00:00Z");
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let collector = scope.spawn(|| {
            let (mut rounds, mut removed) = (0, 0);
            while !done.load(Ordering::Relaxed) {
                let store = reopened(&store);
                let lock = store.lock("collector", TIME, LockMode::Wait).unwrap();
                removed += store.collect(&retention(0, 0), &lock).unwrap().objects;
                rounds += 1;
            }
            (rounds, removed)
        });
        for n in 0..60_u8 {
            let store = reopened(&store);
            let lock = store.lock("writer", TIME, LockMode::Wait).unwrap();
            let stored: Vec<Stored> = (0..3).map(|k| put(&store, &[n % 4 + k])).collect();
            let run = store.commit(&manifest(&stored), &lock, Publish::Yes).unwrap();
            drop(lock);
            let current = store.manifest(run).unwrap();
            current.objects().for_each(|(object, _)| _ = store.object(object).unwrap());
        }
        done.store(true, Ordering::Relaxed);
        let (rounds, removed) = collector.join().unwrap();
        assert!(rounds > 3 && removed > 3, "{rounds} rounds removed {removed}");
    });
    assert_eq!(store.collect(&ONE, &locked(&store)).unwrap().kept, [61]);
    assert_eq!(store.verify_chain().unwrap(), []);
}
