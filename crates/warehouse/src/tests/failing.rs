//! A disk that fails once: whichever operation it is, the error says where, and the next run works.

use super::*;
use crate::{Error, Fault, Gate, Result, Retention};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

const EIO: i32 = 5;
const EACCES: i32 = 13;
const ENOSPC: i32 = 28;
const EROFS: i32 = 30;

/// A gate that refuses one operation, and remembers of which file.
fn refuses(place: usize, errno: i32, refused: &std::sync::Arc<std::sync::Mutex<Option<PathBuf>>>) -> Gate {
    let (seen, refused) = (AtomicUsize::new(0), refused.clone());
    Gate::new(move |path, _| {
        if seen.fetch_add(1, Ordering::Relaxed) == place {
            *refused.lock().unwrap() = Some(path.to_owned());
            return Err(io::Error::from_raw_os_error(errno));
        }
        Ok(())
    })
}

/// What is done with a store in its life: made, run, rolled back, collected.
fn life(store: Result<Warehouse>) -> Result<Warehouse> {
    let store = store?;
    let lock = store.lock("life", TIME, LockMode::Fail)?;
    for bytes in [&b"one"[..], b"two"] {
        let mut writer = store.writer()?;
        writer.write_all(bytes).map_err(Error::io("write", store.root()))?;
        let stored = writer.finish()?;
        store.commit(&viewed(&store, &lock, &[stored])?, &lock, Publish::Yes)?;
    }
    let newest = store.current()?.unwrap();
    store.roll_back(newest - 1, &lock, TIME)?;
    store.commit(&manifest(&[]), &lock, Publish::No)?;
    store.collect(&Retention { last: 2, ..Retention::default() }, &lock)?;
    store.verify_chain()?;
    Ok(store)
}

#[test]
fn every_operation_may_fail_once() {
    for errno in [EIO, ENOSPC] {
        for place in 0.. {
            let context = format!("operation {place} fails: {errno}");
            let (folder, refused) = (folder(), std::sync::Arc::default());
            let root = folder.path().join("store");
            let failed = life(Warehouse::create_or_open_behind(refuses(place, errno, &refused), &root));
            let Some(path) = refused.lock().unwrap().clone() else {
                failed.unwrap();
                assert!(place > 100, "only {place} operations were seen");
                break;
            };
            // Where nothing comes of a failure, such as that of removing a temporary file, there is no error.
            if let Err(error) = failed {
                let text = error.to_string();
                assert!(matches!(error, Error::Io { .. } | Error::Corrupt { .. }), "{context}: {error:?}");
                assert!(
                    text.contains(&path.display().to_string()) || text.contains("store"),
                    "{context}: {text}"
                );
                if errno == ENOSPC && matches!(error, Error::Io { .. }) {
                    assert!(text.contains("free space"), "{context}: {text}");
                }
            }
            assert_whole(&root, &context);
        }
    }
}

/// What was published can be read, and all of it is done again without a fault.
fn assert_whole(root: &Path, context: &str) {
    if let Ok(store) = Warehouse::open(root)
        && let Some(run) = store.current().expect(context)
    {
        let manifest = store.manifest(run).expect(context);
        manifest.objects().for_each(|(object, _)| _ = store.object(object).expect(context));
        view::assert_one_night(&store, context);
        let runs = store.runs().expect(context).len() as u64;
        for finding in store.verify_chain().expect(context) {
            let is_left_over = finding.fault == Fault::Unexpected;
            // The run is in the chain, and its publication was cut off: the next run completes it.
            let is_cut_off = ["current", "published"].contains(&finding.path.as_str()) && run < runs;
            assert!(is_left_over || is_cut_off, "{context}: {finding}");
        }
    }
    let store = life(Warehouse::create_or_open(root)).expect(context);
    assert_eq!(store.verify_chain().unwrap(), [], "{context}");
    assert!(names(&root.join("tmp")).unwrap().is_empty(), "{context}");
}

/// Somebody may read and not write, because of rights or of the way in which the disk was mounted.
#[test]
fn a_store_that_may_not_be_written_is_read_as_ever() {
    for (errno, way_out) in [(EACCES, "give this user the right"), (EROFS, "make the file system writable")] {
        let (_folder, store) = new_store();
        let number = run(&store, b"published", Publish::Yes);
        let before = snapshot(&store);
        let gate = Gate::new(move |path, operation| match operation.writes() || path.ends_with("lock") {
            true => Err(io::Error::from_raw_os_error(errno)),
            false => Ok(()),
        });
        let readable = Warehouse::open_behind(gate.clone(), store.root()).unwrap();
        assert_eq!(readable.current().unwrap(), Some(number));
        for (object, _) in readable.manifest(number).unwrap().objects() {
            readable.object(object).unwrap();
        }
        assert_eq!(readable.verify_chain().unwrap(), []);
        assert_eq!(readable.collectable(&Retention::default()).unwrap().kept, [number]);
        assert!(readable.require_kept(number).is_ok());
        let error = readable.lock("test", TIME, LockMode::Fail).unwrap_err().to_string();
        assert!(error.contains("store/lock") && error.contains(way_out), "{error}");
        let elsewhere = store.root().with_file_name("elsewhere");
        let error = Warehouse::create_or_open_behind(gate, &elsewhere).unwrap_err().to_string();
        assert!(error.contains("elsewhere") && error.contains(way_out), "{error}");
        assert_eq!(before, snapshot(&store));
    }
}
