use super::*;
use crate::{Error, Retention};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(20);

/// Three runs with an object each.
fn history() -> (TempDir, Warehouse) {
    let (folder, store) = new_store();
    for bytes in ["first", "second", "third"] {
        run(&store, bytes.as_bytes(), Publish::Yes);
    }
    (folder, store)
}

fn object(store: &Warehouse, run: u64) -> ObjectHash {
    store.manifest(run).unwrap().nodes[0].tables[0].object.clone()
}

fn collect(store: &Warehouse, patience: Duration) -> crate::Result<Vec<u64>> {
    let done = store.collect_within(&Retention::default(), &locked(store), patience)?;
    Ok(done.collected)
}

/// The processes that the kernel names as readers.
fn told(error: &Error) -> &[u32] {
    let Error::Read { readers, .. } = error else { panic!("{error:?}") };
    readers
}

#[test]
fn nothing_is_removed_while_somebody_reads_and_it_is_said_who() {
    let (_folder, store) = history();
    let (one, other) = (reopened(&store).reading().unwrap(), reopened(&store).reading().unwrap());
    let before = snapshot(&store);
    let error = collect(&store, SHORT).unwrap_err();
    assert_eq!(told(&error), [std::process::id()]);
    let text = error.to_string();
    let by = format!("being read by process {}, and was for 0.02 seconds", std::process::id());
    assert!(text.contains(&by), "{text}");
    assert_eq!(snapshot(&store), before, "neither an object nor the list of runs was touched");
    drop(one);
    assert!(matches!(collect(&store, SHORT), Err(Error::Read { .. })), "one lease ended with another");
    drop(other);
    assert_eq!(collect(&store, SHORT).unwrap(), [1, 2]);
}

#[test]
fn a_collection_waits_until_the_reader_has_done() {
    let (_folder, store) = history();
    let lease = store.reading().unwrap();
    store.require_kept(1).unwrap();
    let collecting = {
        let store = reopened(&store);
        thread::spawn(move || collect(&store, Duration::from_secs(60)))
    };
    thread::sleep(Duration::from_millis(60));
    assert!(!collecting.is_finished());
    store.object(&object(&store, 1)).unwrap();
    drop(lease);
    assert_eq!(collecting.join().unwrap().unwrap(), [1, 2]);
    assert!(matches!(store.require_kept(1), Err(Error::Collected { .. })));
}

#[test]
fn a_reader_waits_until_the_collection_has_done() {
    let (_folder, store) = history();
    let removing = store.removing(SHORT).unwrap();
    let reading = {
        let store = reopened(&store);
        thread::spawn(move || store.reading().map(drop))
    };
    thread::sleep(Duration::from_millis(60));
    assert!(!reading.is_finished());
    drop(removing);
    reading.join().unwrap().unwrap();
}

#[test]
fn who_writes_does_not_wait_for_readers_nor_a_collection_that_finds_nothing() {
    let (_folder, store) = history();
    let lease = store.reading().unwrap();
    assert_eq!(run(&store, b"fourth", Publish::Yes), 4);
    store.roll_back(3, &locked(&store), TIME).unwrap();
    drop(lease);
    assert_eq!(collect(&store, SHORT).unwrap(), [1, 2, 3, 4]);
    let _lease = store.reading().unwrap();
    assert_eq!(collect(&store, SHORT).unwrap(), [] as [u64; 0]);
}

#[test]
fn a_reader_needs_no_right_to_write() {
    let (_folder, store) = history();
    let chain = store.root().join("runs/chain");
    for (path, mode) in [(chain.as_path(), 0o444), (&store.root().join("runs"), 0o555), (store.root(), 0o555)]
    {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let before = snapshot(&store);
    drop(store.reading().unwrap());
    assert_eq!(snapshot(&store), before);
    for (path, mode) in [(chain.as_path(), 0o644), (&store.root().join("runs"), 0o755), (store.root(), 0o755)]
    {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    // Where the chain is gone nothing can be collected, and what is wrong is for `verify_chain` to say.
    fs::remove_file(chain).unwrap();
    assert!(store.reading().is_ok());
    assert!(matches!(store.lock("test", TIME, LockMode::Fail), Err(Error::Corrupt { .. })));
}

/// A lease is taken for each query, so it must cost nothing beside one.
#[test]
fn a_lease_costs_little() {
    let (_folder, store) = history();
    const LEASES: u32 = 1000;
    let fastest = (0..5).map(|_| {
        let start = Instant::now();
        (0..LEASES).for_each(|_| drop(store.reading().unwrap()));
        start.elapsed() / LEASES
    });
    let fastest = fastest.min().unwrap();
    writeln!(std::io::stderr(), "a lease takes {fastest:?}").unwrap();
    assert!(fastest < Duration::from_micros(500), "{fastest:?}");
}

/// Not a test by itself: the process that the next test starts. Holds a lease until it dies.
#[test]
fn child_holds_a_lease() {
    let Ok(root) = std::env::var("WAREHOUSE_TEST_READ") else {
        return;
    };
    let _lease = Warehouse::open(root).unwrap().reading().unwrap();
    writeln!(std::io::stderr(), "held").unwrap();
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
}

fn reading_process(store: &Warehouse) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::lease::child_holds_a_lease", "--nocapture"])
        .env("WAREHOUSE_TEST_READ", store.root())
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
fn a_lease_dies_with_its_process() {
    let (_folder, store) = history();
    let mut children = [reading_process(&store), reading_process(&store)];
    let mut processes: Vec<u32> = children.iter().map(Child::id).collect();
    processes.sort_unstable();
    let error = collect(&store, SHORT).unwrap_err();
    assert_eq!(told(&error), processes);
    let collecting = {
        let store = reopened(&store);
        thread::spawn(move || collect(&store, Duration::from_secs(60)))
    };
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(collecting.join().unwrap().unwrap(), [1, 2]);
    assert!(store.reading().is_ok());
}
