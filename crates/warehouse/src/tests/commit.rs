use super::*;
use crate::{Error, layout};
use proptest::prelude::*;
use std::process::Command;

#[test]
fn runs_are_numbered_linked_and_read_back() {
    let (_folder, store) = new_store();
    assert_eq!((store.current().unwrap(), store.last_manifest().unwrap()), (None, None));
    assert_eq!(run(&store, b"one", Publish::Yes), 1);
    assert_eq!(run(&store, b"two", Publish::No), 2);

    let store = reopened(&store);
    let runs = store.runs().unwrap();
    assert_eq!(runs.iter().map(|run| run.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(runs[0].hash, ObjectHash::of(&fs::read(&runs[0].path).unwrap()));
    let (first, second) = (store.manifest(1).unwrap(), store.last_manifest().unwrap().unwrap());
    assert_eq!((first.run, first.previous.clone(), first.published), (1, None, true));
    assert_eq!(
        (second.run, second.previous.clone(), second.published),
        (2, Some(runs[0].hash.clone()), false)
    );
    assert_eq!(store.current().unwrap(), Some(1));
    assert_eq!(store.verify_chain().unwrap(), []);
    assert!(matches!(store.manifest(3), Err(Error::NoRun { run: 3, .. })));
    assert!(matches!(store.manifest(0), Err(Error::NoRun { run: 0, .. })));
}

#[test]
fn equal_manifests_are_equal_files() {
    let file = || {
        let (_folder, store) = new_store();
        run(&store, b"one", Publish::Yes);
        fs::read_to_string(store.at(&layout::manifest(1))).unwrap()
    };
    let text = file();
    assert_eq!(text, file());
    assert!(text.starts_with("{\n  \"format\": 1,\n  \"run\": 1,\n") && text.ends_with("}\n"), "{text}");
}

#[test]
fn sha256sum_alone_checks_the_chain() {
    let (_folder, store) = new_store();
    run(&store, b"one", Publish::Yes);
    run(&store, b"two", Publish::Yes);
    let check = || {
        let mut command = Command::new("sha256sum");
        command.args(["--check", "--strict", "--quiet", "runs/chain"]).current_dir(store.root());
        // Where there is no sha256sum there is nothing to ask.
        command.output().ok().map(|output| output.status.success())
    };
    assert_ne!(check(), Some(false));
    flip_bit(&store.at(&layout::manifest(2)), 40, 0);
    assert_ne!(check(), Some(true));
}

#[test]
fn a_manifest_may_only_name_objects_that_are_there() {
    let (_folder, store) = new_store();
    let lock = locked(&store);
    let before = snapshot(&store);
    let absent = Stored { hash: ObjectHash::of(b"never written"), bytes: 13 };
    let error = store.commit(&manifest(&[absent]), &lock, Publish::Yes).unwrap_err().to_string();
    assert!(
        error.contains("missing") && error.contains(ObjectHash::of(b"never written").as_str().split_at(2).1)
    );
    assert_eq!(before, snapshot(&store));

    let mut short = put(&store, b"never written");
    short.bytes = 12;
    let error = store.commit(&manifest(&[short]), &lock, Publish::Yes).unwrap_err().to_string();
    assert!(error.contains("13 bytes") && error.contains("says 12"), "{error}");
    assert!(store.runs().unwrap().is_empty());
}

#[test]
fn several_runs_may_be_committed_under_one_lock() {
    let (_folder, store) = new_store();
    let lock = locked(&store);
    let unfinished = store.writer().unwrap();
    for number in 1..=3 {
        assert_eq!(store.commit(&manifest(&[]), &lock, Publish::Yes).unwrap(), number);
    }
    unfinished.finish().expect("a commit clears no temporary file of its own run");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_manifest_comes_back_as_it_went(
        study in ".{0,20}",
        started in ".{0,20}",
        parameters in prop::collection::btree_map(".{0,8}", ".{0,8}", 0..4),
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..4),
    ) {
        let (_folder, store) = new_store();
        let lock = locked(&store);
        let objects: Vec<Stored> = contents.iter().map(|bytes| put(&store, bytes)).collect();
        let given = Manifest { study, started, parameters, ..manifest(&objects) };
        store.commit(&given, &lock, Publish::Yes).unwrap();
        let expected = Manifest { run: 1, published: true, previous: None, ..given };
        prop_assert_eq!(&*reopened(&store).manifest(1).unwrap(), &expected);
        prop_assert_eq!(store.verify_chain().unwrap(), []);
    }
}
