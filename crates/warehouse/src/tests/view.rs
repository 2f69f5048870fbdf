//! The folder of files in which a run is published.

use super::*;
use crate::commit::STEPS;
use crate::{Error, Fault, Gate, Retention, layout};
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A run with a view of these contents.
fn run_of(store: &Warehouse, contents: &[&[u8]], publish: Publish) -> u64 {
    let lock = locked(store);
    let stored: Vec<Stored> = contents.iter().map(|bytes| put(store, bytes)).collect();
    store.commit(&viewed(store, &lock, &stored).unwrap(), &lock, publish).unwrap()
}

fn published(store: &Warehouse) -> PathBuf {
    store.at(layout::PUBLISHED)
}

/// The bytes of each file that is published, in the order of their names.
fn read(folder: &Path) -> Vec<Vec<u8>> {
    let names = names(&folder.join("t")).unwrap();
    names.iter().map(|name| fs::read(folder.join("t").join(name)).unwrap()).collect()
}

/// `published` is the view of the published run, or of a later one whose publication was cut off, and holds its bytes.
pub(super) fn assert_one_night(store: &Warehouse, context: &str) {
    let current = store.current().expect(context).expect(context);
    let view = |run: &Manifest| run.view.as_ref().map(|view| PathBuf::from(layout::view(&view.package)));
    let link = fs::read_link(published(store)).ok();
    let mut runs =
        (current..=store.runs().expect(context).len() as u64).map(|run| store.manifest(run).unwrap());
    let run = runs.find(|run| view(run) == link).unwrap_or_else(|| panic!("{context}: {link:?}"));
    if link.is_some() {
        let bytes: Vec<ObjectHash> =
            read(&published(store)).iter().map(|bytes| ObjectHash::of(bytes)).collect();
        let tables: Vec<ObjectHash> = run.tables().map(|table| table.object.clone()).collect();
        assert_eq!(bytes, tables, "{context}: another night in it");
    }
}

#[test]
fn files_have_the_names_of_tables_wherever_the_warehouse_lies() {
    let (folder, store) = new_store();
    run_of(&store, &[b"one", b"two"], Publish::Yes);
    assert_eq!(read(&published(&store)), [b"one", b"two"]);
    assert!(fs::symlink_metadata(published(&store).join("t/t0.parquet")).unwrap().is_symlink());
    let package = fs::read(published(&store).join("datapackage.json")).unwrap();
    assert!(published(&store).canonicalize().unwrap().ends_with(ObjectHash::of(&package).as_str()));
    assert_eq!(store.verify_chain().unwrap(), []);

    let elsewhere = folder.path().join("elsewhere");
    fs::rename(store.root(), &elsewhere).unwrap();
    assert_eq!(read(&elsewhere.join("published")), [b"one", b"two"]);
    assert_eq!(Warehouse::open(elsewhere).unwrap().verify_chain().unwrap(), []);
}

#[test]
fn who_resolves_the_link_once_reads_one_night() {
    let (_folder, store) = new_store();
    run_of(&store, &[b"one", b"two"], Publish::Yes);
    let night = published(&store).canonicalize().unwrap();
    run_of(&store, &[b"other", b"two"], Publish::Yes);
    assert_eq!(read(&night), [&b"one"[..], b"two"]);
    assert_eq!(read(&published(&store)), [&b"other"[..], b"two"]);
    // As long as the run of that night is kept.
    store.collect(&Retention { last: 2, daily: 0 }, &locked(&store)).unwrap();
    assert_eq!(read(&night), [&b"one"[..], b"two"]);
    let collection = store.collect(&Retention { last: 1, daily: 0 }, &locked(&store)).unwrap();
    assert_eq!((collection.views, night.exists()), (1, false));
    assert_eq!(read(&published(&store)), [&b"other"[..], b"two"]);
    assert_eq!(store.verify_chain().unwrap(), []);
}

#[test]
fn a_run_that_is_not_published_changes_no_file() {
    let (_folder, store) = new_store();
    run_of(&store, &[b"one"], Publish::Yes);
    run_of(&store, &[b"held back"], Publish::No);
    run(&store, b"without a view", Publish::No);
    assert_eq!(read(&published(&store)), [b"one"]);
    assert_eq!(store.verify_chain().unwrap(), []);
    run(&store, b"without a view", Publish::Yes);
    assert!(fs::symlink_metadata(published(&store)).is_err(), "what is published has no files");
    assert_eq!(store.verify_chain().unwrap(), []);
}

#[test]
fn a_roll_back_brings_the_files_back() {
    let (_folder, store) = new_store();
    run_of(&store, &[b"good"], Publish::Yes);
    run_of(&store, &[b"bad"], Publish::Yes);
    store.roll_back(1, &locked(&store), TIME).unwrap();
    assert_eq!(read(&published(&store)), [b"good"]);
    assert_eq!(store.manifest(3).unwrap().view, store.manifest(1).unwrap().view);
    assert_eq!(store.verify_chain().unwrap(), []);
}

#[test]
fn what_is_rolled_back_to_without_its_files_is_published_without() {
    let (_folder, store) = new_store();
    run_of(&store, &[b"good"], Publish::Yes);
    let files = published(&store).canonicalize().unwrap();
    run_of(&store, &[b"bad"], Publish::Yes);
    fs::remove_file(files.join("t/t0.parquet")).unwrap();
    store.roll_back(1, &locked(&store), TIME).unwrap();
    assert_eq!((store.current().unwrap(), published(&store).exists()), (Some(3), false));
    assert_eq!(store.manifest(3).unwrap().view, None);
    // The same files again: the view is made anew, as it should be.
    run_of(&store, &[b"good"], Publish::Yes);
    assert_eq!(read(&published(&store)), [b"good"]);
    assert_eq!(store.verify_chain().unwrap(), []);
}

/// The paths below the warehouse that writing operations touch.
fn written_by(store: &Warehouse, what: impl FnOnce(&Warehouse)) -> Vec<PathBuf> {
    let (paths, root) = (Arc::new(Mutex::new(Vec::new())), store.root().to_owned());
    let seen = paths.clone();
    let gate = Gate::new(move |path, operation| {
        if operation.writes() {
            seen.lock().unwrap().push(path.strip_prefix(&root).unwrap_or(path).to_owned());
        }
        Ok(())
    });
    what(&Warehouse::open_behind(gate, store.root()).unwrap());
    Arc::try_unwrap(paths).unwrap().into_inner().unwrap()
}

#[test]
fn a_night_without_a_change_writes_nothing_for_its_files() {
    let (_folder, store) = new_store();
    let lock = locked(&store);
    let stored = put(&store, b"one");
    let manifest = viewed(&store, &lock, &[stored]).unwrap();
    store.commit(&manifest, &lock, Publish::Yes).unwrap();
    drop(lock);
    let night = |store: &Warehouse| {
        let lock = locked(store);
        store.commit(&manifest, &lock, Publish::Yes).unwrap();
    };
    let written = written_by(&store, night);
    let of_files =
        |path: &&PathBuf| ["views", "published", "tmp/published"].iter().any(|top| path.starts_with(top));
    assert!(!written.is_empty() && written.iter().filter(of_files).count() == 0, "{written:?}");
    // The root is flushed once, for the pointer.
    assert_eq!(written.iter().filter(|path| path.as_os_str().is_empty()).count(), 1, "{written:?}");
    assert_eq!(read(&published(&store)), [b"one"]);
}

#[test]
fn a_publication_may_be_cut_off_before_any_step() {
    for done in 0..=STEPS.len() {
        let context = format!("{done} steps done");
        let (_folder, store) = new_store();
        run_of(&store, &[b"before", b"same"], Publish::Yes);
        let lock = locked(&store);
        let stored = [put(&store, b"after"), put(&store, b"same")];
        let manifest = viewed(&store, &lock, &stored).unwrap();
        store.commit_steps(&manifest, &lock, Publish::Yes, &STEPS[..done]).unwrap();
        drop(lock);
        assert_one_night(&store, &context);
        drop(locked(&store));
        let first = if store.current().unwrap() == Some(1) { &b"before"[..] } else { b"after" };
        assert_eq!(read(&published(&store)), [first, b"same"], "{context}");
    }
}

/// A process dies before any of its operations: what is published is one night, and the next lock makes the link and the
/// pointer agree.
#[test]
fn a_process_may_die_before_any_operation_of_a_publication() {
    for operations in 0.. {
        let context = format!("killed before operation {operations}");
        let (_folder, store) = new_store();
        run_of(&store, &[b"before", b"same"], Publish::Yes);
        let left = AtomicUsize::new(operations);
        let gate = Gate::new(move |_, _| {
            let alive = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            alive.map(drop).map_err(|_| std::io::Error::other("dead"))
        });
        let dying = Warehouse::open_behind(gate, store.root()).unwrap();
        let life = || {
            let lock = dying.lock("test", TIME, crate::LockMode::Fail)?;
            let mut objects = Vec::new();
            for bytes in [&b"after"[..], b"same"] {
                let mut writer = dying.writer()?;
                writer.write_all(bytes).map_err(Error::io("write", dying.root()))?;
                objects.push(writer.finish()?);
            }
            let run = dying.commit(&viewed(&dying, &lock, &objects)?, &lock, Publish::Yes)?;
            dying.roll_back(run - 1, &lock, TIME)
        };
        let ended = life().is_ok();

        let store = reopened(&store);
        assert_one_night(&store, &context);
        drop(locked(&store));
        assert_one_night(&store, &context);
        let mended = store.verify_chain().unwrap();
        let harmless = |path: &str| path.starts_with("objects/") || path.starts_with("views/");
        assert!(
            mended.iter().all(|f| f.fault == Fault::Unexpected && harmless(&f.path)),
            "{context}: {mended:?}"
        );
        store.collect(&Retention { last: 9, daily: 0 }, &locked(&store)).unwrap();
        assert_eq!(store.verify_chain().unwrap(), [], "{context}");
        if ended {
            assert!(operations > 60, "only {operations} operations were seen");
            break;
        }
    }
}

#[test]
fn a_file_system_without_links_is_named() {
    for errno in [rustix::io::Errno::PERM, rustix::io::Errno::OPNOTSUPP, rustix::io::Errno::NOSYS] {
        let (_folder, store) = new_store();
        let gate = Gate::new(move |_, operation| match operation {
            crate::Operation::Link(_) => Err(errno.into()),
            _ => Ok(()),
        });
        let store = Warehouse::open_behind(gate, store.root()).unwrap();
        let lock = locked(&store);
        let error = viewed(&store, &lock, &[put(&store, b"one")]).unwrap_err();
        assert!(matches!(error, Error::NoLinks { .. }), "{error:?}");
        assert!(error.to_string().contains("has no symbolic links"), "{error}");
        assert!(names(&store.at(layout::TMP)).unwrap().is_empty());
    }
}

#[test]
fn a_view_is_kept_under_the_lock_and_names_files_of_tables() {
    let (_folder, store) = new_store();
    let (_other_folder, other) = new_store();
    let (lock, foreign) = (locked(&store), locked(&other));
    let stored = put(&store, b"one");
    assert!(matches!(viewed(&store, &foreign, std::slice::from_ref(&stored)), Err(Error::NotLocked { .. })));
    let keep =
        |text: String| store.keep_view(ObjectHash::of(b""), text.as_bytes(), &lock).unwrap_err().to_string();
    let path =
        |path: &str| format!(r#"{{"resources": [{{"path": "{path}", "hash": "sha256:{}"}}]}}"#, stored.hash);
    assert!(keep(path("../../x/y.parquet")).contains("not schema/table.parquet"));
    assert!(keep("{}".into()).contains("resources"));
    assert!(!store.at(layout::VIEWS).exists());
}

#[test]
fn a_run_that_names_a_view_that_is_gone_is_not_committed() {
    let (_folder, store) = new_store();
    let lock = locked(&store);
    let manifest = viewed(&store, &lock, &[put(&store, b"one")]).unwrap();
    fs::remove_dir_all(store.at(layout::VIEWS)).unwrap();
    let error = store.commit(&manifest, &lock, Publish::Yes).unwrap_err().to_string();
    assert!(error.contains("views/") && error.contains("it is missing"), "{error}");
    assert!(store.runs().unwrap().is_empty());
}

/// What may happen to a part of a view.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Gone,
    /// A link to another object.
    Elsewhere,
    /// A file with the same bytes.
    Copied,
    /// Something else beside it.
    Beside,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Whatever happens to one part of one of two views, verification names that part and no other.
    #[test]
    fn damage_to_a_view_is_found_where_it_is(
        run in 1..=2_u64,
        part in 0..3_usize,
        damage in prop_oneof![Just(Damage::Gone), Just(Damage::Elsewhere), Just(Damage::Copied), Just(Damage::Beside)],
    ) {
        let (_folder, store) = new_store();
        run_of(&store, &[b"one", b"same"], Publish::Yes);
        run_of(&store, &[b"two", b"same"], Publish::Yes);
        let view = layout::view(&store.manifest(run).unwrap().view.as_ref().unwrap().package);
        let name = format!("{view}/{}", ["datapackage.json", "t/t0.parquet", "t/t1.parquet"][part]);
        let path = store.at(&name);
        let bytes = fs::read(&path).unwrap();
        let mut expected = vec![name.clone()];
        match damage {
            Damage::Beside => {
                fs::write(path.with_extension("x"), "").unwrap();
                expected = vec![Path::new(&name).with_extension("x").to_str().unwrap().to_owned()];
            }
            Damage::Gone => fs::remove_file(&path).unwrap(),
            Damage::Elsewhere => {
                fs::remove_file(&path).unwrap();
                std::os::unix::fs::symlink("../../../objects/ab/cd.parquet", &path).unwrap();
            }
            Damage::Copied => {
                fs::remove_file(&path).unwrap();
                fs::write(&path, bytes).unwrap();
                if part == 0 {
                    expected.clear();
                }
            }
        }
        if part == 0 && matches!(damage, Damage::Elsewhere) {
            expected = vec![name];
        }
        let found: Vec<String> = store.verify_chain().unwrap().into_iter().map(|f| f.path).collect();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn a_link_that_leads_elsewhere_is_found_and_mended_by_the_next_run() {
    let (_folder, store) = new_store();
    run_of(&store, &[b"one"], Publish::Yes);
    let old = fs::read_link(published(&store)).unwrap();
    run_of(&store, &[b"two"], Publish::Yes);
    for target in [Some(old), None] {
        fs::remove_file(published(&store)).unwrap();
        let fault = match &target {
            Some(target) => {
                std::os::unix::fs::symlink(target, published(&store)).unwrap();
                Fault::BrokenChain
            }
            None => Fault::Missing,
        };
        let found: Vec<_> =
            store.verify_chain().unwrap().into_iter().map(|f| (f.fault, f.path, f.run)).collect();
        let newest = store.runs().unwrap().len() as u64;
        assert_eq!(found, [(fault, layout::PUBLISHED.to_owned(), Some(newest))]);
        run_of(&store, &[b"two"], Publish::Yes);
        assert_eq!(read(&published(&store)), [b"two"]);
        assert_eq!(store.verify_chain().unwrap(), []);
    }
    fs::create_dir(store.root().join("views/words")).unwrap();
    let found: Vec<_> = store.verify_chain().unwrap().into_iter().map(|f| (f.fault, f.path)).collect();
    assert_eq!(found, [(Fault::Unexpected, "views/words".to_owned())]);
}
