//! A run that was stopped: the next one takes over what it had finished, and the night is as if nothing had happened.

use crate::fixture::{How, Library, PLAINLY, Store, executed, object_path, records};
use engine::Reuse;
use std::fs;
use terms::{Manifest, ObjectHash};

const QUERY: &str = "appendices/table_1.sql";
const WHOLE: &str = "count(*) as members";
/// A fault that shows when rows are there, not when the query is planned.
const FAULTY: &str = "count(*) / min(books - books) as members";

/// A study whose last model fails, and the store of a run that it stopped.
fn stopped() -> (Library, Store) {
    let (copy, store) = (Library::new(), Store::new());
    copy.edit(QUERY, WHOLE, FAULTY);
    store.run(&copy.load(), PLAINLY).unwrap_err();
    assert_eq!(store.warehouse.runs().unwrap().len(), 0, "nothing is committed");
    (copy, store)
}

fn objects(run: &Manifest) -> Vec<(String, &ObjectHash)> {
    records(run).map(|record| (record.table.to_string(), &record.object)).collect()
}

fn journal(store: &Store) -> std::path::PathBuf {
    store.warehouse.root().join("journal")
}

#[test]
fn finished_steps_are_taken_over_and_nothing_else_differs() {
    let (copy, store) = stopped();
    copy.edit(QUERY, FAULTY, WHOLE);
    let store = store.reopened();
    let run = store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!(executed(&run), ["appendix.table_1", "audit.column_lineage"]);
    let undisturbed = Store::new().run(&copy.load(), PLAINLY).unwrap();
    assert_eq!(objects(&run), objects(&undisturbed));
    assert_eq!((run.inputs, run.waterfall), (undisturbed.inputs, undisturbed.waterfall));
    assert!(!journal(&store).exists());
    assert_eq!(store.warehouse.verify_chain().unwrap(), []);
    assert_eq!(executed(&store.run(&copy.load(), PLAINLY).unwrap()), [""; 0]);
}

#[test]
fn a_run_that_is_stopped_twice_loses_nothing() {
    let (copy, store) = stopped();
    store.run(&copy.load(), PLAINLY).unwrap_err();
    copy.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    store.run(&copy.load(), PLAINLY).unwrap_err();
    // Both what the first and what the second finished is there.
    copy.edit("data/loans/2019.csv", "1002,2019-02-06,5", "1002,2019-02-06,1");
    copy.edit(QUERY, FAULTY, WHOLE);
    let run = store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!(executed(&run), ["appendix.table_1", "audit.column_lineage"]);
}

#[test]
fn what_has_changed_since_runs_again() {
    let (copy, store) = stopped();
    copy.edit(QUERY, FAULTY, WHOLE);
    copy.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    let run = store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!(
        executed(&run),
        ["loans", "audit", "derived.member", "appendix.table_1", "audit.column_lineage"]
    );
}

#[test]
fn a_damaged_object_of_a_finished_step_is_made_again() {
    let (copy, store) = stopped();
    copy.edit(QUERY, FAULTY, WHOLE);
    let steps = store.warehouse.unfinished().unwrap();
    let member = steps.iter().find(|step| step.node == "derived.member").unwrap();
    let path = object_path(&store.warehouse, &member.tables[0].object);
    let mut bytes = fs::read(&path).unwrap();
    bytes[40] ^= 4;
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    let store = store.reopened();
    let run = store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!(executed(&run), ["derived.member", "appendix.table_1", "audit.column_lineage"]);
    assert_eq!(store.warehouse.verify_chain().unwrap(), []);
}

#[test]
fn a_journal_that_is_no_journal_is_passed_over() {
    for nonsense in ["", "\n\n", "not a line of it\n", "\0\u{1}\u{2}"] {
        let (copy, store) = stopped();
        copy.edit(QUERY, FAULTY, WHOLE);
        fs::write(journal(&store), nonsense).unwrap();
        let run = store.run(&copy.load(), PLAINLY).unwrap();
        assert_eq!(executed(&run).len(), run.nodes.len(), "{nonsense:?}");
    }
}

#[test]
fn a_run_of_everything_takes_nothing_over() {
    let (copy, store) = stopped();
    copy.edit(QUERY, FAULTY, WHOLE);
    let run = store.run(&copy.load(), How { reuse: Reuse::Nothing, ..PLAINLY }).unwrap();
    assert_eq!(executed(&run).len(), run.nodes.len());
}

#[test]
fn a_side_run_that_is_stopped_leaves_nothing_to_take_over() {
    let (copy, store) = (Library::new(), Store::new());
    let whole = copy.load();
    copy.edit(QUERY, WHOLE, FAULTY);
    let side = copy.load().without(&["same_card".to_owned()]).unwrap();
    store.run(&side, PLAINLY).unwrap_err();
    assert!(!journal(&store).exists());
    let run = store.run(&whole, PLAINLY).unwrap();
    assert_eq!(executed(&run).len(), run.nodes.len());
}
