//! Many runs at once, and a collector among them: one commits under each number, the others say who holds the lock.

use crate::fixture::{Place, times};
use std::collections::BTreeSet;
use std::process::{Output, Stdio};
use warehouse::{LockMode, Retention, Warehouse};

const RUNS: usize = 20;

#[test]
fn of_runs_that_start_at_once_each_number_is_given_once() {
    let place = Place::quick();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let store = || Warehouse::open(place.folder.join("warehouse")).unwrap();
    for round in 0..times("HERKOMST_ROUNDS_AT_ONCE", 3) {
        let before = store().runs().unwrap().len();
        let start = || {
            let mut command = place.command(&["run", "--json"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let children: Vec<_> = (0..RUNS).map(|_| start()).collect();
        let ended: Vec<Output> =
            children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        let mut numbers = BTreeSet::new();
        for output in &ended {
            let said = String::from_utf8_lossy(&output.stderr);
            match output.status.code() {
                Some(0) => {
                    let manifest: terms::Manifest = serde_json::from_slice(&output.stdout).unwrap();
                    assert!(
                        numbers.insert(manifest.run),
                        "round {round}: two runs are number {}",
                        manifest.run
                    );
                }
                Some(7) => {
                    let is_told = said.contains("locked by herkomst run (process") && said.contains(", for ");
                    assert!(is_told, "round {round}: {said}");
                }
                code => panic!("round {round}: exit {code:?}: {said}"),
            }
        }
        let after = store().runs().unwrap().len();
        let expected: BTreeSet<u64> = (before as u64 + 1..=after as u64).collect();
        assert!(!numbers.is_empty(), "round {round}: nobody got the lock");
        assert_eq!(numbers, expected, "round {round}");
        assert_eq!(store().current().unwrap(), Some(after as u64), "round {round}");
    }
    assert_eq!(store().verify_chain().unwrap(), []);
}

/// Nights with data that changes to and fro, so that objects are collected and made again, while a collector never rests.
#[test]
fn a_collector_that_never_rests_takes_nothing_from_runs() {
    let place = Place::quick();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let done = std::sync::atomic::AtomicBool::new(false);
    let open = || Warehouse::open(place.folder.join("warehouse")).unwrap();
    let collected = std::thread::scope(|scope| {
        let collector = scope.spawn(|| {
            let mut runs = 0;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let store = open();
                match store.lock("collector", "2011-03-01T02:00:00Z", LockMode::Wait) {
                    Ok(lock) => runs += store.collect(&Retention::default(), &lock).unwrap().collected.len(),
                    Err(error) => panic!("{error}"),
                }
                // The lock is not fair: let somebody else have it.
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            runs
        });
        for night in 0..times("HERKOMST_ROUNDS_AT_ONCE", 6) {
            let name = if night % 2 == 0 { "Focke" } else { "Fokke" };
            let text = place
                .read("data/members/south.csv")
                .replace(if night % 2 == 0 { "Fokke" } else { "Focke" }, name);
            place.write("data/members/south.csv", text);
            let said = place.herkomst(&["run", "--wait"]);
            assert_eq!(said.code, 0, "night {night}: {}", said.all());
            let store = open();
            let current = store.current().unwrap().unwrap();
            store
                .manifest(current)
                .unwrap()
                .objects()
                .for_each(|(object, _)| _ = store.object(object).unwrap());
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        collector.join().unwrap()
    });
    assert!(collected > 2, "only {collected} runs were collected");
    let store = open();
    let findings = store.verify_chain().unwrap();
    assert_eq!(findings, []);
    let said = place.herkomst(&["sql", "--run", "1", "-c", "select 1"]);
    assert_eq!(said.code, 8, "{}", said.all());
    assert!(said.err.contains("the objects of run 1 were collected"), "{}", said.err);
    // The tables of all runs are those of the runs that are left.
    let said =
        place.herkomst(&["sql", "--format", "csv", "-c", "select count(distinct run) from audit.files"]);
    assert!(said.code == 0 && said.out.ends_with("\n1\n"), "{}", said.all());
}
