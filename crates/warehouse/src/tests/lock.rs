use super::*;
use crate::{Error, Holder};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;

#[test]
fn the_second_is_told_who_holds_the_lock_since_when() {
    let (_folder, store) = new_store();
    let lock = store.lock("night run", TIME, LockMode::Fail).unwrap();
    let error = reopened(&store).lock("other", TIME, LockMode::Fail).unwrap_err();
    let text = error.to_string();
    let Error::Locked { holder: Some(holder), .. } = error else { panic!("{error:?}") };
    assert_eq!(holder, Holder { owner: "night run".into(), pid: std::process::id(), started: TIME.into() });
    assert!(text.contains(&format!("locked by night run (process {}) since {TIME}", holder.pid)), "{text}");
    drop(lock);
    assert!(reopened(&store).lock("other", TIME, LockMode::Fail).is_ok());
}

#[test]
fn threads_that_wait_come_in_turn() {
    let (_folder, store) = new_store();
    let first = locked(&store);
    let threads: Vec<_> = (0..8)
        .map(|n| {
            let store = reopened(&store);
            thread::spawn(move || {
                let lock = store.lock("thread", TIME, LockMode::Wait).unwrap();
                let stored = put(&store, format!("object {n}").as_bytes());
                store.commit(&manifest(&[stored]), &lock, Publish::Yes).unwrap()
            })
        })
        .collect();
    assert_eq!(store.runs().unwrap().len(), 0, "somebody did not wait");
    drop(first);
    let mut numbers: Vec<u64> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=8).collect::<Vec<u64>>());
    assert_eq!(store.verify_chain().unwrap(), []);
}

/// A process that another thread is just starting holds such a copy until it runs its program.
#[test]
fn a_dropped_lock_is_free_though_a_copy_of_its_file_is_open() {
    let (_folder, store) = new_store();
    let lock = locked(&store);
    let _copy = lock.file.try_clone().unwrap();
    drop(lock);
    assert!(store.lock("other", TIME, LockMode::Fail).is_ok());
}

#[test]
fn nothing_is_written_without_the_lock() {
    let (_folder, store) = new_store();
    assert!(matches!(store.writer(), Err(Error::NotLocked { .. })));
    drop(locked(&store));
    assert!(matches!(store.writer(), Err(Error::NotLocked { .. })));

    let (_other_folder, other) = new_store();
    let lock = locked(&other);
    assert!(matches!(store.commit(&manifest(&[]), &lock, Publish::Yes), Err(Error::NotLocked { .. })));
    assert!(store.runs().unwrap().is_empty());
}

#[test]
fn a_lock_whose_file_was_removed_guards_nothing() {
    let (_folder, store) = new_store();
    let lock = locked(&store);
    fs::remove_file(store.root().join("lock")).unwrap();
    let other = reopened(&store);
    let second = locked(&other);
    assert!(matches!(store.commit(&manifest(&[]), &lock, Publish::Yes), Err(Error::NotLocked { .. })));
    assert_eq!(other.commit(&manifest(&[]), &second, Publish::Yes).unwrap(), 1);
}

#[test]
fn what_the_dead_left_in_the_scratch_folder_is_cleared() {
    let (folder, store) = new_store();
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("kept"), "").unwrap();

    let scratch = locked(&store).scratch_folder();
    fs::write(scratch.join("4711-0"), "half an object").unwrap();
    fs::create_dir_all(scratch.join("spill/deeper")).unwrap();
    fs::write(scratch.join("spill/deeper/rows"), "").unwrap();
    std::os::unix::fs::symlink(&elsewhere, scratch.join("link")).unwrap();
    drop(locked(&store));
    assert!(names(&scratch).unwrap().is_empty());
    assert!(elsewhere.join("kept").exists(), "a link was followed");
}

/// Not a test by itself: the process that the next test starts. Holds the lock until it dies.
#[test]
fn child_holds_the_lock() {
    let Ok(root) = std::env::var("WAREHOUSE_TEST_HOLD") else {
        return;
    };
    let store = Warehouse::open(root).unwrap();
    let _lock = store.lock("child", TIME, LockMode::Fail).unwrap();
    writeln!(std::io::stderr(), "held").unwrap();
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
}

fn holding_process(store: &Warehouse) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::lock::child_holds_the_lock", "--nocapture"])
        .env("WAREHOUSE_TEST_HOLD", store.root())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let line = BufReader::new(child.stderr.take().unwrap()).lines().next();
    assert_eq!(line.unwrap().unwrap(), "held");
    child
}

#[test]
fn a_lock_dies_with_its_process() {
    let (_folder, store) = new_store();
    let mut child = holding_process(&store);
    let error = store.lock("other", TIME, LockMode::Fail).unwrap_err();
    let Error::Locked { holder: Some(holder), .. } = &error else { panic!("{error:?}") };
    assert_eq!((holder.owner.as_str(), holder.pid), ("child", child.id()));

    let waiting = {
        let store = reopened(&store);
        thread::spawn(move || store.lock("other", TIME, LockMode::Wait).map(drop))
    };
    child.kill().unwrap();
    child.wait().unwrap();
    waiting.join().unwrap().unwrap();
    assert!(store.lock("third", TIME, LockMode::Fail).is_ok());
}
