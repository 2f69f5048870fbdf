use super::*;
use crate::{Error, Gate, Operation};
use proptest::prelude::*;
use std::sync::{Arc, Mutex};

#[test]
fn an_object_is_named_by_the_sha_256_of_its_bytes() {
    let (_folder, store) = new_store();
    let _lock = locked(&store);
    let stored = put(&store, b"abc");
    assert_eq!(stored, Stored { hash: ObjectHash::of(b"abc"), bytes: 3 });
    let object = store.object(&stored.hash).unwrap();
    let name = "objects/ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.parquet";
    assert_eq!(object.path, store.root().join(name));
    assert_eq!(fs::metadata(&object.path).unwrap().permissions().mode() & 0o222, 0, "it may be written to");
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let (_folder, store) = new_store();
    let _lock = locked(&store);
    let before = snapshot(&store);
    let mut writer = store.writer().unwrap();
    writer.write_all(&[7; 100_000]).unwrap();
    let tmp = store.root().join("tmp");
    assert_eq!(names(&tmp).unwrap().len(), 1);
    drop(writer);
    assert!(names(&tmp).unwrap().is_empty());
    assert_eq!(before, snapshot(&store));
}

#[test]
fn a_writer_that_failed_once_cannot_be_finished() {
    let (_folder, store) = new_store();
    let is_large =
        |operation: Operation<'_>| matches!(operation, Operation::Write(bytes) if bytes.len() > 50_000);
    let full = Gate::new(move |_, operation| match is_large(operation) {
        true => Err(std::io::ErrorKind::StorageFull.into()),
        false => Ok(()),
    });
    let store = Warehouse::open_behind(full, store.root()).unwrap();
    let _lock = locked(&store);
    let before = snapshot(&store);
    let mut writer = store.writer().unwrap();
    writer.write_all(b"the first half").unwrap();
    let refused = writer.write_all(&[7; 100_000]).unwrap_err().to_string();
    let path = store.root().join("tmp").display().to_string();
    assert!(refused.contains(&path) && refused.contains("free space"), "{refused}");
    let error = writer.finish().unwrap_err().to_string();
    assert!(error.contains(&path) && error.contains("free space"), "{error}");
    assert_eq!(before, snapshot(&store));
}

#[test]
fn equal_bytes_are_stored_once_and_left_alone() {
    let (_folder, store) = new_store();
    let _lock = locked(&store);
    let first = put(&store, b"same");
    let changed = |hash| fs::metadata(store.object(hash).unwrap().path).unwrap().modified().unwrap();
    let before = changed(&first.hash);
    assert_eq!(put(&store, b"same"), first);
    assert_eq!(changed(&first.hash), before);
    assert!(names(&store.root().join("tmp")).unwrap().is_empty());
}

#[test]
fn a_damaged_object_is_refused_and_healed_by_making_it_again() {
    let (_folder, store) = new_store();
    let _lock = locked(&store);
    let stored = put(&store, b"some bytes of a table");
    let path = store.object(&stored.hash).unwrap().path;
    flip_bit(&path, 5, 3);
    // The same value has verified it before: the change of the file is noticed nevertheless.
    for store in [&store, &reopened(&store)] {
        let error = store.object(&stored.hash).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
        assert!(text.contains(stored.hash.as_str()) && text.contains(&path.display().to_string()), "{text}");
        assert!(text.contains("delete it and run again"), "{text}");
    }
    put(&store, b"some bytes of a table");
    assert!(store.object(&stored.hash).is_ok());
}

#[test]
fn an_object_that_is_missing_is_damage_too() {
    let (_folder, store) = new_store();
    let hash = ObjectHash::of(b"never written");
    assert!(!store.contains(&hash));
    let text = store.object(&hash).unwrap_err().to_string();
    assert!(text.contains("missing") && text.contains("run again"), "{text}");
}

#[test]
fn a_folder_with_other_things_is_not_taken_for_a_warehouse() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Warehouse::open(folder.path()), Err(Error::NotAWarehouse { .. })));
    fs::write(folder.path().join("thesis.txt"), "").unwrap();
    let error = Warehouse::create_or_open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("thesis.txt"), "{error}");
    assert_eq!(names(folder.path()).unwrap(), ["thesis.txt"]);
}

#[test]
fn a_creation_that_was_cut_off_is_completed() {
    for made in [&[][..], &["objects"], &["objects", "tmp"], &["objects", "tmp", "runs"]] {
        let folder = tempfile::tempdir().unwrap();
        made.iter().for_each(|name| fs::create_dir(folder.path().join(name)).unwrap());
        let store = Warehouse::create_or_open(folder.path()).unwrap();
        assert_eq!(run(&store, b"x", Publish::Yes), 1, "{made:?}");
    }
}

#[test]
fn the_text_of_a_full_or_read_only_disk_gives_path_and_way_out() {
    let text = |kind: std::io::ErrorKind| Error::io("write", "a/b")(kind.into()).to_string();
    for (kind, way_out) in [
        (std::io::ErrorKind::StorageFull, "free space"),
        (std::io::ErrorKind::ReadOnlyFilesystem, "make the file system writable"),
        (std::io::ErrorKind::PermissionDenied, "give this user the right"),
    ] {
        let text = text(kind);
        assert!(text.contains("a/b") && text.contains(way_out), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn bytes_come_back_however_they_are_cut(bytes in prop::collection::vec(any::<u8>(), 0..20_000), piece in 1..9_000_usize) {
        let (_folder, store) = new_store();
        let _lock = locked(&store);
        let mut writer = store.writer().unwrap();
        bytes.chunks(piece).for_each(|piece| writer.write_all(piece).unwrap());
        let stored = writer.finish().unwrap();
        prop_assert_eq!(&stored.hash, &ObjectHash::of(&bytes));
        let object = reopened(&store).object(&stored.hash).unwrap();
        prop_assert_eq!(object.bytes, bytes.len() as u64);
        prop_assert_eq!(fs::read(object.path).unwrap(), bytes);
    }
}

/// A gate that remembers of which folders of objects the names were flushed.
fn flushes(flushed: &Arc<Mutex<Vec<String>>>) -> Gate {
    let flushed = flushed.clone();
    Gate::new(move |path, operation| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if operation == Operation::SyncFolder && path.parent().unwrap().ends_with("objects") {
            flushed.lock().unwrap().push(name);
        }
        Ok(())
    })
}

#[test]
fn names_are_flushed_once_and_again_when_an_object_is_put_back() {
    let (_folder, store) = new_store();
    let flushed = Arc::default();
    let store = Warehouse::open_behind(flushes(&flushed), store.root()).unwrap();
    let flushed = || std::mem::take(&mut *flushed.lock().unwrap());
    let lock = locked(&store);
    let (old, new) = (put(&store, b"abc"), put(&store, b"another"));
    let of = |stored: &Stored| stored.hash.to_string()[..2].to_owned();
    assert_eq!(flushed(), [] as [&str; 0], "before a commit");
    store.commit(&manifest(std::slice::from_ref(&old)), &lock, Publish::Yes).unwrap();
    assert_eq!(flushed(), [of(&old)]);
    store.commit(&manifest(&[old.clone(), new.clone()]), &lock, Publish::No).unwrap();
    assert_eq!(flushed(), [of(&new)], "only what the newest run did not name");

    let path = store.object(&old.hash).unwrap().path;
    for damage in [|path: &Path| flip_bit(path, 1, 1), |path: &Path| fs::remove_file(path).unwrap()] {
        damage(&path);
        assert_eq!(put(&store, b"abc"), old);
        assert_eq!(flushed(), [of(&old)], "the newest run names it");
    }
    store.commit(&manifest(&[old, new]), &lock, Publish::No).unwrap();
    assert_eq!(flushed(), [] as [&str; 0], "all are durable");
}
