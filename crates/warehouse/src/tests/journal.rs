//! The journal tells the next run what the stopped one had finished, and never anything else.

use super::*;
use crate::{Error, layout};
use std::path::PathBuf;

fn step(name: &str) -> NodeRecord {
    let node = manifest(&[]).nodes.remove(0);
    NodeRecord { node: name.into(), ..node }
}

fn names(store: &Warehouse) -> Vec<String> {
    store.unfinished().unwrap().into_iter().map(|step| step.node).collect()
}

/// A store whose run was stopped after these steps.
fn stopped(steps: &[&str]) -> (TempDir, Warehouse, PathBuf) {
    let (folder, store) = new_store();
    let lock = locked(&store);
    let journal = store.journal(&lock).unwrap();
    steps.iter().for_each(|name| journal.add(&step(name)).unwrap());
    let path = store.at(layout::JOURNAL);
    (folder, store, path)
}

#[test]
fn finished_steps_outlive_the_run_until_one_is_committed() {
    let (_folder, store, path) = stopped(&["one", "two"]);
    let store = reopened(&store);
    drop(locked(&store));
    assert_eq!(store.unfinished().unwrap(), [step("one"), step("two")]);
    let lock = locked(&store);
    store.journal(&lock).unwrap().add(&step("three")).unwrap();
    assert_eq!(names(&store), ["one", "two", "three"]);
    assert_eq!(store.verify_chain().unwrap(), []);

    let side_run = Manifest { without: vec!["round/rule".into()], ..manifest(&[]) };
    store.commit(&side_run, &lock, Publish::No).unwrap();
    assert_eq!(names(&store), ["one", "two", "three"], "a side run says nothing of the steps of others");
    store.commit(&manifest(&[]), &lock, Publish::No).unwrap();
    assert_eq!(names(&store), [""; 0]);
    assert!(!path.exists());
}

#[test]
fn a_run_without_a_finished_step_writes_no_journal() {
    let (_folder, store, path) = stopped(&[]);
    assert_eq!(names(&store), [""; 0]);
    assert!(!path.exists());
}

/// Flipped bits and cuts anywhere: what is read was written, in that order, and damage costs the line in which it is, or the two
/// between which it is.
#[test]
fn damage_costs_steps_and_makes_none_up() {
    let (_folder, store, path) = stopped(&["one", "two", "three"]);
    let whole = fs::read(&path).unwrap();
    let all = ["one", "two", "three"];
    let check = |bytes: &[u8], lost: usize, what: &str| {
        overwrite(&path, bytes);
        let steps = store.unfinished().unwrap();
        let known = all.map(step);
        assert!(steps.iter().all(|step| known.contains(step)), "{what}");
        assert!(steps.len() + lost >= all.len(), "{what}: {} steps left", steps.len());
    };
    for byte in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[byte] ^= 1 << (byte % 8);
        check(&bytes, 2, &format!("byte {byte}"));
    }
    for length in 0..=whole.len() {
        check(&whole[..length], 3, &format!("cut to {length} bytes"));
    }
}

#[test]
fn a_line_that_was_cut_off_does_not_spoil_the_next() {
    let (_folder, store, path) = stopped(&["one", "two"]);
    let whole = fs::read(&path).unwrap();
    overwrite(&path, &whole[..whole.len() - 20]);
    let lock = locked(&store);
    store.journal(&lock).unwrap().add(&step("two")).unwrap();
    assert_eq!(names(&store), ["one", "two"]);
}

#[test]
fn nobody_writes_a_journal_without_the_lock() {
    let ((_one, store), (_two, other)) = (new_store(), new_store());
    let lock = locked(&other);
    let error = store.journal(&lock).unwrap_err();
    assert!(matches!(error, Error::NotLocked { .. }), "{error}");
}
