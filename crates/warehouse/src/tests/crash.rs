//! A run dies at any instant: the published run stays readable and the next one works.

use super::*;
use crate::commit::STEPS;
use crate::{Error, Fault, layout};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The store is whole, run 1 or a later one is published, and another run can be added.
fn assert_whole_after_next_run(store: &Warehouse, context: &str) {
    let known = store.runs().unwrap().len() as u64;
    assert_eq!(run(store, b"after", Publish::Yes), known + 1, "{context}");
    assert_eq!(store.current().unwrap(), Some(known + 1), "{context}");
    let findings = store.verify_chain().unwrap();
    // Objects of a run that never happened may stay behind; they are reported and harmless.
    assert!(
        findings.iter().all(|f| f.fault == Fault::Unexpected && f.path.starts_with("objects/")),
        "{context}: {findings:?}"
    );
}

#[test]
fn a_commit_may_be_cut_off_before_any_step() {
    for publish in [Publish::Yes, Publish::No] {
        for done in 0..=STEPS.len() {
            let context = format!("{publish:?}, {done} steps done");
            let (_folder, store) = new_store();
            run(&store, b"before", Publish::Yes);
            {
                let lock = locked(&store);
                let stored = put(&store, b"cut off");
                store.commit_steps(&manifest(&[stored]), &lock, publish, &STEPS[..done]).unwrap();
            }
            let store = reopened(&store);
            let current = store.current().unwrap().unwrap();
            let published = store.manifest(current).unwrap();
            let swapped = done == STEPS.len() && publish == Publish::Yes;
            assert_eq!(current, if swapped { 2 } else { 1 }, "{context}");
            store.object(&published.nodes[0].tables[0].object).unwrap();

            // The line in the chain decides whether the run happened; the next lock makes the rest agree.
            let happened = store.runs().unwrap().len() == 2;
            assert_eq!(happened, done >= 5, "{context}");
            drop(locked(&store));
            let expected = if happened && publish == Publish::Yes { 2 } else { 1 };
            assert_eq!(store.current().unwrap(), Some(expected), "{context}");
            assert_eq!(store.root().join("runs/000002").exists(), happened, "{context}");
            assert_whole_after_next_run(&store, &context);
        }
    }
}

#[test]
fn the_very_first_commit_may_be_cut_off_too() {
    for done in 0..STEPS.len() {
        let (_folder, store) = new_store();
        let lock = locked(&store);
        store.commit_steps(&manifest(&[]), &lock, Publish::Yes, &STEPS[..done]).unwrap();
        drop(lock);
        assert_eq!(store.current().unwrap(), None);
        assert_whole_after_next_run(&store, &format!("{done} steps done"));
    }
}

#[test]
fn a_commit_that_failed_can_be_tried_again_under_the_same_lock() {
    for done in 0..STEPS.len() {
        let (_folder, store) = new_store();
        let lock = locked(&store);
        store.commit_steps(&manifest(&[]), &lock, Publish::Yes, &STEPS[..done]).unwrap();
        let number = store.commit(&manifest(&[]), &lock, Publish::Yes).unwrap();
        assert_eq!(store.current().unwrap(), Some(number), "{done} steps done");
        assert_eq!(store.verify_chain().unwrap(), [], "{done} steps done");
    }
}

#[test]
fn a_manifest_and_a_line_may_be_cut_in_the_middle() {
    let (_folder, store) = new_store();
    run(&store, b"before", Publish::Yes);
    let cut_off = |steps: usize| {
        let lock = locked(&store);
        store.commit_steps(&manifest(&[]), &lock, Publish::Yes, &STEPS[..steps]).unwrap();
        drop(lock);
    };
    let (path, chain) = (store.at(&layout::manifest(2)), store.at(layout::CHAIN));
    let before = snapshot(&store);
    cut_off(4);
    let whole = fs::read(&path).unwrap();
    for length in (0..whole.len()).step_by(53) {
        cut_off(4);
        overwrite(&path, &whole[..length]);
        drop(locked(&store));
        assert_eq!(before, snapshot(&store), "manifest cut to {length} bytes");
    }
    let one_line = fs::read(&chain).unwrap();
    for length in (one_line.len()..2 * one_line.len()).step_by(7) {
        cut_off(5);
        let two_lines = fs::read(&chain).unwrap();
        overwrite(&chain, &two_lines[..length]);
        assert_eq!(store.runs().unwrap().len(), 1);
        assert_eq!(store.current().unwrap(), Some(1));
        drop(locked(&store));
        assert_eq!(before, snapshot(&store), "chain cut to {length} bytes");
    }
    assert_whole_after_next_run(&store, "after all cuts");
}

#[test]
fn what_no_dying_run_leaves_is_reported_and_nothing_is_removed() {
    let lose_line: fn(&Warehouse) = |store| {
        let chain = fs::read_to_string(store.at(layout::CHAIN)).unwrap();
        overwrite(&store.at(layout::CHAIN), chain.split_inclusive('\n').next().unwrap().as_bytes());
    };
    let lose_line_end: fn(&Warehouse) = |store| {
        let chain = fs::read(store.at(layout::CHAIN)).unwrap();
        overwrite(&store.at(layout::CHAIN), &chain[..chain.len() - 1]);
    };
    let lose_chain: fn(&Warehouse) = |store| fs::remove_file(store.at(layout::CHAIN)).unwrap();
    let empty_chain: fn(&Warehouse) = |store| {
        overwrite(&store.at(layout::CHAIN), b"");
        fs::remove_file(store.at(layout::CURRENT)).unwrap();
    };
    let add_words: fn(&Warehouse) = |store| {
        let chain = fs::read_to_string(store.at(layout::CHAIN)).unwrap();
        overwrite(&store.at(layout::CHAIN), format!("{chain}words").as_bytes());
    };
    let add_run: fn(&Warehouse) = |store| fs::create_dir(store.root().join("runs/000007")).unwrap();
    let foreign_pointer: fn(&Warehouse) = |store| overwrite(&store.at(layout::CURRENT), b"runs/1\n");
    for (n, damage) in
        [lose_line, lose_line_end, lose_chain, empty_chain, add_words, add_run, foreign_pointer]
            .iter()
            .enumerate()
    {
        let (_folder, store) = new_store();
        run(&store, b"one", Publish::Yes);
        run(&store, b"two", Publish::Yes);
        damage(&store);
        let before = snapshot(&store);
        let error = store.lock("test", TIME, LockMode::Fail).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "damage {n}: {error}");
        assert_eq!(before, snapshot(&store), "damage {n}");
        assert_ne!(store.verify_chain().unwrap(), [], "damage {n}");
        Warehouse::create_or_open(store.root()).unwrap();
        assert_eq!(before, snapshot(&store), "damage {n}, opened again");
    }
}

#[test]
fn a_tail_that_no_append_of_the_leftover_run_begins_with_is_not_cut() {
    let (_folder, store) = new_store();
    run(&store, b"before", Publish::Yes);
    let lock = locked(&store);
    store.commit_steps(&manifest(&[]), &lock, Publish::Yes, &STEPS[..4]).unwrap();
    drop(lock);
    let chain = fs::read_to_string(store.at(layout::CHAIN)).unwrap();
    overwrite(&store.at(layout::CHAIN), format!("{chain}words").as_bytes());
    let before = snapshot(&store);
    assert!(matches!(store.lock("test", TIME, LockMode::Fail), Err(Error::Corrupt { .. })));
    assert_eq!(before, snapshot(&store));
}

/// Not a test by itself: the process that the next test kills. Commits runs until it dies.
#[test]
fn child_commits_without_end() {
    let Ok(root) = std::env::var("WAREHOUSE_TEST_COMMIT") else {
        return;
    };
    let store = Warehouse::create_or_open(root).unwrap();
    let lock = locked(&store);
    for n in 0_u64.. {
        let objects: Vec<Stored> = (0..3).map(|k| put(&store, format!("{n} {k}").as_bytes())).collect();
        store.commit(&manifest(&objects), &lock, Publish::Yes).unwrap();
    }
}

#[test]
fn a_process_may_be_killed_at_any_instant() {
    let (_folder, store) = new_store();
    run(&store, b"first", Publish::Yes);
    for round in 0..8_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::crash::child_commits_without_end"])
            .env("WAREHOUSE_TEST_COMMIT", store.root())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(40 + 7 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let current = store.current().unwrap().unwrap();
        for table in &store.manifest(current).unwrap().nodes[0].tables {
            store.object(&table.object).unwrap();
        }
        assert_whole_after_next_run(&store, &format!("round {round}"));
    }
    assert!(store.runs().unwrap().len() > 9, "the child has committed nothing");
}
