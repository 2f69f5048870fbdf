//! Runs whose objects were collected, and a run that was published again: what can still be asked, and that it is checked by us and by
//! the commands of `docs/check-a-warehouse.md`.

use super::failing::night;
use crate::fixture::{Library, PLAINLY, Store, executed};
use crate::whole_runs::tampering::{by_hand, can_check_by_hand};
use std::fs;
use warehouse::{LockMode, Retention};

const TIME: &str = "2011-03-02T02:00:00Z";

/// Four nights, of which the first two were collected, and the third published again.
fn history() -> (Library, Store) {
    let (copy, store) = (Library::new(), Store::quick());
    for books in ["1", "2", "3", "4"] {
        copy.write("data/loans/2020.csv", &format!("{}\n1002,2020-02-06,{books}\n", header(&copy)));
        store.run(&copy.load(), PLAINLY).unwrap();
    }
    let lock = store.warehouse.lock("test", TIME, LockMode::Fail).unwrap();
    let done = store.warehouse.collect(&Retention { last: 2, ..Retention::default() }, &lock).unwrap();
    assert_eq!((done.kept, done.collected), (vec![3, 4], vec![1, 2]));
    assert_eq!(store.warehouse.roll_back(3, &lock, TIME).unwrap(), 5);
    drop(lock);
    (copy, store)
}

fn header(copy: &Library) -> String {
    copy.read("data/loans/2019.csv").lines().next().unwrap().to_owned()
}

#[test]
fn a_warehouse_with_collected_runs_can_be_checked_by_hand() {
    let (_copy, store) = history();
    assert_eq!(store.reopened().warehouse.verify_chain().unwrap(), []);
    if !can_check_by_hand() {
        return;
    }
    let is_well = || {
        let said = by_hand(&store);
        said.status.success() && said.stdout.is_empty() && said.stderr.is_empty()
    };
    assert!(is_well(), "{:?}", by_hand(&store));
    let list = store.warehouse.root().join("runs/collected");
    let whole = fs::read_to_string(&list).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let chain = fs::read_to_string(store.warehouse.root().join("runs/chain")).unwrap();
    let published = chain.lines().last().unwrap();
    for damaged in
        [lines[0].into(), lines[1].into(), whole.replacen('0', "1", 1), format!("{whole}{published}\n")]
    {
        fs::remove_file(&list).unwrap();
        fs::write(&list, damaged).unwrap();
        assert!(!is_well());
        assert_ne!(store.warehouse.verify_chain().unwrap(), []);
    }
    fs::remove_file(&list).unwrap();
    assert!(!is_well());
    assert_ne!(store.warehouse.verify_chain().unwrap(), []);
    fs::write(&list, whole).unwrap();
    assert!(is_well());
}

#[test]
fn a_run_that_was_published_again_is_asked_as_the_one_that_it_restores() {
    let (copy, store) = history();
    let run = |number| store.warehouse.manifest(number).unwrap();
    let (third, fifth) = (run(3), run(5));
    assert_eq!(night(&third), night(&fifth));
    let sql = "select * from appendix.table_1";
    assert_eq!(store.rows(&third, sql), store.rows(&fifth, sql));
    assert_ne!(store.rows(&run(4), sql), store.rows(&fifth, sql));
    // The tables of all runs are those of the runs that can be asked; of the others there is the manifest.
    assert_eq!(store.rows(&fifth, "select distinct run from audit.files order by run"), "3\n4\n5");
    assert_eq!(store.rows(&fifth, "select run from audit.runs order by run"), "1\n2\n3\n4\n5");
    // The next night takes over what the data still gives.
    let next = store.run(&copy.load(), PLAINLY).unwrap();
    assert!(
        !executed(&next).contains(&"members") && executed(&next).contains(&"loans"),
        "{:?}",
        executed(&next)
    );
    assert_eq!(night(&next), night(&run(4)));
}
